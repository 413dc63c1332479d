"""Which cluster or instance a request is about, and how corrections change what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trueup.testing import AwsError, together

if TYPE_CHECKING:
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = [
    "Amend",
    "Key",
    "cluster_key",
    "cluster_of",
    "describing_clusters",
    "describing_instances",
    "instance_key",
    "instance_of",
    "invalid",
]

Key = tuple[str, str, str]
"""Account, Region and id, in lower case, of a cluster or an instance."""

Amend = Callable[["ApiRequest", dict[str, Any]], None]
"""Changes a description in place."""

_CLUSTERS = {
    "rds:CreateDBCluster": "DBCluster",
    "rds:DeleteDBCluster": "DBCluster",
    "rds:DescribeDBClusters": "DBClusters",
    "rds:ModifyDBCluster": "DBCluster",
}
_INSTANCES = {
    "rds:CreateDBInstance": "DBInstance",
    "rds:DeleteDBInstance": "DBInstance",
    "rds:DescribeDBInstances": "DBInstances",
    "rds:ModifyDBInstance": "DBInstance",
    "rds:RebootDBInstance": "DBInstance",
}
"""The operations that describe one or several, and the member of the answer that does."""


def describing_clusters(simulation: Simulation, amend: Amend) -> Undo:
    """Let ``amend`` change every description of a cluster that is given out."""
    return together(*(simulation.answer(name, _amending(member, amend)) for name, member in _CLUSTERS.items()))


def describing_instances(simulation: Simulation, amend: Amend) -> Undo:
    """Let ``amend`` change every description of an instance that is given out."""
    return together(*(simulation.answer(name, _amending(member, amend)) for name, member in _INSTANCES.items()))


def cluster_key(request: ApiRequest, name: str | None = None) -> Key:
    """The cluster that a request names, or of a name; AWS takes its ARN for its id too."""
    named = str(request.parameters["DBClusterIdentifier"] if name is None else name)
    return request.account, request.region, named.rpartition(":")[2].lower()


def instance_key(request: ApiRequest, name: str | None = None) -> Key:
    """The instance that a request names, or of a name."""
    named = str(request.parameters["DBInstanceIdentifier"] if name is None else name)
    return request.account, request.region, named.rpartition(":")[2].lower()


def cluster_of(simulation: Simulation, request: ApiRequest, name: str) -> dict[str, Any]:
    """Describe a cluster as the caller sees it.

    Raises:
        AwsError: there is none.
    """
    found: dict[str, Any] = simulation.ask(request, "DescribeDBClusters", {"DBClusterIdentifier": name})["DBClusters"][
        0
    ]
    return found


def instance_of(simulation: Simulation, request: ApiRequest, name: str) -> dict[str, Any]:
    """Describe an instance as the caller sees it.

    Raises:
        AwsError: there is none.
    """
    asked = simulation.ask(request, "DescribeDBInstances", {"DBInstanceIdentifier": name})
    found: dict[str, Any] = asked["DBInstances"][0]
    return found


def invalid(message: str, code: str = "InvalidParameterValue") -> AwsError:
    """RDS's refusal of parameters that do not fit."""
    return AwsError(code, message, 400)


def _amending(member: str, amend: Amend) -> Any:
    def handler(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if not answer.ok:
            return answer
        result = request.result(answer)
        described = result.get(member) or []
        for each in described if isinstance(described, list) else [described]:
            amend(request, each)
        return request.answer(result)

    return handler
