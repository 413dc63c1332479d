"""Tests of the switch to on-demand capacity: what it sends, what it refuses, and that the undo undoes it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.change import Call

UNITS = st.tuples(st.integers(1, 40_000), st.integers(1, 40_000))
INDEXES = st.dictionaries(st.text("abcXYZ019_.-", min_size=3, max_size=12), UNITS, max_size=5)


def _update(described: dict[str, Any], call: Call) -> dict[str, Any]:
    """Do to a described table what DynamoDB does with an UpdateTable call, and refuse what it refuses."""
    assert call.name == "dynamodb:UpdateTable"
    asked = dict(call.parameters)
    assert asked.pop("TableName") == described["TableName"]
    table = deepcopy(described)
    indexes = {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", ())}
    mode = asked.pop("BillingMode")
    table["BillingModeSummary"] = {"BillingMode": mode}
    if mode == "PAY_PER_REQUEST":
        assert not asked
        for each in (table, *indexes.values()):
            each["ProvisionedThroughput"] = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
        return table
    table["ProvisionedThroughput"] = asked.pop("ProvisionedThroughput")
    updates = [each["Update"] for each in asked.pop("GlobalSecondaryIndexUpdates", ())]
    assert sorted(indexes) == sorted(each["IndexName"] for each in updates)
    for each in updates:
        indexes[each["IndexName"]]["ProvisionedThroughput"] = each["ProvisionedThroughput"]
    assert not asked
    return table


def test_the_switch_is_one_call_and_carries_no_throughput(tables: Any) -> None:
    """AWS refuses capacity units in a switch to on-demand; the way back needs them."""
    step = tables.change("set-billing-mode", tables.idle()).steps[0]
    assert step.call == Call("dynamodb", "UpdateTable", {"TableName": "orders", "BillingMode": "PAY_PER_REQUEST"})
    assert step.undo == (
        Call(
            "dynamodb",
            "UpdateTable",
            {
                "TableName": "orders",
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": {"ReadCapacityUnits": 500, "WriteCapacityUnits": 500},
            },
        ),
    )


@given(units=UNITS, indexes=INDEXES)
def test_the_undo_of_a_switch_restores_table_and_every_index(
    tables: Any, units: tuple[int, int], indexes: dict[str, tuple[int, int]]
) -> None:
    """Whatever the table looks like: the effect holds after the call, and the before-image after the undo."""
    described = tables.described(read=units[0], write=units[1], indexes=indexes)
    before = tables.idle(described)
    (step,) = tables.change("set-billing-mode", before).steps
    switched = _update(described, step.call)
    after = tables.snapshot(switched, {})
    assert step.effect == {path: after[path] for path in step.effect}
    (undo,) = step.undo
    restored = tables.snapshot(_update(switched, undo), {})
    assert before["capacity"] == restored["capacity"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"Replicas": [{"RegionName": "eu-west-1", "ReplicaStatus": "ACTIVE"}]}, "global table"),
        ({"GlobalTableVersion": "2017.11.29"}, "global table"),
        ({"OnDemandThroughput": {"MaxReadRequestUnits": 20, "MaxWriteRequestUnits": -1}}, "MaxReadRequestUnits 20"),
    ],
)
def test_tables_that_must_not_be_switched_are_refused(tables: Any, more: dict[str, Any], reason: str) -> None:
    """A global table, and a table whose own on-demand limits are below its busiest minute."""
    described = tables.described(**more)
    busy = tables.measured(described, minute_read=60 * 20.0)
    refusal = tables.refusal("set-billing-mode", tables.snapshot(described, busy))
    assert reason in refusal.reason
    assert not refusal.passes


def test_limits_above_the_busiest_minute_do_not_matter(tables: Any) -> None:
    """No limit is written as -1."""
    limits = {"MaxReadRequestUnits": 1000, "MaxWriteRequestUnits": -1}
    assert tables.change("set-billing-mode", tables.idle(tables.described(OnDemandThroughput=limits))).steps


def test_a_minute_at_the_provisioned_capacity_is_refused(tables: Any) -> None:
    """What filled its capacity for a minute may want more than the switch allows for."""
    described = tables.described(indexes={"by-date": (10, 10)})
    burst = tables.measured(
        described, by_index={"by-date": {"minute_read": lambda minute: 600 if minute == 3 else None}}
    )
    refusal = tables.refusal("set-billing-mode", tables.snapshot(described, burst))
    assert "100 % of the provisioned reads of index by-date" in refusal.reason


@pytest.mark.parametrize(("hours", "refused"), [(23, True), (25, False)])
def test_a_second_switch_within_a_day_is_refused(tables: Any, hours: int, *, refused: bool) -> None:
    """AWS tells of the last of four allowed switches only, so that one is taken for four."""
    switched = {"BillingMode": "PROVISIONED", "LastUpdateToPayPerRequestDateTime": tables.now - timedelta(hours=hours)}
    usage = {"days": 30, "read_units": 0, "write_units": 0}
    day = {"read_units": 0, "write_units": 0}
    snapshot = tables.idle(tables.described(BillingModeSummary=switched))
    known = {**snapshot.aspects, "usage": {**usage, "busiest_day": day, "quietest_day": day}}
    used = replace(snapshot, aspects=known)
    if refused:
        assert "24 hours" in tables.refusal("set-billing-mode", used).reason
    else:
        assert tables.change("set-billing-mode", used).steps


def test_reserved_capacity_that_is_known_forbids_the_switch(tables: Any) -> None:
    """It pays for provisioned tables only."""
    refusal = tables.refusal("set-billing-mode", tables.idle(), reserved_capacity="owned")
    assert "reserved capacity" in refusal.reason


def test_the_projection_holds_the_busiest_minute_against_what_on_demand_takes(tables: Any) -> None:
    """An on-demand table takes 12,000 reads and 4,000 writes a second at once, or what was provisioned."""
    described = tables.described(read=500, write=8000)
    series = tables.measured(described, minute_read=60 * 120.0, minute_write=60 * 800.0)
    projection = tables.change("set-billing-mode", tables.snapshot(described, series)).projection
    assert (1.0, 10.0, 24.0) == (
        projection["projected_peak_read"],
        projection["projected_peak_write"],
        projection["observed_peak_minute"],
    )


def test_savings_are_none_where_no_price_is_known(tables: Any) -> None:
    """The change is still planned; its saving is not known rather than zero."""
    infrequent = {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    known, unknown = (
        tables.change("set-billing-mode", tables.idle(described)).savings_monthly
        for described in (tables.described(), tables.described(TableClassSummary=infrequent))
    )
    assert unknown is None
    assert known is not None
    assert known["likely"] == round(730 * 500 * (0.00013 + 0.00065), 2)


def test_auto_scaling_and_indexes_are_told(tables: Any) -> None:
    """The summary says what else becomes on-demand, and what stays behind."""
    target = {"ScalableDimension": "dynamodb:table:ReadCapacityUnits", "MinCapacity": 5, "MaxCapacity": 50}
    snapshot = tables.idle(tables.described(indexes={"by-date": (5, 5)}), autoscaling={"targets": [target]})
    assert (
        "orders: 500 read and 500 write units, and those of by-date, become on-demand; "
        "auto scaling stays registered and has no effect until a rollback"
    ) == tables.change("set-billing-mode", snapshot).summary
