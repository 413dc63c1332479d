"""What a watch watches: the applied changes whose rule says what a regression is, each from its own settling on.

What cannot be watched is said, with the reason: silence about a change would read as health.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.journal.changes import ChangeStatus
from trueup.journal.runs import moment
from trueup.service.declarations import MetricsAspect
from trueup.service.needs import of_metrics, reading_order
from trueup.watching.periods import first_period

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from trueup.applying.bench import Bench
    from trueup.journal.changes import ChangeRecord
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.condition import CompiledCondition
    from trueup.ruleset.rule import BoundRule

__all__ = ["Subject", "subject_of"]

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One change that is watched; each is itself only.

    Args:
        change: the change.
        limits: the parts of its regression condition, each of which holds while all is well. They are judged apart, so
            that one that is often breached does not hide another.
        measured: the numbers of those that look at metrics; the others are known of a thing that nobody measures, too.
        made: when its first call was sent.
        begin: when its first period begins.
        until: when its watch ends.
    """

    change: PlannedChange
    limits: tuple[CompiledCondition, ...]
    measured: frozenset[int]
    made: datetime
    begin: datetime
    until: datetime

    @property
    def aspects(self) -> frozenset[str]:
        """Give the names of the aspects that its limits look at."""
        return frozenset().union(*(limit.aspects for limit in self.limits))

    @property
    def name(self) -> str:
        """Give what people call it."""
        return self.change.resource.id


def subject_of(bench: Bench, record: ChangeRecord, rules: Mapping[str, BoundRule], lasting: timedelta) -> Subject | str:
    """Give how a change is watched, or why it is not.

    Args:
        bench: what to read with.
        record: the change as its apply left it.
        rules: the rules of its plan.
        lasting: how long it is watched, from its settling on.
    """
    change = record.change
    if record.status is not ChangeStatus.APPLIED:
        return f"not watched: it is {record.status.replace('_', ' ')}"
    rule = rules.get(change.rule)
    if rule is None or rule.regression is None:
        return "not watched: its rule says of no metric what a regression is"
    periods = [
        each.period
        for each in reading_order(bench.type_of(change).aspects, rule.regression.aspects)
        if isinstance(each, MetricsAspect)
    ]
    if not periods:
        return "not watchable: its regression condition looks at no metric"
    if max(periods) >= _DAY_SECONDS:
        return "not watchable: AWS measures what its regression condition looks at once a day"
    made, settled = _times(bench, record)
    ignored = timedelta(minutes=bench.settings.watch.ignore_minutes)
    limits = tuple(bench.compile(change, {name: part}) for name, part in rule.regression.document.items())
    aspects = bench.type_of(change).aspects
    measured = {number for number, each in enumerate(limits) if any(of_metrics(aspects, name) for name in each.aspects)}
    return Subject(change, limits, frozenset(measured), made, first_period(settled, ignored), settled + lasting)


def _times(bench: Bench, record: ChangeRecord) -> tuple[datetime, datetime]:
    """Give when the first call of a change was sent, and when the last one had settled."""
    events = [each for each in bench.journal.changes.events(record.run) if each["change"] == record.change.id]
    made = min((each["at"] for each in events if each["what"] == "intent"), default=record.at)
    settled = max((each["at"] for each in events if each["what"] == "settled"), default=record.at)
    return moment(made), moment(settled)
