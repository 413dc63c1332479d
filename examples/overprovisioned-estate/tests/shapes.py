"""What is over-provisioned, in numbers: read from the templates, and from an account as any client reads it.

Both give the same records, so that the estate for a real account and the demo's on the simulated AWS can be compared
without trusting what either says of itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conftest import Assembly

    from trueup.testing.server import SimulatedAws

__all__ = ["Bucket", "Cluster", "Function", "Group", "Service", "Table", "in_account", "in_templates"]


class Table(NamedTuple):
    """Units of a table and of its one index: reads, writes."""

    units: tuple[int, int]
    index_units: tuple[int, int]


class Function(NamedTuple):
    """A function's memory in MiB, its timeout in seconds, and its reserved concurrency."""

    memory: int
    timeout: int
    reserved: int | None


class Bucket(NamedTuple):
    """Days until everything goes to Intelligent-Tiering, and idle days until the deepest archive."""

    tiered: int
    archived: int


class Cluster(NamedTuple):
    """An Aurora Serverless v2 cluster: its engine, its range of ACU, its readers, its days of backups."""

    engine: str
    minimum: float
    maximum: float
    readers: int
    backup_days: int


class Group(NamedTuple):
    """A replication group: engine, type of node, shards, replicas of each, whether it spans zones and fails over."""

    engine: str
    node_type: str
    shards: int
    replicas: int
    multi_az: bool
    failover: bool


class Service(NamedTuple):
    """A Fargate service: its tasks, CPU units and MiB of each, and the least that autoscaling keeps."""

    tasks: int
    cpu: int
    memory: int
    minimum: int


Shape = Table | Function | Bucket | Cluster | Group | Service


def in_templates(assembly: Assembly) -> set[Shape]:
    """Give the shapes that the templates ask for."""
    found: set[Shape] = set()
    for table in _properties(assembly, "AWS::DynamoDB::Table"):
        (index,) = table["GlobalSecondaryIndexes"]
        found.add(Table(_units(table), _units(index)))
    for function in assembly.templates["functions"].find_resources("AWS::Lambda::Function").values():
        own = function["Properties"]
        found.add(Function(own["MemorySize"], own["Timeout"], own.get("ReservedConcurrentExecutions")))
    for bucket in _properties(assembly, "AWS::S3::Bucket"):
        for configuration in bucket.get("IntelligentTieringConfigurations", ()):
            ((transition,),) = (rule["Transitions"] for rule in bucket["LifecycleConfiguration"]["Rules"])
            found.add(Bucket(transition["TransitionInDays"], configuration["Tierings"][0]["Days"]))
    readers = len(assembly.resources("AWS::RDS::DBInstance")) - 1
    for cluster in _properties(assembly, "AWS::RDS::DBCluster"):
        found.add(_cluster(cluster, readers))
    for group in _properties(assembly, "AWS::ElastiCache::ReplicationGroup"):
        shards, replicas = group["NumNodeGroups"], group["ReplicasPerNodeGroup"]
        safe = group["MultiAZEnabled"], group["AutomaticFailoverEnabled"]
        found.add(Group(group["Engine"], group["CacheNodeType"], shards, replicas, *safe))
    (service,) = _properties(assembly, "AWS::ECS::Service")
    (task,) = _properties(assembly, "AWS::ECS::TaskDefinition")
    (target,) = _properties(assembly, "AWS::ApplicationAutoScaling::ScalableTarget")
    found.add(Service(service["DesiredCount"], int(task["Cpu"]), int(task["Memory"]), target["MinCapacity"]))
    return found


def in_account(aws: SimulatedAws) -> set[Shape]:
    """Give the shapes that AWS tells of, as far as a resource has what a shape is made of."""
    return {*_tables(aws), *_functions(aws), *_buckets(aws), *_clusters(aws), *_groups(aws), *_services(aws)}


def _properties(assembly: Assembly, kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in assembly.resources(kind).values()]


def _units(owner: Mapping[str, Any]) -> tuple[int, int]:
    units = owner["ProvisionedThroughput"]
    return units["ReadCapacityUnits"], units["WriteCapacityUnits"]


def _cluster(cluster: Mapping[str, Any], readers: int) -> Cluster:
    scaling = cluster["ServerlessV2ScalingConfiguration"]
    days = cluster["BackupRetentionPeriod"]
    return Cluster(cluster["Engine"], scaling["MinCapacity"], scaling["MaxCapacity"], readers, days)


def _tables(aws: SimulatedAws) -> Iterator[Table]:
    client = aws.client("dynamodb")
    for name in client.list_tables()["TableNames"]:
        table = client.describe_table(TableName=name)["Table"]
        for index in table.get("GlobalSecondaryIndexes", ()):
            yield Table(_units(table), _units(index))


def _functions(aws: SimulatedAws) -> Iterator[Function]:
    client = aws.client("lambda")
    for function in client.list_functions()["Functions"]:
        reserved = client.get_function_concurrency(FunctionName=function["FunctionName"])
        yield Function(function["MemorySize"], function["Timeout"], reserved.get("ReservedConcurrentExecutions"))


def _buckets(aws: SimulatedAws) -> Iterator[Bucket]:
    client = aws.client("s3")
    for bucket in client.list_buckets()["Buckets"]:
        tiering = _tiering(client, bucket["Name"])
        if tiering is not None:
            yield tiering


def _tiering(client: Any, name: str) -> Bucket | None:
    try:
        archives = client.list_bucket_intelligent_tiering_configurations(Bucket=name)
        rules = client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    except client.exceptions.ClientError:
        return None  # without rules, or closed to whoever asks: no shape of ours
    transitions = [each for rule in rules for each in rule.get("Transitions", ())]
    days = [each["Days"] for each in transitions if each["StorageClass"] == "INTELLIGENT_TIERING"]
    tierings = [each for it in archives.get("IntelligentTieringConfigurationList", ()) for each in it["Tierings"]]
    return Bucket(days[0], tierings[0]["Days"]) if days and tierings else None


def _clusters(aws: SimulatedAws) -> Iterator[Cluster]:
    for cluster in aws.client("rds").describe_db_clusters()["DBClusters"]:
        if "ServerlessV2ScalingConfiguration" in cluster:
            yield _cluster(cluster, sum(not each["IsClusterWriter"] for each in cluster["DBClusterMembers"]))


def _groups(aws: SimulatedAws) -> Iterator[Group]:
    for group in aws.client("elasticache").describe_replication_groups()["ReplicationGroups"]:
        shards = len(group["NodeGroups"])
        replicas = len(group["MemberClusters"]) // shards - 1
        safe = group["MultiAZ"] == "enabled", group["AutomaticFailover"] == "enabled"
        yield Group(group["Engine"], group["CacheNodeType"], shards, replicas, *safe)


def _services(aws: SimulatedAws) -> Iterator[Service]:
    client = aws.client("ecs")
    targets = aws.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")
    minimum = {each["ResourceId"]: each["MinCapacity"] for each in targets["ScalableTargets"]}
    for cluster in client.list_clusters()["clusterArns"]:
        for arn in client.list_services(cluster=cluster, maxResults=100)["serviceArns"]:
            (service,) = client.describe_services(cluster=cluster, services=[arn])["services"]
            task = client.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
            target = f"service/{cluster.rpartition('/')[2]}/{service['serviceName']}"
            if target in minimum:
                yield Service(service["desiredCount"], int(task["cpu"]), int(task["memory"]), minimum[target])
