"""The engine of one process: all scopes by its threads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from trueup.auditing.job import Place, ScopeAudit
from trueup.auditing.together import audit_places

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from trueup.accounts.opening import Opening
    from trueup.auditing.job import AuditEvent
    from trueup.engines.engine import EngineWork

__all__ = ["places_of", "run_local"]


def run_local(work: EngineWork) -> Generator[AuditEvent]:
    """Audit all scopes in this process."""
    return audit_places(work.job, places_of(work.opening))


def places_of(opening: Opening) -> Iterator[Place | ScopeAudit]:
    """Yield where to look, as accounts are opened."""
    connections = opening.connections
    for each in opening.scopes():
        if isinstance(each, ScopeAudit):
            yield each
        else:
            leave = partial(connections.leave, each.account, each.scope)
            yield Place(each.scope, connections.of(each.account), leave)
