"""Services for the tests: described as AWS describes them, measured as CloudWatch measures them.

Derived facts come from the plugin's own declarations, so that the tests see what a rule or an action would.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from trueup.auditing.reading import contained
from trueup.change import Change, Refusal
from trueup.facts.schema import FactSchema
from trueup.facts.series import Series
from trueup.facts.snapshot import Snapshot
from trueup.plugins.ecs.plugin import EcsPlugin
from trueup.resource import Resource
from trueup.service.declarations import DerivedAspect, ResourceType
from trueup.service.needs import reading_order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOW = datetime(2026, 11, 23, 10, 17, tzinfo=UTC)
END = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = 3600
TARGETS = {"tasks": 3, "cpu_units": 512, "memory_mib": 1024}
FAMILY = "arn:aws:ecs:us-east-1:123456789012:task-definition/web"
RATES = {
    "X86_64": {"vcpu_hour": 0.04048, "gb_hour": 0.004445},
    "ARM64": {"vcpu_hour": 0.03238, "gb_hour": 0.00356},
}


@dataclass(repr=False)
class Services:
    """Builds services of one resource type.

    Args:
        type: the plugin's declaration.
        schema: its facts.
    """

    type: ResourceType
    schema: FactSchema

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text("services")

    def described(self, tasks: int = 8, **more: Any) -> dict[str, Any]:
        """Give a service as DescribeServices answers, at rest."""
        deployment = {
            "id": "ecs-svc/1",
            "status": "PRIMARY",
            "taskDefinition": f"{FAMILY}:7",
            "rolloutState": "COMPLETED",
            "createdAt": NOW - timedelta(days=60),
            "updatedAt": NOW - timedelta(days=60),
        }
        return {
            "serviceName": "web",
            "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/shop",
            "status": "ACTIVE",
            "desiredCount": tasks,
            "runningCount": tasks,
            "pendingCount": 0,
            "launchType": "FARGATE",
            "platformVersion": "LATEST",
            "taskDefinition": f"{FAMILY}:7",
            "schedulingStrategy": "REPLICA",
            "deploymentController": {"type": "ECS"},
            "capacityProviderStrategy": [],
            "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": False, "rollback": False}},
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"]}},
            "deployments": [deployment],
            "createdAt": NOW - timedelta(days=60),
            "tags": {},
            **more,
        }

    def definition(self, cpu: int = 1024, memory: int = 2048, **more: Any) -> dict[str, Any]:
        """Give a task definition as the plugin reads it."""
        return {
            "taskDefinitionArn": f"{FAMILY}:7",
            "family": "web",
            "revision": 7,
            "cpu_units": cpu,
            "memory_mib": memory,
            "containers": [self.container()],
            "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "unhandled": [],
            "tags": {"team": "shop", "aws:cloudformation:stack-name": "shop"},
            **more,
        }

    def container(self, **more: Any) -> dict[str, Any]:
        """Give what is known of a container."""
        return {
            "name": "web",
            "image": "web:1",
            "cpu": 0,
            "memory": 0,
            "privileged": False,
            "readonlyRootFilesystem": True,
            "logDriver": "awslogs",
            "environment_names": ["STAGE"],
            **more,
        }

    def scaled(self, minimum: int, maximum: int, *, follows: bool = True, scheduled: bool = False) -> dict[str, Any]:
        """Give the Region's automatic scaling with a target of the service, and what else it may have."""
        named = {"ResourceId": "service/shop/web", "ScalableDimension": "ecs:service:DesiredCount"}
        policy = {
            **named,
            "PolicyName": "cpu",
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 60.0, "DisableScaleIn": not follows},
            "Alarms": [{"AlarmName": f"TargetTracking-service/shop/web-Alarm{way}-1"} for way in ("Low", "High")],
        }
        other = {**named, "ResourceId": "service/shop/other", "MinCapacity": 1, "MaxCapacity": 2}
        return {
            "targets": [other, {**named, "MinCapacity": minimum, "MaxCapacity": maximum}],
            "policies": [policy],
            "scheduled": [{**named, "ScheduledActionName": "night"}] if scheduled else [],
        }

    def series(self, value: float | Callable[[int], float | None] | None, *, days: int = 30) -> Series:
        """Give a series of one value, or of the values of a function of the hour's number; None is no point."""
        start = END - timedelta(days=days)
        begin, count = int(start.timestamp()), 0 if value is None else days * 24
        values = ((number, value(number) if callable(value) else value) for number in range(count))
        points = {begin + number * HOUR: float(each) for number, each in values if each is not None}
        return Series(start, END, HOUR, points)

    def measured(self, cpu: Any, memory: Any, tasks: Any) -> dict[str, Series]:
        """Give the series of a service: peaks in percent, and how many tasks ran."""
        minutes = (lambda hour: _minutes(tasks(hour))) if callable(tasks) else _minutes(tasks)
        return {
            "metrics.cpu_max": self.series(cpu),
            "metrics.memory_max": self.series(memory),
            "metrics.task_minutes": self.series(minutes),
        }

    def snapshot(
        self, *, cpu: Any = 9.0, memory: Any = 11.0, ran: Any = None, tasks: int = 8, **aspects: Any
    ) -> Snapshot:
        """Give a service with every derived aspect, as the host derives them; by default one that is idle.

        Args:
            cpu: the hourly peaks of CPU in percent.
            memory: those of memory.
            ran: how many tasks ran; as many as are wanted unless given.
            tasks: the desired count.
            **aspects: aspects that are otherwise.
        """
        series = self.measured(cpu, memory, tasks if ran is None else ran)
        web = Resource(
            "ecs.service",
            "arn:aws:ecs:us-east-1:123456789012:service/shop/web",
            "shop/web",
            "123456789012",
            "us-east-1",
        )
        known: dict[str, Any] = {
            "service": self.described(tasks),
            "task_definition": self.definition(),
            "container_definitions": [{"name": "web", "image": "web:1", "environment": [{"name": "A", "value": "b"}]}],
            "revisions": [],
            "outcome": {"failed": False, "status": None},
            "region_scaling": {"targets": [], "policies": [], "scheduled": []},
            "region_alarms": [],
            "region_subnets": {"subnet-a": "us-east-1a", "subnet-b": "us-east-1b"},
            "prices": {"currency": "USD", "date": "2026-08-28", "source": "a test", "list": RATES},
            "metrics": {},
        } | aspects
        known = {name: self.schema.normalise(name, value) for name, value in known.items()}
        for declared in reading_order(self.type.aspects, self.type.aspects):
            if isinstance(declared, DerivedAspect) and declared.name not in aspects:
                snapshot = Snapshot(web, dict(known), NOW, series)
                value = contained(self.type, declared, declared.derive, snapshot)
                known[declared.name] = self.schema.normalise(declared.name, value)
        return Snapshot(web, known, NOW, series)

    def change(self, snapshot: Snapshot, action: str = "right-size", **parameters: Any) -> Change:
        """Give the change that an action plans; it must plan one."""
        found = self._asked(snapshot, action, parameters)
        assert isinstance(found, Change), found
        return found

    def refusal(self, snapshot: Snapshot, action: str = "right-size", **parameters: Any) -> Refusal:
        """Give why an action plans nothing; it must not plan anything."""
        found = self._asked(snapshot, action, parameters)
        assert isinstance(found, Refusal), found
        return found

    def _asked(self, snapshot: Snapshot, action: str, parameters: Mapping[str, Any]) -> Change | Refusal:
        given = TARGETS if action == "right-size" else {}
        return self.type.actions[action].plan(snapshot.frozen(), {**given, **parameters})


@pytest.fixture(scope="session")
def services() -> Services:
    """The builder; it keeps nothing, so that all tests may share it."""
    schema = FactSchema.load(files("trueup.plugins.ecs").joinpath("facts", "service.schema.json"))
    return Services(EcsPlugin().types[0], schema)


def _minutes(tasks: float | None) -> float | None:
    return None if tasks is None else 60 * tasks
