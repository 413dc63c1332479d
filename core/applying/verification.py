"""Whether an applied change did what it was for: by its images and by the rule that asked for it.

Configuration is read afresh; metrics stay as they were judged before the write, since they speak of the past.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from trueup.applying.image import aspects_of, match
from trueup.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.applying.bench import Bench
    from trueup.facts.schema import FactSchema
    from trueup.facts.snapshot import Snapshot
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule

__all__ = ["Verified", "VerifiedKind", "observed_aspects", "verify"]


class VerifiedKind(Enum):
    """What verification found."""

    RIGHT = auto()
    WRONG = auto()
    NOT_KNOWN = auto()


@dataclass(frozen=True, slots=True)
class Verified:
    """What verification found, and why; ``differs`` when it is the facts that are not as planned."""

    kind: VerifiedKind
    reason: str = ""
    differs: bool = False


def observed_aspects(schema: FactSchema, rule: BoundRule, snapshot: Snapshot) -> dict[str, Any]:
    """Give the observed aspects that the rule was judged on, to be judged on again after the write."""
    return {
        name: snapshot.aspects[name]
        for name in sorted(rule.aspects)
        if name in snapshot.aspects and schema.kind(name) == "observed"
    }


def verify(bench: Bench, change: PlannedChange, rule: BoundRule, judged: Mapping[str, Any]) -> Verified:
    """Read the configuration afresh; hold it against the after-image and judge the rule again.

    Args:
        bench: what to read with.
        change: a change whose steps have settled.
        rule: the rule that it fixes.
        judged: the observed aspects as judged right before the write.
    """
    aspects = (aspects_of(change.after) | rule.aspects) - set(judged)
    snapshot = bench.reader.read(bench.type_of(change), change.resource, aspects)
    found = match(snapshot, change.after)
    if found.unknown is not None:
        return Verified(VerifiedKind.NOT_KNOWN, found.unknown.sentence())
    if found.differs:
        return Verified(VerifiedKind.WRONG, f"not as planned: {found.sentence()}", differs=True)
    judgement = rule.judge({**snapshot.aspects, **judged})
    if judgement.verdict is Verdict.UNKNOWN:
        return Verified(VerifiedKind.NOT_KNOWN, judgement.unknown.sentence() if judgement.unknown else "unknown")
    if judgement.verdict is Verdict.FAIL:
        return Verified(VerifiedKind.WRONG, "as planned, but the rule fails still")
    return Verified(VerifiedKind.RIGHT)
