"""The switch of a table from provisioned to on-demand capacity, and what speaks against it.

A pure function from a table's facts to the one call, its undo with the capacity of the table and of every index, and
how to tell that it has settled.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Risk, Step
from trueup.plugins.dynamodb import load
from trueup.plugins.dynamodb.actions import AVAILABLE
from trueup.plugins.dynamodb.capacity import ON_DEMAND, PROVISIONED, indexes_of
from trueup.plugins.dynamodb.history import moment
from trueup.plugins.dynamodb.money import monthly_saving
from trueup.service.money import known_prices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["set_billing_mode"]

_FIRST_READS = 12_000
_FIRST_WRITES = 4_000
"""Units a second that a table takes at once after a switch, or what was provisioned, if that is more.

Source: DynamoDB developer guide, read/write capacity mode.
"""

_SWITCH_WINDOW = timedelta(hours=24)
"""At most four switches to on-demand in this time; AWS tells only of the last, so that after any one we wait.

Source: DynamoDB developer guide, considerations when switching capacity modes.
"""


def set_billing_mode(table: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Switch a table and all its indexes to on-demand capacity.

    Args:
        table: with ``table``, ``capacity``, ``minute_use``, ``usage``, ``autoscaling``, ``prices``.
        parameters: ``billing_mode`` (``PAY_PER_REQUEST``), ``reserved_capacity`` (``none``, ``unknown`` or ``owned``).

    Source: DynamoDB API, UpdateTable: a switch takes no ProvisionedThroughput; the way back needs it for the table
    and every index in one call.
    """
    reserved = parameters.get("reserved_capacity", "unknown")
    refusal = _not_to_be_switched(table, reserved)
    if refusal is not None:
        return refusal
    name, before = table.resource.id, table["capacity"]
    step = Step(
        call=Call("dynamodb", "UpdateTable", {"TableName": name, "BillingMode": ON_DEMAND}),
        undo=(Call("dynamodb", "UpdateTable", {"TableName": name, **_provisioned(before)}),),
        effect={
            "capacity.mode": ON_DEMAND,
            "capacity.read_units": 0,
            "capacity.write_units": 0,
            "capacity.by_index": {index: {"read_units": 0, "write_units": 0} for index in before["by_index"]},
        },
        ready=AVAILABLE,
        settled=AVAILABLE,
    )
    return Change(
        summary=_summary(table),
        steps=(step,),
        risk=Risk.SAFE,
        risk_reason="on-demand capacity takes at once what was provisioned, and even the busiest minute needed less",
        projection=_projection(table),
        undo_carries=load.carried(before),
        savings_monthly=_savings(table, reserved),
        code="AWS::DynamoDB::Table BillingMode: PAY_PER_REQUEST, without any ProvisionedThroughput",
    )


def _not_to_be_switched(table: Snapshot, reserved: str) -> Refusal | None:
    if table["capacity.mode"] == ON_DEMAND:
        return Refusal("the table is on-demand already", passes=True)
    if table["table.Replicas"] or table["table.GlobalTableVersion"]:
        return Refusal("a global table is sized over all its replicas, and a switch loses auto scaling of the others")
    if reserved == "owned":
        return Refusal("reserved capacity covers provisioned tables only and would be paid for in vain")
    switched = table["table.BillingModeSummary.LastUpdateToPayPerRequestDateTime"]
    if switched and table.read_at - moment(switched) < _SWITCH_WINDOW:
        return Refusal(
            f"the table was switched to on-demand at {switched}, and AWS allows four switches in 24 hours but tells "
            "only of the last; plan again 24 hours after it"
        )
    use = table["minute_use"]
    if use["peak"] >= 100:  # noqa: PLR2004 - percent of what was provisioned
        return Refusal(
            f"the busiest minute used {use['peak']:.0f} % of the provisioned {use['worst']}, expected less than 100 %"
        )
    return _limited(table)


def _limited(table: Snapshot) -> Refusal | None:
    """Refuse when limits that were set for on-demand capacity are below what the busiest minute needs."""
    use = table["minute_use"]
    needs = {"MaxReadRequestUnits": use["read_rate"], "MaxWriteRequestUnits": use["write_rate"]}
    for each in (table["table"], *indexes_of(table["table"])):
        limits = each.get("OnDemandThroughput") or {}
        for name, rate in needs.items():
            limit = limits.get(name)
            if limit is not None and 0 <= limit <= rate:  # AWS writes "no limit" as -1
                part = each.get("IndexName") or "the table"
                return Refusal(f"{part} has {name} {limit}, expected more than the busiest minute's {rate:g} a second")
    return None


def _provisioned(before: Mapping[str, Any]) -> dict[str, Any]:
    updates = [
        {"Update": {"IndexName": index, "ProvisionedThroughput": _throughput(units)}}
        for index, units in sorted(before["by_index"].items())
    ]
    return {
        "BillingMode": PROVISIONED,
        "ProvisionedThroughput": _throughput(before),
        **({"GlobalSecondaryIndexUpdates": updates} if updates else {}),
    }


def _throughput(units: Mapping[str, Any]) -> dict[str, int]:
    return {"ReadCapacityUnits": units["read_units"], "WriteCapacityUnits": units["write_units"]}


def _summary(table: Snapshot) -> str:
    before = table["capacity"]
    text = f"{table.resource.id}: {before['read_units']} read and {before['write_units']} write units"
    if before["by_index"]:
        text += f", and those of {', '.join(sorted(before['by_index']))},"
    text += " become on-demand"
    if table["autoscaling.targets"]:
        text += "; auto scaling stays registered and has no effect until a rollback"
    return text


def _projection(table: Snapshot) -> dict[str, Any]:
    before, use = table["capacity"], table["minute_use"]
    return {
        "projected_peak_read": round(100 * use["read_rate"] / max(_FIRST_READS, before["read_units"]), 4),
        "projected_peak_write": round(100 * use["write_rate"] / max(_FIRST_WRITES, before["write_units"]), 4),
        "observed_peak_minute": use["peak"],
        "unit": "percent",
        "basis": "busiest minute of any part, of what an on-demand table takes at once; observed: of the provisioned",
    }


def _savings(table: Snapshot, reserved: str) -> dict[str, Any] | None:
    prices = known_prices(table)
    if prices is None:
        return None
    table_class = table["table.TableClassSummary.TableClass"] or "STANDARD"
    return monthly_saving(table["capacity"], table["usage"], prices, table_class, reserved=reserved)
