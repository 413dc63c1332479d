"""Endpoints of a cluster, which moto does not have: the writer's, the readers' and custom ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.rds.simulation.descriptions import cluster_key, cluster_of
from trueup.testing import AwsError, Correction, together

if TYPE_CHECKING:
    from trueup.plugins.rds.simulation.descriptions import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["ENDPOINTS"]


class _Endpoints:
    """Keeps the custom endpoints, by account, Region and id."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._custom: dict[Key, dict[str, Any]] = {}

    def install(self) -> Undo:
        return together(
            self._simulation.on_reset(self._custom.clear),
            self._simulation.answer("rds:CreateDBClusterEndpoint", self._create),
            self._simulation.answer("rds:DeleteDBClusterEndpoint", self._delete),
            self._simulation.answer("rds:DescribeDBClusterEndpoints", self._describe),
        )

    def _create(self, request: ApiRequest, _proceed: Proceed) -> Answer:
        asked = request.parameters
        name, key = cluster_key(request)[2], _key(request)
        cluster_of(self._simulation, request, name)
        if key in self._custom:
            raise AwsError("DBClusterEndpointAlreadyExistsFault", f"DB cluster endpoint {key[2]} already exists.", 400)
        self._custom[key] = {
            "DBClusterEndpointIdentifier": key[2],
            "DBClusterIdentifier": name,
            "Endpoint": f"{key[2]}.cluster-custom-simulated.{request.region}.rds.amazonaws.com",
            "Status": "available",
            "EndpointType": "CUSTOM",
            "CustomEndpointType": asked["EndpointType"],
            "StaticMembers": list(asked.get("StaticMembers") or ()),
            "ExcludedMembers": list(asked.get("ExcludedMembers") or ()),
            "DBClusterEndpointArn": f"arn:aws:rds:{request.region}:{request.account}:cluster-endpoint:{key[2]}",
        }
        return request.answer(self._custom[key])

    def _delete(self, request: ApiRequest, _proceed: Proceed) -> Answer:
        if _key(request) not in self._custom:
            raise AwsError("DBClusterEndpointNotFoundFault", f"DBClusterEndpoint {_key(request)[2]} not found.", 400)
        return request.answer({**self._custom.pop(_key(request)), "Status": "deleting"})

    def _describe(self, request: ApiRequest, _proceed: Proceed) -> Answer:
        asked = request.parameters.get("DBClusterIdentifier")
        named = {} if asked is None else {"DBClusterIdentifier": asked}
        clusters = self._simulation.ask(request, "DescribeDBClusters", named)["DBClusters"]
        found: list[dict[str, Any]] = []
        for cluster in clusters:
            own = {"DBClusterIdentifier": cluster["DBClusterIdentifier"], "Status": "available"}
            found += [
                {**own, "Endpoint": cluster["Endpoint"], "EndpointType": "WRITER"},
                {**own, "Endpoint": cluster["ReaderEndpoint"], "EndpointType": "READER"},
            ]
            found += [
                each
                for key, each in sorted(self._custom.items())
                if key[:2] == (request.account, request.region)
                and each["DBClusterIdentifier"] == cluster["DBClusterIdentifier"]
            ]
        return request.answer({"DBClusterEndpoints": found})


def _install(simulation: Simulation) -> Undo:
    return _Endpoints(simulation).install()


def _key(request: ApiRequest) -> Key:
    return request.account, request.region, str(request.parameters["DBClusterEndpointIdentifier"]).lower()


ENDPOINTS = Correction(
    name="rds-cluster-endpoints",
    service="rds",
    says="a cluster tells its writer, reader and custom endpoints, and custom ones are made and deleted",
    source="botocore model rds:DBClusterEndpoint",
    install=_install,
)
