"""Which service of which scope is audited next.

A service that AWS throttles must not take the place of the others: of the services that wait, the one with the fewest
scopes under way is next. And only so many scopes are open at once, since each keeps clients.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from contextlib import suppress
from typing import TYPE_CHECKING

from trueup.auditing.job import ScopeAudit
from trueup.auditing.telling import AuditTelling
from trueup.auditing.unit import Unit
from trueup.aws.statistics import CallStatistics
from trueup.errors import PluginError, UsageError
from trueup.resource import GLOBAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.auditing.job import AuditJob, Place, Places
    from trueup.ruleset.rule import BoundRule

__all__ = ["Schedule", "home_of"]

# Each open scope keeps a client for each service that is read there, some 0.4 MB each.
_OPEN_SCOPES = 24


class Schedule:
    """The units of an audit; safe to share between threads.

    Args:
        job: the audit.
        places: where to look; taken one by one as scopes end, by one thread at a time.
    """

    def __init__(self, job: AuditJob, places: Places) -> None:
        self._job = job
        self._places = iter(places)
        self._home = home_of(job)
        self._telling = AuditTelling(job.run, job.by_service())
        self._state = threading.Condition()
        self._opening = False
        self._exhausted = False
        self._waiting: dict[str, deque[tuple[_OpenScope, Unit]]] = {}
        self._under_way: Counter[str] = Counter()
        self._open: dict[Unit, _OpenScope] = {}
        self._scopes = 0
        self._unread: deque[ScopeAudit] = deque()

    def take(self) -> Unit | ScopeAudit | None:
        """Give what is next: a unit to be audited, a scope that could not be opened, None when nothing is left.

        Waits while everything is under way that there is, and more may come.
        """
        with self._state:
            while True:
                if self._unread:
                    return self._unread.popleft()
                if not self._opening and not self._exhausted and self._may_open():
                    self._open_next()
                    continue
                service = min(self._waiting, key=lambda name: self._under_way[name], default=None)
                if service is not None:
                    return self._begin(service)
                if self._exhausted:
                    return None
                self._state.wait()

    def done(self, unit: Unit) -> ScopeAudit | None:
        """Note that a unit has ended; gives the scope's audit when it was its last."""
        with self._state:
            self._under_way[unit.service] -= 1
            scope = self._open.pop(unit)
            scope.left -= 1
            scope.complete = scope.complete and unit.complete
            self._state.notify_all()
            if scope.left:
                return None
            self._scopes -= 1
        scope.place.leave()
        return self._ended(scope)

    def finish(self) -> None:
        """Tell that every scope was audited."""
        self._telling.end()

    def end(self) -> None:
        """Give nothing more, to whoever waits, too."""
        with self._state:
            self._exhausted = True
            self._waiting.clear()
            self._unread.clear()
            self._state.notify_all()

    def _may_open(self) -> bool:
        """Whether a further scope is to be opened; few wait at a time, and while one service lags others may go on."""
        return self._scopes < _OPEN_SCOPES and len(self._waiting) < len(self._home)

    def _open_next(self) -> None:
        """Open one more scope; the lock is let go meanwhile, since roles are assumed and Regions asked for."""
        self._opening = True
        self._state.release()
        try:
            place = next(self._places, None)
        finally:
            self._state.acquire()
            self._opening = False
            self._state.notify_all()
        if place is None or self._exhausted:
            self._exhausted = True
        elif isinstance(place, ScopeAudit):
            self._unread.append(place)
        else:
            self._add(place)

    def _add(self, place: Place) -> None:
        scope = _OpenScope(place, self._telling, len(self._home))
        for service, homes in self._home.items():
            rules = homes.get(place.scope.region == GLOBAL, ())
            if rules:
                unit = Unit(self._job, place, service, rules, scope.statistics, scope.telling)
                self._waiting.setdefault(service, deque()).append((scope, unit))
                scope.left += 1
        if scope.left:
            self._scopes += 1
        else:
            self._unread.append(self._ended(scope))

    def _ended(self, scope: _OpenScope) -> ScopeAudit:
        self._telling.ended(scope.telling, complete=scope.complete)
        return ScopeAudit(scope.place.scope, scope.complete, scope.statistics.calls(), scope.statistics.errors())

    def _begin(self, service: str) -> Unit:
        waiting = self._waiting[service]
        scope, unit = waiting.popleft()
        if not waiting:
            del self._waiting[service]
        self._under_way[service] += 1
        self._open[unit] = scope
        return unit


class _OpenScope:
    """A scope that is being audited: what its units have in common."""

    def __init__(self, place: Place, telling: AuditTelling, services: int) -> None:
        self.place = place
        self.statistics = CallStatistics()
        self.telling = telling.scope(place.scope, self.statistics, services)
        self.left = 0
        self.complete = True


def home_of(job: AuditJob) -> Mapping[str, Mapping[bool, list[BoundRule]]]:
    """Give service to its rules: under True those about what an account has once, under False those of each Region.

    A plugin that is broken cannot say which it is; that it is broken is told in each Region.
    """
    homes: dict[str, dict[bool, list[BoundRule]]] = {}
    for service, rules in job.by_service().items():
        once: frozenset[str] = frozenset()
        with suppress(PluginError, UsageError):
            once = frozenset(name for name, each in job.host.resource_types(service).items() if not each.regional)
        for rule in rules:
            homes.setdefault(service, {}).setdefault(rule.rule.resource in once, []).append(rule)
    return homes
