"""What DynamoDB does and moto does not, the innermost first: what describes, then what counts, then what refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.dynamodb.simulation.backups import RESTORABLE_TIMES
from trueup.plugins.dynamodb.simulation.billing import (
    COMPLETE_THROUGHPUT,
    NO_UNITS_ON_DEMAND,
    PROTECTION_ALONE,
    SUMMARY,
    SWITCHES,
    UNCHANGED,
    ZEROS,
)
from trueup.plugins.dynamodb.simulation.decreases import DECREASES
from trueup.plugins.dynamodb.simulation.options import OPTIONS
from trueup.plugins.dynamodb.simulation.updating import UPDATING

if TYPE_CHECKING:
    from trueup.testing import Correction

__all__ = ["CORRECTIONS"]

CORRECTIONS: tuple[Correction, ...] = (
    RESTORABLE_TIMES,
    OPTIONS,
    SUMMARY,
    ZEROS,
    DECREASES,
    SWITCHES,
    COMPLETE_THROUGHPUT,
    NO_UNITS_ON_DEMAND,
    UNCHANGED,
    PROTECTION_ALONE,
    UPDATING,
)
