"""What ECS does and moto does not, the innermost first: what is kept, then deployments, then lists and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.ecs.simulation.deployments import DEPLOYMENTS
from trueup.plugins.ecs.simulation.lists import CLUSTERS, SERVICES, TEN
from trueup.plugins.ecs.simulation.remembered import HISTORY
from trueup.plugins.ecs.simulation.settings import COUNTS, KEPT, REVISIONS
from trueup.plugins.ecs.simulation.sizes import SIZES

if TYPE_CHECKING:
    from trueup.testing import Correction

__all__ = ["CORRECTIONS"]

CORRECTIONS: tuple[Correction, ...] = (
    SIZES,
    KEPT,
    DEPLOYMENTS,
    HISTORY,
    REVISIONS,
    COUNTS,
    CLUSTERS,
    SERVICES,
    TEN,
)
