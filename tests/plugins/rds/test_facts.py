"""Tests that what is written of a cluster (fact schema, prices, calls) agrees with what the code declares."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.aws.check import check_call
from trueup.aws.iam.levels import access_level
from trueup.aws.iam.operations import actions_for
from trueup.aws.models import service_model
from trueup.change import Change
from trueup.facts.validation import fact_problems, fact_schema_problems
from trueup.plugins.rds.reading import cluster, member
from trueup.plugins.rds.removal import creation
from trueup.service.declarations import DerivedAspect, MetricsAspect, ReadAspect

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)

OF_THE_CLUSTER = frozenset(
    {
        "AdditionalStorageVolumes", "AllocatedStorage", "AutomationMode", "BackupRetentionPeriod", "BackupTarget",
        "CharacterSetName", "CopyTagsToSnapshot", "CustomIamInstanceProfile", "DBCapacityReservationIdentifier",
        "DBName", "DBSecurityGroups", "DBSubnetGroup", "DBSystemId", "DedicatedLogVolume", "DeletionProtection",
        "EngineLifecycleSupport", "EngineVersion", "Iops", "KmsKeyId", "LicenseModel", "MasterUserSecret",
        "MasterUsername", "MaxAllocatedStorage", "MultiAZ", "MultiTenant", "NcharCharacterSetName", "NetworkType",
        "PreferredBackupWindow", "ProcessorFeatures", "StorageEncrypted", "StorageThroughput", "StorageType",
        "TdeCredentialArn", "Timezone",
    }
)  # fmt: skip
"""What both DBInstance and CreateDBInstance have, and what a member of an Aurora cluster takes from its cluster or does
not have. Source: RDS API, CreateDBInstance ("not applicable to Amazon Aurora", "managed by the DB cluster")."""


def _reads(aspect: ReadAspect | MetricsAspect | DerivedAspect) -> list[str]:
    if isinstance(aspect, ReadAspect):
        return list(aspect.reads)
    return ["cloudwatch:GetMetricData"] if isinstance(aspect, MetricsAspect) else []


def test_the_fact_schema_is_well_formed() -> None:
    """Every fact has its type, description and unit, as the form of fact schemas demands."""
    file = files("trueup.plugins.rds").joinpath("facts", "db_cluster.schema.json")
    assert fact_schema_problems(file, "rds") == ()


def test_every_aspect_is_described_with_the_operations_it_reads(clusters: Any) -> None:
    """The schema and the plugin name the same aspects and the same reads."""
    declared = {name: _reads(aspect) for name, aspect in clusters.type.aspects.items()}
    written = {name: aspect["x-reads"] for name, aspect in clusters.schema.document["properties"].items()}
    assert declared == written


def test_every_action_is_described_with_its_parameters(clusters: Any) -> None:
    """Rules are checked against the schema, actions are called with what rules say: both must agree."""
    written = {name: action["parameters"] for name, action in clusters.schema.actions.items()}
    assert written == {name: action.parameters for name, action in clusters.type.actions.items()}


def test_owned_facts_are_configuration(clusters: Any) -> None:
    """What an action writes is compared by equality, so it must not be an observation."""
    kinds = {path: clusters.schema.kind(path) for each in clusters.type.actions.values() for path in each.owned}
    assert set(kinds.values()) == {"configuration"}


def test_what_follows_from_metrics_is_observed(clusters: Any) -> None:
    """Metrics, prices and what is derived of them are judged again; but for the fit, which is asked after a write."""
    observed = {"prices", *(name for name, each in clusters.type.aspects.items() if isinstance(each, MetricsAspect))}
    for name, each in clusters.type.aspects.items():
        if isinstance(each, DerivedAspect) and observed & set(each.needs):
            observed.add(name)
    written = {name for name in clusters.schema.aspects if clusters.schema.kind(name) == "observed"}
    assert observed - {"fit"} | {"alarms", "region_maintenance", "region_blue_green", "schedule"} == written


def test_every_read_is_of_a_reading_access_level(clusters: Any) -> None:
    """No aspect may call what writes; every write of an action is one."""
    reads = {
        *clusters.type.lists,
        *(op for each in clusters.type.aspects.values() for op in getattr(each, "reads", ())),
    }
    levels = {action: access_level(action) for operation in reads for action in actions_for(operation)}
    assert {"Read", "List"} >= set(map(str, levels.values())), levels
    writes = {op for each in clusters.type.actions.values() for op in each.writes}
    assert {"Write"} == {str(access_level(action)) for operation in writes for action in actions_for(operation)}


@given(name=NAMES)
def test_every_call_is_valid_offline(clusters: Any, name: str) -> None:
    """Whatever the name, each planned call and undo passes botocore's model with its limits and patterns."""
    role = "arn:aws:iam::123456789012:role/monitoring"
    settings = {"PubliclyAccessible": True, "AutoMinorVersionUpgrade": False, "MonitoringRoleArn": role}
    members = [clusters.member(n, **settings) for n in (1, 2)]
    members.append(clusters.member(3, DBInstanceIdentifier=name, **settings))
    described = clusters.described(2)
    described["DBClusterMembers"].append({"DBInstanceIdentifier": name, "IsClusterWriter": False, "PromotionTier": 9})
    for action in clusters.type.actions:
        change = clusters.change(action, _light(clusters, described, members))
        assert isinstance(change, Change)
        for step in change.steps:
            assert [] == [problem for call in (step.call, *step.undo) for problem in check_call(call)]


def _light(clusters: Any, described: Any, members: Any) -> Snapshot:
    """Give a cluster of which what metrics tell is given, not measured."""
    names = [each["DBInstanceIdentifier"] for each in members]
    each = [{"id": name, "peak_cpu": 2.0, "peak_connections": 0.0} for name in names[1:]]
    needs = {"cpu_acu": 1.0, "memory_acu": 1.0, "scaled_acu": 0.0, "lowest_acu": 4.0, "peak_connections": 1.0}
    given = {
        "readers": {"count": 2, "each": each, "pairs": []},
        "sizing": {**needs, "hours": 720, "idle_hours": []},
        "running": {"acu_average": 12.0, "by_instance": dict.fromkeys(names, 4.0)},
    }
    skipped = {"history", "usage", "load", "fit", "cost"}
    found: Snapshot = clusters.snapshot(described, members, {}, **given, **{name: {} for name in skipped})
    return found


def test_derived_facts_are_as_described(clusters: Any) -> None:
    """Each derived value is of the types and names that the schema declares, and nothing of it is dropped."""
    described = clusters.described(2, ServerlessV2ScalingConfiguration={"MinCapacity": 0.0, "MaxCapacity": 8.0})
    for snapshot in (clusters.idle(), clusters.idle(described, count=2, acu=0.0), clusters.idle(count=1)):
        derived = {name for name, each in clusters.type.aspects.items() if isinstance(each, DerivedAspect)} - {
            "storage"
        }
        assert () == fact_problems(clusters.schema, {name: snapshot.aspects[name] for name in derived})
        for name in derived:
            raw = clusters.type.aspects[name].derive(snapshot)
            assert raw == clusters.schema.normalise(name, raw)


def test_pending_passwords_never_get_in(clusters: Any) -> None:
    """Only the names of pending values are kept."""
    pending = {"MasterUserPassword": "not-to-be-shown", "BackupRetentionPeriod": 7}
    read = cluster({"DBClusters": [{"Engine": "aurora-mysql", "PendingModifiedValues": pending}]})
    facts = clusters.schema.normalise("cluster", read)
    assert ["BackupRetentionPeriod", "MasterUserPassword"] == facts["pending"]
    assert "not-to-be-shown" not in json.dumps(facts)
    one = clusters.schema.normalise("members", [member({"PendingModifiedValues": pending})])
    assert "not-to-be-shown" not in json.dumps(one)


def test_an_undo_gives_every_field_that_a_member_can_be_given(clusters: Any) -> None:
    """What DBInstance tells and CreateDBInstance takes is given, or belongs to the cluster."""
    renamed = {"PerformanceInsightsEnabled": "EnablePerformanceInsights", "TagList": "Tags"}
    made = dict.fromkeys(clusters.idle(count=1)["instances"]["i1"], "x") | {"tags": {"a": "b"}}
    given = set(creation("shop", "i1", made))
    model = service_model("rds")
    told = {renamed.get(name, name) for name in model.shape_for("DBInstance").members}
    taken = set(model.shape_for("CreateDBInstanceMessage").members)
    assert set() == (told & taken) - given - OF_THE_CLUSTER


@pytest.mark.parametrize("field", ["currency", "date", "source", "regions"])
def test_prices_say_where_they_come_from(field: str) -> None:
    """A price without a date and a source is a rumour."""
    prices = json.loads(files("trueup.plugins.rds").joinpath("prices.json").read_text(encoding="utf-8"))
    assert prices[field]
    assert date.fromisoformat(prices["date"]) >= date(2026, 1, 1)
