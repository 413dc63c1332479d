"""Each correction of the simulated ECS makes its check hold, and without it the check does not hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from trueup.plugins.ecs.simulated import CORRECTIONS
from trueup.plugins.ecs.simulation import deployments

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing import SimulatedAws

DOES_NOT_HOLD = (AssertionError, ClientError, BotoCoreError, KeyError, IndexError, pytest.fail.Exception)
NAMES = [correction.name for correction in CORRECTIONS]


def test_every_correction_has_a_check() -> None:
    """No correction is without its check, and no check without its correction."""
    assert set(NAMES) == CHECKS.keys()


@pytest.mark.parametrize("name", NAMES)
def test_the_correction_is_right(simulated_aws: SimulatedAws, name: str) -> None:
    """The simulated ECS does what the correction says."""
    CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", NAMES)
def test_the_correction_is_needed(simulated_aws: SimulatedAws, name: str) -> None:
    """Without the correction moto does something else."""
    with simulated_aws.without(name), pytest.raises(DOES_NOT_HOLD):
        CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", NAMES)
def test_the_check_fails_on_plain_moto(simulated_aws: SimulatedAws, name: str) -> None:
    """With no correction of ECS at all, what the correction says does not hold either."""
    with simulated_aws.without(*NAMES), pytest.raises(DOES_NOT_HOLD):
        CHECKS[name](simulated_aws)


def sizes_are_checked(aws: SimulatedAws) -> None:
    """Only Fargate's pairs, which the containers fit; sizes are told in units and MiB."""
    client = aws.client("ecs")
    told = definition(client, cpu="1 vCPU", memory="2GB")
    assert ("1024", "2048") == (told["cpu"], told["memory"])
    refused(definition, "ClientException", client, cpu="256", memory="4096")
    refused(definition, "ClientException", client, cpu="100", memory="100")
    two = [{"name": name, "image": "i", "memory": 800} for name in ("a", "b")]
    refused(definition, "InvalidParameterException", client, cpu="512", memory="1024", containerDefinitions=two)


def settings_are_kept(aws: SimulatedAws) -> None:
    """The capacity provider strategy, without a launch type, and the deployment configuration."""
    client = cluster(aws)
    strategy = [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]
    breaker = {"enable": True, "rollback": True}
    service(aws, capacityProviderStrategy=strategy, deploymentConfiguration={"deploymentCircuitBreaker": breaker})
    told = described(client)
    assert strategy == told["capacityProviderStrategy"]
    assert "launchType" not in told
    assert breaker == told["deploymentConfiguration"]["deploymentCircuitBreaker"]
    off = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}, "maximumPercent": 150}
    client.update_service(cluster="c", service="s", deploymentConfiguration=off)
    assert 150 == described(client)["deploymentConfiguration"]["maximumPercent"]


def inactive_revisions_are_refused(aws: SimulatedAws) -> None:
    """A deregistered revision can be given to no service; one that is named is told by its ARN."""
    client = cluster(aws)
    service(aws)
    second = definition(client)["taskDefinitionArn"]
    told = client.update_service(cluster="c", service="s", taskDefinition="t:2")["service"]
    assert second == told["taskDefinition"]
    client.deregister_task_definition(taskDefinition="t:1")
    refused(client.update_service, "ClientException", cluster="c", service="s", taskDefinition="t:1")


def negative_counts_are_refused(aws: SimulatedAws) -> None:
    """Fewer tasks than none cannot be wanted."""
    client = cluster(aws)
    service(aws)
    refused(client.update_service, "InvalidParameterException", cluster="c", service="s", desiredCount=-1)


def deployments_take_time(aws: SimulatedAws) -> None:
    """New tasks start after a minute; another revision runs beside the old one until it is COMPLETED."""
    client = cluster(aws)
    service(aws)
    assert (0, 2, [("PRIMARY", "IN_PROGRESS", 1)]) == seen(client)
    aws.clock.advance(deployments.START_SECONDS)
    assert (2, 0, [("PRIMARY", "COMPLETED", 1)]) == seen(client)
    definition(client)
    client.update_service(cluster="c", service="s", taskDefinition="t")
    assert (2, 2, [("PRIMARY", "IN_PROGRESS", 2), ("ACTIVE", "COMPLETED", 1)]) == seen(client)
    aws.clock.advance(deployments.ROLLOUT_SECONDS)
    assert (2, 0, [("PRIMARY", "COMPLETED", 2)]) == seen(client)
    client.update_service(cluster="c", service="s", desiredCount=5)
    assert (2, 3, [("PRIMARY", "COMPLETED", 2)]) == seen(client)
    aws.clock.advance(deployments.COUNT_SECONDS)
    assert (5, 0, [("PRIMARY", "COMPLETED", 2)]) == seen(client)


def history_is_told(aws: SimulatedAws) -> None:
    """Each deployment with its revision and the one before, newest first, in pages, for ninety days."""
    client = cluster(aws)
    service(aws)
    for _ in range(2):
        aws.clock.advance(timedelta(days=1).total_seconds())
        definition(client)
        client.update_service(cluster="c", service="s", taskDefinition="t")
    listed = client.list_service_deployments(cluster="c", service="s", maxResults=2)
    listed["serviceDeployments"] += client.list_service_deployments(
        cluster="c", service="s", maxResults=2, nextToken=listed["nextToken"]
    )["serviceDeployments"]
    revisions = [each["targetServiceRevisionArn"] for each in listed["serviceDeployments"]]
    told = client.describe_service_revisions(serviceRevisionArns=revisions)["serviceRevisions"]
    assert ["t:1", "t:2", "t:3"] == sorted(each["taskDefinition"].rpartition("/")[2] for each in told)
    last = client.describe_service_deployments(
        serviceDeploymentArns=[listed["serviceDeployments"][0]["serviceDeploymentArn"]]
    )["serviceDeployments"]
    assert [{"arn": revisions[1]}] == last[0]["sourceServiceRevisions"]
    aws.clock.advance(timedelta(days=88.5).total_seconds())
    assert 2 == len(client.list_service_deployments(cluster="c", service="s")["serviceDeployments"])


def clusters_are_paged(aws: SimulatedAws) -> None:
    """Three clusters take two pages of two."""
    client = aws.client("ecs")
    for name in "abc":
        client.create_cluster(clusterName=name)
    pages = client.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2})
    assert [2, 1] == [len(page["clusterArns"]) for page in pages]


def services_are_paged_and_filtered(aws: SimulatedAws) -> None:
    """Ten a page unless asked otherwise; by launch type, those with a capacity provider strategy are missing."""
    client = cluster(aws)
    for number in range(11):
        service(aws, f"s{number:02d}", launchType="FARGATE")
    service(aws, "by-provider", capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}])
    paginator = client.get_paginator("list_services")
    assert [10, 2] == [len(page["serviceArns"]) for page in paginator.paginate(cluster="c")]
    fargate = [arn for page in paginator.paginate(cluster="c", launchType="FARGATE") for arn in page["serviceArns"]]
    assert [f"s{number:02d}" for number in range(11)] == [arn.rpartition("/")[2] for arn in fargate]
    refused(client.list_services, "InvalidParameterException", cluster="c", maxResults=101)


def ten_are_described(aws: SimulatedAws) -> None:
    """Eleven services take two calls."""
    client = cluster(aws)
    names = [f"s{number}" for number in range(11)]
    refused(client.describe_services, "InvalidParameterException", cluster="c", services=names)


def test_a_failing_deployment_is_rolled_back_by_the_circuit_breaker(simulated_aws: SimulatedAws) -> None:
    """Tasks that do not start: with the breaker the old revision is deployed again, without it nothing ends."""
    client = cluster(simulated_aws)
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    service(simulated_aws, deploymentConfiguration=breaker)
    service(simulated_aws, "without")
    simulated_aws.clock.advance(deployments.START_SECONDS)
    simulated_aws.settings[deployments.FAILING] = {"t": True}
    definition(client)
    for name in ("s", "without"):
        client.update_service(cluster="c", service=name, taskDefinition="t:2")
    simulated_aws.clock.advance(deployments.BREAKER_SECONDS - 1)
    assert [("PRIMARY", "IN_PROGRESS", 2), ("ACTIVE", "COMPLETED", 1)] == seen(client)[2]
    simulated_aws.clock.advance(1)
    assert [("PRIMARY", "IN_PROGRESS", 1), ("ACTIVE", "COMPLETED", 1)] == seen(client)[2]
    simulated_aws.clock.advance(deployments.ROLLOUT_SECONDS)
    assert [("PRIMARY", "COMPLETED", 1)] == seen(client)[2]
    assert [("PRIMARY", "IN_PROGRESS", 2), ("ACTIVE", "COMPLETED", 1)] == seen(client, "without")[2]


def test_a_service_made_anew_remembers_nothing(simulated_aws: SimulatedAws) -> None:
    """A reset forgets every deployment."""
    client = cluster(simulated_aws)
    service(simulated_aws)
    simulated_aws.reset(datetime(2026, 3, 1, tzinfo=UTC))
    client = cluster(simulated_aws)
    service(simulated_aws)
    assert 1 == len(client.list_service_deployments(cluster="c", service="s")["serviceDeployments"])


def cluster(aws: SimulatedAws) -> Any:
    """A client, and a cluster with a task definition."""
    client = aws.client("ecs")
    client.create_cluster(clusterName="c")
    definition(client)
    return client


def definition(client: Any, **more: Any) -> Any:
    """A revision of the task definition."""
    given = {
        "cpu": "512",
        "memory": "1024",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "containerDefinitions": [{"name": "a", "image": "i"}],
        **more,
    }
    return client.register_task_definition(family="t", **given)["taskDefinition"]


def service(aws: SimulatedAws, name: str = "s", **more: Any) -> None:
    """A service of two tasks."""
    subnet = aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": []}}
    given = {"taskDefinition": "t:1", "desiredCount": 2, "networkConfiguration": network, **more}
    aws.client("ecs").create_service(cluster="c", serviceName=name, **given)


def described(client: Any, name: str = "s") -> Any:
    """The service as it is described."""
    return client.describe_services(cluster="c", services=[name])["services"][0]


def seen(client: Any, name: str = "s") -> tuple[int, int, list[tuple[str, str, int]]]:
    """Tasks that run and start, and the deployments by status, state and revision."""
    told = described(client, name)
    found = [
        (each["status"], each["rolloutState"], int(each["taskDefinition"].rpartition(":")[2]))
        for each in told["deployments"]
    ]
    return told["runningCount"], told["pendingCount"], found


def refused(call: Callable[..., object], code: str, *given: Any, **parameters: Any) -> None:
    """The call is refused with this code."""
    with pytest.raises(ClientError) as caught:
        call(*given, **parameters)
    assert code == caught.value.response["Error"]["Code"]


CHECKS: dict[str, Callable[[SimulatedAws], None]] = {
    "ecs-active-revisions": inactive_revisions_are_refused,
    "ecs-deployment-history": history_is_told,
    "ecs-deployments": deployments_take_time,
    "ecs-describe-ten": ten_are_described,
    "ecs-desired-count": negative_counts_are_refused,
    "ecs-fargate-sizes": sizes_are_checked,
    "ecs-list-clusters": clusters_are_paged,
    "ecs-list-services": services_are_paged_and_filtered,
    "ecs-service-settings": settings_are_kept,
}
