"""The audit: each scope, each plugin that a rule needs, one after the other; every finding goes to a sink at once.

Nothing is collected, so memory does not grow with the number of resources; and what breaks (a plugin, a rule, a list)
ends as unknown findings of its own rules, never as findings that are missing.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.auditing.pool import WorkerPool
from trueup.auditing.reading import ScopeReading
from trueup.auditing.scope import AuditScope
from trueup.aws.statistics import CallStatistics
from trueup.errors import PluginError, UsageError
from trueup.facts.unknown import Reason, Unknown
from trueup.service.judging import unknown_finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from trueup.auditing.reading import ReaderSource
    from trueup.clock import Clock
    from trueup.finding import Finding
    from trueup.hosting.host import Host
    from trueup.resource import Scope
    from trueup.ruleset.rule import BoundRule
    from trueup.ruleset.selection import Selection

__all__ = ["ScopeAudit", "audit_rules"]


@dataclass(frozen=True, slots=True)
class ScopeAudit:
    """What became of one scope's audit.

    Args:
        scope: account and Region.
        complete: whether every resource type could be listed to its end and no plugin broke.
        calls: operation to how many calls were made, denied, throttled and failed.
        errors: what failed, once each.
    """

    scope: Scope
    complete: bool
    calls: Mapping[str, Mapping[str, int]]
    errors: Sequence[Mapping[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """Give it in the report's shape."""
        return {
            "account": self.scope.account,
            "region": self.scope.region,
            "complete": self.complete,
            "calls": {operation: dict(counts) for operation, counts in self.calls.items()},
            "errors": [dict(error) for error in self.errors],
        }


def audit_rules(  # noqa: PLR0913 - everything is passed in, nothing is global
    host: Host,
    rules: Iterable[BoundRule],
    scopes: Iterable[Scope],
    source: ReaderSource,
    *,
    sink: Callable[[Finding], None],
    clock: Clock,
    selection: Selection,
    workers: int = 16,
) -> tuple[ScopeAudit, ...]:
    """Judge the resources of the scopes by the rules.

    Args:
        host: the plugins.
        rules: the selected rules, parameters filled in.
        scopes: where to look.
        source: gives readers, e.g. a ``Connection``.
        sink: takes each finding as it comes.
        clock: tells when facts are read and where metric windows end.
        selection: which resources are meant, by ARN and by tag.
        workers: how many reads are under way at once.

    Returns:
        What became of each scope; ``host.broken`` tells which plugins broke.

    Raises:
        CredentialsError: AWS does not accept the credentials any more; findings so far were given to the sink.
        KeyboardInterrupt: the user stopped the run; calls under way have ended.
    """
    by_service: dict[str, list[BoundRule]] = {}
    for rule in rules:
        by_service.setdefault(rule.rule.service, []).append(rule)
    with WorkerPool(workers) as pool:
        return tuple(
            _audit_scope(_Run(host, source, sink, clock, selection, pool), by_service, scope) for scope in scopes
        )


@dataclass(frozen=True, slots=True)
class _Run:
    host: Host
    source: ReaderSource
    sink: Callable[[Finding], None]
    clock: Clock
    selection: Selection
    pool: WorkerPool


def _audit_scope(run: _Run, by_service: Mapping[str, Sequence[BoundRule]], scope: Scope) -> ScopeAudit:
    statistics = CallStatistics()
    complete = True
    for service, rules in sorted(by_service.items()):
        complete &= _audit_service(run, service, rules, scope, statistics)
    return ScopeAudit(scope, complete, statistics.calls(), statistics.errors())


def _audit_service(
    run: _Run, service: str, rules: Sequence[BoundRule], scope: Scope, statistics: CallStatistics
) -> bool:
    """Let one plugin judge one scope; what breaks it makes its rules unknown here. Gives whether it was complete."""
    try:
        types = run.host.resource_types(service)
    except (PluginError, UsageError) as error:
        _give_up(run, rules, error)
        return False
    reading = ScopeReading(scope, run.source, run.host.fact_schemas(), run.clock.now(), statistics)
    audited = AuditScope(reading, types, run.pool, run.selection)
    with closing(run.host.audit(service, audited, rules)) as findings:
        while True:
            try:
                finding = next(findings, None)
            except PluginError as error:
                _give_up(run, rules, error)
                return False
            if finding is None:
                return audited.complete
            run.sink(finding)


def _give_up(run: _Run, rules: Sequence[BoundRule], error: Exception) -> None:
    for rule in rules:
        run.sink(unknown_finding(rule.id, rule.rule.resource, Unknown(Reason.BROKEN_PLUGIN, str(error))))
