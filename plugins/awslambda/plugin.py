"""What trueup knows of Lambda: its functions, how their facts are read or follow from others, and their fixes.

A table of declarations; each fact and each fix is a pure function in the module named after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.awslambda import configuration, history, memory, money, reservation, series, sizing, usage, versions
from trueup.service.plugin import ServicePlugin, action, aspect, derived, metrics, resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.change import Change, Refusal
    from trueup.facts.snapshot import Snapshot
    from trueup.facts.unknown import Unknown
    from trueup.resource import Resource
    from trueup.service.declarations import MetricQuery, Reader

__all__ = ["LambdaPlugin"]

_SETTLE_SECONDS = 600
"""An update takes seconds; one of a function in a VPC or of a large image takes minutes."""

_SIZES = {
    "type": "object",
    "properties": {
        "memory_mib": {
            "type": "integer",
            "minimum": memory.LEAST_MEMORY_MIB,
            "maximum": sizing.MOST_MEMORY_MIB,
        },
        "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": memory.MOST_TIMEOUT_SECONDS},
        "without_insights": {"type": "boolean"},
    },
    "required": ["memory_mib", "timeout_seconds"],
    "additionalProperties": False,
}

_RESERVATION = {
    "type": "object",
    "properties": {"reserved": {"type": "integer", "minimum": 1}},
    "required": ["reserved"],
    "additionalProperties": False,
}


class LambdaPlugin(ServicePlugin):
    """Functions, judged by their unpublished version."""

    service = "awslambda"

    @resource(
        "function",
        key="FunctionName",
        arn="arn:{partition}:lambda:{region}:{account}:function:{key}",
        lists="lambda:ListFunctions",
        alarm_dimensions={"FunctionName": "{id}"},
        busy={"not": configuration.AVAILABLE},
        busy_needs=("function",),
    )
    def functions(self, aws: Reader) -> Iterator[str]:
        """Yield the names of the scope's functions."""
        yield from aws.paginate("lambda:ListFunctions", "Functions[].FunctionName")

    @aspect("function", name="function", reads="lambda:GetFunction")
    def description(self, aws: Reader, function: Resource) -> dict[str, Any]:
        """Give the configuration and the reservation, without secrets."""
        return configuration.described(aws.call("lambda:GetFunction", FunctionName=function.id))

    @aspect("function", reads="lambda:ListTags")
    def tags(self, aws: Reader, function: Resource) -> dict[str, str]:
        """Give the tags by name."""
        found: dict[str, str] = aws.call("lambda:ListTags", Resource=function.arn).get("Tags") or {}
        return found

    @aspect("function", reads="lambda:ListAliases")
    def aliases(self, aws: Reader, function: Resource) -> list[Any]:
        """Give the aliases and the versions that they use."""
        return list(aws.paginate("lambda:ListAliases", "Aliases[]", FunctionName=function.id))

    @aspect("function", reads="lambda:ListProvisionedConcurrencyConfigs")
    def provisioned(self, aws: Reader, function: Resource) -> list[Any]:
        """Give the provisioned concurrency of versions and aliases."""
        operation, items = "lambda:ListProvisionedConcurrencyConfigs", "ProvisionedConcurrencyConfigs[]"
        return list(aws.paginate(operation, items, FunctionName=function.id))

    @aspect("function", reads="lambda:ListEventSourceMappings", per="scope")
    def region_event_sources(self, aws: Reader, _: None) -> list[Any]:
        """Give the event source mappings of all functions."""
        return list(aws.paginate("lambda:ListEventSourceMappings", "EventSourceMappings[]"))

    @aspect("function", reads="lambda:GetAccountSettings", per="scope")
    def account_settings(self, aws: Reader, _: None) -> Any:
        """Give the account's limits."""
        return aws.call("lambda:GetAccountSettings")

    @aspect("function", reads=(), per="scope")
    def prices(self, aws: Reader, _: None) -> Mapping[str, Any]:
        """Give the Region's prices."""
        return aws.prices(self.service)

    @metrics("function", name=series.HOURLY)
    def hourly(self, function: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of the look-back."""
        yield from series.hourly_queries(function)

    @metrics("function", name=series.INSIGHTS)
    def insights(self, function: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of Lambda Insights."""
        yield from series.insights_queries(function)

    @metrics("function", name=series.ACCOUNT)
    def account_metrics(self, function: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of the account."""
        yield from series.account_queries(function)

    @derived("function", needs=("function",))
    def concurrency(self, function: Snapshot) -> dict[str, Any]:
        """Give the reserved concurrency."""
        return configuration.concurrency(function)

    @derived("function", needs=("region_event_sources",))
    def event_sources(self, function: Snapshot) -> list[dict[str, Any]]:
        """Give the event source mappings of the function."""
        return versions.event_sources(function)

    @derived("function", needs=("account_settings", series.ACCOUNT))
    def account(self, function: Snapshot) -> dict[str, Any]:
        """Give what of the account's concurrency is spare."""
        return reservation.account(function)

    @derived("function", needs=("function", series.HOURLY))
    def history(self, function: Snapshot) -> dict[str, Any]:
        """Give whether the look-back says anything."""
        return history.history(function)

    @derived("function", needs=("history", series.HOURLY))
    def usage(self, function: Snapshot) -> dict[str, Any]:
        """Give what the function did in the look-back."""
        return usage.usage(function)

    @derived("function", needs=("function", "usage", "prices"))
    def cost(self, function: Snapshot) -> dict[str, Any] | Unknown:
        """Give what the function's invocations cost a month."""
        return money.monthly_cost(function)

    @derived("function", needs=(series.HOURLY,))
    def health(self, function: Snapshot) -> dict[str, Any]:
        """Give throttles and errors."""
        return usage.health(function)

    @derived("function", needs=("function", "history", series.HOURLY, series.INSIGHTS))
    def sizing(self, function: Snapshot) -> dict[str, Any]:
        """Give what the size of the function follows from."""
        return sizing.sizing(function)

    @derived("function", needs=(series.HOURLY, series.INSIGHTS))
    def demand(self, function: Snapshot) -> dict[str, Any]:
        """Give what the function needed."""
        return sizing.demand(function)

    @derived("function", needs=("function", "demand"))
    def fit(self, function: Snapshot) -> dict[str, bool]:
        """Give whether memory and timeout are as small as the observed use allows."""
        return sizing.fit(function)

    @action(
        "function",
        "set-memory-and-timeout",
        needs=("function", "aliases", "event_sources", "usage", "sizing", "prices"),
        owned=("function.MemorySize", "function.Timeout"),
        writes=("lambda:UpdateFunctionConfiguration",),
        risk="safe",
        capacity=True,
        settle_seconds=_SETTLE_SECONDS,
        parameters=_SIZES,
    )
    def set_memory_and_timeout(self, function: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Lower memory and timeout."""
        return memory.set_memory_and_timeout(function, parameters)

    @action(
        "function",
        "reserve-concurrency",
        needs=("function", "concurrency", "history", series.HOURLY, "provisioned", "event_sources", "account"),
        owned=("concurrency.reserved",),
        writes=("lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"),
        risk="safe",
        settle_seconds=_SETTLE_SECONDS,
        budgets={reservation.BUDGET: "account.spare"},
        parameters=_RESERVATION,
    )
    def reserve_concurrency(self, function: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Reserve concurrency."""
        return reservation.reserve_concurrency(function, parameters)
