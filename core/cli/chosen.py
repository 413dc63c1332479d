"""The rules that a command works with: loaded, selected, their parameters overridden and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.ruleset.parameter import ParameterOverrides
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.cli.start import Start
    from trueup.ruleset.load import BrokenFile, RuleSet
    from trueup.ruleset.rule import BoundRule

__all__ = ["Chosen", "choose"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was selected.

    Args:
        selection: the selection.
        rules: the selected rules, bound, by id.
        ruleset: all rules.
        broken: rule files that could not be used and may have been selected.
    """

    selection: Selection
    rules: Mapping[str, BoundRule]
    ruleset: RuleSet
    broken: tuple[BrokenFile, ...]


def choose(start: Start, options: Mapping[str, Any], *, tolerant: bool = True) -> Chosen:
    """Load and select rules by the options of ``selection_options``.

    Raises:
        UsageError: a name, parameter or value is not known or not right.
    """
    names = ("rules", "packs", "controls", "services", "severities", "categories", "resources", "tags")
    selection = Selection(**{name: tuple(options.get(name) or ()) for name in names})
    ruleset = start.rules(tolerant=tolerant)
    overrides = ParameterOverrides.from_options(options.get("params") or ()).over(
        ParameterOverrides.from_settings(start.settings.parameters)
    )
    overrides.check(ruleset.rules)
    selected = selection.select(ruleset)
    return Chosen(
        selection,
        {rule.id: rule.bind(overrides.of(rule)) for rule in selected},
        ruleset,
        ruleset.broken,
    )
