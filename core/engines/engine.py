"""A way to get the scopes of an audit audited: by this process, by several, or by other machines.

What the ``audit_engines`` hook gives, so that a stranger's engine stands beside ours on the command line. An engine
only carries: each scope is audited by the same code, wherever it runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from trueup.accounts.opening import Opening
    from trueup.auditing.job import AuditEvent, AuditJob
    from trueup.engines.brief import AuditBrief

__all__ = ["AuditEngine", "EngineOptions", "EngineWork"]

_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What the command line says of engines.

    Args:
        processes: how many processes of this machine, None for the engine's own choice.
        scheduler: where the scheduler of a cluster listens, None for none.
    """

    processes: int | None = None
    scheduler: str | None = None


def _silent(_line: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class EngineWork:
    """What an engine is given.

    Args:
        job: the audit, for engines that audit in this process.
        opening: gives the scopes: ``opening.scopes()`` opens the accounts one after the other.
        brief: the audit as plain data, for other processes: ``audit_elsewhere(brief, scope)`` audits one scope there.
            It holds no credentials: whoever is given it has, or assumes, its own.
        options: what the command line says.
        say: tells a person something.
    """

    job: AuditJob
    opening: Opening
    brief: AuditBrief
    options: EngineOptions = field(default_factory=EngineOptions)
    say: Callable[[str], None] = _silent


@dataclass(frozen=True, slots=True)
class AuditEngine:
    """One engine.

    Args:
        name: as in ``--engine NAME``.
        description: one line for people.
        run: yields what is found of each scope, and each scope's audit once, last; a scope that could not be audited
            as ``ScopeAudit.unreadable``, by way of ``unread``. Closed when nobody wants the rest.

    Raises:
        ValueError: the name is not made of lower-case letters, digits and single dashes.
    """

    name: str
    description: str
    run: Callable[[EngineWork], Generator[AuditEvent]]

    def __post_init__(self) -> None:
        if not _WORD.fullmatch(self.name):
            message = f"an engine's name is made of lower-case letters, digits and single dashes, found {self.name!r}"
            raise ValueError(message)
