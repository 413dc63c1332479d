"""What clusters refuse and tell: days of backups, storage type, IAM authentication, and names that are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.rds.simulation.descriptions import cluster_key, cluster_of, describing_clusters, invalid
from trueup.testing import Correction, together

if TYPE_CHECKING:
    from trueup.plugins.rds.simulation.descriptions import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["CLUSTER_SETTINGS", "CLUSTER_UNKNOWN", "RETENTION"]

_DAYS = (1, 35)
_AURORA_STORAGE = frozenset({"aurora", "aurora-iopt1"})
_KEPT = {"EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled", "StorageType": "StorageType"}
"""What is kept, and what it is called when it is told."""


def _install_retention(simulation: Simulation) -> Undo:
    def check(request: ApiRequest, proceed: Proceed) -> Answer:
        days = request.parameters.get("BackupRetentionPeriod")
        aurora = str(request.parameters.get("Engine", "aurora")).startswith("aurora")
        if days is not None and aurora and not _DAYS[0] <= days <= _DAYS[1]:
            raise invalid(f"Invalid backup retention period: {days}. Retention period must be between 1 and 35.")
        return proceed(request)

    return together(*(simulation.answer(f"rds:{name}", check) for name in ("CreateDBCluster", "ModifyDBCluster")))


def _install_unknown(simulation: Simulation) -> Undo:
    def modify(request: ApiRequest, proceed: Proceed) -> Answer:
        cluster_of(simulation, request, cluster_key(request)[2])
        return proceed(request)

    return simulation.answer("rds:ModifyDBCluster", modify)


class _Settings:
    """Keeps what moto does not tell, and Aurora's storage types, of which moto breaks."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._kept: dict[Key, dict[str, Any]] = {}

    def install(self) -> Undo:
        return together(
            self._simulation.on_reset(self._kept.clear),
            self._simulation.answer("rds:CreateDBCluster", self._create),
            self._simulation.answer("rds:ModifyDBCluster", self._keep),
            describing_clusters(self._simulation, self._amend),
        )

    def _create(self, request: ApiRequest, proceed: Proceed) -> Answer:
        self._kept.pop(cluster_key(request), None)
        return self._keep(request, proceed)

    def _keep(self, request: ApiRequest, proceed: Proceed) -> Answer:
        asked = dict(request.parameters)
        kept = {told: asked[name] for name, told in _KEPT.items() if name in asked}
        if kept.get("StorageType") in _AURORA_STORAGE:
            del asked["StorageType"]
        answer = proceed(request.with_parameters(asked))
        if answer.ok:
            self._kept.setdefault(cluster_key(request), {}).update(kept)
        return answer

    def _amend(self, request: ApiRequest, cluster: dict[str, Any]) -> None:
        if not cluster["Engine"].startswith("aurora"):
            return
        cluster.pop("StorageType", None)
        cluster.update(self._kept.get(cluster_key(request, cluster["DBClusterIdentifier"]), {}))
        if cluster.get("StorageType") == "aurora":
            del cluster["StorageType"]
        if not cluster.get("ScalingConfigurationInfo"):
            cluster.pop("ScalingConfigurationInfo", None)


def _install_settings(simulation: Simulation) -> Undo:
    return _Settings(simulation).install()


RETENTION = Correction(
    name="rds-backup-retention",
    service="rds",
    says="Aurora keeps backups for 1 to 35 days and refuses any other number",
    source="botocore model rds:ModifyDBClusterMessage; provider schema of AWS::RDS::DBCluster (BackupRetentionPeriod)",
    install=_install_retention,
)

CLUSTER_UNKNOWN = Correction(
    name="rds-cluster-not-found",
    service="rds",
    says="a change of a cluster that does not exist is refused as DBClusterNotFoundFault",
    source="botocore model rds:ModifyDBCluster, DBClusterNotFoundFault",
    install=_install_unknown,
)

CLUSTER_SETTINGS = Correction(
    name="rds-cluster-settings",
    service="rds",
    says=(
        "a changed IAM authentication is told, storage is I/O-Optimized or not mentioned, and the scaling of "
        "Serverless v1 is told of Serverless v1 only"
    ),
    source="botocore model rds:DBCluster; provider schema of AWS::RDS::DBCluster (StorageType)",
    install=_install_settings,
)
