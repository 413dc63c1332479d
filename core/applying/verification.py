"""Whether an applied change did what it was for: by its images and by the rule that asked for it.

Configuration is read afresh; what was observed stays as it was judged before the write, since it speaks of the past.
What is made of both is made again: the new size against the load of before, and never against metrics of a mixture.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from trueup.applying.image import aspects_of, match
from trueup.change import Refusal
from trueup.errors import PluginError
from trueup.finding import Finding, Verdict
from trueup.planning.concrete import action_of, needed_aspects
from trueup.service.needs import needs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.applying.bench import Bench
    from trueup.facts.schema import FactSchema
    from trueup.facts.snapshot import Snapshot
    from trueup.facts.unknown import Unknown
    from trueup.finding import Judgement
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType

__all__ = ["Verified", "VerifiedKind", "judged_aspects", "verify"]


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


def judged_aspects(
    declared: ResourceType, schema: FactSchema, rule: BoundRule, snapshot: Snapshot, *, capacity: bool
) -> dict[str, Any]:
    """Give what was observed before the write, to be judged on again after it.

    That is every observed aspect that the rule looks at or that configuration which it looks at is made of; for a
    change of capacity what its action looks at, too, since the action is asked again how far it goes.

    Args:
        declared: the type of the resource.
        schema: its facts.
        rule: the rule that the change fixes.
        snapshot: the facts that the change was found to fit, right before its first call.
        capacity: whether the change is one of capacity.
    """
    wanted = rule.aspects | frozenset(action_of(declared, rule).needs if capacity else ())
    return {
        name: snapshot.aspects[name]
        for name in _observed(declared, schema, wanted)
        if name in snapshot.aspects and not schema.is_secret(name)
    }


def _observed(declared: ResourceType, schema: FactSchema, wanted: Iterable[str]) -> list[str]:
    """Give the observed aspects among the wanted ones and, where configuration is derived, among what it needs."""
    left, seen, found = sorted(wanted), set[str](), []
    while left:
        name = left.pop()
        if name in seen or name not in declared.aspects:
            continue
        seen.add(name)
        if schema.kind(name) == "observed":
            found.append(name)
        else:
            left += needs_of(declared.aspects[name])
    return sorted(found)


def verify(bench: Bench, change: PlannedChange, rule: BoundRule, judged: Mapping[str, Any]) -> Verified:
    """Read the configuration afresh; hold it against the after-image and judge the rule again.

    A change of capacity goes as far as the load allows, and no further than the rule's target. Where that is less than
    the rule asks for, the rule fails still, and the action, asked again, has nothing smaller to give: that is verified
    as well, since the finding of the next plan would pass for the same reason.

    Args:
        bench: what to read with.
        change: a change whose steps have settled.
        rule: the rule that it fixes.
        judged: what was observed right before the write.
    """
    known = {name: value for name, value in judged.items() if name not in aspects_of(change.after)}
    aspects = aspects_of(change.after) | rule.aspects
    snapshot = bench.reader.read(bench.type_of(change), change.resource, aspects, known=known)
    found = match(snapshot, change.after)
    if found.unknown is not None:
        return _not_known(found.unknown)
    if found.differs:
        return Verified(VerifiedKind.WRONG, f"not as planned: {found.sentence()}", differs=True)
    judgement = rule.judge(snapshot.aspects)
    if judgement.verdict is Verdict.UNKNOWN:
        return _not_known(judgement.unknown)
    if judgement.verdict is not Verdict.FAIL:
        return Verified(VerifiedKind.RIGHT)
    wrong = Verified(VerifiedKind.WRONG, "as planned, but the rule fails still")
    return _as_far_as_it_goes(bench, change, rule, judgement, known) or wrong if change.capacity else wrong


def _as_far_as_it_goes(
    bench: Bench, change: PlannedChange, rule: BoundRule, judgement: Judgement, known: Mapping[str, Any]
) -> Verified | None:
    """Ask the action of a rule that fails still what it would do now; None when that is not nothing."""
    declared = bench.type_of(change)
    aspects = needed_aspects(declared, rule)
    try:
        snapshot = bench.reader.read(declared, change.resource, aspects, known=known)
        finding = Finding(rule.id, declared.name, change.resource, judgement)
        answer = bench.plugins.remediate(snapshot.frozen(), finding, rule)
    except PluginError as error:
        return Verified(VerifiedKind.NOT_KNOWN, str(error))
    if isinstance(answer, Refusal) and answer.unknown is not None:
        return _not_known(answer.unknown)
    return Verified(VerifiedKind.RIGHT) if isinstance(answer, Refusal) and answer.passes else None


def _not_known(unknown: Unknown | None) -> Verified:
    return Verified(VerifiedKind.NOT_KNOWN, unknown.sentence() if unknown else "unknown")
