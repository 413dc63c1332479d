"""Tests of the fixes as pure functions: what all have in common, point-in-time recovery, deletion protection."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.change import Reversible, Risk
from trueup.errors import UnknownFactError
from trueup.facts.path import split_path
from trueup.facts.snapshot import lookup
from trueup.facts.unknown import Reason, Unknown

DENIED = Unknown(Reason.ACCESS_DENIED, "", "dynamodb:DescribeTable", "dynamodb:DescribeTable")
OFF = {
    "ContinuousBackupsStatus": "ENABLED",
    "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
}

UNITS = st.tuples(st.integers(1, 40_000), st.integers(1, 40_000))
INDEXES = st.dictionaries(st.text("abcXYZ019_.-", min_size=3, max_size=12), UNITS, max_size=5)


@given(indexes=INDEXES)
def test_the_effect_is_what_the_action_owns(tables: Any, indexes: dict[str, tuple[int, int]]) -> None:
    """Each declared owned fact has a value after the step, and no other fact is claimed."""
    snapshot = tables.idle(tables.described(indexes=indexes), continuous_backups=OFF)
    for declared in tables.type.actions.values():
        (step,) = tables.change(declared.name, snapshot).steps
        assert sorted(declared.owned) == sorted(step.effect)
        assert any(lookup(snapshot.aspects, path) != value for path, value in step.effect.items())
        assert {step.call.name, *(undo.name for undo in step.undo)} <= set(declared.writes)


def test_every_change_is_safe_reversible_and_waits_for_all_indexes(tables: Any) -> None:
    """None of the fixes needs a flag, and none is sent to a table that is being changed."""
    snapshot = tables.idle(continuous_backups=OFF)
    for declared in tables.type.actions.values():
        change = tables.change(declared.name, snapshot)
        assert (change.risk, change.reversible) == (Risk.SAFE, Reversible.YES)
        assert change.risk_reason
        assert change.code.startswith("AWS::DynamoDB::Table ")
        assert "GlobalSecondaryIndexes" in str(change.steps[0].ready)
        assert "TableStatus" in str(change.steps[0].settled)


def test_only_what_the_api_takes_twice_may_be_repeated(tables: Any) -> None:
    """A switch counts against AWS's limit of four a day; the others set a value that may be set again."""
    snapshot = tables.idle(continuous_backups=OFF)
    repeatable = {name: tables.change(name, snapshot).steps[0].repeatable for name in tables.type.actions}
    assert {"set-billing-mode": False, "enable-pitr": True, "enable-deletion-protection": True} == repeatable


def test_actions_need_only_what_they_declare(tables: Any) -> None:
    """An action planned from its declared needs alone gives the same change."""
    whole = tables.idle(continuous_backups=OFF)
    for declared in tables.type.actions.values():
        needed = {name: whole.aspects[name] for name in declared.needs}
        assert tables.change(declared.name, whole) == tables.change(declared.name, replace(whole, aspects=needed))


@pytest.mark.parametrize("name", ["set-billing-mode", "enable-pitr", "enable-deletion-protection"])
def test_what_is_fixed_already_passes(tables: Any, name: str) -> None:
    """An action on a table that needs no fix plans nothing and says that nothing is wrong."""
    fixed = tables.described(BillingModeSummary={"BillingMode": "PAY_PER_REQUEST"}, DeletionProtectionEnabled=True)
    on = {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"},
    }
    assert tables.refusal(name, tables.snapshot(fixed, {}, continuous_backups=on)).passes


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
    whole = tables.idle(continuous_backups=OFF)
    with pytest.raises(UnknownFactError) as caught:
        tables.change(name, replace(whole, aspects={**whole.aspects, missing: DENIED}))
    assert (missing, DENIED) == (split_path(caught.value.path)[0], caught.value.unknown)


@pytest.mark.parametrize(("period", "sent"), [(None, {}), (7, {"RecoveryPeriodInDays": 7})])
def test_a_recovery_period_is_kept(tables: Any, period: int | None, sent: dict[str, int]) -> None:
    """Turning recovery on without naming the period would set it to 35 days."""
    recovery = {"PointInTimeRecoveryStatus": "DISABLED"} | ({} if period is None else {"RecoveryPeriodInDays": period})
    backups = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
    change = tables.change("enable-pitr", tables.idle(continuous_backups=backups))
    (step,) = change.steps
    assert step.call.parameters["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True, **sent}
    assert [{"PointInTimeRecoveryEnabled": False}] == [
        undo.parameters["PointInTimeRecoverySpecification"] for undo in step.undo
    ]
    assert "restore points" in change.reversible_reason


def test_recovery_that_is_not_mentioned_is_turned_on(tables: Any) -> None:
    """A description without point-in-time recovery means that there is none."""
    change = tables.change("enable-pitr", tables.idle(continuous_backups={"ContinuousBackupsStatus": "ENABLED"}))
    assert "for 35 days" in change.summary


def test_deletion_protection_is_alone_in_its_request_and_undone_exactly(tables: Any) -> None:
    """AWS refuses it together with any other change."""
    (step,) = tables.change("enable-deletion-protection", tables.idle()).steps
    assert step.call.parameters == {"TableName": "orders", "DeletionProtectionEnabled": True}
    assert [{"TableName": "orders", "DeletionProtectionEnabled": False}] == [undo.parameters for undo in step.undo]
