"""The Aurora cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Assembly


def test_cluster_is_serverless_v2(assembly: Assembly) -> None:
    """Serverless v2 is a provisioned engine with a capacity range; v1's engine mode must not be there."""
    (cluster,) = assembly.resources("AWS::RDS::DBCluster").values()
    properties = cluster["Properties"]

    assert {"MinCapacity": 4, "MaxCapacity": 16} == properties["ServerlessV2ScalingConfiguration"]
    assert "EngineMode" not in properties
    assert "aurora-mysql" == properties["Engine"]
    assert 35 == properties["BackupRetentionPeriod"]
    assert properties["StorageEncrypted"] is True


def test_one_writer_and_two_readers(assembly: Assembly) -> None:
    """Three serverless instances, none of them reachable from the internet; readers scale by themselves."""
    instances = [each["Properties"] for each in assembly.resources("AWS::RDS::DBInstance").values()]

    assert ["db.serverless"] * 3 == [each["DBInstanceClass"] for each in instances]
    assert [False] * 3 == [each.get("PubliclyAccessible", False) for each in instances]
    assert [0, 2, 2] == sorted(each["PromotionTier"] for each in instances)
