"""A watch over HTTP: what harms is rolled back, what does not is left, and what is not known holds."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import Hearing, Waiting, fix
from tests.core.watching.conftest import SHALLOW
from trueup.errors import RefusedError, UsageError
from trueup.journal.changes import ChangeStatus
from trueup.journal.runs import moment
from trueup.settings import ApplySettings, Settings

if TYPE_CHECKING:
    from tests.core.watching.conftest import Watcher

MANY = tuple("abcdefgh")


def _flat(_minute: float) -> float:
    return 1


def _from(begin: float, end: float = 1e9) -> Any:
    return lambda minute: 9 if begin <= minute < end else 1


def test_a_change_that_does_no_harm_is_left(watcher: Watcher) -> None:
    """Watched to the end of its time, counted from its settling, and said to be well."""
    watcher.apply("a")
    watcher.depth("a", _flat)
    watched = watcher.watch()
    assert (["well"], "finished", 0) == (watcher.states(watched), watched.status, watcher.code(watched))
    assert 120 <= watcher.minutes() < 126
    assert [10] == watcher.shop.timeouts("a")
    assert "20 of 20 periods observed, none breached" in watcher.shop.reasons(watched.run)


def test_a_regression_is_rolled_back_within_three_periods(watcher: Watcher) -> None:
    """Under a run of its own, verified, and the apply knows of it."""
    watcher.apply("a")
    watcher.depth("a", _from(40))
    watched = watcher.watch(lasting=timedelta(hours=1))
    assert (["rolled back"], 7) == (watcher.states(watched), watcher.code(watched))
    assert ([30], {"a": "rolled_back"}) == (watcher.shop.timeouts("a"), watcher.shop.statuses(watcher.run))
    (at,) = [event["at"] for event in watcher.shop.journal.changes.events(watcher.run) if "rolled" in event["what"]]
    assert 45 <= (moment(at) - watcher.settled).total_seconds() / 60 < 60
    kinds = [run.kind for run in watcher.shop.journal.runs.listing()]
    assert ["rollback", "watch", "apply", "plan"] == kinds
    reason = watcher.shop.reasons(watched.run)
    assert 'regressed: metrics.depth was 9.0, expected {"maximum": 5}' in reason
    assert "verified: it is as it was before" in reason
    assert {"a": "rolled_back"} == watcher.shop.statuses(watched.run)


def test_a_stop_ends_the_watch_and_the_next_one_goes_on(watcher: Watcher) -> None:
    """``trueup stop`` reaches a watch while it waits; nothing is lost by it, and the lease is free."""
    watcher.apply("a")
    watcher.depth("a", _from(40))
    before = watcher.shop.clock
    watcher.shop.clock = Waiting(watcher.shop.aws, lambda: _stop_after(watcher, 30))
    watched = watcher.watch()
    watcher.shop.clock = before
    assert ("stopped", ["well"], 0) == (watched.status, watcher.states(watched), watcher.code(watched))
    assert 30 <= watcher.minutes() < 32
    assert any("stopped by `trueup stop`" in line for line in watcher.shop.said)
    assert ["rolled back"] == watcher.states(watcher.watch())


def _stop_after(watcher: Watcher, minutes: float) -> None:
    if watcher.minutes() >= minutes:
        (run,) = watcher.shop.journal.runs.request_stop()
        assert "watch" == watcher.shop.journal.runs.get(run).kind


def test_without_yes_it_is_only_said(watcher: Watcher) -> None:
    """The alert names the command; once, though the breach goes on."""
    watcher.apply("a")
    watcher.depth("a", _from(20))
    watched = watcher.watch(yes=False)
    assert (["regressed"], 6, [10]) == (watcher.states(watched), watcher.code(watched), watcher.shop.timeouts("a"))
    (alert,) = [line for line in watcher.shop.said if "ALERT" in line]
    assert f"trueup rollback {watcher.run} --change c" in alert
    assert ({"a": "failed"}, {"a": "applied"}) == (
        watcher.shop.statuses(watched.run),
        watcher.shop.statuses(watcher.run),
    )


@pytest.mark.parametrize(
    "depth",
    [
        pytest.param(_from(-1e9, 14), id="the first fifteen minutes"),
        pytest.param(_from(40, 44), id="one period alone"),
        pytest.param(lambda minute: 9 if minute % 20 < 4 else 1, id="every fourth period"),
        pytest.param(lambda minute: 9 if 40 <= minute % 1440 else 1, id="the same hours of the days before"),
        pytest.param(lambda minute: 9 if minute > 40 or -1440 * 7 < minute < -1440 * 7 + 60 else 1, id="a week ago"),
        pytest.param(lambda minute: 9 if minute > 40 else None, id="nothing to compare with"),
    ],
)
def test_what_is_no_regression(watcher: Watcher, depth: Any) -> None:
    """Nothing is rolled back, and the command ends well."""
    watcher.apply("a")
    watcher.depth("a", depth)
    watched = watcher.watch()
    assert (["well"], 0, [10]) == (watcher.states(watched), watcher.code(watched), watcher.shop.timeouts("a"))


def test_an_outage_rolls_nothing_back(watcher: Watcher) -> None:
    """All breach together: that is not one of the changes; the watch ends with an alert."""
    watcher.apply(*MANY)
    for name in MANY:
        watcher.depth(name, _from(40))
    watched = watcher.watch()
    assert ({"regressed"}, "stopped", 6) == ({*watcher.states(watched)}, watched.status, watcher.code(watched))
    assert [10] * 8 == watcher.shop.timeouts(*MANY)
    assert "ALERT: 8 of 8 watched changes breach their limits together" in "\n".join(watcher.shop.said)


def test_an_outage_that_is_seen_first_in_one_resource_rolls_nothing_back(watcher: Watcher) -> None:
    """While others begin to breach, too, one more period is waited for."""
    watcher.apply(*MANY)
    for name in MANY:
        watcher.depth(name, _from(40 if name == "a" else 46))
    watched = watcher.watch()
    assert ("stopped", [10] * 8) == (watched.status, watcher.shop.timeouts(*MANY))
    assert any("looking once more" in line for line in watcher.shop.said)


def test_one_of_many_is_rolled_back_and_the_others_are_watched_on(watcher: Watcher) -> None:
    """The watch goes on to its end for those that are well."""
    watcher.apply(*MANY)
    for name in MANY:
        watcher.depth(name, _from(40) if name == "c" else _flat)
    watched = watcher.watch(lasting=timedelta(hours=1))
    assert ["c"] == [name for name, status in watcher.shop.statuses(watcher.run).items() if status == "rolled_back"]
    assert [10, 10, 30, 10, 10, 10, 10, 10] == watcher.shop.timeouts(*MANY)
    assert (7, "finished") == (watcher.code(watched), watched.status)
    assert 60 <= watcher.minutes()


def test_missing_data_holds(watcher: Watcher) -> None:
    """A metric that stops, as it does when a thing is idle or CloudWatch fails, is no breach."""
    watcher.apply("a")
    watcher.depth("a", lambda minute: 1 if minute < 40 else None)
    watched = watcher.watch()
    assert (["well"], 0) == (watcher.states(watched), watcher.code(watched))


def test_metrics_that_may_not_be_read_hold(watcher: Watcher) -> None:
    """What could not be read is not a breach; the reason and the permission are in the report."""
    watcher.apply("a")
    watcher.depth("a", _from(20))
    watcher.shop.aws.faults.inject("cloudwatch:GetMetricData", "denied")
    watched = watcher.watch()
    assert (["unobserved"], 4, [10]) == (watcher.states(watched), watcher.code(watched), watcher.shop.timeouts("a"))
    assert "cloudwatch:GetMetricData" in watcher.shop.reasons(watched.run)


def test_what_was_never_observed_is_said(watcher: Watcher) -> None:
    """No data at all is not health; a change beside it that is well does not hide it."""
    watcher.apply("a", "b")
    watcher.depth("b", _flat)
    watched = watcher.watch()
    assert (["unobserved", "well"], 4) == (watcher.states(watched), watcher.code(watched))
    assert {"a": "unverified", "b": "applied"} == watcher.shop.statuses(watched.run)
    assert "unobserved: no data in any of 20 periods" in watcher.shop.reasons(watched.run)


def test_a_limit_that_is_always_breached_hides_no_other(watcher: Watcher) -> None:
    """Each part of the condition is held against its own days before."""
    watcher.apply("a", regression={**SHALLOW, "all": [{"metrics.depth": {"maximum": 20}}]})
    watcher.depth("a", lambda minute: 30 if minute > 40 else 9)
    watched = watcher.watch(lasting=timedelta(hours=1))
    assert (["rolled back"], 7) == (watcher.states(watched), watcher.code(watched))
    assert 'metrics.depth was 30.0, expected {"maximum": 20}' in watcher.shop.reasons(watched.run)
    assert any("as in the same hours of the days before" in line for line in watcher.shop.said)


def test_what_is_no_metric_does_not_count_as_observed(watcher: Watcher) -> None:
    """The configuration is known of a queue that nobody measures, too."""
    watcher.apply("a", regression={**SHALLOW, "attributes.DelaySeconds": {"maximum": 5}})
    watched = watcher.watch()
    assert (["unobserved"], 4) == (watcher.states(watched), watcher.code(watched))


def test_a_limit_of_which_nothing_was_ever_known_is_said(watcher: Watcher) -> None:
    """Beside another that is well."""
    regression = {**SHALLOW, "all": [{"metrics.delay": {"maximum": 20}}]}
    watcher.apply("a", regression=regression)
    watcher.depth("a", _flat)
    watched = watcher.watch()
    assert ["well"] == watcher.states(watched)
    assert "none breached; never observed: metrics.delay is not known" in watcher.shop.reasons(watched.run)


@pytest.mark.parametrize(
    ("regression", "said"),
    [
        (None, "says of no metric what a regression is"),
        ({"daily.oldest": {"maximum": 5}}, "not watchable: AWS measures what its regression condition looks at once a"),
        ({"attributes.DelaySeconds": {"maximum": 5}}, "not watchable: its regression condition looks at no metric"),
    ],
)
def test_what_cannot_be_watched_is_said(watcher: Watcher, regression: Any, said: str) -> None:
    """Silence about a change would read as health."""
    watcher.apply("a", regression=regression)
    watched = watcher.watch()
    assert ([], 0) == (watcher.states(watched), watcher.code(watched))
    assert said in "\n".join(watcher.shop.said)
    assert said in watcher.shop.reasons(watched.run)


def test_an_undo_that_carries_too_little_is_not_sent(watcher: Watcher) -> None:
    """The present peak is higher than what the state before was made for: going back would make it worse."""
    watcher.apply("a", carries={"metrics.depth": 11})
    watcher.depth("a", _from(40))
    watched = watcher.watch()
    assert (["regressed"], 6, [10]) == (watcher.states(watched), watcher.code(watched), watcher.shop.timeouts("a"))
    (alert,) = [line for line in watcher.shop.said if "ALERT" in line]
    assert "carries 1.3 x the present metrics.depth, 9, found that it carries 11" in alert


def test_an_undo_that_carries_enough_is_sent(watcher: Watcher) -> None:
    """1.3 times the present peak is enough."""
    watcher.apply("a", carries={"metrics.depth": 11.8})
    watcher.depth("a", _from(40))
    assert 7 == watcher.code(watcher.watch(lasting=timedelta(hours=1)))


def test_an_undo_for_a_load_that_is_not_known_is_not_sent(watcher: Watcher) -> None:
    """The load has no data of the last quarter of an hour any more when the breach is dealt with."""
    watcher.apply("a", carries={"metrics.depth": 100})
    watcher.depth("a", lambda minute: None if minute > 60 else _from(40)(minute))
    watcher.shop.aws.clock.advance(timedelta(minutes=90).total_seconds())
    watched = watcher.watch(once=True)
    assert (["regressed"], [10]) == (watcher.states(watched), watcher.shop.timeouts("a"))
    assert "the present metrics.depth is not known" in watcher.shop.reasons(watched.run)


@pytest.mark.parametrize(("allow", "code"), [((), 6), (("disruptive",), 7)])
def test_a_risky_undo_needs_to_be_allowed(watcher: Watcher, allow: tuple[str, ...], code: int) -> None:
    """What may disturb in one direction may in the other."""
    watcher.apply("a", risk="disruptive")
    watcher.depth("a", _from(40))
    watched = watcher.watch(lasting=timedelta(hours=1), allow=allow)
    assert code == watcher.code(watched)
    assert ("needs --allow disruptive" in watcher.shop.reasons(watched.run)) is (code == 6)


def test_what_others_changed_since_is_not_undone(watcher: Watcher) -> None:
    """The rules of every rollback hold: somebody is at it already."""
    watcher.apply("a")
    watcher.depth("a", _from(40))
    watcher.shop.change_by_hand("a", VisibilityTimeout=50)
    watched = watcher.watch(lasting=timedelta(hours=1))
    assert ([50], 6) == (watcher.shop.timeouts("a"), watcher.code(watched))
    assert "changed by others since" in watcher.shop.reasons(watched.run)


def test_what_was_rolled_back_by_hand_is_not_watched_any_more(watcher: Watcher) -> None:
    """A person was quicker; nothing is left to undo."""
    watcher.apply("a")
    watcher.depth("a", _from(40))
    watcher.shop.rollback(watcher.run)
    watched = watcher.watch()
    assert ([], 0) == (watcher.states(watched), watcher.code(watched))
    assert "not watched: it is rolled back: a" in watcher.shop.said
    assert {} == watcher.shop.statuses(watched.run)


def test_what_is_rolled_back_by_hand_meanwhile_is_left(watcher: Watcher) -> None:
    """The watch hears of it at its next look, and ends when nothing else is watched."""
    watcher.apply("a")
    watcher.depth("a", _flat)

    def roll_back(line: str) -> None:
        if "1 watched" in line and watcher.shop.timeouts("a") == [10]:
            watcher.shop.said = []
            watcher.shop.rollback(watcher.run)

    watcher.shop.said = Hearing(roll_back)
    watched = watcher.watch()
    assert (["gone"], 0, "finished") == (watcher.states(watched), watcher.code(watched), watched.status)
    assert watcher.minutes() < 60
    assert {"a": "skipped"} == watcher.shop.statuses(watched.run)
    assert "not watched any more: it is rolled back (by run " in watcher.shop.reasons(watched.run)


def test_a_rollback_that_is_refused_is_told_and_not_tried_again(watcher: Watcher) -> None:
    """AWS denies the undo: the reason is in the alert, and not each look makes another run of it."""
    watcher.apply("a")
    watcher.depth("a", _from(40))
    watcher.shop.aws.faults.inject("sqs:SetQueueAttributes", "denied")
    watched = watcher.watch(lasting=timedelta(hours=1))
    assert (["regressed"], 6, [10]) == (watcher.states(watched), watcher.code(watched), watcher.shop.timeouts("a"))
    assert "was refused with AccessDenied" in watcher.shop.reasons(watched.run)
    assert 1 == sum(run.kind == "rollback" for run in watcher.shop.journal.runs.listing())


def test_a_resource_with_an_unfinished_run_is_left(watcher: Watcher) -> None:
    """A rollback that was killed is resumed by a person first; two at once would make it worse."""
    watcher.apply("a")
    watcher.depth("a", _from(40))
    (change,) = [record.change for record in watcher.shop.changes(watcher.run)]
    other = watcher.shop.journal.runs.start("rollback", of_run=watcher.run)
    watcher.shop.journal.changes.add(other, change, ChangeStatus.INDETERMINATE)
    watched = watcher.watch(lasting=timedelta(hours=1))
    assert (6, [10]) == (watcher.code(watched), watcher.shop.timeouts("a"))
    assert f"a change of run {other} is indeterminate; run `trueup resume {other}` first" in watcher.shop.reasons(
        watched.run
    )


def test_two_changes_of_one_queue_are_rolled_back_last_first(watcher: Watcher) -> None:
    """Both breach, being of one queue, and that is no outage; each goes back to what was there before it."""
    for to in ({"VisibilityTimeout": 10}, {"DelaySeconds": 5}):
        watcher.shop.rule(fix(f"sqs-queue-{next(iter(to)).lower()}", to=to, regression=SHALLOW))
    watcher.apply_all("sqs-queue-*", "a")
    watcher.depth("a", _from(40))
    watched = watcher.watch(lasting=timedelta(hours=1))
    assert ["rolled back"] * 2 == watcher.states(watched), watcher.shop.said
    assert ("0", [30]) == (watcher.shop.attributes("a")["DelaySeconds"], watcher.shop.timeouts("a"))
    undone = [(c.operation, next(iter(c.parameters["Attributes"]))) for c in watcher.shop.writes()]
    assert [name for _, name in undone] == [*reversed(watcher.names())]


def test_a_freeze_holds_rollbacks_that_nobody_asked_for(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever freezes wants nothing written by itself; the command of the alert still works."""
    watcher.apply("a")
    watcher.depth("a", _from(40))
    monkeypatch.setenv("TRUEUP_FREEZE", "1")
    watched = watcher.watch(lasting=timedelta(hours=1))
    assert (6, [10]) == (watcher.code(watched), watcher.shop.timeouts("a"))
    assert "frozen by TRUEUP_FREEZE" in watcher.shop.reasons(watched.run)
    watcher.shop.rollback(watcher.run)
    assert [30] == watcher.shop.timeouts("a")


def test_a_closed_window_does_not_hold_a_rollback(watcher: Watcher) -> None:
    """Windows are for changes that can wait; harm cannot."""
    from trueup.applying.windows import Window

    watcher.apply("a")
    watcher.depth("a", _from(40))
    hour = (watcher.shop.clock.now() + timedelta(hours=12)).hour
    closed = Window.parse(f"{hour:02}:00-{hour:02}:01")
    watcher.shop.settings = Settings(apply=ApplySettings(windows=(closed,)))
    assert 7 == watcher.code(watcher.watch(lasting=timedelta(hours=1)))


def test_a_second_watcher_is_told_of_the_first(watcher: Watcher) -> None:
    """Who, and until when; no run is begun."""
    watcher.apply("a")
    watcher.depth("a", _flat)
    refused: list[str] = []

    def second(line: str) -> None:
        if "1 watched" in line and not refused:
            with pytest.raises(RefusedError) as error:
                watcher.watch(once=True)
            refused.append(str(error.value))

    watcher.shop.said = Hearing(second)
    watched = watcher.watch(lasting=timedelta(minutes=30))
    assert "finished" == watched.status
    assert refused[0].startswith(f"run {watcher.run} is watched by watch {watched.run} (process {os.getpid()} on ")
    assert "until 20" in refused[0]
    assert 1 == sum(run.kind == "watch" for run in watcher.shop.journal.runs.listing())


def test_the_watch_of_a_killed_watcher_is_taken_over(watcher: Watcher) -> None:
    """Its lease runs out by itself."""
    watcher.apply("a")
    watcher.depth("a", _flat)
    watcher.shop.journal.watches.take(watcher.run, "watch dead", timedelta(minutes=15))
    with pytest.raises(RefusedError):
        watcher.watch(once=True)
    watcher.shop.aws.clock.advance(timedelta(minutes=15).total_seconds())
    assert ["well"] == watcher.states(watcher.watch(once=True))


def test_a_watch_goes_on_where_it_was(watcher: Watcher) -> None:
    """What happened between two looks is seen by the second; the time counts from settling, not from the start."""
    watcher.apply("a")
    watcher.depth("a", _from(60, 75))
    watcher.shop.aws.clock.advance(timedelta(minutes=40).total_seconds())
    assert ["well"] == watcher.states(watcher.watch(once=True))
    watcher.shop.aws.clock.advance(timedelta(minutes=100).total_seconds())
    assert 7 == watcher.code(watcher.watch(once=True))


def test_what_a_watch_has_dealt_with_is_not_raised_again(watcher: Watcher) -> None:
    """A breach that was reported and is over is no news for the next look."""
    watcher.apply("a")
    watcher.depth("a", _from(20, 35))
    watcher.shop.aws.clock.advance(timedelta(minutes=60).total_seconds())
    assert 6 == watcher.code(watcher.watch(once=True, yes=False))
    watcher.shop.aws.clock.advance(timedelta(minutes=30).total_seconds())
    assert (0, [10]) == (watcher.code(watcher.watch(once=True)), watcher.shop.timeouts("a"))


def test_a_look_after_the_end_tells_of_the_whole_watch(watcher: Watcher) -> None:
    """A job that looks once an hour hears at last that nothing was ever observed."""
    watcher.apply("a")
    watcher.shop.aws.clock.advance(timedelta(minutes=60).total_seconds())
    assert 0 == watcher.code(watcher.watch(once=True))
    watcher.shop.aws.clock.advance(timedelta(minutes=90).total_seconds())
    assert (["unobserved"], 4) == (watcher.states(found := watcher.watch(once=True)), watcher.code(found))


def test_ctrl_c_ends_it_cleanly(watcher: Watcher) -> None:
    """The run says so, its lease is free, and the next watch goes on."""
    watcher.apply("a")
    watcher.depth("a", _flat)
    watcher.shop.said = Hearing(lambda line: os.kill(os.getpid(), signal.SIGINT) if "1 watched" in line else None)
    watched = watcher.watch()
    assert ("interrupted", 130) == (watched.status, watcher.code(watched))
    watcher.shop.said = []
    assert ["well"] == watcher.states(watcher.watch(once=True))


def test_a_look_is_one_call_for_all_queues(watcher: Watcher) -> None:
    """The days before are read once an hour at most, and only when something is breached."""
    watcher.apply(*MANY)
    for name in MANY:
        watcher.depth(name, _flat)
    watched = watcher.watch(lasting=timedelta(hours=1))
    looks = sum("8 watched" in line for line in watcher.shop.said)
    assert looks == len(watcher.shop.aws.calls.of("cloudwatch:GetMetricData"))
    assert "finished" == watched.status
    assert [] == watcher.shop.writes()


def test_only_an_apply_is_watched(watcher: Watcher) -> None:
    """A rollback, an audit or another watch has nothing to look after."""
    watcher.apply("a")
    watcher.run = watcher.shop.rollback(watcher.run)
    with pytest.raises(UsageError, match="expected an apply to watch, found rollback"):
        watcher.watch()
