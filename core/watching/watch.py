"""A running watch: looks at what was applied, period by period, and undoes what harms.

All that it knows it reads from the journal and from AWS, so that a watch that was stopped or killed goes on as if it
had never ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from trueup.errors import CredentialsError, TrueupError
from trueup.journal.changes import ChangeStatus
from trueup.journal.runs import stamp
from trueup.watching.decision import Decision, decide
from trueup.watching.looking import look, usual
from trueup.watching.periods import breaching_since, periods
from trueup.watching.permission import why_not
from trueup.watching.seen import Seen, State
from trueup.watching.subjects import Subject, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.applying.bench import Bench
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule

__all__ = ["Undone", "Watch", "WatchOptions"]

# Metrics of a period may come some minutes after it: what was looked at so lately is looked at again.
_LATE = timedelta(minutes=15)

# Seconds after which a waiting watch looks whether it was asked to stop.
_PATIENCE = 60.0

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """What a watch was asked for.

    Args:
        lasting: how long each change is watched, from its settling on.
        interval: how long between two looks.
        once: whether to look once and end.
        yes: whether to roll back what regressed; else it is only said.
        allow: risks that a rollback may take, besides ``safe``.
    """

    lasting: timedelta = timedelta(hours=24)
    interval: timedelta = timedelta(minutes=5)
    once: bool = False
    yes: bool = False
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of the rollback of one change: its status, and a sentence for a person."""

    status: ChangeStatus
    sentence: str
    interrupted: bool = False


@dataclass(slots=True)
class Watch:
    """The watch of one apply.

    Args:
        bench: what to read with.
        run: the apply.
        own: the watch's own run.
        rules: the rules of its plan.
        options: what was asked for.
        undo: rolls one change back, under a run of its own.
        hold: holds the lease for so long from now.
        seen: what was seen, by change id.
        unwatched: change id to why it is not watched.
    """

    bench: Bench
    run: str
    own: str
    rules: Mapping[str, BoundRule]
    options: WatchOptions
    undo: Callable[[PlannedChange], Undone]
    hold: Callable[[timedelta], None]
    seen: dict[str, Seen] = field(default_factory=dict)
    unwatched: dict[str, str] = field(default_factory=dict)
    _looked: datetime | None = None
    _said: set[tuple[str, str]] = field(default_factory=set)
    _usual: dict[tuple[Subject, int, datetime], bool] = field(default_factory=dict)
    _rolled_back: dict[str, datetime] = field(default_factory=dict)
    _waited: set[Subject] = field(default_factory=set)
    _tried: set[str] = field(default_factory=set)
    _outage: bool = False

    def go(self) -> str:
        """Watch until there is nothing more to watch; give how it ended, as a run's status."""
        began = self.bench.clock.now()
        self._looked = self.bench.journal.watches.looked_until(self.run)
        first = True
        while True:
            self.hold(self.options.interval)
            self._refresh()
            self._look(first=first)
            first = False
            now = self.bench.clock.now()
            for each in self.seen.values():
                each.close(now)
            if self.bench.interrupt.signalled:
                return "interrupted"
            if self._outage:
                return "stopped"
            if self.options.once or self._over(began, now):
                return "finished"
            if stopped := self._wait(self._pause(now)):
                return stopped

    def _refresh(self) -> None:
        """Take up what was applied since the last look, and leave what was rolled back by others."""
        left: dict[str, list[str]] = {}
        for record in self.bench.journal.changes.of(self.run):
            change = record.change
            if change.id in self.seen:
                seen = self.seen[change.id]
                if record.status is not ChangeStatus.APPLIED and seen.state is not State.ROLLED_BACK:
                    seen.state = State.GONE
                    seen.outcome = f"not watched any more: it is {record.status.replace('_', ' ')} ({record.reason})"
                continue
            found = subject_of(self.bench, record, self.rules, self.options.lasting)
            if isinstance(found, Subject):
                self.unwatched.pop(change.id, None)
                self.seen[change.id] = Seen(found)
                self._enter(change, "being watched")
                self.bench.say(f"watching {found.name} from {stamp(found.begin)} to {stamp(found.until)}")
            elif self.unwatched.get(change.id) != found:
                self.unwatched[change.id] = found
                if record.status is ChangeStatus.APPLIED:
                    self._enter(change, found)
                left.setdefault(found, []).append(change.resource.id)
        for why, names in left.items():
            self.bench.say(f"{why}: {', '.join(dict.fromkeys(names))}")

    def _enter(self, change: PlannedChange, text: str) -> None:
        """Put a change into the watch's own run, once."""
        changes = self.bench.journal.changes
        if all(each.change.id != change.id for each in changes.of(self.own)):
            changes.add(self.own, change, ChangeStatus.APPLIED, text)

    def _look(self, *, first: bool) -> None:
        """Look once; the first look goes back to the begin, the others as far as metrics may come late."""
        now = self.bench.clock.now()
        due = [each for each in self.seen.values() if each.state not in {State.ROLLED_BACK, State.GONE}]
        since = _NEVER if self._looked is None else self._looked - _LATE
        due = [each for each in due if each.subject.begin < now and (first or each.subject.until > since)]
        begin = min((each.subject.begin for each in due), default=now)
        end = max((each.subject.until for each in due), default=now)
        windows = periods(begin if first else max(begin, since), min(now, end))
        if not windows:
            return
        sights = look(self.bench, [each.subject for each in due], windows)
        for each in due:
            each.add(sights[each.subject.change.id])
        breaks = {(each.subject, limit): pair for each in due for limit, pair in each.breaks(since).items()}
        broken = {subject for subject, _ in breaks}
        beginning = [each.subject for each in due if breaching_since(each.well) and each.subject not in broken]
        self.bench.say(
            f"{stamp(windows[-1].end)}: {len(due)} watched, {sum(bool(each.observed) for each in due)} observed, "
            f"{len(broken)} breached"
        )
        if regressed := self._not_usual(breaks):
            self._act(regressed, beginning, len(due))
        self._looked = windows[-1].end
        self.bench.journal.watches.looked(self.run, self._looked)

    def _not_usual(self, breaks: Mapping[tuple[Subject, int], tuple[datetime, datetime]]) -> dict[Subject, str]:
        """Give those of the breached changes that are not so at these hours anyway, with what was breached."""
        hour_of = {(subject, limit): pair[1].replace(minute=0) for (subject, limit), pair in breaks.items()}
        unread = {key: pair for key, pair in breaks.items() if (*key, hour_of[key]) not in self._usual}
        if unread:
            # what could not be read is asked again at the next look
            answers = usual(self.bench, unread)
            self._usual.update({(*key, hour_of[key]): told for key, told in answers.items() if told is not None})
        regressed: dict[Subject, list[str]] = {}
        for (subject, limit), pair in breaks.items():
            text = self.seen[subject.change.id].breach(limit, pair)
            told = self._usual.get((subject, limit, hour_of[subject, limit]))
            if told is False:
                regressed.setdefault(subject, []).append(text)
            elif told:
                self._tell(subject, f"usual {limit}", f"breached, as in the same hours of the days before: {text}")
            else:
                self._tell(subject, f"new {limit}", f"breached, and nothing is known of the same hours before: {text}")
        return {subject: "; ".join(texts) for subject, texts in regressed.items()}

    def _act(self, regressed: Mapping[Subject, str], beginning: list[Subject], watched: int) -> None:
        now = self.bench.clock.now()
        recent = [self.seen[each].subject for each, at in self._rolled_back.items() if now - at <= _LATE]
        decision = decide(regressed, recent, beginning, watched + len(recent), self.bench.settings.watch)
        if decision is Decision.WAIT and not self._waited.issuperset(regressed):
            self._waited.update(regressed)
            self.bench.say("more changes begin to breach their limits: looking once more before anything is undone")
            return
        if decision is Decision.STOP:
            self._outage = True
            self.bench.say(
                f"ALERT: {len(regressed)} of {watched} watched changes breach their limits together, which is an "
                "outage and none of them; nothing is rolled back, and the watch ends"
            )
        for each in sorted(regressed, key=self._position, reverse=True):
            self._deal_with(each, regressed[each])
            if self.bench.interrupt.signalled:
                return

    def _deal_with(self, subject: Subject, what: str) -> None:
        """Undo one change, or say why not; an undo that came to nothing is not tried again by itself."""
        seen = self.seen[subject.change.id]
        seen.state = State.REGRESSED
        if subject.change.id in self._tried:
            return
        if self._outage:
            why: str | None = "too much is breached at once"
        elif not self.options.yes:
            why = "the watch only reports, without --yes"
        else:
            why = why_not(self.bench, subject.change, self.options.allow)
        if why is None:
            self._roll_back(seen, what)
            return
        seen.outcome = f"regressed: {what}; not rolled back: {why}"
        hint = f"roll it back with `trueup rollback {self.run} --change {subject.change.id}`"
        self._tell(subject, why, f"ALERT: {seen.outcome}; {hint}")

    def _roll_back(self, seen: Seen, what: str) -> None:
        change = seen.subject.change
        self._tell(seen.subject, what, f"ALERT: regressed: {what}; rolling it back")
        self.hold(timedelta(seconds=change.settle_seconds) + self.options.interval)
        try:
            undone = self.undo(change)
            self._tried.add(change.id)
        except CredentialsError:
            raise
        except TrueupError as error:
            undone = Undone(ChangeStatus.FAILED, f"the rollback could not be done: {error}")
        if undone.interrupted:
            self.bench.interrupt.signalled = True
        if undone.status is ChangeStatus.ROLLED_BACK:
            seen.state = State.ROLLED_BACK
            self._rolled_back[change.id] = self.bench.clock.now()
            seen.outcome = f"regressed: {what}; {undone.sentence}"
        else:
            seen.outcome = f"regressed: {what}; not rolled back: {undone.sentence}"
        done = seen.state is State.ROLLED_BACK
        self._tell(seen.subject, undone.sentence, undone.sentence if done else f"ALERT: {seen.outcome}")

    def _tell(self, subject: Subject, kind: str, text: str) -> None:
        """Say something of a change, once of each kind."""
        if (subject.change.id, kind) not in self._said:
            self._said.add((subject.change.id, kind))
            self.bench.journal.changes.note(self.own, "watch", subject.change.id, text=text)
            self.bench.say(f"{subject.name}: {text}")

    def _position(self, subject: Subject) -> int:
        return list(self.seen).index(subject.change.id)

    def _over(self, began: datetime, now: datetime) -> bool:
        """Tell whether nothing is left to watch, and nothing is being applied that will be."""
        if any(not each.ended(now) for each in self.seen.values()):
            return False
        applying = self.bench.journal.runs.get(self.run).status == "running"
        return not applying or now >= began + self.options.lasting

    def _wait(self, seconds: float) -> str | None:
        """Wait for the next look, a minute at a time; give the status of the run when it is asked to stop meanwhile."""
        left = seconds
        while not self.bench.journal.runs.stop_requested(self.own):
            if left <= 0 or self.bench.interrupt.signalled:
                return None
            self.bench.interrupt.sleep(min(left, _PATIENCE))
            left -= _PATIENCE
        self.bench.say("stopped by `trueup stop`; what was seen is kept, and the next watch goes on from here")
        return "stopped"

    def _pause(self, now: datetime) -> float:
        left = [each.subject.until - now for each in self.seen.values() if not each.ended(now)]
        return max(1.0, min(self.options.interval, max(left, default=self.options.interval)).total_seconds())
