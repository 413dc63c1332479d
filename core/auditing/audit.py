"""The audit: findings go to a sink as they come, whoever finds them, and named resources are not lost sight of.

Nothing is collected, so memory does not grow with the number of resources.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from trueup.auditing.job import Found
from trueup.auditing.named import NamedResources

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from trueup.auditing.job import AuditEvent, AuditJob, ScopeAudit
    from trueup.finding import Finding
    from trueup.resource import Scope

__all__ = ["audit"]


def audit(
    job: AuditJob,
    events: Generator[AuditEvent],
    *,
    sink: Callable[[Finding, Scope], None],
    ended: Callable[[ScopeAudit], None],
    scopes: Sequence[Scope] | None = None,
) -> None:
    """Take what is found, until every scope has ended.

    Args:
        job: what is audited.
        events: what is found, such as ``audit_places`` gives.
        sink: takes each finding as it comes, and where it was looked for.
        ended: told of each scope once, after its last finding.
        scopes: where is looked, when that is known beforehand.

    Raises:
        UsageError: a resource is selected by ARN that no rule is about, or that lies outside the scopes.
        CredentialsError: AWS does not accept the credentials any more; findings so far were given to the sink.
        KeyboardInterrupt: the user stopped the run; calls under way have ended.
    """
    named = NamedResources(job)
    named.check(scopes)
    complete, last = True, None
    with closing(events):
        for event in events:
            last = event.scope
            if isinstance(event, Found):
                for finding in event.findings:
                    named.note(finding)
                    sink(finding, event.scope)
            else:
                complete = complete and event.complete
                ended(event)
    # Where a list broke off, that was said already.
    if complete and last is not None:
        for finding in named.not_found():
            sink(finding, last)
