"""What instances of a cluster tell and refuse: Performance Insights, their own resource id, final snapshots."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from trueup.plugins.rds.simulation.descriptions import describing_instances, instance_key, instance_of, invalid
from trueup.testing import Correction, together

if TYPE_CHECKING:
    from trueup.plugins.rds.simulation.descriptions import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["FINAL_SNAPSHOTS", "INSTANCE_FIELDS"]

_INSIGHTS_DAYS = 7
_RENAMED = {
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "DatabaseInsightsMode": "DatabaseInsightsMode",
}


class _Fields:
    """Keeps of every instance what moto takes and does not tell."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._fields: dict[Key, dict[str, Any]] = {}
        self._made = 0

    def install(self) -> Undo:
        return together(
            self._simulation.on_reset(self._fields.clear),
            self._simulation.answer("rds:CreateDBInstance", self._create),
            self._simulation.answer("rds:ModifyDBInstance", self._modify),
            describing_instances(self._simulation, self._amend),
        )

    def _create(self, request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if answer.ok:
            self._made += 1
            number = sha256(f"{instance_key(request)}{self._made}".encode()).hexdigest()[:26].upper()
            fields = {"DbiResourceId": f"db-{number}", "PerformanceInsightsEnabled": False, "MonitoringInterval": 0}
            if request.parameters.get("EnablePerformanceInsights"):
                fields["PerformanceInsightsRetentionPeriod"] = _INSIGHTS_DAYS
                fields["PerformanceInsightsKMSKeyId"] = (
                    f"arn:aws:kms:{request.region}:{request.account}:key/00000000-0000-0000-0000-000000000000"
                )
            self._fields[instance_key(request)] = fields | {"PubliclyAccessible": False} | _told(request)
        return answer

    def _modify(self, request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if answer.ok:
            self._fields.setdefault(instance_key(request), {}).update(_told(request))
        return answer

    def _amend(self, request: ApiRequest, instance: dict[str, Any]) -> None:
        instance.update(self._fields.get(instance_key(request, instance["DBInstanceIdentifier"]), {}))


def _install_fields(simulation: Simulation) -> Undo:
    return _Fields(simulation).install()


def _told(request: ApiRequest) -> dict[str, Any]:
    same = ("MonitoringInterval", "MonitoringRoleArn", "PubliclyAccessible", "CACertificateIdentifier")
    names = _RENAMED | {name: name for name in same}
    return {told: request.parameters[asked] for asked, told in names.items() if asked in request.parameters}


def _install_snapshots(simulation: Simulation) -> Undo:
    def delete(request: ApiRequest, proceed: Proceed) -> Answer:
        instance = instance_of(simulation, request, instance_key(request)[2])
        named = request.parameters.get("FinalDBSnapshotIdentifier")
        if not request.parameters.get("SkipFinalSnapshot") and not named:
            words = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
            raise invalid(words, "InvalidParameterCombination")
        if named and instance.get("DBClusterIdentifier"):
            words = "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance."
            raise invalid(words, "InvalidParameterCombination")
        return proceed(request)

    return simulation.answer("rds:DeleteDBInstance", delete)


INSTANCE_FIELDS = Correction(
    name="rds-instance-fields",
    service="rds",
    says=(
        "an instance tells its Performance Insights, Database Insights, monitoring, public access and certificate as "
        "they were set, and has a resource id of its own"
    ),
    source="botocore model rds:DBInstance, rds:CreateDBInstanceMessage",
    install=_install_fields,
)

FINAL_SNAPSHOTS = Correction(
    name="rds-member-final-snapshot",
    service="rds",
    says="a member of a cluster is deleted with SkipFinalSnapshot, and refused with a final snapshot",
    source="AWS re:Post, errors when deleting an Aurora cluster; botocore model rds:DeleteDBInstanceMessage",
    install=_install_snapshots,
)
