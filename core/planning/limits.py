"""How much one apply may change at once: refused as a whole when it is more, never cut off silently."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.planning.planned import PlannedChange
    from trueup.settings import PlanSettings

__all__ = ["over_limits"]


def over_limits(changes: Sequence[PlannedChange], matched: Mapping[str, int], settings: PlanSettings) -> list[str]:
    """Give what exceeds the limits, one sentence each.

    Args:
        changes: what would be applied.
        matched: rule id to the number of resources that it applies to.
        settings: the limits.
    """
    found: list[str] = []
    if len(changes) > settings.max_changes:
        found.append(
            f"expected at most {settings.max_changes} changes (plan.max_changes), found {len(changes)}; "
            "narrow the selection, or raise the limit"
        )
    for rule, number in sorted(Counter(change.rule for change in changes).items()):
        of = matched.get(rule, 0)
        allowed = max(settings.share_floor, int(of * settings.max_share))
        if number > allowed:
            found.append(
                f"rule {rule}: expected at most {allowed} of its {of} resources changed at once (plan.max_share), "
                f"found {number}; narrow the selection, or raise the limit"
            )
    return found
