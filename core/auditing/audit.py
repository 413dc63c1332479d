"""The audit: each scope, each plugin that a rule needs, one after the other; every finding goes to a sink at once.

Nothing is collected, so memory does not grow with the number of resources; and what breaks (a plugin, a rule, a list)
ends as unknown findings of its own rules, never as findings that are missing.
"""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trueup.auditing.named import check_named, not_found
from trueup.auditing.pool import WorkerPool
from trueup.auditing.reading import ScopeReading
from trueup.auditing.scope import AuditScope
from trueup.auditing.telling import AuditTelling
from trueup.aws.statistics import CallStatistics
from trueup.errors import PluginError, UsageError
from trueup.facts.unknown import Reason, Unknown
from trueup.service.judging import unknown_finding

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from trueup.auditing.reading import ReaderSource
    from trueup.auditing.telling import ScopeTelling
    from trueup.clock import Clock
    from trueup.finding import Finding
    from trueup.hosting.host import Host
    from trueup.resource import Scope
    from trueup.ruleset.rule import BoundRule
    from trueup.ruleset.selection import Selection
    from trueup.service.declarations import ResourceType

__all__ = ["ScopeAudit", "audit_rules"]

# The source bounds the reads under way; these threads more prepare the next ones and digest answers meanwhile.
_THREADS_A_READ = 1.5


@dataclass(frozen=True, slots=True)
class ScopeAudit:
    """What became of one scope's audit.

    Args:
        scope: account and Region.
        complete: whether every resource type could be listed to its end and no plugin broke.
        calls: operation to what became of its calls, as ``CallStatistics.calls`` gives it.
        errors: what failed, once each.
    """

    scope: Scope
    complete: bool
    calls: Mapping[str, Mapping[str, float]]
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
    tagged: Collection[str] = (),
    run: str | None = None,
    give_up: Callable[[], None] = lambda: None,
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
        workers: how many reads are under way at once, as the source sees to; it gets half as many threads more.
        tagged: the resource types whose tags are read too, since exemptions go by them.
        run: the id of the run, for the events.
        give_up: called when the audit is broken off, so that reads that wait for their turn end at once.

    Returns:
        What became of each scope; ``host.broken`` tells which plugins broke.

    Raises:
        UsageError: a resource is selected by ARN that no rule is about, or that lies outside the scopes.
        CredentialsError: AWS does not accept the credentials any more; findings so far were given to the sink.
        KeyboardInterrupt: the user stopped the run; calls under way have ended.
    """
    scopes = tuple(scopes)
    by_service: dict[str, list[BoundRule]] = {}
    for rule in rules:
        by_service.setdefault(rule.rule.service, []).append(rule)
    missing = set(selection.resources)
    types = _types_of(host, by_service)
    if missing and all(service in {each.service for each in types.values()} for service in by_service):
        check_named(missing, types, scopes)

    def note(finding: Finding) -> None:
        if finding.resource is not None:
            missing.discard(finding.resource.arn)
        sink(finding)

    telling = AuditTelling(run, len(scopes), by_service)
    with WorkerPool(int(workers * _THREADS_A_READ), give_up) as pool:
        running = _Run(host, source, note, clock, selection, pool, frozenset(tagged), telling)
        audited = tuple(_audit_scope(running, by_service, scope) for scope in scopes)
    telling.end()
    # A resource that its tags leave out has no findings either; and where a list broke off, that was said already.
    if missing and not selection.tags and all(each.complete for each in audited):
        for finding in not_found(missing, types, [rule for about in by_service.values() for rule in about]):
            sink(finding)
    return audited


def _types_of(host: Host, by_service: Mapping[str, Sequence[BoundRule]]) -> dict[str, ResourceType]:
    """Give the resource types that rules are about; those of broken plugins are left out."""
    types: dict[str, ResourceType] = {}
    for service, rules in by_service.items():
        with suppress(PluginError, UsageError):
            declared = host.resource_types(service)
            types.update((each.rule.resource, declared[each.rule.resource]) for each in rules)
    return types


@dataclass(frozen=True, slots=True)
class _Run:
    host: Host
    source: ReaderSource
    sink: Callable[[Finding], None]
    clock: Clock
    selection: Selection
    pool: WorkerPool
    tagged: frozenset[str]
    telling: AuditTelling


def _audit_scope(run: _Run, by_service: Mapping[str, Sequence[BoundRule]], scope: Scope) -> ScopeAudit:
    statistics = CallStatistics()
    telling = run.telling.scope(scope, statistics)
    complete = True
    for service, rules in sorted(by_service.items()):
        telling.begin_service(service, len(rules))
        whole = _audit_service(run, service, rules, scope, statistics, telling)
        telling.end_service(service, complete=whole)
        complete &= whole
    telling.end(complete=complete)
    return ScopeAudit(scope, complete, statistics.calls(), statistics.errors())


def _audit_service(
    run: _Run,
    service: str,
    rules: Sequence[BoundRule],
    scope: Scope,
    statistics: CallStatistics,
    telling: ScopeTelling,
) -> bool:
    """Let one plugin judge one scope; what breaks it makes its rules unknown here. Gives whether it was complete."""
    try:
        types = run.host.resource_types(service)
    except (PluginError, UsageError) as error:
        telling.broken(service)
        _give_up(run, rules, scope, error)
        return False
    reading = ScopeReading(scope, run.source, run.host.fact_schemas(), run.clock.now(), statistics)
    audited = AuditScope(reading, types, run.pool, run.selection, run.tagged)
    with closing(run.host.audit(service, audited, rules)) as findings:
        while True:
            try:
                finding = next(findings, None)
            except PluginError as error:
                telling.broken(service)
                _give_up(run, rules, scope, error)
                return False
            if finding is None:
                return audited.complete
            telling.found(service, finding)
            run.sink(audited.with_tags(finding) if finding.resource is not None else replace(finding, scope=scope))


def _give_up(run: _Run, rules: Sequence[BoundRule], scope: Scope, error: Exception) -> None:
    for rule in rules:
        finding = unknown_finding(rule.id, rule.rule.resource, Unknown(Reason.BROKEN_PLUGIN, str(error)))
        run.sink(replace(finding, scope=scope))
