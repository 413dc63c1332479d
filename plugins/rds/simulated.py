"""What RDS does and moto does not, the innermost first: what describes, then what refuses, then what takes time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.rds.simulation.clusters import CLUSTER_SETTINGS, CLUSTER_UNKNOWN, RETENTION
from trueup.plugins.rds.simulation.endpoints import ENDPOINTS
from trueup.plugins.rds.simulation.instances import FINAL_SNAPSHOTS, INSTANCE_FIELDS
from trueup.plugins.rds.simulation.maintenance import MAINTENANCE
from trueup.plugins.rds.simulation.paging import PAGES
from trueup.plugins.rds.simulation.phases import PHASES
from trueup.plugins.rds.simulation.ranges import RANGES
from trueup.plugins.rds.simulation.reboots import REBOOTS

if TYPE_CHECKING:
    from trueup.testing import Correction

__all__ = ["CORRECTIONS"]

CORRECTIONS: tuple[Correction, ...] = (
    CLUSTER_SETTINGS,
    INSTANCE_FIELDS,
    REBOOTS,
    RANGES,
    RETENTION,
    CLUSTER_UNKNOWN,
    FINAL_SNAPSHOTS,
    ENDPOINTS,
    MAINTENANCE,
    PHASES,
    PAGES,
)
