"""What a plugin declares of a service, as data: resource types, aspects, metrics, actions.

The host reads, packs, re-reads and guards from these declarations alone; a plugin makes no client and sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from trueup.change import Reversible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from trueup.change import Change, Condition, Refusal, Risk
    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Scope

__all__ = [
    "ActionDeclaration",
    "AspectDeclaration",
    "DerivedAspect",
    "MetricQuery",
    "MetricsAspect",
    "ReadAspect",
    "Reader",
    "ResourceType",
    "ZeroWhenMeasured",
]


class Reader(Protocol):
    """What an aspect reads AWS with: declared Read and List operations of one scope, nothing else."""

    @property
    def scope(self) -> Scope:
        """The account and Region being read."""

    def call(self, operation: str, /, *, absent: tuple[str, ...] = (), **parameters: Any) -> Any:
        """Make one call and give its response without ResponseMetadata.

        Args:
            operation: ``service:Operation``, declared in the aspect's ``reads``.
            absent: AWS error codes that mean "there is none"; None is given for them.
            **parameters: the request.

        Raises:
            UnreadableError: denied, throttled past retries, timed out, reset, 5xx or not parseable.
        """

    def paginate(self, operation: str, items: str, /, **parameters: Any) -> Iterable[Any]:
        """Yield the items (a JMESPath) of all pages; a page that fails raises after the ones before it.

        Raises:
            UnreadableError: as in ``call``; what was yielded before must not be taken for the whole.
        """

    def prices(self, service: str) -> Mapping[str, Any]:
        """Give the newest known prices of a plugin's service in the scope's Region; no call is made.

        Args:
            service: the plugin's name.

        Returns:
            ``{"currency", "date", "source", "list"}``; ``list`` is what the price file has for the Region.

        Raises:
            UnreadableError: no price is known there, or the price file is broken.
        """


@dataclass(frozen=True, slots=True)
class ZeroWhenMeasured:
    """Absence means zero: AWS emits the metric only on activity, and a companion proves that it was measured.

    Args:
        companion: the name of a series of the same aspect and period; only where it has a point is absence zero.
        source: the AWS document that says so.
    """

    companion: str
    source: str


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One metric series to read.

    Args:
        name: the fact's name inside its aspect (``consumed_read``), unique in the aspect; may be dotted and
            quoted (``by_index."by-date".consumed_read``).
        namespace: CloudWatch namespace, e.g. ``AWS/DynamoDB``.
        metric: CloudWatch metric name.
        dimensions: exact dimensions.
        statistic: ``Sum``, ``Maximum``, ``Average``, ``Minimum``, ``SampleCount`` or a percentile such as ``p95``.
        unit: unit of the fact's value, for reports; never sent, since a wrong one gives silence.
        reduce: how the points make the fact: ``sum``, ``max``, ``min`` or ``last``.
        absence: what no point means; None is unknown.
    """

    name: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    unit: str
    reduce: Literal["sum", "max", "min", "last"] = "max"
    absence: ZeroWhenMeasured | None = None


@dataclass(frozen=True, slots=True)
class ReadAspect:
    """An aspect that API calls answer: ``read(aws, resource)`` gives its JSON-shaped value.

    Args:
        name: the aspect's name.
        reads: the operations it may call, ``service:Operation``; none, per scope, for one that only looks up prices.
        read: the function; for ``per="scope"`` it is called once a scope with ``resource`` None, for ``batch`` > 1
            with a list of resources, giving one value each (or Unknown), in order.
        per: ``resource``, or ``scope`` for what is read once for all resources (account settings).
        batch: how many resources one call takes.
        written_back: the parts of the answers that an action sends back whole, as paths of members
            (``services[].networkConfiguration``); ``.`` is all of an answer. Where a plan or an apply reads them, one
            with members that the installed botocore does not know makes the aspect unknown: the fix would delete them.
    """

    name: str
    reads: tuple[str, ...]
    read: Callable[[Reader, Any], Any]
    per: Literal["resource", "scope"] = "resource"
    batch: int = 1
    written_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricsAspect:
    """An aspect of metric series: ``queries(snapshot)`` names them from the ``needs``; the host reads them packed.

    Args:
        name: the aspect's name.
        queries: a pure function.
        needs: aspects that ``queries`` looks at.
        period: seconds a point; over 15 days back a multiple of 300.
        days: how far back the window goes; it ends at the last full hour.
    """

    name: str
    queries: Callable[[Snapshot], Iterable[MetricQuery]]
    needs: tuple[str, ...] = ()
    period: int = 3600
    days: int = 30


@dataclass(frozen=True, slots=True)
class DerivedAspect:
    """An aspect that follows from others without a call: ``derive(snapshot)``, pure; a value inside may be Unknown."""

    name: str
    derive: Callable[[Snapshot], Any]
    needs: tuple[str, ...]


AspectDeclaration = ReadAspect | MetricsAspect | DerivedAspect


@dataclass(frozen=True, slots=True)
class ActionDeclaration:
    """A plugin's fix.

    Args:
        name: the action's name, as rules write it.
        plan: the pure function from a frozen snapshot and parameters to a change.
        needs: aspects it looks at, read only in ``plan`` and only for failing resources (the host adds ``tags``).
        owned: fact paths that its steps write.
        writes: operations that its steps and undos may use, ``service:Operation``.
        permissions: further IAM actions that these may depend on (``iam:PassRole``); which of them a change does
            depend on, and where, is its ``depends``.
        passes_roles_to: the service that is given the roles of ``iam:PassRole`` (``ecs-tasks.amazonaws.com``), where
            AWS documents it; a printed policy is limited to it. Empty limits it to the roles only.
        risk: the least risk of its changes.
        capacity: whether it lowers capacity, so that the canary is soaked and one reduction a resource and plan holds.
        settle_seconds: after this long unsettled, the change is ``settling`` and left.
        poll_seconds: how often facts are read while settling.
        reversible: the best that its changes can be undone; a change may say less.
        budgets: account budget name to the fact path that says how much is free (``lambda:unreserved-concurrency``
            to ``account.spare``), for ``Change.budget``.
        parameters: JSON Schema of the parameters that a rule may give.
    """

    name: str
    plan: Callable[[Snapshot, Mapping[str, Any]], Change | Refusal]
    needs: tuple[str, ...]
    owned: tuple[str, ...]
    writes: tuple[str, ...]
    risk: Risk
    permissions: tuple[str, ...] = ()
    passes_roles_to: str = ""
    capacity: bool = False
    settle_seconds: int = 600
    poll_seconds: int = 5
    reversible: Reversible = Reversible.YES
    budgets: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource that a plugin audits.

    Args:
        name: ``<service>.<noun>``, e.g. ``dynamodb.table``.
        key: the field of a listed item that is the resource's id (an item that is a plain string is its own id).
        arn: template over the item's fields and ``{partition}``, ``{region}``, ``{account}``, ``{key}``.
        list: yields the scope's resources, as mappings or plain strings.
        lists: the operations that ``list`` may call.
        aspects: by name.
        actions: by name.
        alarm_dimensions: CloudWatch dimension name to template over ``{id}``, to find alarms of the resource.
        alarm_fact: path of a fact that lists further sets of dimensions, each a mapping of name to value: those of
            members (``DBInstanceIdentifier``), or of a resource whose id is none; its aspect is in ``busy_needs``.
        busy: a condition that holds when the resource is not to be touched now (not available, being changed).
        busy_needs: aspects that ``busy`` looks at.
        regional: whether each Region has its own; one that has not is audited once an account, in scope ``global``.
    """

    name: str
    key: str
    arn: str
    list: Callable[[Reader], Iterable[Mapping[str, Any] | str]]
    lists: tuple[str, ...]
    aspects: Mapping[str, AspectDeclaration]
    actions: Mapping[str, ActionDeclaration] = field(default_factory=dict)
    alarm_dimensions: Mapping[str, str] = field(default_factory=dict)
    alarm_fact: str = ""
    busy: Condition = field(default_factory=dict)
    busy_needs: tuple[str, ...] = ()
    regional: bool = True

    @property
    def service(self) -> str:
        """The plugin's name, the prefix of the type's."""
        return self.name.partition(".")[0]
