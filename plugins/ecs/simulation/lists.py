"""ECS's lists in pages, filtered as asked, and descriptions of ten services at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.ecs.simulation.paging import page
from trueup.plugins.ecs.simulation.services import invalid
from trueup.testing import Correction

if TYPE_CHECKING:
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["CLUSTERS", "SERVICES", "TEN"]

_MOST = 100
_UNASKED_CLUSTERS = 100
_UNASKED_SERVICES = 10
"""Source: botocore model ecs:ListClusters, ecs:ListServices, maxResults."""

_A_CALL = 10


def _install_clusters(simulation: Simulation) -> Undo:
    def answer(request: ApiRequest, proceed: Proceed) -> Answer:
        everything = proceed(request.with_parameters({}))
        if not everything.ok:
            return everything
        return page(request, "clusterArns", request.result(everything)["clusterArns"], _MOST, _UNASKED_CLUSTERS)

    return simulation.answer("ecs:ListClusters", answer)


def _install_services(simulation: Simulation) -> Undo:
    def answer(request: ApiRequest, proceed: Proceed) -> Answer:
        asked = {name: value for name, value in request.parameters.items() if name == "cluster"}
        everything = proceed(request.with_parameters(asked))
        if not everything.ok:
            return everything
        arns = [arn for arn in request.result(everything)["serviceArns"] if _wanted(simulation, request, arn)]
        return page(request, "serviceArns", arns, _MOST, _UNASKED_SERVICES)

    return simulation.answer("ecs:ListServices", answer)


def _wanted(simulation: Simulation, request: ApiRequest, arn: str) -> bool:
    filters: dict[str, Any] = {
        name: request.parameters[name] for name in ("launchType", "schedulingStrategy") if name in request.parameters
    }
    if not filters:
        return True
    asked = {"cluster": request.parameters.get("cluster", "default"), "services": [arn]}
    services = simulation.ask(request, "DescribeServices", asked)["services"]
    return any(all(each.get(name) == value for name, value in filters.items()) for each in services)


def _install_ten(simulation: Simulation) -> Undo:
    def describe(request: ApiRequest, proceed: Proceed) -> Answer:
        if len(request.parameters["services"]) > _A_CALL:
            raise invalid(f"Services cannot have more than {_A_CALL} elements.")
        return proceed(request)

    return simulation.answer("ecs:DescribeServices", describe)


CLUSTERS = Correction(
    name="ecs-list-clusters",
    service="ecs",
    says="ListClusters gives pages; moto gives all",
    source="botocore model ecs:ListClusters (maxResults, nextToken)",
    install=_install_clusters,
)

SERVICES = Correction(
    name="ecs-list-services",
    service="ecs",
    says=(
        "ListServices gives pages of 10 unless asked for up to 100, and by launch type only services that have one; "
        "moto gives all, services of capacity providers as EC2"
    ),
    source="botocore model ecs:ListServices (launchType, maxResults, nextToken), ecs:Service (launchType)",
    install=_install_services,
)

TEN = Correction(
    name="ecs-describe-ten",
    service="ecs",
    says="DescribeServices takes at most 10 services a call",
    source="botocore model ecs:DescribeServices (services)",
    install=_install_ten,
)
