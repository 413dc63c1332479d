"""Changes of clusters and instances take time: until then they show it, and other changes are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.rds.simulation.descriptions import (
    cluster_key,
    describing_clusters,
    describing_instances,
    instance_key,
    instance_of,
)
from trueup.testing import AwsError, Correction, together

if TYPE_CHECKING:
    from trueup.plugins.rds.simulation.descriptions import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["CREATING_SECONDS", "DELETING_SECONDS", "MODIFYING_SECONDS", "PHASES"]

CREATING_SECONDS = 240.0
DELETING_SECONDS = 150.0
MODIFYING_SECONDS = 45.0
"""Minutes, as AWS's waiters look every half minute; nobody published how long it takes."""

_WAITING = {
    "BackupRetentionPeriod": "BackupRetentionPeriod",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
}
"""What of a change of a cluster waits for the maintenance window unless it is to be applied at once, and its name."""

_FILTER = "db-cluster-id"


class _Phases:
    """Keeps what is pending of clusters, and the instances that are being deleted."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._pending: dict[Key, dict[str, Any]] = {}
        self._leaving: dict[Key, dict[str, Any]] = {}

    def install(self) -> Undo:
        answer = self._simulation.answer
        return together(
            self._simulation.on_reset(self._forget),
            describing_clusters(self._simulation, self._amend_cluster),
            describing_instances(self._simulation, self._amend_instance),
            answer("rds:CreateDBCluster", self._create_cluster),
            answer("rds:ModifyDBCluster", self._modify_cluster),
            answer("rds:CreateDBInstance", self._create_instance),
            answer("rds:ModifyDBInstance", self._modify_instance),
            answer("rds:RebootDBInstance", self._reboot_instance),
            answer("rds:DeleteDBInstance", self._delete_instance),
            answer("rds:DescribeDBInstances", self._with_leaving),
        )

    def _forget(self) -> None:
        self._pending.clear()
        self._leaving.clear()

    def _create_cluster(self, request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if answer.ok:
            self._pending.pop(cluster_key(request), None)
            self._enter("cluster", cluster_key(request), "creating", CREATING_SECONDS)
        return self._shown(request, answer, "DBCluster")

    def _modify_cluster(self, request: ApiRequest, proceed: Proceed) -> Answer:
        key, asked = cluster_key(request), dict(request.parameters)
        state = self._state("cluster", key)
        if state is not None:
            words = f"DB cluster {key[2]} is not in available state: it is {state}"
            raise AwsError("InvalidDBClusterStateFault", words)
        pending = self._pending.setdefault(key, {})
        if asked.get("ApplyImmediately"):
            asked = pending | asked
        waiting = {} if asked.get("ApplyImmediately") else {name: asked.pop(name) for name in _WAITING if name in asked}
        answer = proceed(request.with_parameters(asked))
        if answer.ok:
            pending.update(waiting)
            if asked.get("ApplyImmediately"):
                pending.clear()
            self._enter("cluster", key, "modifying", MODIFYING_SECONDS)
        return self._shown(request, answer, "DBCluster")

    def _create_instance(self, request: ApiRequest, proceed: Proceed) -> Answer:
        key = instance_key(request)
        if self._is_leaving(key):
            raise AwsError("DBInstanceAlreadyExists", "DB instance already exists")
        answer = proceed(request)
        if answer.ok:
            self._enter("instance", key, "creating", CREATING_SECONDS)
        return self._shown(request, answer, "DBInstance")

    def _modify_instance(self, request: ApiRequest, proceed: Proceed) -> Answer:
        return self._changing(request, proceed, "modifying")

    def _reboot_instance(self, request: ApiRequest, proceed: Proceed) -> Answer:
        return self._changing(request, proceed, "rebooting")

    def _changing(self, request: ApiRequest, proceed: Proceed, state: str) -> Answer:
        self._refuse_moving(request)
        answer = proceed(request)
        if answer.ok:
            self._enter("instance", instance_key(request), state, MODIFYING_SECONDS)
        return self._shown(request, answer, "DBInstance")

    def _delete_instance(self, request: ApiRequest, proceed: Proceed) -> Answer:
        key = instance_key(request)
        if self._is_leaving(key):
            raise AwsError("InvalidDBInstanceState", f"Instance {key[2]} is already being deleted.")
        described = instance_of(self._simulation, request, key[2])
        writer = self._writes(request, described)
        answer = proceed(request)
        if answer.ok and described.get("DBClusterIdentifier"):
            self._leaving[key] = {"instance": described, "writer": writer}
            self._enter("instance", key, "deleting", DELETING_SECONDS)
        return self._shown(request, answer, "DBInstance")

    def _with_leaving(self, request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        leaving = [kept["instance"] for key, kept in sorted(self._leaving.items()) if self._wanted(request, key, kept)]
        if not leaving:
            return answer
        told = request.result(answer)["DBInstances"] if answer.ok else []
        told += [{**each, "DBInstanceStatus": "deleting"} for each in leaving]
        return request.answer({"DBInstances": told})

    def _wanted(self, request: ApiRequest, key: Key, kept: dict[str, Any]) -> bool:
        if key[:2] != (request.account, request.region) or not self._is_leaving(key):
            return False
        if "DBInstanceIdentifier" in request.parameters:
            return instance_key(request) == key
        named = [value for each in request.parameters.get("Filters", ()) for value in each["Values"]]
        return "Marker" not in request.parameters and (not named or kept["instance"]["DBClusterIdentifier"] in named)

    def _amend_cluster(self, request: ApiRequest, cluster: dict[str, Any]) -> None:
        key = cluster_key(request, cluster["DBClusterIdentifier"])
        cluster["Status"] = self._state("cluster", key) or cluster["Status"]
        pending = self._pending.get(key)
        if pending:
            cluster["PendingModifiedValues"] = {_WAITING[name]: value for name, value in pending.items()}
        for other, kept in sorted(self._leaving.items()):
            if self._is_leaving(other) and kept["instance"]["DBClusterIdentifier"] == cluster["DBClusterIdentifier"]:
                cluster.setdefault("DBClusterMembers", []).append(_member(kept))

    def _amend_instance(self, request: ApiRequest, instance: dict[str, Any]) -> None:
        key = instance_key(request, instance["DBInstanceIdentifier"])
        state = self._state("instance", key)
        instance["DBInstanceStatus"] = state or instance["DBInstanceStatus"]
        if state == "creating":
            instance.pop("InstanceCreateTime", None)

    def _shown(self, request: ApiRequest, answer: Answer, member: str) -> Answer:
        """The answer of a change that began, with the state that it began."""
        if not answer.ok:
            return answer
        result = request.result(answer)
        amend = self._amend_cluster if member == "DBCluster" else self._amend_instance
        amend(request, result[member])
        return request.answer(result)

    def _refuse_moving(self, request: ApiRequest) -> None:
        state = self._state("instance", instance_key(request))
        if state is not None:
            words = f"Database instance is not in available state: it is {state}."
            raise AwsError("InvalidDBInstanceState", words)

    def _writes(self, request: ApiRequest, instance: dict[str, Any]) -> bool:
        name = instance.get("DBClusterIdentifier")
        if name is None:
            return False
        cluster = self._simulation.ask(request, "DescribeDBClusters", {"DBClusterIdentifier": name})["DBClusters"][0]
        return any(
            each["IsClusterWriter"]
            for each in cluster.get("DBClusterMembers", ())
            if each["DBInstanceIdentifier"] == instance["DBInstanceIdentifier"]
        )

    def _is_leaving(self, key: Key) -> bool:
        return key in self._leaving and self._state("instance", key) == "deleting"

    def _enter(self, kind: str, key: Key, state: str, seconds: float) -> None:
        self._simulation.phases.enter("rds", "/".join((kind, *key)), state, seconds)

    def _state(self, kind: str, key: Key) -> str | None:
        phase = self._simulation.phases.current("rds", "/".join((kind, *key)))
        return None if phase is None else phase.state


def _install(simulation: Simulation) -> Undo:
    return _Phases(simulation).install()


def _member(kept: dict[str, Any]) -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": kept["instance"]["DBInstanceIdentifier"],
        "IsClusterWriter": kept["writer"],
        "DBClusterParameterGroupStatus": "in-sync",
        "PromotionTier": kept["instance"].get("PromotionTier", 1),
    }


PHASES = Correction(
    name="rds-phases",
    service="rds",
    says=(
        "clusters and instances show creating, modifying, rebooting and deleting for a while and refuse other changes "
        "meanwhile; what waits for the maintenance window is pending until a change is applied at once"
    ),
    source="botocore model rds:ModifyDBCluster (InvalidDBClusterStateFault, ApplyImmediately), rds:DBInstance; waiters",
    install=_install,
)
