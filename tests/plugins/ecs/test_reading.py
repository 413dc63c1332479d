"""What is read of ECS and made of its answers, where the simulated AWS would not give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import UnreadableError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.ecs import reading
from trueup.plugins.ecs.revisions import outcome, revisions
from trueup.resource import Resource, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

BEGIN = datetime(2026, 9, 1, tzinfo=UTC)


def resource(key: str) -> Resource:
    """Give the service ``cluster/name``."""
    return Resource(
        "ecs.service", f"arn:aws:ecs:us-east-1:123456789012:service/{key}", key, "123456789012", "us-east-1"
    )


WEB = resource("shop/web")


class Recorded:
    """A reader that gives recorded answers, by operation."""

    def __init__(self, **answers: Callable[..., Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.scope = Scope("123456789012", "us-east-1")

    def call(self, operation: str, /, *, absent: tuple[str, ...] = (), **parameters: Any) -> Any:
        """Give the recorded answer."""
        assert absent == ()
        self.calls.append((operation, parameters))
        answer = self.answers[operation.partition(":")[2]](**parameters)
        if isinstance(answer, Unknown):
            raise UnreadableError(answer)
        return answer

    def paginate(self, operation: str, items: str, /, **parameters: Any) -> Iterable[Any]:
        """Give the items of the recorded answer."""
        yield from self.call(operation, **parameters)[items.removesuffix("[]")]

    def prices(self, service: str) -> Mapping[str, Any]:
        """Know none."""
        raise UnreadableError(Unknown(Reason.NO_PRICE, service))


def deployment(number: int, *, status: str = "SUCCESSFUL") -> dict[str, Any]:
    """Give the deployment of a day."""
    return {
        "serviceDeploymentArn": f"deployment/{number}",
        "targetServiceRevisionArn": f"revision/{number}",
        "createdAt": BEGIN + timedelta(days=number),
        "finishedAt": BEGIN + timedelta(days=number, minutes=20),
        "status": status,
    }


def history(*deployments: Mapping[str, Any], source: int | None = None) -> Recorded:
    """Give a reader of these deployments; revision n runs the task definition of n CPU units."""

    def sources(**_: Any) -> Any:
        return {
            "serviceDeployments": [
                {"sourceServiceRevisions": [] if source is None else [{"arn": f"revision/{source}"}]}
            ]
        }

    def described(**given: Any) -> Any:
        assert len(given["serviceRevisionArns"]) <= 20
        return {
            "serviceRevisions": [
                {"serviceRevisionArn": arn, "taskDefinition": f"td:{arn.rpartition('/')[2]}"}
                for arn in given["serviceRevisionArns"]
            ]
        }

    def defined(**given: Any) -> Any:
        return {"taskDefinition": {"cpu": given["taskDefinition"].rpartition(":")[2], "memory": "512"}}

    return Recorded(
        ListServiceDeployments=lambda **_: {"serviceDeployments": list(deployments)},
        DescribeServiceDeployments=sources,
        DescribeServiceRevisions=described,
        DescribeTaskDefinition=defined,
    )


def cpus(aws: Recorded) -> list[tuple[datetime | None, int | None]]:
    """Give since when the service has which CPU."""
    return [(each["since"], each["cpu_units"]) for each in revisions(aws, WEB)]


def test_sizes_are_told_oldest_first_with_what_was_before() -> None:
    """AWS gives the newest deployment first; the oldest one says what it replaced."""
    found = cpus(history(deployment(2), deployment(1), source=7))
    assert [(None, 7), (BEGIN + timedelta(days=1), 1), (BEGIN + timedelta(days=2), 2)] == found


def test_a_rollback_brings_the_size_before_back() -> None:
    """A deployment that was rolled back ends with the revision before it."""
    bad = deployment(2, status="ROLLBACK_SUCCESSFUL")
    found = cpus(history(bad, deployment(1)))
    assert [1, 2, 1] == [units for _, units in found]
    assert bad["finishedAt"] == found[-1][0]


def test_a_deployment_that_was_given_up_is_told_from_one_that_worked() -> None:
    """The newest one counts, whatever the order of the answer."""
    bad = deployment(3, status="ROLLBACK_SUCCESSFUL")
    assert {"failed": True, "status": "ROLLBACK_SUCCESSFUL"} == outcome(history(bad, deployment(1)), WEB)
    assert {"failed": False, "status": "SUCCESSFUL"} == outcome(history(bad, deployment(4)), WEB)
    assert {"failed": False, "status": None} == outcome(history(), WEB)


def test_many_revisions_are_described_twenty_a_call() -> None:
    """Forty-five deployments take three calls."""
    aws = history(*(deployment(number) for number in range(45)))
    assert 45 == len(cpus(aws))
    assert 3 == sum(operation == "ecs:DescribeServiceRevisions" for operation, _ in aws.calls)


def test_no_deployment_is_no_step() -> None:
    """Nothing else is asked."""
    aws = history()
    assert [] == revisions(aws, WEB)
    assert ["ecs:ListServiceDeployments"] == [operation for operation, _ in aws.calls]


def test_too_many_deployments_and_missing_revisions_are_unknown() -> None:
    """What cannot be told in a few calls, or not at all, is not guessed."""
    with pytest.raises(UnreadableError) as many:
        revisions(history(*(deployment(number) for number in range(201))), WEB)
    assert Reason.INSUFFICIENT_HISTORY is many.value.unknown.reason
    aws = history(deployment(1))
    aws.answers["DescribeServiceRevisions"] = lambda **_: {"serviceRevisions": []}
    with pytest.raises(UnreadableError) as missing:
        revisions(aws, WEB)
    assert Reason.NOT_FOUND is missing.value.unknown.reason


def test_a_token_that_comes_twice_ends_the_list() -> None:
    """A list that does not end is cut off, not endless."""
    aws = history()
    aws.answers["ListServiceDeployments"] = lambda **_: {"serviceDeployments": [], "nextToken": "t"}
    with pytest.raises(UnreadableError) as caught:
        revisions(aws, WEB)
    assert Reason.CUT_OFF is caught.value.unknown.reason


def test_services_of_two_clusters_with_one_name_are_told_apart() -> None:
    """A batch may hold services of several clusters; each gets its own description, or why there is none."""

    def describe(**given: Any) -> Any:
        if given["cluster"] == "denied":
            return Unknown(Reason.ACCESS_DENIED, "no")
        return {
            "services": [
                {"serviceName": name, "status": given["cluster"]} for name in given["services"] if name != "gone"
            ],
            "failures": [],
        }

    keys = ["a/web", "b/web", "denied/web", "a/gone"]
    found = reading.services(Recorded(DescribeServices=describe), [resource(key) for key in keys])
    assert ["a", "b"] == [each["status"] for each in found[:2]]
    assert [Reason.ACCESS_DENIED, Reason.NOT_FOUND] == [each.reason for each in found[2:]]


def test_a_task_definition_is_read_once_for_services_that_share_it() -> None:
    """And one that cannot be read costs those services only."""

    def describe(**given: Any) -> Any:
        shared = {"one": "td:1", "two": "td:1", "other": "td:2"}
        return {
            "services": [
                {"serviceName": name, **({"taskDefinition": shared[name]} if name in shared else {})}
                for name in given["services"]
            ]
        }

    def define(**given: Any) -> Any:
        if given["taskDefinition"] == "td:2":
            return Unknown(Reason.THROTTLED)
        secret = [{"name": "TOKEN", "value": "hunter2"}]
        container = {"name": "a", "image": "i", "environment": secret, "memory": 512}
        definition = {"family": "f", "cpu": "1 vCPU", "containerDefinitions": [container], "newPart": 1}
        return {"taskDefinition": definition, "tags": [{"key": "team", "value": "shop"}]}

    aws = Recorded(DescribeServices=describe, DescribeTaskDefinition=define)
    wanted = [resource(f"shop/{name}") for name in ("one", "two", "other", "sets")]
    one, two, other, sets = reading.task_definitions(aws, wanted)
    assert one == two
    assert 2 == sum(operation == "ecs:DescribeTaskDefinition" for operation, _ in aws.calls)
    assert (1024, None, ["newPart"], {"team": "shop"}) == tuple(
        one[name] for name in ("cpu_units", "memory_mib", "unhandled", "tags")
    )
    assert ["TOKEN"] == one["containers"][0]["environment_names"]
    assert "hunter2" not in str(one)
    assert (Reason.THROTTLED, Reason.NO_DATA) == (other.reason, sets.reason)
    whole = reading.container_definitions(aws, wanted[:1])
    assert "hunter2" in str(whole)


def test_alarms_and_policies_of_step_scaling_are_understood(services: Any) -> None:
    """A policy whose every step takes tasks away scales in; its alarm is no alarm."""
    scaled = services.scaled(8, 20)
    named = {name: scaled["policies"][0][name] for name in ("ResourceId", "ScalableDimension")}
    steps = {
        way: {
            **named,
            "PolicyName": way,
            "PolicyType": "StepScaling",
            "StepScalingPolicyConfiguration": {"StepAdjustments": [{"ScalingAdjustment": by}]},
            "Alarms": [{"AlarmName": f"cpu-{way}"}],
        }
        for way, by in (("in", -1), ("out", 2))
    }
    ringing = [{"name": f"cpu-{way}", "cluster": "shop", "service": "web"} for way in steps]
    ringing.append({"name": "other", "cluster": "shop", "service": "other"})
    both = services.snapshot(region_scaling={**scaled, "policies": list(steps.values())}, region_alarms=ringing)
    assert (True, ["cpu-in"]) == (both["scaling.scales_in"], list(both["scaling.scale_in_alarms"]))
    assert {"ringing": ["cpu-out"], "quiet": False} == both["alarms"]
    out = services.snapshot(region_scaling={**scaled, "policies": [steps["out"]]})
    assert out["scaling.scales_in"] is False
    suspended = {**scaled["targets"][1], "SuspendedState": {"DynamicScalingInSuspended": True}}
    assert services.snapshot(region_scaling={**scaled, "targets": [suspended]})["scaling.scales_in"] is False
