"""Changes: the planned fix of one finding, as data.

An action returns one; the plan shows it; only the host sends it. What stands here is everything
that will happen, and how to undo it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trueup.facts.unknown import Unknown

__all__ = ["Call", "Change", "Condition", "Refusal", "Reversible", "Risk", "Step"]

Condition = Mapping[str, Any]
"""A condition in the rules' language, see ``trueup.ruleset.condition``; an empty one always holds."""


class Risk(StrEnum):
    """What a change may do to running load."""

    SAFE = "safe"
    DISRUPTIVE = "disruptive"
    DESTRUCTIVE = "destructive"


class Reversible(StrEnum):
    """Whether the undo brings everything back."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Call:
    """One API call.

    Args:
        service: the boto3 client's name, e.g. ``dynamodb``.
        operation: the API's own name, e.g. ``UpdateTable``.
        parameters: the request, literal but for ``{"$result": {"step", "path"}}`` (a value of an earlier step's answer)
            and ``{"$fact": {"path", "sha256"}}`` (a value that is not shown; without the digest one that is taken from
            the read right before the call, as an optimistic lock is; with ``at_least`` instead the larger of that value
            and a number) and ``{"$run": {}}`` (the id of the run that sends the call).
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Give the call as ``service:Operation``."""
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a change with its undo and how to tell what became of it.

    Args:
        call: what is sent.
        undo: the calls that bring the before-image back, in order; empty when the step cannot be undone, or need not be
            since it only ``leaves`` something.
        effect: owned fact path to its value once the step has taken effect; the host holds fresh facts
            against it to tell done from not done. Empty when the effect cannot be read back.
        ready: must hold on fresh facts right before the call, else the change is skipped as busy.
        settled: must hold on fresh facts, besides ``effect``, before the step counts as settled;
            after an undo it is waited for in the same way.
        waiter: botocore's waiter for the resource to be at rest again (``table_exists``), for the undo script.
        repeatable: whether the call may be sent again when its effect cannot be told (idempotent by the API).
        leaves: what stays behind, that nothing uses, of a step without undo, or when the answer that its undo needs was
            lost; a change whose other steps can be undone is then undone without this one.
        acts_on: ARNs that the call and its undo act on, for the question whether they are permitted; none is the
            changed resource, ``("*",)`` what an operation needs that knows no permission for one resource.
    """

    call: Call
    undo: tuple[Call, ...]
    effect: Mapping[str, Any] = field(default_factory=dict)
    ready: Condition = field(default_factory=dict)
    settled: Condition = field(default_factory=dict)
    waiter: str = ""
    repeatable: bool = False
    acts_on: tuple[str, ...] = ()
    leaves: str = ""

    @property
    def stays(self) -> bool:
        """Whether what it did cannot be undone and is not nothing."""
        return not self.undo and not self.leaves


@dataclass(frozen=True, slots=True)
class Change:
    """The planned fix of one finding, as an action returns it.

    Args:
        summary: one line for people: what becomes what.
        steps: the calls, in order.
        risk: what it may do to running load; at least the risk that the action declares.
        risk_reason: why that risk, one sentence.
        reversible: whether the undo brings everything back.
        reversible_reason: what does not come back; required unless ``reversible`` is yes.
        projection: name to number, what the observed peaks become (``projected_peak_cpu``…), and their basis.
        savings_monthly: ``{"low", "likely", "high", "one_time", "currency", "basis", "price_date", "source",
            "assumptions"}`` in the currency a month, or None when no price is known.
        code: the property to change in infrastructure code, e.g. ``AWS::DynamoDB::Table BillingMode: PAY_PER_REQUEST``.
        budget: account budgets that the change draws on, name to amount (``lambda:reserved-concurrency`` to 20);
            the host allots them over a whole plan against ``ActionDeclaration.budgets``.
        settle_seconds: after this long unsettled it is ``settling``; 0 is the limit of the action, which none exceeds.
        depends: IAM actions that the calls depend on to the ARNs that they are needed on (``iam:PassRole`` to a role);
            each is one of ``ActionDeclaration.permissions``.
        undo_carries: where the undo may lower capacity (on-demand back to provisioned), what the state before carries:
            path of an observed fact, in the form that it has over minutes, to the load; a watch rolls back only while
            that is well above the present peak of each. Empty says that the undo lowers nothing.
    """

    summary: str
    steps: tuple[Step, ...]
    risk: Risk
    risk_reason: str
    reversible: Reversible = Reversible.YES
    reversible_reason: str = ""
    projection: Mapping[str, Any] = field(default_factory=dict)
    savings_monthly: Mapping[str, Any] | None = None
    code: str = ""
    budget: Mapping[str, float] = field(default_factory=dict)
    settle_seconds: int = 0
    depends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    undo_carries: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an action plans nothing.

    Args:
        reason: one sentence, naming the missing fact and how to get it when a fact is missing.
        passes: True when there is nothing to improve (nothing smaller fits): the finding passes with the reason.
        unknown: the unknown fact that the refusal comes from, so that the finding becomes unknown.
    """

    reason: str
    passes: bool = False
    unknown: Unknown | None = None
