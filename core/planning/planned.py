"""A change as it stands in a plan, in the journal and in a report: the action's change made concrete by the host.

One record with one JSON form, so that what is shown, hashed, sent and undone cannot differ.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from trueup.canonical import digest, plain
from trueup.change import Call, Reversible, Risk, Step
from trueup.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PlannedChange", "change_id"]


def change_id(rule: str, arn: str) -> str:
    """Give the id of a change: the same rule on the same resource always has the same one."""
    return "c" + digest([rule, arn]).removeprefix("sha256:")[:10]


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """The planned fix of one finding.

    Args:
        id: see ``change_id``.
        rule: the rule's id.
        action: the action's name.
        resource: what is changed.
        parameters: the action's parameters, as the rule gave them.
        summary: one line for people.
        steps: the calls, in order.
        risk: what it may do to running load, and ``risk_reason`` why.
        risk_reason: one sentence.
        reversible: whether the undo brings everything back, and ``reversible_reason`` what not.
        reversible_reason: one sentence, empty when reversible.
        before: owned fact path to its value as read for the plan.
        after: owned fact path to its value once applied.
        relies_on: configuration fact path to the digest of its value as read for the plan.
        capacity: whether capacity is lowered (soak, one reduction a resource).
        managed_by: what manages the resource as code, None when nothing is known to.
        projection: what observed peaks become.
        savings_monthly: low, likely, high and what they rest on; None when no price is known.
        code: the property to change in infrastructure code.
        depends: IAM actions that the calls depend on to the ARNs that they are needed on.
        undo_carries: observed fact path to the load that the state before carries, where the undo may lower capacity.
        settle_seconds: the limit for settling; ``poll_seconds`` how often it is looked at.
        poll_seconds: seconds between two looks.
    """

    id: str
    rule: str
    action: str
    resource: Resource
    parameters: Mapping[str, Any]
    summary: str
    steps: tuple[Step, ...]
    risk: Risk
    risk_reason: str
    reversible: Reversible
    reversible_reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    relies_on: Mapping[str, str]
    capacity: bool
    managed_by: str | None
    projection: Mapping[str, Any]
    savings_monthly: Mapping[str, Any] | None
    code: str
    depends: Mapping[str, tuple[str, ...]]
    undo_carries: Mapping[str, float]
    settle_seconds: int
    poll_seconds: int

    def to_json(self) -> dict[str, Any]:
        """Give the JSON form; ``from_json`` is its inverse."""
        document = {name: getattr(self, name) for name in self.__slots__}
        document["resource"] = {**asdict(self.resource), "tags": None}
        document["steps"] = [_step_to_json(number, step) for number, step in enumerate(self.steps, 1)]
        result: dict[str, Any] = plain(document)
        return result

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> PlannedChange:
        """Give the change that ``to_json`` wrote."""
        fields = {name: document.get(name, {}) if name in _LATER else document[name] for name in cls.__slots__}
        fields["resource"] = Resource(**{name: document["resource"][name] for name in Resource.__slots__})
        fields["steps"] = tuple(_step_from_json(step) for step in document["steps"])
        fields["risk"] = Risk(document["risk"])
        fields["reversible"] = Reversible(document["reversible"])
        return cls(**fields)

    def base_of(self, position: int) -> dict[str, Any]:
        """Give the owned facts that step ``position`` (from 0) writes, as they are before it is sent."""
        state = dict(self.before)
        for step in self.steps[:position]:
            state.update(step.effect)
        return {path: state[path] for path in self.steps[position].effect}

    def inverse(self, done: int | None = None) -> PlannedChange:
        """Give the change that undoes the first ``done`` steps (all without it), last step first."""
        count = len(self.steps) if done is None else done
        steps: list[Step] = []
        for position in reversed(range(count)):
            step, base = self.steps[position], self.base_of(position)
            last = len(step.undo) - 1
            steps += (
                Step(
                    call=call,
                    undo=(),
                    effect=base if number == last else {},
                    settled=step.settled if number == last else {},
                    waiter=step.waiter,
                    ready=step.ready,
                    # an undo sets what was read before: sending it twice gives the same state
                    repeatable=True,
                    acts_on=step.acts_on,
                    leaves=step.leaves,
                )
                for number, call in enumerate(step.undo)
            )
        before = dict(self.before)
        for step in self.steps[:count]:
            before.update(step.effect)
        return replace(
            self,
            steps=tuple(steps),
            summary=f"undo of: {self.summary}",
            before=before,
            after=dict(self.before),
            projection={},
            savings_monthly=None,
            code="",
            undo_carries={},
        )


# Fields that the journals of earlier versions lack; what those did must still be undone.
_LATER = ("depends", "undo_carries")


def _call_to_json(call: Call) -> dict[str, Any]:
    return {"service": call.service, "operation": call.operation, "parameters": call.parameters}


def _step_to_json(number: int, step: Step) -> dict[str, Any]:
    return {
        "id": str(number),
        **_call_to_json(step.call),
        "undo": [_call_to_json(call) for call in step.undo],
        "effect": step.effect,
        "ready": step.ready,
        "settled": step.settled,
        "waiter": step.waiter,
        "repeatable": step.repeatable,
        "acts_on": step.acts_on,
        "leaves": step.leaves,
    }


def _call_from_json(document: Mapping[str, Any]) -> Call:
    return Call(document["service"], document["operation"], document["parameters"])


def _step_from_json(document: Mapping[str, Any]) -> Step:
    return Step(
        call=_call_from_json(document),
        undo=tuple(_call_from_json(call) for call in document["undo"]),
        effect=document["effect"],
        ready=document["ready"],
        settled=document["settled"],
        waiter=document["waiter"],
        repeatable=document["repeatable"],
        acts_on=tuple(document.get("acts_on", ())),
        leaves=document.get("leaves", ""),
    )
