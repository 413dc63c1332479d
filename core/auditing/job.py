"""What an audit is told, and what it tells: rules and selection go in, findings and finished scopes come out.

The same records whether scopes are audited by this process or by others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from trueup.auditing.reading import ReaderSource
    from trueup.clock import Clock
    from trueup.facts.unknown import Unknown
    from trueup.finding import Finding
    from trueup.hosting.host import Host
    from trueup.resource import Scope
    from trueup.ruleset.rule import BoundRule

__all__ = ["AuditEvent", "AuditJob", "Found", "Place", "Places", "ScopeAudit"]

EVERYTHING = Selection()


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class AuditJob:
    """What is the same for all scopes of an audit.

    Args:
        host: the plugins.
        rules: the selected rules, parameters filled in.
        clock: tells when facts are read and where metric windows end.
        selection: which resources are meant, by ARN and by tag.
        workers: how many reads are under way at once, by as many threads.
        tagged: the resource types whose tags are read too, since exemptions go by them.
        tolerant: whether credentials that are refused cost their scope only, and not the run.
        run: the id of the run, for the events.
        give_up: called when the audit is broken off, so that reads that wait for their turn end at once.
    """

    host: Host
    rules: tuple[BoundRule, ...]
    clock: Clock
    selection: Selection = EVERYTHING
    workers: int = 16
    tagged: frozenset[str] = frozenset()
    tolerant: bool = False
    run: str | None = None
    give_up: Callable[[], None] = _nothing

    def by_service(self) -> dict[str, list[BoundRule]]:
        """Give the rules of each service, services sorted."""
        services: dict[str, list[BoundRule]] = {}
        for rule in self.rules:
            services.setdefault(rule.rule.service, []).append(rule)
        return dict(sorted(services.items()))


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: a scope, and what reads it.

    Args:
        scope: account and Region.
        source: gives readers, e.g. a ``Connection``.
        leave: called once when nothing more is read there.
    """

    scope: Scope
    source: ReaderSource
    leave: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True)
class Found:
    """Findings of one scope, in the order in which they were found; more may come.

    Args:
        scope: account and Region.
        findings: some of its findings.
    """

    scope: Scope
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class ScopeAudit:
    """What became of one scope's audit; nothing more of it comes.

    Args:
        scope: account and Region.
        complete: whether every resource type could be listed to its end and no plugin broke.
        calls: operation to what became of its calls, as ``CallStatistics.calls`` gives it.
        errors: what failed, once each.
        unread: why nothing of the scope could be read, None when it was read, even if in parts.
    """

    scope: Scope
    complete: bool
    calls: Mapping[str, Mapping[str, float]]
    errors: Sequence[Mapping[str, Any]]
    unread: Unknown | None = None

    @classmethod
    def unreadable(cls, scope: Scope, why: Unknown) -> ScopeAudit:
        """Give the audit of a scope of which nothing could be read."""
        error = {
            "request_id": None,
            "resource_type": None,
            "operation": why.operation,
            "reason": str(why.reason),
            "missing_action": why.missing_action,
        }
        return cls(scope, complete=False, calls={}, errors=(error,), unread=why)

    def to_json(self) -> dict[str, Any]:
        """Give it in the report's shape."""
        return {
            "account": self.scope.account,
            "region": self.scope.region,
            "complete": self.complete,
            "calls": {operation: dict(counts) for operation, counts in self.calls.items()},
            "errors": [dict(error) for error in self.errors],
            "unread": self.unread.sentence() if self.unread else None,
        }


AuditEvent = Found | ScopeAudit
Places = Iterable[Place | ScopeAudit]
"""Where to look; a scope that cannot even be begun with comes as its audit."""
