"""Pending maintenance, which moto does not have: what a test sets, none otherwise.

Setting ``rds:pending-maintenance``: a list of ``ResourcePendingMaintenanceActions``; without it nothing is pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.testing import Correction

if TYPE_CHECKING:
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["MAINTENANCE", "SETTING"]

SETTING = "rds:pending-maintenance"


def _install(simulation: Simulation) -> Undo:
    def describe(request: ApiRequest, _proceed: Proceed) -> Answer:
        pending = simulation.settings.get(SETTING, [])
        wanted = request.parameters.get("ResourceIdentifier")
        told = [each for each in pending if wanted is None or each["ResourceIdentifier"] == wanted]
        return request.answer({"PendingMaintenanceActions": told})

    return simulation.answer("rds:DescribePendingMaintenanceActions", describe)


MAINTENANCE = Correction(
    name="rds-pending-maintenance",
    service="rds",
    says="pending maintenance is told, and usually there is none",
    source="botocore model rds:ResourcePendingMaintenanceActions",
    install=_install,
)
