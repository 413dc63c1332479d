"""A new maximum waits for a reboot: max_connections follows from it and is static, so members show pending-reboot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.rds.simulation.descriptions import cluster_key, cluster_of, describing_clusters, instance_key
from trueup.testing import Correction, together

if TYPE_CHECKING:
    from trueup.plugins.rds.simulation.descriptions import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["REBOOTS"]

_MEMBER = "ServerlessV2ScalingConfiguration"


class _Reboots:
    """Keeps which members wait."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._waiting: set[Key] = set()

    def install(self) -> Undo:
        return together(
            self._simulation.on_reset(self._waiting.clear),
            self._simulation.answer("rds:ModifyDBCluster", self._modify),
            self._simulation.answer("rds:RebootDBInstance", self._renew),
            self._simulation.answer("rds:CreateDBInstance", self._renew),
            describing_clusters(self._simulation, self._amend),
        )

    def _modify(self, request: ApiRequest, proceed: Proceed) -> Answer:
        if _MEMBER not in request.parameters:
            return proceed(request)
        before = cluster_of(self._simulation, request, cluster_key(request)[2])
        answer = proceed(request)
        if answer.ok:
            after = request.result(answer)["DBCluster"]
            if _most(before) != _most(after):
                members = before.get("DBClusterMembers", ())
                self._waiting |= {instance_key(request, each["DBInstanceIdentifier"]) for each in members}
                return self._shown(request, answer)
        return answer

    def _renew(self, request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if answer.ok:
            self._waiting.discard(instance_key(request))
        return answer

    def _shown(self, request: ApiRequest, answer: Answer) -> Answer:
        result = request.result(answer)
        self._amend(request, result["DBCluster"])
        return request.answer(result)

    def _amend(self, request: ApiRequest, cluster: dict[str, Any]) -> None:
        for member in cluster.get("DBClusterMembers", ()):
            if instance_key(request, member["DBInstanceIdentifier"]) in self._waiting:
                member["DBClusterParameterGroupStatus"] = "pending-reboot"


def _install(simulation: Simulation) -> Undo:
    return _Reboots(simulation).install()


def _most(cluster: dict[str, Any]) -> Any:
    return (cluster.get(_MEMBER) or {}).get("MaxCapacity")


REBOOTS = Correction(
    name="rds-pending-reboot",
    service="rds",
    says="members of a cluster whose maximum capacity was changed show pending-reboot until they are rebooted",
    source="Aurora user guide, examples of changing the Serverless v2 capacity range",
    install=_install,
)
