"""Pages of clusters: 20 to 100 a page, with a marker of the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.rds.simulation.descriptions import invalid
from trueup.testing import Correction

if TYPE_CHECKING:
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["PAGES"]

_SIZES = (20, 100)


def _install(simulation: Simulation) -> Undo:
    def describe(request: ApiRequest, proceed: Proceed) -> Answer:
        size = int(request.parameters.get("MaxRecords", _SIZES[1]))
        if not _SIZES[0] <= size <= _SIZES[1]:
            raise invalid(f"Invalid value {size} for MaxRecords. Must be between {_SIZES[0]} and {_SIZES[1]}")
        marker = request.parameters.get("Marker")
        whole = {name: value for name, value in request.parameters.items() if name not in {"Marker", "MaxRecords"}}
        answer = proceed(request.with_parameters(whole))
        if not answer.ok:
            return answer
        clusters = sorted(request.result(answer)["DBClusters"], key=lambda each: str(each["DBClusterIdentifier"]))
        begin = 0 if marker is None else int(marker)
        page = {"DBClusters": clusters[begin : begin + size]}
        if begin + size < len(clusters):
            return request.answer({**page, "Marker": str(begin + size)})
        return request.answer(page)

    return simulation.answer("rds:DescribeDBClusters", describe)


PAGES = Correction(
    name="rds-cluster-pages",
    service="rds",
    says="clusters are told in pages of MaxRecords, 20 to 100, with a marker of the next page",
    source="botocore model rds:DescribeDBClustersMessage",
    install=_install,
)
