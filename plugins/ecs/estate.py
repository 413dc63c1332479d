"""The demo's ECS services: one that is over-provisioned and scaled, one that is busy, one that was measured too late.

Made through the API, as a user would; the metrics are functions of time, so that they go on while the clock moves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trueup.testing.shapes import DailyWave

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing.server import SimulatedAws

__all__ = ["CLUSTER", "SERVICES", "Scaled", "Service", "build"]

CLUSTER = "shop"

_SETTLED_SECONDS = 120
"""Longer than the first tasks take to start."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """The bounds of a scalable target; the policy keeps CPU at 60 %."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the demo.

    Args:
        name: the service's name, and the family of its task definition.
        tasks: how many, each of ``cpu`` units and ``memory`` MiB.
        cpu_use: lowest and highest CPU of a day in percent.
        memory_use: the same of memory.
        arm: whether it runs on ARM, by a capacity provider.
        scaled: its bounds, None without automatic scaling.
        measured_after_days: from when on there are metrics.
        public: whether its tasks get public addresses.
        settings: further parameters of CreateService.
    """

    name: str
    tasks: int
    cpu: int
    memory: int
    cpu_use: tuple[float, float]
    memory_use: tuple[float, float]
    arm: bool = False
    scaled: Scaled | None = None
    measured_after_days: int = 0
    public: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


SERVICES = (
    Service("web", 8, 1024, 2048, (2.0, 9.5), (8.0, 11.0), scaled=Scaled(8, 20)),
    Service(
        "api",
        4,
        512,
        1024,
        (20.0, 55.0),
        (30.0, 50.0),
        arm=True,
        settings={"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}},
    ),
    Service(
        "worker",
        2,
        1024,
        2048,
        (1.0, 4.0),
        (5.0, 8.0),
        measured_after_days=25,
        public=True,
        settings={"platformVersion": "1.3.0"},
    ),
)
"""``web`` becomes smaller, ``api`` must pass, ``worker`` has too few metrics, an old platform and public addresses."""


def build(aws: SimulatedAws) -> None:
    """Make the services, with metrics from now on.

    Start the clock before the look-back of 30 days, build, and advance it: a service is judged only when it is older.
    The clock is moved by some minutes while the tasks start.
    """
    subnets = sorted(aws.client("ec2").describe_subnets()["Subnets"], key=lambda each: each["AvailabilityZone"])[:2]
    network = {"subnets": [each["SubnetId"] for each in subnets], "securityGroups": []}
    aws.client("ecs").create_cluster(clusterName=CLUSTER)
    for service in SERVICES:
        _create(aws, service, network)
        if service.scaled is not None:
            _scale(aws, service.name, service.scaled)
        _measure(aws, service)
    aws.clock.advance(_SETTLED_SECONDS)


def _create(aws: SimulatedAws, service: Service, network: Mapping[str, Any]) -> None:
    client = aws.client("ecs")
    client.register_task_definition(
        family=service.name,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu=str(service.cpu),
        memory=str(service.memory),
        executionRoleArn="arn:aws:iam::123456789012:role/shop-execution",
        taskRoleArn=f"arn:aws:iam::123456789012:role/shop-{service.name}",
        runtimePlatform={"cpuArchitecture": "ARM64" if service.arm else "X86_64", "operatingSystemFamily": "LINUX"},
        containerDefinitions=[
            {
                "name": service.name,
                "image": f"registry.example.com/shop/{service.name}:1",
                "readonlyRootFilesystem": service.arm,
                "environment": [{"name": "STAGE", "value": "demo"}, {"name": "SHOP_TOKEN", "value": "not-to-be-shown"}],
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": f"/shop/{service.name}"}},
            }
        ],
        tags=[{"key": "team", "value": "shop"}],
    )
    capacity = {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]}
    client.create_service(
        cluster=CLUSTER,
        serviceName=service.name,
        taskDefinition=service.name,
        desiredCount=service.tasks,
        networkConfiguration={
            "awsvpcConfiguration": {**network, "assignPublicIp": "ENABLED" if service.public else "DISABLED"}
        },
        tags=[{"key": "team", "value": "shop"}],
        **(capacity if service.arm else {"launchType": "FARGATE"}),
        **service.settings,
    )


def _scale(aws: SimulatedAws, name: str, scaled: Scaled) -> None:
    client = aws.client("application-autoscaling")
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{CLUSTER}/{name}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    client.register_scalable_target(**target, MinCapacity=scaled.minimum, MaxCapacity=scaled.maximum)
    client.put_scaling_policy(
        **target,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 60.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
    )


def _measure(aws: SimulatedAws, service: Service) -> None:
    dimensions = {"ClusterName": CLUSTER, "ServiceName": service.name}
    begin = aws.clock.now() + timedelta(days=service.measured_after_days)
    for metric, (low, high) in (("CPUUtilization", service.cpu_use), ("MemoryUtilization", service.memory_use)):
        wave = DailyWave(low, high, count=service.tasks)
        aws.metrics.put("AWS/ECS", metric, dimensions, wave, since=begin)
