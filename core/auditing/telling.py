"""What the log is told of an audit: when it, its scopes and its plugins begin and end, and what that took.

Apart from the audit itself, so that what is told and how things are judged can change without each other.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from trueup.events import emit, is_heard
from trueup.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.aws.statistics import CallStatistics
    from trueup.finding import Finding
    from trueup.resource import Scope
    from trueup.ruleset.rule import BoundRule

__all__ = ["AuditTelling", "ScopeTelling"]

_COUNTS = {"calls": "made", "retries": "retries", "throttles": "throttles"}


class AuditTelling:
    """Tells of one audit; safe to share between threads.

    Args:
        run: the id of the run, None when there is none.
        rules: service to its rules.
    """

    def __init__(self, run: str | None, rules: Mapping[str, Sequence[BoundRule]]) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._scopes = 0
        self._sums: dict[str, float] = dict.fromkeys(("findings", *_COUNTS), 0)
        self._began = time.monotonic()
        emit("audit_started", run=run, services=len(rules), rules=sum(map(len, rules.values())))

    def scope(self, scope: Scope, statistics: CallStatistics, services: int) -> ScopeTelling:
        """Tell that a scope begins; give what tells the rest of it."""
        return ScopeTelling(self._run, scope, statistics, services)

    def ended(self, scope: ScopeTelling, *, complete: bool) -> None:
        """Tell that a scope is judged."""
        scope.end(complete=complete)
        counts = scope.counts()
        with self._lock:
            self._scopes += 1
            self._sums = {name: value + counts[name] for name, value in self._sums.items()}

    def end(self) -> None:
        """Tell that all scopes are judged."""
        emit("audit_finished", run=self._run, scopes=self._scopes, seconds=_since(self._began), **self._sums)


class ScopeTelling:
    """Tells of one scope; safe to share between threads. Made by ``AuditTelling.scope``."""

    def __init__(self, run: str | None, scope: Scope, statistics: CallStatistics, services: int) -> None:
        self._who = {"run": run, "account": scope.account, "region": scope.region}
        self._statistics = statistics
        self._lock = threading.Lock()
        self._findings = 0
        self._began = time.monotonic()
        emit("scope_started", **self._who, services=services)

    def end(self, *, complete: bool) -> None:
        """Tell that the scope is judged."""
        emit("scope_finished", **self._who, complete=complete, seconds=_since(self._began), **self.counts())

    def begin_service(self, service: str, rules: int) -> None:
        """Tell that a plugin begins."""
        emit("service_started", **self._who, service=service, rules=rules)

    def end_service(self, service: str, *, complete: bool) -> None:
        """Tell that a plugin has judged everything."""
        emit("service_finished", **self._who, service=service, complete=complete)

    def broken(self, service: str) -> None:
        """Tell that a plugin broke."""
        emit("plugin_broken", **self._who, service=service)

    def found(self, service: str, finding: Finding) -> None:
        """Count a finding, and tell of it when it is a failure."""
        with self._lock:
            self._findings += 1
        if finding.judgement.verdict is Verdict.FAIL and finding.resource is not None and is_heard("finding_failed"):
            emit("finding_failed", **self._who, service=service, rule=finding.rule, resource=finding.resource.arn)

    def counts(self) -> dict[str, float]:
        """Give findings, calls, retries and throttles so far."""
        with self._lock:
            found = self._findings
        return {"findings": found, **{name: self._statistics.total(kind) for name, kind in _COUNTS.items()}}


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)
