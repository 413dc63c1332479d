"""The built-in engines: this process, and dask.distributed.

Registered as a stranger's would be; dask is imported when an audit is run with it, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.engines.engine import AuditEngine
from trueup.engines.local import run_local
from trueup.hosting.markers import hookimpl

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from trueup.auditing.job import AuditEvent
    from trueup.engines.engine import EngineWork

__all__ = ["audit_engines"]


@hookimpl
def audit_engines() -> Sequence[AuditEngine]:
    """Give the two engines that come with trueup."""
    return (
        AuditEngine("local", "this process", run_local),
        AuditEngine("dask", "processes of this machine, or a cluster (extra `dask`)", _run_dask),
    )


def _run_dask(work: EngineWork) -> Generator[AuditEvent]:
    from trueup.engines.dask import run_dask

    return run_dask(work)
