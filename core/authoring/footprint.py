"""What a rule and its fix touch in AWS: aspects, the operations that read them, and the IAM actions that these need.

Worked out from the plugin's declarations, so that a rule's author sees what an audit will ask and what a fix may send
before anything is asked or sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.aws.iam.operations import actions_for
from trueup.aws.metrics import METRIC_OPERATION
from trueup.service.declarations import MetricsAspect, ReadAspect
from trueup.service.needs import needs_of, reading_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ActionDeclaration, AspectDeclaration, ResourceType

__all__ = ["AspectRead", "Footprint", "footprint_of"]


@dataclass(frozen=True, slots=True)
class AspectRead:
    """One aspect that is read.

    Args:
        name: the aspect.
        operations: what is asked of AWS for it itself, ``service:Operation``; none for what follows from others.
        needs: the aspects that it follows from.
    """

    name: str
    operations: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def iam_actions(self) -> tuple[str, ...]:
        """Give the IAM actions that its operations need; mostly, but not always, of the same names."""
        return _iam(self.operations)

    def to_json(self) -> dict[str, Any]:
        """Give it for programs."""
        return {
            "aspect": self.name,
            "operations": list(self.operations),
            "iam_actions": list(self.iam_actions),
            "needs": list(self.needs),
        }


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a rule touches.

    Args:
        lists: the operations that list the resources.
        reads: the aspects that the rule reads, each after what it needs.
        fix_reads: those that only its fix reads, and only for what fails.
        action: the fix, None when there is none.
    """

    lists: tuple[str, ...]
    reads: tuple[AspectRead, ...]
    fix_reads: tuple[AspectRead, ...] = ()
    action: ActionDeclaration | None = None

    @property
    def audit_actions(self) -> tuple[str, ...]:
        """Give the IAM actions that an audit by the rule needs."""
        return _iam((*self.lists, *_operations(self.reads)))

    @property
    def plan_actions(self) -> tuple[str, ...]:
        """Give the further IAM actions that planning its fix needs."""
        return tuple(each for each in _iam(_operations(self.fix_reads)) if each not in self.audit_actions)

    @property
    def write_actions(self) -> tuple[str, ...]:
        """Give the IAM actions that its fix and the undo of it may need, dependent ones too."""
        if self.action is None:
            return ()
        return tuple(sorted({*_iam(self.action.writes), *self.action.permissions}))

    def to_json(self) -> dict[str, Any]:
        """Give it for programs."""
        return {
            "lists": list(self.lists),
            "reads": [each.to_json() for each in self.reads],
            "iam_actions": list(self.audit_actions),
            "fix": None if self.action is None else self._fix(self.action),
        }

    def _fix(self, action: ActionDeclaration) -> dict[str, Any]:
        return {
            "action": action.name,
            "risk": str(action.risk),
            "reversible": str(action.reversible),
            "lowers_capacity": action.capacity,
            "settle_seconds": action.settle_seconds,
            "owned": list(action.owned),
            "reads": [each.to_json() for each in self.fix_reads],
            "read_iam_actions": list(self.plan_actions),
            "writes": list(action.writes),
            "write_iam_actions": list(self.write_actions),
        }


def footprint_of(rule: BoundRule, declared: ResourceType) -> Footprint:
    """Give what a rule touches.

    Args:
        rule: the rule, bound.
        declared: its resource type, as the plugin declares it.
    """
    reads = tuple(_read(each) for each in reading_order(declared.aspects, rule.aspects))
    fix = rule.rule.remediation
    action = declared.actions.get(fix.action) if fix else None
    if action is None:
        return Footprint(declared.lists, reads)
    known = {each.name for each in reads}
    more = (_read(each) for each in reading_order(declared.aspects, action.needs) if each.name not in known)
    return Footprint(declared.lists, reads, tuple(more), action)


def _read(aspect: AspectDeclaration) -> AspectRead:
    operations: tuple[str, ...] = ()
    if isinstance(aspect, ReadAspect):
        operations = aspect.reads
    elif isinstance(aspect, MetricsAspect):
        operations = (METRIC_OPERATION,)
    return AspectRead(aspect.name, operations, needs_of(aspect))


def _operations(reads: Iterable[AspectRead]) -> Iterator[str]:
    return (operation for each in reads for operation in each.operations)


def _iam(operations: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({action for operation in operations for action in actions_for(operation)}))
