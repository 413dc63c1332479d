"""Reserved cache nodes: what of a group is paid for already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.testing.correction import Correction

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["RESERVATIONS", "SETTING"]

SETTING = "elasticache:reserved-cache-nodes"
"""The setting of the reserved nodes, a list as DescribeReservedCacheNodes gives it; none unless set."""


def _install(aws: Simulation) -> Undo:
    def answer(request: ApiRequest, _proceed: Proceed) -> Answer:
        return request.answer({"ReservedCacheNodes": list(aws.settings.get(SETTING, ()))})

    return aws.answer("elasticache:DescribeReservedCacheNodes", answer)


RESERVATIONS = Correction(
    name="elasticache-reserved-nodes",
    service="elasticache",
    says="reserved cache nodes are described, none by default; moto has no such call",
    source="botocore model elasticache:DescribeReservedCacheNodes",
    install=_install,
)
