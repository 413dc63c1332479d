"""Each correction of the simulated RDS makes its check hold, and without it the check does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from trueup.plugins.rds.simulated import CORRECTIONS
from trueup.plugins.rds.simulation import maintenance, phases

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing import SimulatedAws

pytest_plugins = ["trueup.testing.fixtures"]

ONCE = Config(retries={"total_max_attempts": 1})
RANGE = {"MinCapacity": 4, "MaxCapacity": 16}
INSIGHTS_KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def test_every_correction_has_a_check() -> None:
    """No correction is without its check, and no check without its correction."""
    assert {correction.name for correction in CORRECTIONS} == CHECKS.keys()


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_right(simulated_aws: SimulatedAws, name: str) -> None:
    """The simulated RDS does what the correction says."""
    CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_needed(simulated_aws: SimulatedAws, name: str) -> None:
    """Without the correction moto does something else."""
    with simulated_aws.without(name), pytest.raises((AssertionError, pytest.fail.Exception, ClientError)):
        CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_all_checks_fail_on_plain_moto(simulated_aws: SimulatedAws, name: str) -> None:
    """With no correction of RDS at all, what the correction says does not hold either."""
    names = [correction.name for correction in CORRECTIONS]
    with simulated_aws.without(*names), pytest.raises((AssertionError, pytest.fail.Exception, ClientError)):
        CHECKS[name](simulated_aws)


def test_a_pause_is_kept_until_the_minimum_is_raised(simulated_aws: SimulatedAws) -> None:
    """Raising the minimum forgets the pause, and going back to 0 begins with the default."""
    client = new_cluster(simulated_aws, scaling={"MinCapacity": 0, "MaxCapacity": 8, "SecondsUntilAutoPause": 1200})
    assert 1200 == described(client)["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"]
    scale(simulated_aws, client, MaxCapacity=6)
    assert 1200 == described(client)["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"]
    scale(simulated_aws, client, MinCapacity=1, MaxCapacity=6)
    assert {"MinCapacity": 1.0, "MaxCapacity": 6.0} == described(client)["ServerlessV2ScalingConfiguration"]
    scale(simulated_aws, client, MinCapacity=0, MaxCapacity=6)
    assert 300 == described(client)["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"]


def test_the_retention_waits_for_the_window_unless_it_is_to_be_applied_at_once(simulated_aws: SimulatedAws) -> None:
    """What is pending is told, keeps the old value, and comes with the next change that is applied at once."""
    client = new_cluster(simulated_aws)
    client.modify_db_cluster(DBClusterIdentifier="shop", BackupRetentionPeriod=7)
    simulated_aws.clock.advance(phases.MODIFYING_SECONDS)
    cluster = described(client)
    assert (35, {"BackupRetentionPeriod": 7}) == (cluster["BackupRetentionPeriod"], cluster["PendingModifiedValues"])
    client.modify_db_cluster(DBClusterIdentifier="shop", DeletionProtection=True, ApplyImmediately=True)
    simulated_aws.clock.advance(phases.MODIFYING_SECONDS)
    cluster = described(client)
    assert (7, None) == (cluster["BackupRetentionPeriod"], cluster.get("PendingModifiedValues"))


def test_an_instance_that_is_deleted_is_told_until_it_is_gone(simulated_aws: SimulatedAws) -> None:
    """It shows deleting, by its name, its cluster and among the members; its name is free only afterwards."""
    client = new_cluster(simulated_aws, members=("w", "r"))
    client.delete_db_instance(DBInstanceIdentifier="r", SkipFinalSnapshot=True)
    for asked in ({"DBInstanceIdentifier": "r"}, {"Filters": [{"Name": "db-cluster-id", "Values": ["shop"]}]}):
        found = {each["DBInstanceIdentifier"]: each for each in client.describe_db_instances(**asked)["DBInstances"]}
        assert "deleting" == found["r"]["DBInstanceStatus"]
    members = {each["DBInstanceIdentifier"]: each["IsClusterWriter"] for each in described(client)["DBClusterMembers"]}
    assert {"w": True, "r": False} == members
    with refused("InvalidDBInstanceState"):
        client.delete_db_instance(DBInstanceIdentifier="r", SkipFinalSnapshot=True)
    with refused("DBInstanceAlreadyExists"):
        new_member(client, "r")
    simulated_aws.clock.advance(phases.DELETING_SECONDS)
    with refused("DBInstanceNotFound"):
        client.describe_db_instances(DBInstanceIdentifier="r")
    assert ["w"] == [each["DBInstanceIdentifier"] for each in described(client)["DBClusterMembers"]]
    new_member(client, "r")


def test_custom_endpoints_come_and_go(simulated_aws: SimulatedAws) -> None:
    """A custom endpoint is told beside the writer's and the readers', until it is deleted."""
    client = new_cluster(simulated_aws)
    named = {"DBClusterEndpointIdentifier": "reports"}
    client.create_db_cluster_endpoint(DBClusterIdentifier="shop", EndpointType="READER", StaticMembers=["r"], **named)
    with refused("DBClusterEndpointAlreadyExistsFault"):
        client.create_db_cluster_endpoint(DBClusterIdentifier="shop", EndpointType="READER", **named)
    client.delete_db_cluster_endpoint(**named)
    with refused("DBClusterEndpointNotFoundFault"):
        client.delete_db_cluster_endpoint(**named)
    assert ["WRITER", "READER"] == [each["EndpointType"] for each in endpoints(client)]


def test_maintenance_that_is_set_is_told_of_its_resource(simulated_aws: SimulatedAws) -> None:
    """A test says what is pending; of another resource it is not told."""
    arn = "arn:aws:rds:us-east-1:123456789012:cluster:shop"
    pending = {"ResourceIdentifier": arn, "PendingMaintenanceActionDetails": [{"Action": "system-update"}]}
    simulated_aws.settings[maintenance.SETTING] = [pending]
    client = simulated_aws.client("rds")
    assert [pending] == client.describe_pending_maintenance_actions()["PendingMaintenanceActions"]
    other = client.describe_pending_maintenance_actions(ResourceIdentifier=f"{arn}2")
    assert [] == other["PendingMaintenanceActions"]


def new_cluster(
    aws: SimulatedAws, *, scaling: dict[str, Any] | None = None, members: tuple[str, ...] = (), **more: Any
) -> Any:
    """A client of RDS with a settled cluster ``shop``, by default without instances."""
    client = aws.client("rds", config=ONCE)
    client.create_db_cluster(
        DBClusterIdentifier="shop",
        Engine="aurora-mysql",
        EngineVersion="8.0.mysql_aurora.3.08.0",
        MasterUsername="admin",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=35,
        **({"ServerlessV2ScalingConfiguration": scaling or RANGE} | more),
    )
    aws.clock.advance(phases.CREATING_SECONDS)
    for name in members:
        new_member(client, name)
    aws.clock.advance(phases.CREATING_SECONDS)
    return client


def new_member(client: Any, name: str, **more: Any) -> Any:
    """Make a serverless instance of the cluster."""
    made = {"DBInstanceClass": "db.serverless", "Engine": "aurora-mysql", "DBClusterIdentifier": "shop"} | more
    return client.create_db_instance(DBInstanceIdentifier=name, **made)


def described(client: Any) -> Any:
    """Give the cluster as it is told."""
    return client.describe_db_clusters(DBClusterIdentifier="shop")["DBClusters"][0]


def endpoints(client: Any) -> Any:
    """Give the endpoints of the cluster."""
    return client.describe_db_cluster_endpoints(DBClusterIdentifier="shop")["DBClusterEndpoints"]


def scale(aws: SimulatedAws, client: Any, **scaling: Any) -> None:
    """Set a range and let it settle."""
    client.modify_db_cluster(DBClusterIdentifier="shop", ServerlessV2ScalingConfiguration=scaling)
    aws.clock.advance(phases.MODIFYING_SECONDS)


class refused:  # noqa: N801 - it reads as a word
    """Expect a refusal with an error code, and words of its message."""

    def __init__(self, code: str, words: str = "") -> None:
        self._code, self._words = code, words

    def __enter__(self) -> None:
        """Nothing is refused yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Take the refusal; its absence, and another one, fail."""
        if error is None:
            pytest.fail(f"expected a refusal as {self._code}")
        if not isinstance(error, ClientError):
            return False
        assert self._code == error.response["Error"]["Code"], error
        assert self._words in error.response["Error"]["Message"]
        return True


def check_range(aws: SimulatedAws) -> None:
    """Steps, bounds and the half that is not sent."""
    client = new_cluster(aws)
    wrong = ((0.3, 4), (4, 2), (0.5, 0.5), (1, 1000))
    for least, most in wrong:
        with refused("InvalidParameterValue"):
            scale(aws, client, MinCapacity=least, MaxCapacity=most)
    scale(aws, client, MaxCapacity=8)
    assert {"MinCapacity": 4.0, "MaxCapacity": 8.0} == described(client)["ServerlessV2ScalingConfiguration"]
    for mode, code in (("provisioned", "InvalidParameterValue"), ("serverless", "InvalidParameterCombination")):
        aws.reset()
        with refused(code):
            new_cluster(aws, scaling={"MaxCapacity": 8}, EngineMode=mode)


def check_retention(aws: SimulatedAws) -> None:
    """1 to 35 days."""
    client = new_cluster(aws)
    for days in (0, 36):
        with refused("InvalidParameterValue", str(days)):
            client.modify_db_cluster(DBClusterIdentifier="shop", BackupRetentionPeriod=days, ApplyImmediately=True)
    client.modify_db_cluster(DBClusterIdentifier="shop", BackupRetentionPeriod=1, ApplyImmediately=True)
    assert 1 == described(client)["BackupRetentionPeriod"]


def check_unknown(aws: SimulatedAws) -> None:
    """A change of what is not there."""
    with refused("DBClusterNotFoundFault"):
        aws.client("rds", config=ONCE).modify_db_cluster(DBClusterIdentifier="gone", DeletionProtection=True)


def check_settings(aws: SimulatedAws) -> None:
    """IAM authentication that is turned on, and storage."""
    client = new_cluster(aws)
    client.modify_db_cluster(DBClusterIdentifier="shop", EnableIAMDatabaseAuthentication=True, ApplyImmediately=True)
    cluster = described(client)
    assert cluster["IAMDatabaseAuthenticationEnabled"] is True
    assert {"StorageType", "ScalingConfigurationInfo"}.isdisjoint(cluster)
    aws.reset()
    assert "aurora-iopt1" == described(new_cluster(aws, StorageType="aurora-iopt1"))["StorageType"]


def check_fields(aws: SimulatedAws) -> None:
    """What was set of an instance is told, and changes with a change."""
    client = new_cluster(aws)
    fields = {
        "PerformanceInsightsKMSKeyId": INSIGHTS_KEY,
        "PerformanceInsightsRetentionPeriod": 465,
        "DatabaseInsightsMode": "advanced",
        "MonitoringInterval": 30,
        "MonitoringRoleArn": "arn:aws:iam::123456789012:role/monitoring",
        "PubliclyAccessible": False,
        "CACertificateIdentifier": "rds-ca-ecc384-g1",
    }
    new_member(client, "w")
    new_member(client, "r", EnablePerformanceInsights=True, **fields)
    aws.clock.advance(phases.CREATING_SECONDS)
    plain, told = client.describe_db_instances()["DBInstances"]
    told, plain = (told, plain) if told["DBInstanceIdentifier"] == "r" else (plain, told)
    assert fields | {"PerformanceInsightsEnabled": True} == {
        name: told.get(name) for name in (*fields, "PerformanceInsightsEnabled")
    }
    assert (False, 0) == (plain.get("PerformanceInsightsEnabled"), plain["MonitoringInterval"])
    assert plain["DbiResourceId"] != told["DbiResourceId"]
    client.modify_db_instance(DBInstanceIdentifier="r", PubliclyAccessible=True)
    assert client.describe_db_instances(DBInstanceIdentifier="r")["DBInstances"][0]["PubliclyAccessible"] is True


def check_snapshots(aws: SimulatedAws) -> None:
    """A member leaves without a final snapshot."""
    client = new_cluster(aws, members=("w", "r"))
    with refused("InvalidParameterCombination"):
        client.delete_db_instance(DBInstanceIdentifier="r", FinalDBSnapshotIdentifier="last")
    with refused("InvalidParameterCombination", "SkipFinalSnapshot"):
        client.delete_db_instance(DBInstanceIdentifier="r")
    client.delete_db_instance(DBInstanceIdentifier="r", SkipFinalSnapshot=True)


def check_endpoints(aws: SimulatedAws) -> None:
    """Three kinds of endpoints, of a cluster that exists."""
    client = new_cluster(aws)
    client.create_db_cluster_endpoint(
        DBClusterIdentifier="shop", DBClusterEndpointIdentifier="reports", EndpointType="READER", StaticMembers=["r"]
    )
    assert ["WRITER", "READER", "CUSTOM"] == [each["EndpointType"] for each in endpoints(client)]
    assert ["r"] == endpoints(client)[2]["StaticMembers"]
    with refused("DBClusterNotFoundFault"):
        client.describe_db_cluster_endpoints(DBClusterIdentifier="gone")


def check_maintenance(aws: SimulatedAws) -> None:
    """Nothing is pending unless it is set."""
    assert [] == aws.client("rds", config=ONCE).describe_pending_maintenance_actions()["PendingMaintenanceActions"]


def check_phases(aws: SimulatedAws) -> None:
    """What takes time shows it and refuses others; members of a cluster, too."""
    client = new_cluster(aws, members=("w",))
    client.modify_db_cluster(DBClusterIdentifier="shop", DeletionProtection=True)
    assert "modifying" == described(client)["Status"]
    with refused("InvalidDBClusterStateFault"):
        client.modify_db_cluster(DBClusterIdentifier="shop", DeletionProtection=False)
    aws.clock.advance(phases.MODIFYING_SECONDS)
    assert "available" == described(client)["Status"]
    assert "creating" == new_member(client, "r")["DBInstance"]["DBInstanceStatus"]
    with refused("InvalidDBInstanceState"):
        client.modify_db_instance(DBInstanceIdentifier="r", AutoMinorVersionUpgrade=False)
    aws.clock.advance(phases.CREATING_SECONDS)
    client.modify_db_instance(DBInstanceIdentifier="r", AutoMinorVersionUpgrade=False)
    assert "modifying" == client.describe_db_instances(DBInstanceIdentifier="r")["DBInstances"][0]["DBInstanceStatus"]


def check_reboots(aws: SimulatedAws) -> None:
    """A new maximum waits for a reboot, a new minimum does not."""
    client = new_cluster(aws, members=("w",))
    scale(aws, client, MinCapacity=2, MaxCapacity=16)
    assert "in-sync" == described(client)["DBClusterMembers"][0]["DBClusterParameterGroupStatus"]
    scale(aws, client, MinCapacity=2, MaxCapacity=8)
    assert "pending-reboot" == described(client)["DBClusterMembers"][0]["DBClusterParameterGroupStatus"]
    client.reboot_db_instance(DBInstanceIdentifier="w")
    aws.clock.advance(phases.MODIFYING_SECONDS)
    assert "in-sync" == described(client)["DBClusterMembers"][0]["DBClusterParameterGroupStatus"]


def check_pages(aws: SimulatedAws) -> None:
    """Pages of twenty."""
    client = aws.client("rds", config=ONCE)
    for number in range(23):
        client.create_db_cluster(
            DBClusterIdentifier=f"c{number:02}",
            Engine="aurora-postgresql",
            MasterUsername="admin",
            MasterUserPassword="not-a-secret",
        )
    pages = list(client.get_paginator("describe_db_clusters").paginate(PaginationConfig={"PageSize": 20}))
    assert [20, 3] == [len(page["DBClusters"]) for page in pages]
    with refused("InvalidParameterValue"):
        client.describe_db_clusters(MaxRecords=5)


CHECKS: dict[str, Callable[[SimulatedAws], None]] = {
    "rds-backup-retention": check_retention,
    "rds-cluster-endpoints": check_endpoints,
    "rds-cluster-not-found": check_unknown,
    "rds-cluster-pages": check_pages,
    "rds-cluster-settings": check_settings,
    "rds-instance-fields": check_fields,
    "rds-member-final-snapshot": check_snapshots,
    "rds-pending-maintenance": check_maintenance,
    "rds-pending-reboot": check_reboots,
    "rds-phases": check_phases,
    "rds-serverless-v2-range": check_range,
}
