"""What trueup knows of ECS: services, how their facts are read or follow from others, and their fixes.

A table of declarations; each fact and each fix is a pure function in the module named after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.ecs import (
    capacity,
    demand,
    history,
    money,
    reading,
    resize,
    revisions,
    scaling,
    series,
    settings,
)
from trueup.service.plugin import ServicePlugin, action, aspect, derived, metrics, resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trueup.change import Change, Refusal
    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.service.declarations import MetricQuery, Reader

__all__ = ["EcsPlugin"]

_SETTLE_SECONDS = 3600
"""A deployment whose tasks do not become healthy never ends by itself."""

_POLL_SECONDS = 30
"""A deployment takes minutes; botocore waits for stable services in steps of 15 s."""

_NO_PARAMETERS = {"type": "object", "additionalProperties": False}

_SIZES = {
    "type": "object",
    "properties": {
        "tasks": {"type": "integer", "minimum": 1},
        "cpu_units": {"type": "integer", "minimum": 256},
        "memory_mib": {"type": "integer", "minimum": 512},
    },
    "required": ["tasks", "cpu_units", "memory_mib"],
    "additionalProperties": False,
}


class EcsPlugin(ServicePlugin):
    """Services, each with the task definition that it runs."""

    service = "ecs"

    @resource(
        "service",
        key="key",
        arn="arn:{partition}:ecs:{region}:{account}:service/{key}",
        lists=("ecs:ListClusters", "ecs:ListServices"),
        busy=capacity.BUSY,
        busy_needs=("service", "rollout", "alarms"),
    )
    def services(self, aws: Reader) -> Iterator[str]:
        """Yield the scope's services as ``cluster/service``: a name is unique within a cluster only."""
        yield from reading.service_ids(aws)

    @aspect(
        "service", name="service", reads=reading.SERVICES, batch=reading.A_CALL, written_back=reading.PARTS_OF_SERVICES
    )
    def description(self, aws: Reader, services: Sequence[Resource]) -> list[Any]:
        """Give the services as AWS describes them."""
        return reading.services(aws, services)

    @aspect(
        "service",
        reads=(reading.SERVICES, reading.TASK_DEFINITION),
        batch=reading.A_CALL,
        written_back=reading.PARTS_OF_DEFINITIONS,
    )
    def task_definition(self, aws: Reader, services: Sequence[Resource]) -> list[Any]:
        """Give the task definitions, without the values of environment variables."""
        return reading.task_definitions(aws, services)

    @aspect(
        "service",
        reads=(reading.SERVICES, reading.TASK_DEFINITION),
        batch=reading.A_CALL,
        written_back=reading.PARTS_OF_DEFINITIONS,
    )
    def container_definitions(self, aws: Reader, services: Sequence[Resource]) -> list[Any]:
        """Give the container definitions whole; they hold secrets."""
        return reading.container_definitions(aws, services)

    @aspect("service", reads=revisions.DEPLOYMENTS)
    def outcome(self, aws: Reader, service: Resource) -> dict[str, Any]:
        """Give what became of the newest deployment."""
        return revisions.outcome(aws, service)

    @aspect("service", reads=revisions.READS)
    def revisions(self, aws: Reader, service: Resource) -> list[dict[str, Any]]:
        """Give the sizes that the service was deployed with."""
        return revisions.revisions(aws, service)

    @aspect("service", reads=scaling.READS, per="scope")
    def region_scaling(self, aws: Reader, _: None) -> dict[str, list[Any]]:
        """Give the automatic scaling of all services."""
        return scaling.region_scaling(aws)

    @aspect("service", reads=scaling.ALARMS, per="scope")
    def region_alarms(self, aws: Reader, _: None) -> list[dict[str, Any]]:
        """Give the alarms about services that ring."""
        return scaling.region_alarms(aws)

    @aspect("service", reads="ec2:DescribeSubnets", per="scope")
    def region_subnets(self, aws: Reader, _: None) -> dict[str, str]:
        """Give the Availability Zone of each subnet."""
        subnets = aws.paginate("ec2:DescribeSubnets", "Subnets[]")
        return {each["SubnetId"]: each["AvailabilityZone"] for each in subnets}

    @aspect("service", reads=(), per="scope")
    def prices(self, aws: Reader, _: None) -> Mapping[str, Any]:
        """Give the Region's prices."""
        return aws.prices(self.service)

    @metrics("service", name=series.HOURLY)
    def hourly(self, service: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of the look-back."""
        yield from series.hourly_queries(service)

    @derived("service", needs=("service",))
    def tags(self, service: Snapshot) -> dict[str, str]:
        """Give the service's tags by name."""
        found: dict[str, str] = service["service.tags"]
        return found

    @derived("service", needs=("service",))
    def launch(self, service: Snapshot) -> dict[str, bool]:
        """Give what runs the tasks."""
        return capacity.launch(service)

    @derived("service", needs=("service",))
    def rollout(self, service: Snapshot) -> dict[str, Any]:
        """Give whether the service is at rest."""
        return capacity.rollout(service)

    @derived("service", needs=("service", "region_subnets"))
    def zones(self, service: Snapshot) -> dict[str, int]:
        """Give how many Availability Zones are in use."""
        return capacity.zones(service)

    @derived("service", needs=("region_scaling",))
    def scaling(self, service: Snapshot) -> dict[str, Any]:
        """Give what scales the service."""
        return scaling.scaling(service)

    @derived("service", needs=("region_alarms", "scaling"))
    def alarms(self, service: Snapshot) -> dict[str, Any]:
        """Give the alarms that speak against a change."""
        return scaling.alarms(service)

    @derived("service", needs=("service", "task_definition", "scaling"))
    def capacity(self, service: Snapshot) -> dict[str, Any]:
        """Give number and size of the tasks."""
        return capacity.capacity(service)

    @derived("service", needs=("service", "task_definition", "scaling", "revisions", series.HOURLY))
    def history(self, service: Snapshot) -> dict[str, Any]:
        """Give whether the look-back says anything."""
        return history.history(service)

    @derived("service", needs=("history", series.HOURLY))
    def utilization(self, service: Snapshot) -> dict[str, float]:
        """Give the busiest minute of the busiest task."""
        return demand.utilization(service)

    @derived("service", needs=("task_definition", "revisions", series.HOURLY))
    def demand(self, service: Snapshot) -> dict[str, float]:
        """Give what all tasks needed in their busiest hour."""
        return demand.demand(service)

    @derived("service", needs=("task_definition", "capacity", "zones", "demand"))
    def fit(self, service: Snapshot) -> dict[str, bool]:
        """Give whether number and size are as small as the demand allows."""
        return demand.fit(service)

    @derived("service", needs=("capacity", series.HOURLY))
    def health(self, service: Snapshot) -> dict[str, Any]:
        """Give how the service bears its load."""
        return demand.health(service)

    @derived("service", needs=("service", series.HOURLY))
    def usage(self, service: Snapshot) -> dict[str, Any]:
        """Give how many tasks ran on average."""
        return demand.usage(service)

    @derived("service", needs=("task_definition", "launch", "capacity", "usage", "prices"))
    def cost(self, service: Snapshot) -> dict[str, Any]:
        """Give what the tasks cost a month."""
        return money.cost(service)

    @action(
        "service",
        "right-size",
        needs=(
            "service",
            "task_definition",
            "container_definitions",
            "outcome",
            "launch",
            "scaling",
            "capacity",
            "zones",
            "history",
            "demand",
            "usage",
            "prices",
        ),
        owned=(
            "capacity.tasks",
            "capacity.cpu",
            "capacity.memory_mib",
            "capacity.images",
            "capacity.resized",
            "outcome.failed",
        ),
        writes=(
            "ecs:RegisterTaskDefinition",
            "ecs:UpdateService",
            "application-autoscaling:RegisterScalableTarget",
        ),
        permissions=("iam:PassRole", "ecs:TagResource"),
        passes_roles_to="ecs-tasks.amazonaws.com",
        risk="safe",
        capacity=True,
        settle_seconds=_SETTLE_SECONDS,
        poll_seconds=_POLL_SECONDS,
        parameters=_SIZES,
    )
    def right_size(self, service: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Lower the number of tasks, their size, or both."""
        return resize.right_size(service, parameters)

    @action(
        "service",
        "disable-public-ip",
        needs=("service",),
        owned=("service.networkConfiguration.awsvpcConfiguration.assignPublicIp",),
        writes=("ecs:UpdateService",),
        risk="disruptive",
        settle_seconds=_SETTLE_SECONDS,
        poll_seconds=_POLL_SECONDS,
        parameters=_NO_PARAMETERS,
    )
    def disable_public_ip(self, service: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Give tasks no public address."""
        return settings.disable_public_ip(service, parameters)

    @action(
        "service",
        "use-latest-platform",
        needs=("service",),
        owned=("service.platformVersion",),
        writes=("ecs:UpdateService",),
        risk="disruptive",
        settle_seconds=_SETTLE_SECONDS,
        poll_seconds=_POLL_SECONDS,
        parameters=_NO_PARAMETERS,
    )
    def use_latest_platform(self, service: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Run tasks on the latest platform version."""
        return settings.use_latest_platform(service, parameters)

    @action(
        "service",
        "enable-circuit-breaker",
        needs=("service",),
        owned=("service.deploymentConfiguration.deploymentCircuitBreaker",),
        writes=("ecs:UpdateService",),
        risk="safe",
        settle_seconds=_SETTLE_SECONDS,
        parameters=_NO_PARAMETERS,
    )
    def enable_circuit_breaker(self, service: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Let failed deployments go back."""
        return settings.enable_circuit_breaker(service, parameters)
