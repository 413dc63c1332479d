"""``trueup plugins check``: the contract of plugins, run on an installed one.

In a process of its own, as pytest does it, away from the account and the settings of whoever asks.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.cli.start import Start

__all__ = ["command"]

_NEEDED = ("pytest", "moto")

_OTHERS = ("AWS_", "PYTEST_", "TRUEUP_")
"""What variables begin with that say where the user's account, tests and state are."""


@click.command(name="check", epilog="Example: trueup plugins check dynamodb")
@click.argument("name")
@click.pass_context
def command(context: click.Context, name: str) -> None:
    """Check an installed plugin against everything that trueup promises of one, on the simulated AWS.

    Each failure says which promise, why it matters and where to mend it. Needs the `test` extra and no AWS account.
    Ends with 0 when all hold, else 1.
    """
    start: Start = context.obj
    _check_name(name, (each.name for each in start.host.plugins() if each.kind == "plugin"))
    for module in _NEEDED:
        if find_spec(module) is None:
            raise UsageError(f'the contract needs {module}, which is not installed; run `pip install "trueup[test]"`')
    context.exit(1 if _run(name) else 0)


def _check_name(name: str, known: Iterable[str]) -> None:
    from trueup.ruleset.suggest import did_you_mean

    known = sorted(known)
    if name not in known:
        message = f"plugin {name}: expected an installed one, found none of that name{did_you_mean(name, known)}"
        raise UsageError(message)


def _run(name: str) -> int:
    """Run the test class that new packages have; give pytest's exit code."""
    from trueup.authoring.rendering import render

    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
    with tempfile.TemporaryDirectory(prefix="trueup-check-") as folder:
        # An ini file of its own keeps pytest from taking one of the folders above.
        (Path(folder) / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        text = render("trueup.authoring.templates", "test_contract.py.j2", service=name)
        (Path(folder) / "test_contract.py").write_text(text, encoding="utf-8")
        options = ("-p", "no:cacheprovider", "--import-mode=importlib", "--no-header", "--tb=short", "--verbose")
        pytest = [sys.executable, "-m", "pytest", *options, "test_contract.py"]
        return subprocess.run(pytest, cwd=folder, env=environment, check=False).returncode  # noqa: S603 - our own words
