"""The exemptions that a command works with, and what is said of them at its end.

Loaded before anything of AWS is opened: a file that cannot be used ends the command with nothing asked or sent.
"""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.auditing.choice import TAGS
from trueup.cli.output import say
from trueup.exemptions.exemptions import NO_EXEMPTIONS
from trueup.exemptions.load import load_exemptions
from trueup.exemptions.warnings import warnings
from trueup.journal.stored_run import StoredRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.cli.start import Start
    from trueup.exemptions.exemptions import Exemptions
    from trueup.facts.schema import FactSchema
    from trueup.ruleset.load import RuleSet

__all__ = ["exemptions_of", "warn_of_exemptions"]

# A screen's worth; the report has them all.
_MOST_WARNINGS = 20


def exemptions_of(
    start: Start, options: Mapping[str, Any], ruleset: RuleSet | None = None, resources: Mapping[str, str] | None = None
) -> Exemptions:
    """Give the exemptions of ``--exemptions`` and of the settings.

    Args:
        start: the global options.
        options: the command's.
        ruleset: all rules, when they are loaded already.
        resources: further rules, id to resource type, such as those that stand in a plan.

    Raises:
        ExemptionFileError: a file is missing, unreadable or wrong.
    """
    settings = start.settings.exemptions
    files = [*map(Path, settings.files), *(options.get("exemptions") or ())]
    if not files:
        return NO_EXEMPTIONS
    ruleset = ruleset or start.rules()
    types = {
        **(resources or {}),
        **{file.id: file.resource for file in ruleset.broken},
        **{rule.id: rule.resource for rule in ruleset.rules.values()},
    }
    schemas = start.host.fact_schemas()
    rules = {rule: _may_have_tags(schemas, name) for rule, name in types.items()}
    today = start.clock.now().astimezone(UTC).date()
    return load_exemptions(files, rules, today=today, max_days=settings.max_days)


def warn_of_exemptions(start: Start, run: str) -> None:
    """Say which exemptions have expired, and which the run had no use for."""
    told = list(warnings(StoredRun(start.journal, start.journal.runs.get(run)).exemptions()))
    for sentence in told[:_MOST_WARNINGS]:
        say(f"warning: {sentence}")
    if len(told) > _MOST_WARNINGS:
        say(f"warning: {len(told) - _MOST_WARNINGS} more exemptions have expired or are unused; see the report")


def _may_have_tags(schemas: Mapping[str, FactSchema], resource_type: str) -> bool:
    """Say whether a resource type has tags, as far as its schema is known."""
    return resource_type not in schemas or TAGS in schemas[resource_type].aspects
