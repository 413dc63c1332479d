"""Every write failing in every way: nothing that took effect is sent again, and every status is true.

The queues' cells run always; the built-in services' fixes, each over its part of the demo, are the long matrix.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import fix, open_shop
from tests.faults.worlds import begun_in_copy, in_copy
from trueup.applying.options import ApplyOptions
from trueup.aws.settings import ClientSettings
from trueup.canonical import canonical
from trueup.cli.exits import changes_code
from trueup.testing.estates import discover_estates
from trueup.testing.operator import Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.core.applying.queues import Shop
    from trueup.planning.plan_file import Plan
    from trueup.planning.planned import PlannedChange
    from trueup.testing import SimulatedAws

KINDS = ("denied", "throttled", "response_lost", "reset", "timeout", "server_error")
# The others differ in how the client finds out; they wait for the long run.
SAMPLED = ("denied", "response_lost", "reset")
CELLS = [pytest.param(kind, marks=() if kind in SAMPLED else pytest.mark.faults) for kind in KINDS]
# An answer that is silent for longer than this is given up; what the fault holds is let go soon after.
_PATIENCE = ClientSettings(read_timeout_seconds=3.0)
_HELD_SECONDS = 4.0
# A month of metrics takes the simulated AWS longer than a queue.
_ESTATE_PATIENCE = ClientSettings(read_timeout_seconds=8.0)
_ESTATE_HELD_SECONDS = 9.0
TWO = {"VisibilityTimeout": 10, "DelaySeconds": 5}
ALL = ApplyOptions(allow=("disruptive", "destructive"), allow_irreversible=True, accept_unobserved=True)


# A rule that the whole demo passes by its defaults is asked for more.
PARAMETERS = {"s3-bucket-server-side-encryption-enabled": {"algorithms": ["aws:kms"], "kms_key_id": "alias/shop"}}


def _open_a_reader(aws: SimulatedAws) -> None:
    aws.client("rds").modify_db_instance(DBInstanceIdentifier="shop-2", PubliclyAccessible=True, ApplyImmediately=True)


def _add_a_group_in_one_zone(aws: SimulatedAws) -> None:
    aws.client("elasticache").create_replication_group(
        ReplicationGroupId="sessions",
        ReplicationGroupDescription="fails over, but within one zone",
        Engine="valkey",
        CacheNodeType="cache.r6g.large",
        NumCacheClusters=2,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=False,
    )


# What the demo has nothing of, or only after another fix.
PREPARED: Mapping[str, tuple[Callable[[SimulatedAws], None], ...]] = {
    "elasticache": (_add_a_group_in_one_zone,),
    "rds": (_open_a_reader,),
}


def _fixes() -> dict[str, list[Mapping[str, Any]]]:
    """Give the shipped rules that have a fix, by service; a service with an estate is in by being there."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for service, _build in discover_estates():
        for file in files("trueup.rules").joinpath(service).iterdir():
            if file.name.endswith(".json") and not file.name.endswith(".cases.json"):
                document = json.loads(file.read_text("utf-8"))
                if "remediation" in document:
                    found.setdefault(service, []).append(document)
    return {service: sorted(rules, key=lambda each: each["id"]) for service, rules in sorted(found.items())}


FIXES = [(service, rule["id"]) for service, rules in _fixes().items() for rule in rules]
# Rules about cost are judged by metrics, all others by the configuration alone.
BY_METRICS = {rule["id"] for rules in _fixes().values() for rule in rules if rule["category"] == "cost"}


@pytest.fixture
def shop(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """An operator with queues, whose patience is short."""
    for opened in open_shop(simulated_aws, tmp_path / "site", monkeypatch, tmp_path / "state.db"):
        opened.clients = _PATIENCE
        opened.queues("a")
        yield opened


def _inject(aws: SimulatedAws, operation: str, kind: Any, seconds: float = _HELD_SECONDS, **when: Any) -> None:
    aws.faults.inject(operation, kind, seconds=seconds, **when)


def _effects(calls: Any) -> Counter[str]:
    """Count how often each call took effect."""
    return Counter(f"{call.name} {canonical(call.parameters)}" for call in calls if call.took_effect)


def _both(shop: Shop) -> tuple[int, int]:
    found = shop.attributes("a")
    return int(found["VisibilityTimeout"]), int(found["DelaySeconds"])


@pytest.mark.parametrize("step", ["VisibilityTimeout", "DelaySeconds"])
@pytest.mark.parametrize("kind", CELLS)
def test_one_failure_of_a_write(shop: Shop, kind: str, step: str) -> None:
    """Only a refusal ends the change, and what was done before it is undone; all else is found out and finished."""
    plan = shop.planned(fix(to=TWO))
    _inject(shop.aws, "sqs:SetQueueAttributes", kind, resource=step, times=1)
    run = shop.apply(plan)
    found = shop.statuses(run)["a"], _both(shop), shop.exit_code(run)
    if kind != "denied":
        assert ("applied", (10, 5), 0) == found
    elif step == "DelaySeconds":
        assert ("rolled_back", (30, 0), 7) == found
    else:
        assert ("failed", (30, 0), 6) == found
    assert {1} == set(_effects(shop.writes()).values() or [1])


@pytest.mark.parametrize("kind", CELLS)
def test_a_write_that_always_fails(shop: Shop, kind: str) -> None:
    """Given up after some attempts; the change failed, which is true, unless the effect was there all along."""
    plan = shop.planned(fix())
    _inject(shop.aws, "sqs:SetQueueAttributes", kind)
    run = shop.apply(plan)
    found = shop.statuses(run)["a"], _both(shop), shop.exit_code(run)
    if kind == "response_lost":
        assert ("applied", (10, 0), 0) == found
        assert [1] == list(_effects(shop.writes()).values())
        return
    assert ("failed", (30, 0), 6) == found
    assert "nothing was changed" in shop.reasons(run)
    assert {"denied": 1, "throttled": 5}.get(kind, 3) == len(shop.writes())


@pytest.mark.parametrize("kind", CELLS)
def test_one_failure_of_an_undo(shop: Shop, kind: str) -> None:
    """A rollback is decided in the same way, and a refused one leaves the original standing."""
    run = shop.apply(shop.planned(fix()))
    shop.aws.calls.clear()
    _inject(shop.aws, "sqs:SetQueueAttributes", kind, times=1)
    back = shop.rollback(run)
    expected = ("failed", "applied", 10, 6) if kind == "denied" else ("rolled_back", "rolled_back", 30, 0)
    found = shop.statuses(back)["a"], shop.statuses(run)["a"], shop.timeouts("a")[0], shop.exit_code(back)
    assert expected == found
    assert {1} == set(_effects(shop.writes()).values() or [1])


@pytest.mark.parametrize("kind", CELLS)
def test_one_failure_of_a_write_whose_effect_cannot_be_read(shop: Shop, kind: str) -> None:
    """Not repeatable: after a lost answer it is frozen as indeterminate and never sent again."""
    expect = {"attributes.VisibilityTimeout": {"const": 10}}
    plan = shop.planned(fix(expect=expect, blind=True))
    _inject(shop.aws, "sqs:SetQueueAttributes", kind, times=1)
    run = shop.apply(plan)
    status, writes = shop.statuses(run)["a"], len(shop.writes())
    expected = {"denied": ("failed", 1), "throttled": ("applied", 2)}.get(kind, ("indeterminate", 1))
    assert expected == (status, writes), shop.reasons(run)
    if status == "indeterminate":
        assert 6 == shop.exit_code(run)
        assert "the effect of this call cannot be read back" in shop.reasons(run)
        shop.resume(run)
        assert (1, "indeterminate") == (len(shop.writes()), shop.statuses(run)["a"])


@pytest.mark.parametrize("kind", CELLS)
def test_a_repeatable_write_whose_effect_cannot_be_read(shop: Shop, kind: str) -> None:
    """It may be sent again, since AWS says that it comes to the same; but not for ever."""
    plan = shop.planned(fix(blind=True, repeatable=True))
    _inject(shop.aws, "sqs:SetQueueAttributes", kind)
    run = shop.apply(plan)
    expected = {"denied": ("failed", 1), "throttled": ("failed", 5)}.get(kind, ("indeterminate", 3))
    assert expected == (shop.statuses(run)["a"], len(shop.writes())), shop.reasons(run)
    shop.aws.faults.clear()
    shop.resume(run)
    if expected[0] == "indeterminate":
        assert ({"a": "applied"}, [10]) == (shop.statuses(run), shop.timeouts("a"))


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("operation", ["sqs:CreateQueue", "sqs:TagQueue"])
def test_one_failure_of_a_write_whose_answer_is_needed(shop: Shop, operation: str, kind: str) -> None:
    """Its second answer serves as well; refused, the step before it is undone by the answer that it had."""
    plan = shop.planned(fix(action="dead-letter", expect={"tags.dead": {"minLength": 1}}))
    _inject(shop.aws, operation, kind, times=1)
    run = shop.apply(plan)
    there = shop.aws.client("sqs").list_queues(QueueNamePrefix="a-dead").get("QueueUrls", [])
    if kind != "denied":
        assert ({"a": "applied"}, 1) == (shop.statuses(run), len(there)), shop.reasons(run)
        assert shop.tags("a")["dead"].endswith("/a-dead")
        return
    expected = "failed" if operation == "sqs:CreateQueue" else "rolled_back"
    assert ({"a": expected}, [], {}) == (shop.statuses(run), there, shop.tags("a")), shop.reasons(run)


class Estate(Operator):
    """An operator of a part of the demo, whose patience is short."""

    def account(self) -> Any:
        """Give the account for one more run."""
        from trueup.aws.connection import connect

        account = super().account()
        account.__dict__["connection"] = connect(None, self.aws.endpoint_url, None, _ESTATE_PATIENCE)
        return account

    def close(self) -> None:
        """Close the state file."""
        self.journal.store.close()


@pytest.fixture
def estate(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    """An operator who may do everything."""
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    opened = Estate(simulated_aws, tmp_path / "state.db", parameters=PARAMETERS, options=ALL)
    yield opened
    opened.close()


def built(estate: Estate, service: str) -> None:
    """Build a service's part of the demo, old enough to be judged, at noon: clusters take backups early in the day."""
    noon = datetime.now(UTC).replace(hour=12, minute=0)
    estate.aws.reset(start=noon - timedelta(days=46))
    import_module(f"trueup.plugins.{service}.estate").build(estate.aws)
    for prepare in PREPARED.get(service, ()):
        prepare(estate.aws)
    estate.aws.clock.advance(timedelta(days=45).total_seconds())


def planned(estate: Estate, rule: str) -> tuple[Plan, PlannedChange]:
    """Plan the first fix of a rule in the demo; give the plan and its one change."""
    whole = estate.plan(rule)
    assert whole.plan is not None, [(each["verdict"], each["reason"]) for each in estate.findings(whole.run)]
    plan = estate.plan(rule, whole.plan.changes()[0].resource.arn).plan
    assert plan is not None
    estate.aws.calls.clear()
    (change,) = plan.changes()
    return plan, change


def _name(change: PlannedChange) -> str:
    """Give what calls about a change's resource name it by."""
    return change.resource.id.rpartition("/")[2]


def _image(estate: Estate, change: PlannedChange) -> dict[str, Any]:
    return estate.facts(change.resource, *change.before)


def _with_own_state(estate: Estate, name: str) -> Estate:
    """Give an operator of the same account, perhaps a copy of it by now, who goes on from what the first one knows."""
    os.environ.update(estate.aws.environment())
    state = estate.state.with_name(f"{name}.db")
    shutil.copyfile(estate.state, state)
    return Estate(estate.aws, state, parameters=PARAMETERS, options=ALL)


def _in_every_way(estate: Estate, work: Callable[[Estate, str], None]) -> None:
    """Do something once for each kind of failure, each in a copy of the account; the one that only waits, meanwhile."""
    estate.close()

    def one(kind: str) -> None:
        with closing(_with_own_state(estate, kind)) as own:
            work(own, kind)

    waiting = begun_in_copy(estate.aws, partial(one, "timeout"))
    for kind in KINDS:
        if kind != "timeout":
            in_copy(estate.aws, partial(one, kind))
    waiting()


@pytest.mark.faults
@pytest.mark.parametrize(("service", "rule"), FIXES, ids=[rule for _, rule in FIXES])
def test_one_failure_of_each_write_and_each_undo_of_each_fix(estate: Estate, service: str, rule: str) -> None:
    """Each shipped fix and its way back, refused or lost once in every way: the status is what the account says."""
    built(estate, service)
    plan, change = planned(estate, rule)
    assert change.before == _image(estate, change)
    estate.aws.calls.clear()
    _in_every_way(estate, lambda own, kind: _write_fails(own, plan, change, kind))
    with closing(_with_own_state(estate, "applied")) as applied:
        run = applied.apply(plan)
        if any(step.stays for step in change.steps):
            back = applied.rollback(run)
            assert ["skipped"] == [str(each.status) for each in applied.changes(back)]
            return
        _in_every_way(applied, lambda own, kind: _undo_fails(own, run, change, kind))


def _write_fails(estate: Estate, plan: Plan, change: PlannedChange, kind: str) -> None:
    _inject(estate.aws, change.steps[-1].call.name, kind, _ESTATE_HELD_SECONDS, resource=_name(change), times=1)
    run = estate.apply(plan)
    (record,) = estate.changes(run)
    estate.aws.faults.clear()
    code = changes_code([record.status], estate.journal.runs.get(run).status)
    if kind == "denied":
        assert (record.status, code) in {("failed", 6), ("rolled_back", 7)}, (kind, record.reason)
        assert change.before == _image(estate, change), kind
    else:
        assert ("applied", 0) == (record.status, code), (kind, record.reason)
        assert change.after == _image(estate, change), kind
    assert {1} == set(_effects(estate.writes()).values() or [1]), (kind, [call.name for call in estate.writes()])


def _undo_fails(estate: Estate, run: str, change: PlannedChange, kind: str) -> None:
    estate.aws.calls.clear()
    _inject(estate.aws, change.steps[-1].undo[0].name, kind, _ESTATE_HELD_SECONDS, resource=_name(change), times=1)
    back = estate.rollback(run)
    estate.aws.faults.clear()
    (record,), (original,) = estate.changes(back), estate.changes(run)
    if kind == "denied":
        assert ("failed", "applied") == (record.status, original.status), (kind, record.reason)
        assert change.after == _image(estate, change), kind
    else:
        assert ("rolled_back", "rolled_back") == (record.status, original.status), (kind, record.reason)
        assert change.inverse().after == _image(estate, change), kind
    assert {1} == set(_effects(estate.writes()).values() or [1]), (kind, [call.name for call in estate.writes()])


def test_the_matrix_has_every_service() -> None:
    """A service whose rules have fixes cannot be left out of the long matrix unseen."""
    with_fixes = {
        folder.name
        for folder in files("trueup.rules").iterdir()
        if folder.is_dir()
        for file in folder.iterdir()
        if file.name.endswith(".json") and '"remediation"' in file.read_text("utf-8") and "cases" not in file.name
        if folder.name not in {"schema", "packs"}
    }
    assert with_fixes == {service for service, _ in FIXES}
