"""The ``trueup`` command: its subcommands by name, imported only when they are called.

``--help`` answers in the time that click takes to load; boto3 and its like are paid for by the commands that use them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trueup import __version__
from trueup.cli.lazy import LazyGroup
from trueup.cli.memory import collect_seldom, keep_for_the_end
from trueup.cli.start import Start
from trueup.errors import TrueupError
from trueup.events import LEVELS, emit, is_heard, listen

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main", "trueup"]

# 128 + SIGINT, as shells count.
INTERRUPTED = 130


@click.group(
    cls=LazyGroup,
    commands={
        "demo": ("trueup.cli.demo", "Show everything on a simulated AWS, on this machine."),
        "audit": ("trueup.cli.audit", "Judge resources by rules; change nothing."),
        "facts": ("trueup.cli.facts", "Show what a rule can see of one resource."),
        "plan": ("trueup.cli.plan", "Audit, and write the fixes as a plan file; change nothing."),
        "show": ("trueup.cli.show", "Show a plan file: changes, exact calls, undo, needed policy."),
        "apply": ("trueup.cli.apply", "Apply a plan under the journal, and verify it."),
        "remediate": ("trueup.cli.remediate", "Plan, confirm and apply in one go."),
        "stop": ("trueup.cli.stop", "Ask running applies to send nothing more."),
        "resume": ("trueup.cli.resume", "Go on with a run that was stopped or killed."),
        "rollback": ("trueup.cli.rollback", "Undo a run, or one change of it."),
        "watch": ("trueup.cli.watch", "Watch what a run applied; roll back what regresses."),
        "runs": ("trueup.cli.runs", "List, show, export and import runs."),
        "report": ("trueup.cli.report", "Write the report of a run again, in any format."),
        "rules": ("trueup.cli.rules.group", "List, show, write, validate, test and explain rules."),
        "policy": ("trueup.cli.policy", "Print the IAM policy that an audit or a plan needs."),
        "prices": ("trueup.cli.prices", "Show the known prices, and fetch fresh ones."),
        "plugins": ("trueup.cli.plugins.group", "List, write and check plugins."),
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: trueup audit --profile audit --region eu-west-1 --service dynamodb",
)
@click.version_option(__version__, prog_name="trueup")
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), help="State file (or TRUEUP_STATE).")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Settings file, else ./trueup.toml.")
@click.option(
    "--rules",
    "rule_folders",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Folder or file of your own rules, besides the shipped ones. Repeatable.",
)
@click.option("-p", "plugins", multiple=True, metavar="NAME|no:NAME", help="Load or block a plugin. Repeatable.")
@click.option(
    "--log-format",
    type=click.Choice(["console", "json"]),
    default="console",
    help="Form of the log; json: an object a line.",
)
@click.option(
    "--log-level",
    type=click.Choice(LEVELS),
    help="Log events from this level on; debug: each call.  [info, where there is a log]",
)
@click.option("-v", "--verbose", is_flag=True, help="Log to stderr what is said and done, with time and level.")
@click.pass_context
def trueup(context: click.Context, /, **options: Any) -> None:
    """Audit AWS against rules, fix what fails as planned, journalled calls, and roll back."""
    context.obj = Start(**options)
    context.obj.start_logging()
    context.call_on_close(context.obj.close)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; give the exit code, and end the process with it when it is the console script.

    Every error that a user can cause ends as one sentence on stderr.
    """
    if arguments is None:
        collect_seldom()
    try:
        code = trueup.main(args=arguments, prog_name="trueup", standalone_mode=False)
    except click.ClickException as error:
        code = error.exit_code
        if is_heard("command_failed"):
            _complain(error.format_message(), code)
        else:
            error.show()
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
        _complain("interrupted", code)
    except TrueupError as error:
        code = error.exit_code
        _complain(str(error), code)
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said to it, and Python must not try at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    finally:
        listen(None)
    if arguments is None:
        keep_for_the_end()
        sys.exit(code or 0)
    return int(code or 0)


def _complain(words: str, code: int) -> None:
    """Say why the command ends, in the log where there is one, so that a program reads nothing but JSON lines."""
    from trueup.display import clean

    for line in words.splitlines():
        if is_heard("command_failed"):
            emit("command_failed", message=line, exit_code=code)
        else:
            click.echo(f"trueup: {clean(line)}", err=True)
