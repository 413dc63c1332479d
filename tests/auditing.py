"""An audit of some scopes that one source reads, for tests that need no account, journal or engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.auditing.audit import audit
from trueup.auditing.job import AuditJob, Place
from trueup.auditing.together import audit_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from trueup.auditing.job import ScopeAudit
    from trueup.auditing.reading import ReaderSource
    from trueup.clock import Clock
    from trueup.finding import Finding
    from trueup.hosting.host import Host
    from trueup.resource import Scope
    from trueup.ruleset.rule import BoundRule
    from trueup.ruleset.selection import Selection

__all__ = ["audit_rules"]


def audit_rules(  # noqa: PLR0913 - everything is passed in, nothing is global
    host: Host,
    rules: Iterable[BoundRule],
    scopes: Sequence[Scope],
    source: ReaderSource,
    *,
    sink: Callable[[Finding], object],
    clock: Clock,
    selection: Selection,
    workers: int = 16,
    tolerant: bool = False,
    run: str | None = None,
    give_up: Callable[[], None] = lambda: None,
) -> list[ScopeAudit]:
    """Judge the resources of the scopes by the rules; gives what became of them, in the order in which they ended."""
    job = AuditJob(host, tuple(rules), clock, selection, workers, tolerant=tolerant, run=run, give_up=give_up)
    ended: list[ScopeAudit] = []

    def take(finding: Finding, _scope: Scope) -> None:
        sink(finding)

    audit(
        job,
        audit_places(job, [Place(scope, source) for scope in scopes]),
        sink=take,
        ended=ended.append,
        scopes=scopes,
    )
    return ended
