"""The decorators that turn a ``ServicePlugin``'s methods into declarations.

A decorator only notes what it is told; everything is checked when the class is made, so that an author sees each
mistake at once and with the plugin's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from trueup.change import Reversible
from trueup.service.declarations import ActionDeclaration, DerivedAspect, MetricsAspect, ReadAspect, ResourceType
from trueup.service.marks import Mark, leave_mark

if TYPE_CHECKING:
    from trueup.change import Condition, Risk

__all__ = ["action", "aspect", "derived", "metrics", "resource"]

Method = TypeVar("Method", bound=Callable[..., Any])

_NONE: Mapping[str, Any] = MappingProxyType({})


def resource(  # noqa: PLR0913 - one keyword for each thing that the host must know of a type
    noun: str,
    *,
    key: str,
    arn: str,
    lists: str | tuple[str, ...],
    alarm_dimensions: Mapping[str, str] = _NONE,
    alarm_fact: str = "",
    busy: Condition = _NONE,
    busy_needs: tuple[str, ...] = (),
    regional: bool = True,
) -> Callable[[Method], Method]:
    """Declare a resource type; the method ``(self, aws)`` yields the scope's resources, as mappings or strings.

    Args:
        noun: the type's name is ``<service>.<noun>``.
        key: the field of a yielded mapping that is the resource's id; a yielded string is its own id.
        arn: template over the mapping's fields and ``{partition}``, ``{region}``, ``{account}``, ``{key}``. One that is
            made of these four (or of the key's field) lets the host find a resource by its ARN without listing.
        lists: the operations that the method may call.
        alarm_dimensions: CloudWatch dimension name to a template over ``{id}``.
        alarm_fact: path of a fact that lists further sets of dimensions (of members), by name; its aspect is in
            ``busy_needs``.
        busy: a condition that holds when the resource is not to be touched now.
        busy_needs: the aspects that ``busy`` looks at.
        regional: False for what an account has once, whatever the Region (IAM's roles); the scope's Region is then
            ``global``.

    Example::

        @resource("queue", key="QueueUrl", arn="arn:{partition}:sqs:{region}:{account}:{Name}", lists="sqs:ListQueues")
        def queues(self, aws):
            for url in aws.paginate("sqs:ListQueues", "QueueUrls[]", MaxResults=1000):
                yield {"QueueUrl": url, "Name": url.rpartition("/")[2]}
    """

    def declare(method: Callable[..., Any]) -> ResourceType:
        return ResourceType(
            name=noun,
            key=key,
            arn=arn,
            list=method,
            lists=_operations(lists),
            aspects=_NONE,
            alarm_dimensions=alarm_dimensions,
            alarm_fact=alarm_fact,
            busy=busy,
            busy_needs=busy_needs,
            regional=regional,
        )

    return partial(leave_mark, mark=Mark("resource", noun, noun, declare))


def aspect(
    noun: str,
    *,
    reads: str | tuple[str, ...],
    name: str = "",
    per: Literal["resource", "scope"] = "resource",
    batch: int = 1,
    written_back: str | tuple[str, ...] = (),
) -> Callable[[Method], Method]:
    """Declare an aspect that API calls answer; the method ``(self, aws, resource)`` gives its JSON-shaped value.

    Args:
        noun: the resource type it belongs to.
        reads: the operations that the method may call, of any service; each Read or List. ``()``, with ``per="scope"``,
            for a method that only asks ``aws.prices(service)``.
        name: the aspect's name; the method's unless given.
        per: ``scope`` for what is read once for all resources; the method then gets None for the resource.
        batch: how many resources one call takes; above 1 the method gets a list of them and gives as many values.
        written_back: the parts of the answers that an action sends back whole (``.`` is all of them), so that it is
            refused where they have members that the installed botocore does not know.

    Example::

        @aspect("queue", reads="sqs:GetQueueAttributes")
        def attributes(self, aws, queue):
            return aws.call("sqs:GetQueueAttributes", QueueUrl=queue.id, AttributeNames=["All"])["Attributes"]
    """

    def mark(method: Method) -> Method:
        named = name or method.__name__

        def declare(bound: Callable[..., Any]) -> ReadAspect:
            parts = (written_back,) if isinstance(written_back, str) else written_back
            return ReadAspect(named, _operations(reads), bound, per, batch, parts)

        return leave_mark(method, Mark("aspect", noun, named, declare))

    return mark


def metrics(
    noun: str, *, needs: tuple[str, ...] = (), name: str = "", period: int = 3600, days: int = 30
) -> Callable[[Method], Method]:
    """Declare an aspect of metric series; the method ``(self, snapshot)`` gives its ``MetricQuery`` records.

    Args:
        noun: the resource type it belongs to.
        needs: the aspects that the method looks at; none that comes of metrics itself.
        name: the aspect's name; the method's unless given.
        period: seconds a point.
        days: how far back; the window ends at the last full hour.

    Example::

        @metrics("queue", name="metrics")  # a method of this name would hide the decorator from the next one
        def hourly(self, snapshot):
            queue = {"QueueName": snapshot.resource.id}
            yield MetricQuery("sent", "AWS/SQS", "NumberOfMessagesSent", queue, "Sum", "messages", reduce="sum")
    """

    def mark(method: Method) -> Method:
        named = name or method.__name__

        def declare(bound: Callable[..., Any]) -> MetricsAspect:
            return MetricsAspect(named, bound, needs, period, days)

        return leave_mark(method, Mark("aspect", noun, named, declare))

    return mark


def derived(noun: str, *, needs: tuple[str, ...], name: str = "") -> Callable[[Method], Method]:
    """Declare an aspect that follows from others; the method ``(self, snapshot)`` is pure and gives its value.

    A fact that it asks for and that is not known makes the aspect unknown for the same reason.

    Args:
        noun: the resource type it belongs to.
        needs: the aspects that the method looks at.
        name: the aspect's name; the method's unless given.

    Example::

        @derived("queue", needs=("attributes",))
        def retention(self, snapshot):
            return {"days": int(snapshot["attributes.MessageRetentionPeriod"]) / 86_400}
    """

    def mark(method: Method) -> Method:
        named = name or method.__name__

        def declare(bound: Callable[..., Any]) -> DerivedAspect:
            return DerivedAspect(named, bound, needs)

        return leave_mark(method, Mark("aspect", noun, named, declare))

    return mark


def action(  # noqa: PLR0913 - one keyword for each thing that the host must know of a fix
    noun: str,
    name: str,
    *,
    needs: tuple[str, ...],
    owned: tuple[str, ...],
    writes: tuple[str, ...],
    risk: Risk | Literal["safe", "disruptive", "destructive"],
    permissions: tuple[str, ...] = (),
    passes_roles_to: str = "",
    capacity: bool = False,
    reversible: Reversible = Reversible.YES,
    settle_seconds: int = 600,
    poll_seconds: int = 5,
    budgets: Mapping[str, str] = _NONE,
    parameters: Mapping[str, Any] = _NONE,
) -> Callable[[Method], Method]:
    """Declare a fix; the method ``(self, snapshot, parameters)`` is pure and gives a change, or why there is none.

    The arguments are those of ``trueup.service.declarations.ActionDeclaration``.

    Example::

        @action("queue", "enable-encryption", needs=("attributes",), owned=("attributes.SqsManagedSseEnabled",),
                writes=("sqs:SetQueueAttributes",), risk="safe")
        def enable_encryption(self, queue, parameters):
            ...
    """

    def declare(method: Callable[..., Any]) -> ActionDeclaration:
        return ActionDeclaration(
            name=name,
            plan=method,
            needs=needs,
            owned=owned,
            writes=writes,
            risk=risk,  # type: ignore[arg-type]  # made a Risk, or refused, when the class is checked
            permissions=permissions,
            passes_roles_to=passes_roles_to,
            capacity=capacity,
            reversible=reversible,
            settle_seconds=settle_seconds,
            poll_seconds=poll_seconds,
            budgets=budgets,
            parameters=parameters,
        )

    return partial(leave_mark, mark=Mark("action", noun, name, declare))


def _operations(operations: str | tuple[str, ...]) -> tuple[str, ...]:
    return (operations,) if isinstance(operations, str) else tuple(operations)
