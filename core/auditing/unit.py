"""One service of one scope: the smallest part of an audit, judged by one plugin alone.

What breaks it (the plugin, a list, refused credentials) ends as unknown findings of its own rules, never as findings
that are missing.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.auditing.job import Found
from trueup.auditing.reading import ScopeReading
from trueup.auditing.scope import AuditScope
from trueup.errors import CredentialsError, PluginError, UsageError
from trueup.facts.unknown import Reason, Unknown
from trueup.service.judging import unknown_finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trueup.auditing.job import AuditEvent, AuditJob, Place, ScopeAudit
    from trueup.auditing.pool import Lane
    from trueup.auditing.telling import ScopeTelling
    from trueup.aws.statistics import CallStatistics
    from trueup.finding import Finding
    from trueup.resource import Scope
    from trueup.ruleset.rule import BoundRule

__all__ = ["Unit", "unread"]


class Unit:
    """The audit of one service in one scope.

    Args:
        job: the audit.
        place: where.
        service: the plugin's name.
        rules: the selected rules about its types that are at home in this scope.
        statistics: where the scope's calls are counted.
        telling: tells the log of the scope.

    Attributes:
        complete: whether everything could be listed and nothing broke, so far.
    """

    def __init__(
        self,
        job: AuditJob,
        place: Place,
        service: str,
        rules: Sequence[BoundRule],
        statistics: CallStatistics,
        telling: ScopeTelling,
    ) -> None:
        self.complete = True
        self.place = place
        self.service = service
        self._job = job
        self._rules = rules
        self._statistics = statistics
        self._telling = telling

    def findings(self, lane: Lane) -> Iterator[Finding]:
        """Yield what the plugin finds, read by the threads of ``lane``.

        Raises:
            CredentialsError: AWS does not accept the credentials, and the job does not tolerate that.
        """
        self._telling.begin_service(self.service, len(self._rules))
        try:
            yield from self._findings(lane)
        except PluginError as error:
            self._telling.broken(self.service)
            yield from self._broken_off(Unknown(Reason.BROKEN_PLUGIN, str(error)))
        except CredentialsError as error:
            if not self._job.tolerant:
                raise
            yield from self._broken_off(Unknown(Reason.ACCESS_DENIED, str(error)))
        self._telling.end_service(self.service, complete=self.complete)

    def _findings(self, lane: Lane) -> Iterator[Finding]:
        job, scope = self._job, self.place.scope
        try:
            types = job.host.resource_types(self.service)
        except UsageError as error:
            raise PluginError(str(error)) from error
        reading = ScopeReading(scope, self.place.source, job.host.fact_schemas(), job.clock.now(), self._statistics)
        audited = AuditScope(reading, types, lane, job.selection, job.tagged)
        with closing(job.host.audit(self.service, audited, self._rules)) as found:
            for finding in found:
                self._telling.found(self.service, finding)
                yield audited.with_tags(finding) if finding.resource is not None else replace(finding, scope=scope)
        self.complete = self.complete and audited.complete

    def _broken_off(self, why: Unknown) -> Iterator[Finding]:
        self.complete = False
        yield from _give_up(self._rules, self.place.scope, why)


def unread(job: AuditJob, audit: ScopeAudit) -> Iterator[AuditEvent]:
    """Yield what is told of a scope of which nothing could be read: an unknown finding of each rule, and its audit."""
    if audit.unread is not None:
        yield Found(audit.scope, tuple(_give_up(job.rules, audit.scope, audit.unread)))
    yield audit


def _give_up(rules: Iterable[BoundRule], scope: Scope, why: Unknown) -> Iterator[Finding]:
    """Yield an unknown finding of each rule: something, or everything, of the scope was not judged by it."""
    for rule in rules:
        yield replace(unknown_finding(rule.id, rule.rule.resource, why), scope=scope)
