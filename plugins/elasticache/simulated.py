"""What ElastiCache does and moto does not, the innermost first: what is made and told, what is written, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.elasticache.simulation.creation import CREATION, DELETION
from trueup.plugins.elasticache.simulation.members import MEMBERS
from trueup.plugins.elasticache.simulation.modification import MODIFICATION
from trueup.plugins.elasticache.simulation.moving import MODIFYING
from trueup.plugins.elasticache.simulation.node_type_lists import ALLOWED
from trueup.plugins.elasticache.simulation.parameters import PARAMETERS
from trueup.plugins.elasticache.simulation.replicas import REPLICAS
from trueup.plugins.elasticache.simulation.reservations import RESERVATIONS
from trueup.plugins.elasticache.simulation.resharding import RESHARDING
from trueup.plugins.elasticache.simulation.scalable_targets import SCALABLE_TARGETS

if TYPE_CHECKING:
    from trueup.testing import Correction

__all__ = ["CORRECTIONS"]

CORRECTIONS: tuple[Correction, ...] = (
    CREATION,
    DELETION,
    MEMBERS,
    ALLOWED,
    PARAMETERS,
    RESERVATIONS,
    MODIFICATION,
    RESHARDING,
    REPLICAS,
    SCALABLE_TARGETS,
    MODIFYING,
)
