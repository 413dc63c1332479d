"""What the estate is made of, in numbers: too much of everything, on purpose.

The numbers stand here and nowhere else, so that right-sizing in code is a change of one line. They are those of the
estate that ``trueup demo`` builds on the simulated AWS; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Bucket", "Cache", "Database", "Estate", "Function", "Service", "Table", "Units"]


@dataclass(frozen=True, slots=True)
class Database:
    """An Aurora Serverless v2 cluster of one writer and some readers.

    Args:
        minimum_acu: the least Aurora capacity units of each instance; these are paid for when nothing happens.
        maximum_acu: the most.
        readers: instances besides the writer.
        backup_days: how long automated backups are kept.
    """

    minimum_acu: float = 4
    maximum_acu: float = 16
    readers: int = 2
    backup_days: int = 35


@dataclass(frozen=True, slots=True)
class Cache:
    """An ElastiCache replication group in cluster mode.

    Args:
        node_type: size of each node.
        shards: node groups.
        replicas: nodes of a node group besides its primary; Multi-AZ needs one.
    """

    node_type: str = "cache.r6g.xlarge"
    shards: int = 5
    replicas: int = 1


@dataclass(frozen=True, slots=True)
class Service:
    """An ECS service on Fargate behind an Application Load Balancer.

    Args:
        tasks: desired count.
        cpu: CPU units of a task; 1024 are one vCPU.
        memory_mib: memory of a task.
        minimum: the least tasks that Application Auto Scaling keeps.
        maximum: the most.
    """

    tasks: int = 8
    cpu: int = 1024
    memory_mib: int = 2048
    minimum: int = 8
    maximum: int = 16


@dataclass(frozen=True, slots=True)
class Units:
    """Provisioned throughput of a DynamoDB table or index, in capacity units."""

    read: int
    write: int


@dataclass(frozen=True, slots=True)
class Table:
    """A provisioned DynamoDB table with one global secondary index.

    Args:
        units: the table's own capacity.
        index: the index' name, and that of its key.
        index_units: the index' capacity.
    """

    units: Units = Units(500, 500)
    index: str = "by-customer"
    index_units: Units = Units(100, 100)


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function without reserved concurrency.

    Args:
        name: its id in the stack, and the module of ``handlers`` that it runs.
        memory_mib: its memory.
        timeout_seconds: its timeout.
        insights: whether Lambda Insights measures its memory; without, nobody knows how much it needs.
    """

    name: str
    memory_mib: int = 3008
    timeout_seconds: int = 900
    insights: bool = True


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 bucket that moves everything to Intelligent-Tiering at once.

    Args:
        name: its id in the stack; S3 names the bucket itself.
        deep_archive_days: idle days after which objects go to the Deep Archive Access tier; None is never.
    """

    name: str
    deep_archive_days: int | None = None


@dataclass(frozen=True, slots=True)
class Estate:
    """All of it.

    Args:
        zones: Availability Zones of the network. Without asking AWS which zones a Region has, the CDK takes two.
    """

    zones: int = 2
    database: Database = field(default_factory=Database)
    cache: Cache = field(default_factory=Cache)
    service: Service = field(default_factory=Service)
    table: Table = field(default_factory=Table)
    functions: tuple[Function, ...] = (
        Function("place_order"),
        Function("list_orders"),
        Function("export_orders", insights=False),
    )
    buckets: tuple[Bucket, ...] = (Bucket("data-lake", deep_archive_days=180), Bucket("exports"))
