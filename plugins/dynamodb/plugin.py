"""What trueup knows of DynamoDB: its tables, how their facts are read or follow from others, and their fixes.

A table of declarations; each fact and each fix is a pure function in the module named after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.dynamodb import (
    actions,
    billing_mode,
    capacity,
    history,
    load,
    money,
    series,
    throttling,
    usage,
    utilization,
)
from trueup.service.plugin import ServicePlugin, action, aspect, derived, metrics, resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.change import Change, Refusal
    from trueup.facts.snapshot import Snapshot
    from trueup.facts.unknown import Unknown
    from trueup.resource import Resource
    from trueup.service.declarations import MetricQuery, Reader

__all__ = ["DynamoDbPlugin"]

_MINUTES_DAYS = 14
"""CloudWatch keeps points of one minute for 15 days; a window that begins a moment earlier has none at all."""

_SETTLE_SECONDS = 1800
"""A first switch takes minutes, its indexes settle after the table."""

_SWITCH_PARAMETERS = {
    "type": "object",
    "properties": {
        "billing_mode": {"const": capacity.ON_DEMAND},
        "reserved_capacity": {"enum": ["unknown", "none", "owned"]},
    },
    "required": ["billing_mode"],
    "additionalProperties": False,
}

_NO_PARAMETERS = {"type": "object", "additionalProperties": False}


class DynamoDbPlugin(ServicePlugin):
    """Tables and their global secondary indexes."""

    service = "dynamodb"

    @resource(
        "table",
        key="TableName",
        arn="arn:{partition}:dynamodb:{region}:{account}:table/{key}",
        lists="dynamodb:ListTables",
        alarm_dimensions={"TableName": "{id}"},
        busy={"not": actions.AVAILABLE},
        busy_needs=("table",),
    )
    def tables(self, aws: Reader) -> Iterator[str]:
        """Yield the names of the scope's tables."""
        yield from aws.paginate("dynamodb:ListTables", "TableNames[]")

    @aspect("table", name="table", reads="dynamodb:DescribeTable")
    def description(self, aws: Reader, table: Resource) -> dict[str, Any]:
        """Give the table as AWS describes it; protection that is not mentioned is off, as it is by default."""
        described = aws.call("dynamodb:DescribeTable", TableName=table.id)["Table"]
        return {"DeletionProtectionEnabled": False, **described}

    @aspect("table", reads="dynamodb:DescribeContinuousBackups")
    def continuous_backups(self, aws: Reader, table: Resource) -> Any:
        """Give the state of continuous backups and point-in-time recovery."""
        return aws.call("dynamodb:DescribeContinuousBackups", TableName=table.id)["ContinuousBackupsDescription"]

    @aspect("table", reads="dynamodb:ListTagsOfResource")
    def tags(self, aws: Reader, table: Resource) -> dict[str, str]:
        """Give the tags by name."""
        tags = aws.paginate("dynamodb:ListTagsOfResource", "Tags[]", ResourceArn=table.arn)
        return {tag["Key"]: tag["Value"] for tag in tags}

    @aspect("table", reads="application-autoscaling:DescribeScalableTargets")
    def autoscaling(self, aws: Reader, table: Resource) -> dict[str, Any]:
        """Give the scalable targets of the table itself."""
        targets = aws.paginate(
            "application-autoscaling:DescribeScalableTargets",
            "ScalableTargets[]",
            ServiceNamespace="dynamodb",
            ResourceIds=[f"table/{table.id}"],
        )
        return {"targets": list(targets)}

    @aspect("table", reads=(), per="scope")
    def prices(self, aws: Reader, _table: None) -> Mapping[str, Any]:
        """Give the Region's prices."""
        return aws.prices(self.service)

    @metrics("table", name=series.HOURLY, needs=("table",))
    def hourly(self, table: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of the look-back."""
        yield from series.hourly_queries(table)

    @metrics("table", name=series.MINUTES, needs=("table",), period=60, days=_MINUTES_DAYS)
    def minutes(self, table: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of one-minute consumption."""
        yield from series.minute_queries(table)

    @derived("table", needs=("table",))
    def capacity(self, table: Snapshot) -> dict[str, Any]:
        """Give billing mode and units, whatever AWS left out."""
        return capacity.capacity(table)

    @derived("table", needs=("table", "capacity", series.HOURLY))
    def history(self, table: Snapshot) -> dict[str, Any]:
        """Give whether the look-back says anything."""
        return history.history(table)

    @derived("table", needs=("table", "history", series.HOURLY))
    def utilization(self, table: Snapshot) -> dict[str, Any]:
        """Give the use of the table's capacity."""
        return utilization.utilization(table)

    @derived("table", needs=("table", "capacity", "history", series.HOURLY))
    def indexes(self, table: Snapshot) -> list[dict[str, Any]]:
        """Give the use of each index's capacity."""
        return utilization.indexes(table)

    @derived("table", needs=("table", series.HOURLY, series.MINUTES))
    def minute_use(self, table: Snapshot) -> dict[str, Any]:
        """Give the busiest minute."""
        return utilization.minute_use(table)

    @derived("table", needs=("table", "history", series.HOURLY))
    def usage(self, table: Snapshot) -> dict[str, Any]:
        """Give what on-demand capacity would have billed."""
        return usage.usage(table)

    @derived("table", needs=("table", "capacity", "usage", "prices"))
    def cost(self, table: Snapshot) -> dict[str, Any] | Unknown:
        """Give what the table's throughput costs a month."""
        return money.monthly_cost(table)

    @derived("table", needs=("table", series.HOURLY))
    def load(self, table: Snapshot) -> dict[str, Any]:
        """Give what capacity has to carry."""
        return load.load(table)

    @derived("table", needs=("table", series.HOURLY))
    def throttling(self, table: Snapshot) -> dict[str, Any]:
        """Give the throttle events of the table and its indexes."""
        return throttling.throttling(table)

    @action(
        "table",
        "set-billing-mode",
        needs=("table", "capacity", "minute_use", "usage", "autoscaling", "prices"),
        owned=("capacity.mode", "capacity.read_units", "capacity.write_units", "capacity.by_index"),
        writes=("dynamodb:UpdateTable",),
        risk="safe",
        capacity=True,
        settle_seconds=_SETTLE_SECONDS,
        parameters=_SWITCH_PARAMETERS,
    )
    def set_billing_mode(self, table: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Switch the table to on-demand capacity."""
        return billing_mode.set_billing_mode(table, parameters)

    @action(
        "table",
        "enable-pitr",
        needs=("table", "continuous_backups"),
        owned=("continuous_backups.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",),
        writes=("dynamodb:UpdateContinuousBackups",),
        risk="safe",
        settle_seconds=_SETTLE_SECONDS,
        parameters=_NO_PARAMETERS,
    )
    def enable_pitr(self, table: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Turn point-in-time recovery on."""
        return actions.enable_pitr(table, parameters)

    @action(
        "table",
        "enable-deletion-protection",
        needs=("table",),
        owned=("table.DeletionProtectionEnabled",),
        writes=("dynamodb:UpdateTable",),
        risk="safe",
        settle_seconds=_SETTLE_SECONDS,
        parameters=_NO_PARAMETERS,
    )
    def enable_deletion_protection(self, table: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Protect the table from being deleted."""
        return actions.enable_deletion_protection(table, parameters)
