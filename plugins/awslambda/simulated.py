"""The corrections that make moto's Lambda behave as AWS's: one line each, the work is in ``simulation/``.

The order matters where two answer the same operation: the last one is asked first. So a write is first held against
Lambda's limits, then against what it names, its revision, and last against an update in progress.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.awslambda.simulation import (
    account,
    limits,
    lists,
    provisioned,
    revisions,
    stamps,
    updating,
    versions,
)

if TYPE_CHECKING:
    from trueup.testing.correction import Correction

__all__ = ["CORRECTIONS"]

CORRECTIONS: tuple[Correction, ...] = (
    stamps.LAST_MODIFIED,
    updating.IN_PROGRESS,
    revisions.REVISIONS,
    versions.IMMUTABLE,
    limits.MEMORY_AND_TIMEOUT,
    account.SETTINGS,
    account.RESERVED,
    account.UNRESERVED_MINIMUM,
    provisioned.PROVISIONED,
    lists.FUNCTIONS,
    lists.VERSIONS,
    lists.ALIASES,
    lists.EVENT_SOURCES,
)
