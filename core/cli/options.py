"""Options that several commands share: which resources and rules, which account, what to write where.

One definition each, so that selection is the same everywhere and AWS options are named as in the AWS CLI.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from trueup.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "account_options",
    "approval_options",
    "exemptions_option",
    "limit_options",
    "min_savings_option",
    "output_options",
    "parameter_option",
    "planning_options",
    "selection_options",
    "sort_option",
]

F = TypeVar("F", bound="Callable[..., Any]")


def _together(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def parameter_option(function: F) -> F:
    """Add ``--param``."""
    text = "Give a rule's parameter another value. Repeatable."
    return click.option("--param", "params", multiple=True, metavar="RULE.NAME=VALUE", help=text)(function)


def selection_options(function: F) -> F:
    """Add the selection: different options combine as AND, one option given several times as OR."""
    return _together(
        click.option("--rule", "rules", multiple=True, metavar="ID", help="Rule id or glob. Repeatable."),
        click.option("--pack", "packs", multiple=True, metavar="ID", help="Rules of a pack. Repeatable."),
        click.option("--control", "controls", multiple=True, metavar="FRAMEWORK:ID", help="Rules of a requirement."),
        click.option("--service", "services", multiple=True, help="Rules about a service. Repeatable."),
        click.option(
            "--severity",
            "severities",
            multiple=True,
            type=click.Choice([each.value for each in Severity]),
            help="Repeatable.",
        ),
        click.option("--category", "categories", multiple=True, help="cost, security, … Repeatable."),
        click.option("--resource", "resources", multiple=True, metavar="ARN", help="Only this resource. Repeatable."),
        click.option("--tag", "tags", multiple=True, metavar="KEY[=VALUE]", help="Only so tagged. Repeatable."),
        parameter_option,
    )(function)


def account_options(function: F) -> F:
    """Add the AWS options, named as in the AWS CLI."""
    return _together(
        click.option("--profile", help="Profile of ~/.aws (or AWS_PROFILE)."),
        click.option(
            "--region", "regions", multiple=True, help="Region to audit; all for every enabled one. Repeatable."
        ),
        click.option("--endpoint-url", envvar="AWS_ENDPOINT_URL", help="Send every call there, e.g. a simulated AWS."),
        click.option("--role-arn", help="Role to assume first."),
        click.option("--external-id", help="External id for --role-arn, without it for --role."),
        click.option(
            "--max-calls-per-second",
            type=click.FloatRange(0),
            metavar="N",
            help="The most reads that go out in a second, retries included; 0 for any (audit.max_calls_per_second).",
        ),
    )(function)


def exemptions_option(function: F) -> F:
    """Add ``--exemptions``."""
    text = "File of exemptions, besides those of trueup.toml: what may fail and is not fixed. Repeatable."
    return click.option("--exemptions", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help=text)(
        function
    )


def output_options(function: F) -> F:
    """Add where the result goes and in which form."""
    return _together(
        click.option(
            "--format", "form", default="console", help="console, json, jsonl, html, or a plugin's.  [console]"
        ),
        click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file, not to stdout."),
    )(function)


def planning_options(function: F) -> F:
    """Add what changes how fixes are planned."""
    return _together(
        click.option(
            "--terraform-state",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            help="Output of `terraform show -json`: what it manages counts as managed as code.",
        ),
        click.option("--retry-rolled-back", is_flag=True, help="Plan what was rolled back not long ago, too."),
    )(function)


def sort_option(function: F) -> F:
    """Add ``--sort``."""
    text = "Order of findings and changes; by savings: what saves most first, unknown last."
    return click.option(
        "--sort", type=click.Choice(["severity", "savings"]), default="severity", show_default=True, help=text
    )(function)


def min_savings_option(function: F) -> F:
    """Add ``--min-savings``."""
    text = "Leave out what likely saves less a month, or an unknown amount; what is left out is counted."
    return click.option("--min-savings", type=click.FloatRange(0), metavar="AMOUNT", help=text)(function)


def limit_options(function: F) -> F:
    """Add how much one apply may change."""
    return _together(
        click.option("--max-changes", type=click.IntRange(1), help="The most changes of one apply (plan.max_changes)."),
        click.option(
            "--max-share", type=click.FloatRange(0, 1), help="The most of a rule's resources (plan.max_share)."
        ),
    )(function)


def approval_options(function: F) -> F:
    """Add what an apply is allowed to do."""
    return _together(
        click.option("--yes", is_flag=True, help="Do it without asking; needed where there is no terminal."),
        click.option(
            "--allow",
            multiple=True,
            type=click.Choice(["disruptive", "destructive"]),
            help="Take this risk, too. Repeatable.",
        ),
        click.option("--allow-irreversible", is_flag=True, help="Do what cannot wholly be undone, too."),
        click.option("--include-iac-managed", is_flag=True, help="Write to what is managed as code, too."),
        click.option("--accept-unobserved", is_flag=True, help="Go on after a canary of which no metrics came."),
    )(function)
