"""``trueup rules test``: the cases beside the rules, and which clauses they have shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trueup.cli.output import say, show_json, show_table
from trueup.errors import RuleFileError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.cli.start import Start
    from trueup.ruleset.trial import Trial

__all__ = ["command"]


@click.command(name="test", epilog="Example: trueup rules test 'dynamodb-*' --coverage")
@click.argument("globs", nargs=-1)
@click.option("--coverage", is_flag=True, help="Show which clauses the cases have not shown true, false and unknown.")
@click.option("--require-coverage", is_flag=True, help="End with 1 when there is such a clause.")
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console")
@click.pass_context
def command(
    context: click.Context, globs: tuple[str, ...], form: str, *, coverage: bool, require_coverage: bool
) -> None:
    """Run the cases beside the rules (without GLOBS: of every rule, those of --rules too).

    Coverage: each clause of `when` and `expect` that looks at a fact is to be seen true, false and unknown by some
    case, where it is asked.

    Ends with 1 when a case gets another verdict, when a rule has none of pass, fail or unknown, and, if required, when
    coverage is missing.
    """
    from trueup.ruleset.selection import Selection
    from trueup.ruleset.trial import try_rule

    start: Start = context.obj
    trials: list[Trial] = []
    wrong: list[str] = []
    for rule in Selection(rules=globs).select(start.rules(tolerant=False)):
        try:
            trials.append(try_rule(rule))
        except RuleFileError as error:
            wrong += error.problems
    wrong += [line for trial in trials for line in trial.problems()]
    missing = [line for trial in trials for line in trial.coverage.sentences()]
    wrong += missing if require_coverage else []
    if form == "json":
        show_json({"rules": [trial.to_json() for trial in trials], "wrong": wrong})
    else:
        if coverage:
            _table(trials)
        for line in dict.fromkeys([*wrong, *(missing if coverage else [])]):
            say(line)
        say(f"{sum(len(trial.results) for trial in trials)} cases, {len(wrong)} wrong")
    context.exit(1 if wrong else 0)


def _table(trials: Iterable[Trial]) -> None:
    def row(trial: Trial) -> tuple[Any, ...]:
        shown = trial.coverage
        share = 100 * shown.seen // shown.wanted if shown.wanted else 100
        return trial.rule, len(trial.results), len(shown.clauses), f"{share} %"

    show_table(("RULE", "CASES", "CLAUSES", "SEEN"), [row(trial) for trial in trials])
