"""What is special about each fix; that it works, once, and can be undone, the contract of every plugin shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.journal.changes import ChangeStatus
from trueup.plugins.awslambda.estate import build
from trueup.testing import Constant, DailyWave

if TYPE_CHECKING:
    from trueup.planning.plan_file import Plan

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
THUMBNAILS = f"{ARN}thumbnails"


@dataclass(frozen=True)
class Fix:
    """One rule's fix of one function.

    Args:
        rule: the rule.
        write: the call that it takes.
        undo: the call that undoes it.
        sent: what is sent besides name and revision.
    """

    rule: str
    write: str
    undo: str
    sent: dict[str, int]


SIZE = Fix(
    "lambda-function-memory-right-sized",
    "lambda:UpdateFunctionConfiguration",
    "lambda:UpdateFunctionConfiguration",
    {"MemorySize": 1024, "Timeout": 300},
)
RESERVE = Fix(
    "lambda-function-reserved-concurrency-set",
    "lambda:PutFunctionConcurrency",
    "lambda:DeleteFunctionConcurrency",
    {"ReservedConcurrentExecutions": 20},
)
FIXES = (SIZE, RESERVE)


@pytest.fixture(params=FIXES, ids=lambda fix: fix.rule)
def fix(request: pytest.FixtureRequest) -> Any:
    """One of the fixes."""
    return request.param


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with the demo's functions, old enough to be judged."""
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    return operator


def _plan(estate: Any, fix: Fix, *arns: str) -> Plan:
    planned = estate.plan(fix.rule, *(arns or (THUMBNAILS,)))
    assert planned.plan is not None, planned
    plan: Plan = planned.plan
    return plan


def _statuses(estate: Any, run: str) -> list[tuple[str, str | None]]:
    return [(str(record.status), record.reason) for record in estate.changes(run)]


def _described(estate: Any, function: str) -> dict[str, Any]:
    described: dict[str, Any] = estate.aws.client("lambda").get_function(FunctionName=function)
    return described


def test_an_apply_makes_it_pass_with_the_planned_calls_only(estate: Any, fix: Fix) -> None:
    """What is sent is what the plan shows; the revision is the one that was read right before."""
    revision = _described(estate, "thumbnails")["Configuration"]["RevisionId"]
    run = estate.apply(_plan(estate, fix))
    assert [("applied", None)] == _statuses(estate, run)
    (call,) = estate.writes()
    expected: dict[str, Any] = {"FunctionName": "thumbnails", **fix.sent}
    if fix is SIZE:
        expected["RevisionId"] = revision
    assert (fix.write, expected) == (call.name, call.parameters)
    assert {"thumbnails": "pass"} == estate.verdicts(fix.rule, THUMBNAILS)


def test_a_rollback_restores_what_was_there(estate: Any, fix: Fix) -> None:
    """Every owned fact is as it was before, and environment variables were never touched."""
    plan = _plan(estate, fix)
    (change,) = plan.changes()
    before = estate.facts(change.resource, *change.before)
    environment = _described(estate, "thumbnails")["Configuration"]["Environment"]
    run = estate.apply(plan)
    assert before != estate.facts(change.resource, *change.before)
    rollback = estate.rollback(run)
    assert [str(ChangeStatus.ROLLED_BACK)] == [status for status, _ in _statuses(estate, run)], _statuses(
        estate, rollback
    )
    assert before == change.before == estate.facts(change.resource, *change.before)
    assert [fix.write, fix.undo] == [call.name for call in estate.writes()]
    assert environment == _described(estate, "thumbnails")["Configuration"]["Environment"]


def test_both_fixes_of_a_function_go_one_after_the_other(estate: Any) -> None:
    """The second is neither stale nor busy because of the first, and both come back."""
    runs = [estate.apply(_plan(estate, fix)) for fix in FIXES]
    assert [[("applied", None)]] * 2 == [_statuses(estate, run) for run in runs]
    for run in reversed(runs):
        estate.rollback(run)
        assert ["rolled_back"] == [status for status, _ in _statuses(estate, run)]
    described = _described(estate, "thumbnails")
    assert (3008, 900) == tuple(described["Configuration"][name] for name in ("MemorySize", "Timeout"))
    assert "Concurrency" not in described


def test_only_what_is_known_to_fit_is_made_smaller(estate: Any) -> None:
    """Of the demo's functions two are planned: no version, none unmeasured, throttled or idle."""
    planned = estate.plan(SIZE.rule)
    assert ["payments", "thumbnails"] == sorted(change.resource.id for change in planned.plan.changes())
    run = estate.apply(planned.plan)
    assert [("applied", None)] * 2 == _statuses(estate, run)
    assert {"pricing": "fail"} == estate.verdicts(SIZE.rule, f"{ARN}pricing")


def test_a_target_that_is_too_small_is_a_floor(estate: Any) -> None:
    """A function with a peak of 900 MiB gets 1286, and one that takes 150 s a longer timeout; both then pass."""
    since = estate.aws.clock.now() - timedelta(days=35)
    names = {"function_name": "thumbnails"}
    estate.aws.metrics.put("LambdaInsights", "used_memory_max", names, DailyWave(200, 900), since=since)
    for name, longest in (("thumbnails", 20_000), ("payments", 150_000)):
        wave = DailyWave(1000, longest, count=5)
        estate.aws.metrics.put("AWS/Lambda", "Duration", {"FunctionName": name}, wave, since=since)
    estate.parameters = {SIZE.rule: {"gate": 200}}
    plan = _plan(estate, SIZE, THUMBNAILS, f"{ARN}payments")
    assert {
        "thumbnails": {"function.MemorySize": 1286, "function.Timeout": 300},
        "payments": {"function.MemorySize": 1024, "function.Timeout": 529},
    } == {change.resource.id: dict(change.after) for change in plan.changes()}
    run = estate.apply(plan)
    assert [("applied", None)] * 2 == _statuses(estate, run)
    assert {"thumbnails": "pass", "payments": "pass"} == {
        name: verdict
        for name in ("thumbnails", "payments")
        for verdict in estate.verdicts(SIZE.rule, ARN + name).values()
    }


def test_a_waived_memory_peak_is_disruptive_and_needs_its_flag(estate: Any) -> None:
    """Without Lambda Insights the plan says that the change may do harm, and apply leaves it."""
    importer = f"{ARN}importer"
    assert estate.plan(SIZE.rule, importer).plan is None
    estate.parameters = {SIZE.rule: {"without_insights": True}}
    assert {"importer": "fail"} == estate.verdicts(SIZE.rule, importer)
    plan = _plan(estate, SIZE, importer)
    assert ["disruptive"] == [str(change.risk) for change in plan.changes()]
    assert ["skipped"] == [status for status, _ in _statuses(estate, estate.apply(plan))]
    assert [] == estate.writes()


def test_a_throttled_canary_is_rolled_back_and_nothing_else_is_changed(estate: Any) -> None:
    """Throttled requests after the first change undo it, and end the run."""
    plan = estate.plan(SIZE.rule).plan
    first = plan.changes()[0].resource.id
    throttled = estate.clock.now() + timedelta(minutes=10)
    estate.aws.metrics.put("AWS/Lambda", "Throttles", {"FunctionName": first}, Constant(3), since=throttled)
    run = estate.apply(plan)
    assert ["rolled_back", "skipped"] == sorted(status for status, _ in _statuses(estate, run))
    assert [first, first] == [call.parameters["FunctionName"] for call in estate.writes()]
    for change in plan.changes():
        assert change.before == estate.facts(change.resource, *change.before)


def test_reservations_share_what_the_account_can_spare(estate: Any) -> None:
    """With a quota that leaves 50 only two functions get a reservation; the third says why not."""
    estate.aws.settings["lambda:concurrent-executions"] = 100 + 135 + 100 + 50
    planned = estate.plan(RESERVE.rule)
    skipped = [record.reason for record in estate.changes(planned.run) if str(record.status) == "skipped"]
    assert ["lambda:unreserved-concurrency: needs 20, 10 of 50 left in this plan"] == skipped
    assert [("applied", None)] * 2 == _statuses(estate, estate.apply(planned.plan))
    unreserved = estate.aws.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    assert unreserved >= 100 + 135


def test_a_reservation_follows_the_peak_of_the_function(estate: Any) -> None:
    """A peak of 30 needs a reservation of 45, more than the target."""
    since = estate.aws.clock.now() - timedelta(days=35)
    wave = DailyWave(1, 30)
    estate.aws.metrics.put("AWS/Lambda", "ConcurrentExecutions", {"FunctionName": "thumbnails"}, wave, since=since)
    assert [{"concurrency.reserved": 45}] == [dict(change.after) for change in _plan(estate, RESERVE).changes()]


def test_a_function_that_is_being_updated_is_busy(estate: Any) -> None:
    """A write of somebody else is in progress: nothing is sent into it."""
    plan = _plan(estate, RESERVE)
    estate.aws.client("lambda").update_function_configuration(FunctionName="thumbnails", Description="new")
    estate.aws.calls.clear()
    ((status, reason),) = _statuses(estate, estate.apply(plan))
    assert ("skipped", True) == (status, (reason or "").startswith("busy")), reason
    assert [] == estate.writes()


def test_a_function_that_fails_now_is_left_alone(estate: Any) -> None:
    """What breaches its own regression condition already would only be blamed on the change."""
    plan = _plan(estate, SIZE)
    since = estate.clock.now() - timedelta(minutes=20)
    estate.aws.metrics.put("AWS/Lambda", "Errors", {"FunctionName": "thumbnails"}, Constant(1, count=5), since=since)
    ((status, reason),) = _statuses(estate, estate.apply(plan))
    assert ("skipped", True) == (status, (reason or "").startswith("busy")), reason
    assert [] == estate.writes()


def test_a_write_by_somebody_else_refuses_ours(estate: Any) -> None:
    """A function that was changed since the plan is stale, and nothing is sent."""
    plan = _plan(estate, SIZE)
    estate.aws.client("lambda").update_function_configuration(FunctionName="thumbnails", MemorySize=2048)
    estate.aws.clock.advance(60)
    estate.aws.calls.clear()
    (status, _) = _statuses(estate, estate.apply(plan))[0]
    assert status in {"stale", "skipped"}
    assert [] == estate.writes()
