"""Tests of the actions as pure functions: what they plan, what they refuse, and that the undo undoes it."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.change import Call, Change, Refusal, Reversible, Risk
from trueup.errors import UnknownFactError
from trueup.facts.path import split_path
from trueup.facts.snapshot import lookup
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.dynamodb.actions import enable_deletion_protection, enable_pitr, set_billing_mode

SWITCH = {"billing_mode": "PAY_PER_REQUEST"}
DENIED = Unknown(Reason.ACCESS_DENIED, "", "dynamodb:DescribeTable", "dynamodb:DescribeTable")
OFF = {
    "ContinuousBackupsStatus": "ENABLED",
    "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
}

UNITS = st.tuples(st.integers(1, 40_000), st.integers(1, 40_000))
INDEXES = st.dictionaries(st.text("abcXYZ019_.-", min_size=3, max_size=12), UNITS, max_size=5)


def _planned(found: Change | Refusal) -> Change:
    assert isinstance(found, Change), found
    return found


def _refused(found: Change | Refusal) -> Refusal:
    assert isinstance(found, Refusal), found
    return found


def _update(described: dict[str, Any], call: Call) -> dict[str, Any]:
    """Do to a described table what DynamoDB does with an UpdateTable call, and refuse what it refuses."""
    assert call.name == "dynamodb:UpdateTable"
    asked = dict(call.parameters)
    assert asked.pop("TableName") == described["TableName"]
    table = deepcopy(described)
    if "DeletionProtectionEnabled" in asked:
        assert set(asked) == {"DeletionProtectionEnabled"}
        return table | asked
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
    step = _planned(set_billing_mode(tables.idle().frozen(), SWITCH)).steps[0]
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
    (step,) = _planned(set_billing_mode(before.frozen(), SWITCH)).steps
    switched = _update(described, step.call)
    after = tables.snapshot(switched, {})
    assert step.effect == {path: after[path] for path in step.effect}
    (undo,) = step.undo
    restored = tables.snapshot(_update(switched, undo), {})
    assert before["capacity"] == restored["capacity"]


@given(indexes=INDEXES)
def test_the_effect_is_what_the_action_owns(tables: Any, indexes: dict[str, tuple[int, int]]) -> None:
    """Each declared owned fact has a value after the step, and no other fact is claimed."""
    snapshot = tables.idle(tables.described(indexes=indexes), continuous_backups=OFF).frozen()
    for declared in tables.type.actions.values():
        (step,) = _planned(declared.plan(snapshot, SWITCH)).steps
        assert sorted(declared.owned) == sorted(step.effect)
        assert any(lookup(snapshot.aspects, path) != value for path, value in step.effect.items())
        assert {step.call.name, *(undo.name for undo in step.undo)} <= set(declared.writes)


def test_every_change_is_safe_reversible_and_waits_for_all_indexes(tables: Any) -> None:
    """None of the fixes needs a flag, and none is sent to a table that is being changed."""
    snapshot = tables.idle(continuous_backups=OFF).frozen()
    for declared in tables.type.actions.values():
        change = _planned(declared.plan(snapshot, SWITCH))
        assert (change.risk, change.reversible) == (Risk.SAFE, Reversible.YES)
        assert change.risk_reason
        assert change.code.startswith("AWS::DynamoDB::Table ")
        assert "GlobalSecondaryIndexes" in str(change.steps[0].ready)
        assert "TableStatus" in str(change.steps[0].settled)


def test_actions_need_only_what_they_declare(tables: Any) -> None:
    """An action planned from its declared needs alone gives the same change."""
    whole = tables.idle(continuous_backups=OFF).frozen()
    for declared in tables.type.actions.values():
        needed = {name: whole.aspects[name] for name in declared.needs}
        narrow = type(whole)(whole.resource, needed, whole.read_at)
        assert declared.plan(whole, SWITCH) == declared.plan(narrow, SWITCH)


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
    refusal = _refused(set_billing_mode(tables.snapshot(described, busy).frozen(), SWITCH))
    assert reason in refusal.reason
    assert not refusal.passes


def test_limits_above_the_busiest_minute_do_not_matter(tables: Any) -> None:
    """No limit is written as -1."""
    limits = {"MaxReadRequestUnits": 1000, "MaxWriteRequestUnits": -1}
    _planned(set_billing_mode(tables.idle(tables.described(OnDemandThroughput=limits)).frozen(), SWITCH))


def test_a_minute_at_the_provisioned_capacity_is_refused(tables: Any) -> None:
    """What filled its capacity for a minute may want more than the switch allows for."""
    described = tables.described(indexes={"by-date": (10, 10)})
    burst = tables.measured(
        described, by_index={"by-date": {"minute_read": lambda minute: 600 if minute == 3 else None}}
    )
    refusal = _refused(set_billing_mode(tables.snapshot(described, burst).frozen(), SWITCH))
    assert "100 % of the provisioned reads of index by-date" in refusal.reason


@pytest.mark.parametrize(("hours", "refused"), [(23, True), (25, False)])
def test_a_second_switch_within_a_day_is_refused(tables: Any, hours: int, *, refused: bool) -> None:
    """AWS tells of the last of four allowed switches only, so that one is taken for four."""
    switched = {"BillingMode": "PROVISIONED", "LastUpdateToPayPerRequestDateTime": tables.now - timedelta(hours=hours)}
    usage = {"days": 30, "read_units": 0, "write_units": 0}
    day = {"read_units": 0, "write_units": 0}
    snapshot = tables.idle(tables.described(BillingModeSummary=switched))
    known = {**snapshot.aspects, "usage": {**usage, "busiest_day": day, "quietest_day": day}}
    found = set_billing_mode(type(snapshot)(snapshot.resource, known, snapshot.read_at).frozen(), SWITCH)
    assert refused is isinstance(found, Refusal)
    if isinstance(found, Refusal):
        assert "24 hours" in found.reason


def test_reserved_capacity_that_is_known_forbids_the_switch(tables: Any) -> None:
    """It pays for provisioned tables only."""
    found = set_billing_mode(tables.idle().frozen(), {**SWITCH, "reserved_capacity": "owned"})
    assert "reserved capacity" in _refused(found).reason


@pytest.mark.parametrize("name", ["set-billing-mode", "enable-pitr", "enable-deletion-protection"])
def test_what_is_fixed_already_passes(tables: Any, name: str) -> None:
    """An action on a table that needs no fix plans nothing and says that nothing is wrong."""
    fixed = tables.described(BillingModeSummary={"BillingMode": "PAY_PER_REQUEST"}, DeletionProtectionEnabled=True)
    on = {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"},
    }
    snapshot = tables.snapshot(fixed, {}, continuous_backups=on).frozen()
    assert _refused(tables.type.actions[name].plan(snapshot, SWITCH)).passes


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("set-billing-mode", "table"),
        ("set-billing-mode", "capacity"),
        ("set-billing-mode", "minute_use"),
        ("set-billing-mode", "usage"),
        ("set-billing-mode", "autoscaling"),
        ("enable-pitr", "continuous_backups"),
        ("enable-deletion-protection", "table"),
    ],
)
def test_nothing_is_planned_from_an_unknown_fact(tables: Any, name: str, missing: str) -> None:
    """Each aspect that an action looks at stops it when it is not known, and is named."""
    whole = tables.idle(continuous_backups=OFF).frozen()
    partial = type(whole)(whole.resource, {**whole.aspects, missing: DENIED}, whole.read_at)
    with pytest.raises(UnknownFactError) as caught:
        tables.type.actions[name].plan(partial, SWITCH)
    assert (missing, DENIED) == (split_path(caught.value.path)[0], caught.value.unknown)


def test_the_projection_holds_the_busiest_minute_against_what_on_demand_takes(tables: Any) -> None:
    """An on-demand table takes 12,000 reads and 4,000 writes a second at once, or what was provisioned."""
    described = tables.described(read=500, write=8000)
    series = tables.measured(described, minute_read=60 * 120.0, minute_write=60 * 800.0)
    projection = _planned(set_billing_mode(tables.snapshot(described, series).frozen(), SWITCH)).projection
    assert (1.0, 10.0, 24.0) == (
        projection["projected_peak_read"],
        projection["projected_peak_write"],
        projection["observed_peak_minute"],
    )


def test_savings_are_none_where_no_price_is_known(tables: Any) -> None:
    """The change is still planned; its saving is not known rather than zero."""
    infrequent = {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    known, unknown = (
        _planned(set_billing_mode(tables.idle(described).frozen(), SWITCH)).savings_monthly
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
    ) == _planned(set_billing_mode(snapshot.frozen(), SWITCH)).summary


@pytest.mark.parametrize(("period", "sent"), [(None, {}), (7, {"RecoveryPeriodInDays": 7})])
def test_a_recovery_period_is_kept(tables: Any, period: int | None, sent: dict[str, int]) -> None:
    """Turning recovery on without naming the period would set it to 35 days."""
    recovery = {"PointInTimeRecoveryStatus": "DISABLED"} | ({} if period is None else {"RecoveryPeriodInDays": period})
    backups = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
    change = _planned(enable_pitr(tables.idle(continuous_backups=backups).frozen(), {}))
    (step,) = change.steps
    assert step.call.parameters["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True, **sent}
    assert [{"PointInTimeRecoveryEnabled": False}] == [
        undo.parameters["PointInTimeRecoverySpecification"] for undo in step.undo
    ]
    assert "restore points" in change.reversible_reason


def test_recovery_that_is_not_mentioned_is_turned_on(tables: Any) -> None:
    """A description without point-in-time recovery means that there is none."""
    change = _planned(enable_pitr(tables.idle(continuous_backups={"ContinuousBackupsStatus": "ENABLED"}).frozen(), {}))
    assert "for 35 days" in change.summary


def test_deletion_protection_is_alone_in_its_request_and_undone_exactly(tables: Any) -> None:
    """AWS refuses it together with any other change."""
    described = tables.described()
    (step,) = _planned(enable_deletion_protection(tables.idle(described).frozen(), {})).steps
    protected = _update(described, step.call)
    assert protected["DeletionProtectionEnabled"] is True
    assert described == _update(protected, step.undo[0])
