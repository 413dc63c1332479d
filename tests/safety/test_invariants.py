"""One test an invariant of safety, over the simulated AWS: what must hold whatever is read, planned or sent."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import ARN, fix
from trueup.applying.options import ApplyOptions
from trueup.change import Call, Change, Risk, Step
from trueup.errors import GuardError, RefusedError, StateError
from trueup.facts.snapshot import Snapshot
from trueup.finding import Finding
from trueup.settings import AuditSettings, Settings

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop

TWO = {"VisibilityTimeout": 10, "DelaySeconds": 5}


def _instead(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Let the installed plugin's actions give something else."""
    from trueup_queues import plugin  # type: ignore[import-not-found]  # installed by the fixture

    before = plugin.changed
    monkeypatch.setattr(plugin, "changed", lambda queue, given: act(before, queue, given))


def test_1_unknown_is_never_pass_and_never_fail(shop: Shop) -> None:
    """A denied read gives unknown with the missing action, and nothing is planned from it; the next one is judged."""
    shop.queues("a", "b")
    shop.aws.faults.inject("sqs:GetQueueAttributes", "denied", resource="/a")
    planned = shop.plan(shop.rule(fix()))
    found = {each["resource"]["id"]: (each["verdict"], each["missing_action"]) for each in shop.findings(planned.run)}
    assert {"a": ("unknown", "sqs:GetQueueAttributes"), "b": ("fail", None)} == found
    assert planned.plan is not None
    assert ["b"] == [change.resource.id for change in planned.plan.changes()]


def test_2_only_the_planned_call_is_ever_sent(shop: Shop) -> None:
    """A reading client refuses a write, and a writing client one without a plan, before either leaves the machine."""
    shop.queues("a")
    connection = shop.account().connection
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/a"
    client, _ = connection.writing_client("sqs", "us-east-1")
    for each in (connection.reading_client("sqs", "us-east-1"), client):
        with pytest.raises(GuardError):
            each.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    assert [] == shop.written()


def test_3_a_remediation_is_data(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An action cannot change the snapshot that it is given; what the plan shows is what is sent."""
    shop.queues("a")
    errors: list[str] = []

    def spoil(before: Any, queue: Any, given: Any) -> Any:
        try:
            queue.aspects["attributes"]["VisibilityTimeout"] = 10
        except TypeError as error:
            errors.append(str(error))
        return before(queue, given)

    plan = shop.planned(fix())
    _instead(monkeypatch, spoil)
    shop.apply(plan)
    assert ["a snapshot cannot be changed; build a new value instead"] == errors
    planned = [dict(step.call.parameters) for change in plan.changes() for step in change.steps]
    assert planned == [call.parameters for call in shop.writes()]


def test_4_every_call_is_valid_before_it_is_sent(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that AWS's model does not allow is never planned, and the finding says why."""
    shop.queues("a")
    bad = Call("sqs", "SetQueueAttributes", {"QueueUrl": 7})
    change = Change("x", (Step(bad, (bad,)),), Risk.SAFE, "x")
    _instead(monkeypatch, lambda *_: change)
    planned = shop.plan(shop.rule(fix()))
    assert planned.plan is None
    (finding,) = shop.findings(planned.run)
    assert "plans a call that AWS would refuse" in finding["fix"]["reason"]


def test_5_no_stale_write(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes after the checks and right before the call: nothing is sent over it."""
    shop.queues("a")
    plan = shop.planned(fix())

    def meanwhile(before: Any, queue: Any, given: Any) -> Any:
        shop.change_by_hand("a", VisibilityTimeout=77)
        shop.aws.calls.clear()
        return before(queue, given)

    _instead(monkeypatch, meanwhile)
    run = shop.apply(plan)
    assert ({"a": "stale"}, [77], 5) == (shop.statuses(run), shop.timeouts("a"), shop.exit_code(run))
    assert [] == shop.written()
    assert "changed right before the call: attributes.VisibilityTimeout: expected 30, found 77" in shop.reasons(run)


def test_6_journal_first(shop: Shop) -> None:
    """The disk fills up between call and outcome: the state says that nobody knows; a resume sends nothing twice."""
    shop.queues("a")
    plan = shop.planned(fix())
    with shop.journal.store.write() as db:
        db.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON step WHEN NEW.status = 'sent'"
            " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    with pytest.raises(StateError):
        shop.apply(plan)
    run = shop.journal.runs.get("last").id
    assert ({"a": "indeterminate"}, [10]) == (shop.statuses(run), shop.timeouts("a"))
    assert f"trueup resume {run}" in shop.said[-1]
    with shop.journal.store.write() as db:
        db.execute("DROP TRIGGER full")
    shop.resume(run)
    assert ({"a": "applied"}, [("SetQueueAttributes", "a")]) == (shop.statuses(run), shop.written())


def test_7_minimal_change(shop: Shop) -> None:
    """Only the owned attribute differs after an apply."""
    shop.queues("a", MaximumMessageSize=2048, MessageRetentionPeriod=777)
    before = shop.attributes("a")
    shop.apply(shop.planned(fix()))
    after = shop.attributes("a")
    assert {"VisibilityTimeout"} == {name for name in before if before[name] != after[name]} - {"LastModifiedTimestamp"}


def test_8_settled_and_verified(shop: Shop) -> None:
    """A change as planned that does not make the rule pass is undone and never called applied."""
    shop.queues("a")
    plan = shop.planned(fix(expect={"attributes.VisibilityTimeout": {"const": 11}}))
    run = shop.apply(plan)
    assert ({"a": "rolled_back"}, [30], 7) == (shop.statuses(run), shop.timeouts("a"), shop.exit_code(run))


def test_9_reversible_or_said_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step without an undo in a change that calls itself reversible is a fault of the plugin, and not planned."""
    shop.queues("a")
    call = Call("sqs", "TagQueue", {"QueueUrl": "x", "Tags": {"a": "b"}})
    _instead(monkeypatch, lambda *_: Change("x", (Step(call, ()),), Risk.SAFE, "x"))
    planned = shop.plan(shop.rule(fix()))
    assert planned.plan is None
    (finding,) = shop.findings(planned.run)
    assert "expected an undo for every step of a reversible change" in finding["fix"]["reason"]


def test_9_less_reversible_than_approved_is_stale(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was approved as reversible is not sent when it is not any more, nor when the file claims that it is."""
    shop.queues("a")
    plan = shop.planned(fix())
    _instead(monkeypatch, lambda before, queue, given: before(queue, {**given, "undo": False}))
    run = shop.apply(plan)
    assert ({"a": "stale"}, []) == (shop.statuses(run), shop.written())


def test_10_fail_closed(shop: Shop) -> None:
    """Tags that cannot be read may say that code manages the queue: shown, and not written."""
    shop.queues("a")
    plan = shop.planned(fix())
    shop.aws.faults.inject("sqs:ListQueueTags", "denied")
    shop.options = ApplyOptions()
    run = shop.apply(plan)
    assert ({"a": "skipped"}, [], 5) == (shop.statuses(run), shop.written(), shop.exit_code(run))


def test_11_bounded(shop: Shop) -> None:
    """More than half of a rule's resources, and more than three, are refused and not cut off."""
    shop.queues("a", "b", "c", "d")
    plan = shop.planned(fix())
    with pytest.raises(RefusedError, match="at most 3 of its 4 resources"):
        shop.apply(plan)
    assert [] == shop.written()


GARBAGE: dict[str, Any] = {
    "raises": lambda *_: 1 / 0,
    "exits": lambda *_: exit(3),  # noqa: PLR1722 - what a hostile plugin does
    "nothing": lambda *_: None,
    "a text": lambda *_: "Change",
    "no steps": lambda *_: Change("x", (), Risk.SAFE, "x"),
    "steps of texts": lambda *_: Change("x", ("sqs:TagQueue",), Risk.SAFE, "x"),  # type: ignore[arg-type]
    "a risk of its own": lambda *_: Change("x", (Step(Call("sqs", "TagQueue", {}), ()),), "none", "x"),  # type: ignore[arg-type]
    "an undo that is one call": lambda *_: Change(
        "x",
        (Step(Call("sqs", "TagQueue", {}), Call("sqs", "TagQueue", {})),),  # type: ignore[arg-type]
        Risk.SAFE,
        "x",
    ),
    "parameters of objects": lambda *_: Change(
        "x", (Step(Call("sqs", "TagQueue", {"Tags": object()}), ()),), Risk.SAFE, "x"
    ),
    "not a number": lambda *_: Change(
        "x", (Step(Call("sqs", "TagQueue", {"Tags": float("nan")}), ()),), Risk.SAFE, "x"
    ),
    "an odd path": lambda *_: Change(
        "x", (Step(Call("sqs", "TagQueue", {}), (Call("sqs", "TagQueue", {}),), effect={"a b": 1}),), Risk.SAFE, "x"
    ),
    "a negative budget": lambda before, queue, given: before(queue, {**given, "budget": {"delay": -50}}),
}


@pytest.mark.parametrize("act", GARBAGE.values(), ids=GARBAGE.keys())
def test_12_one_broken_part_never_stops_the_rest(shop: Shop, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """An action that raises or gives garbage for one queue costs that queue its fix, at plan and at apply alike."""
    shop.queues("a", "b")
    plan = shop.planned(fix())
    _instead(
        monkeypatch,
        lambda before, queue, given: (act if queue.resource.id == "a" else lambda f, *rest: f(*rest))(
            before, queue, given
        ),
    )
    again = shop.plan("sqs-queue-timeout")
    assert again.plan is not None
    assert ["b"] == [change.resource.id for change in again.plan.changes()]
    run = shop.apply(plan)
    assert ({"a": "skipped", "b": "applied"}, [30, 10], 5) == (
        shop.statuses(run),
        shop.timeouts("a", "b"),
        shop.exit_code(run),
    )


def test_13_memory_does_not_grow_with_resources(shop: Shop) -> None:
    """What is alive of resources while findings stream into the journal is the same for many as for few."""
    shop.settings = Settings(audit=AuditSettings(workers=1))
    shop.rule(fix())
    most: list[int] = []
    for made, names in ((0, 60), (60, 240)):
        shop.queues(*(f"q{number}" for number in range(made, names)))
        judged: list[None] = []
        alive: list[int] = []

        def count(_finding: Finding, judged: list[None] = judged, alive: list[int] = alive) -> None:
            judged.append(None)
            if len(judged) % 20 == 0:  # looking at every object takes its time
                alive.append(sum(isinstance(each, Snapshot | Finding) for each in gc.get_objects()))

        auditor = replace(shop._auditor("sqs-queue-timeout", ()), progress=count)  # noqa: SLF001 - as the command line
        auditor.start("audit")
        with shop.journal.findings(auditor.account.run, auditor.severities()) as writer:
            auditor.audit(writer)
        assert names == len(judged)
        most.append(max(alive))
    few, many = most
    assert many <= few + 5 < 120


def test_14_each_read_is_made_once(shop: Shop) -> None:
    """Two rules about one attribute: one read a queue, and none of tags, which no rule looks at."""
    shop.queues("a", "b")
    shop.rule(fix())
    shop.rule(fix("sqs-queue-other", to={"DelaySeconds": 3}))
    shop.verdicts("sqs-queue-*", ARN.format("a"), ARN.format("b"))
    reads = sorted(call.name for call in shop.aws.calls if call.name.startswith("sqs:Get") or "Tags" in call.name)
    assert ["sqs:GetQueueAttributes"] * 2 == reads
