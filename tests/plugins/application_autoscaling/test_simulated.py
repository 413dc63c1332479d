"""Each correction of the simulated Application Auto Scaling makes its check hold, and without it it does not hold."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from trueup.plugins.application_autoscaling.simulated import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing import SimulatedAws

DOES_NOT_HOLD = (AssertionError, ClientError, BotoCoreError, KeyError, pytest.fail.Exception)
TABLES = {"ServiceNamespace": "dynamodb", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}


def test_every_correction_has_a_check() -> None:
    """No correction is without its check, and no check without its correction."""
    assert {correction.name for correction in CORRECTIONS} == CHECKS.keys()


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_right(simulated_aws: SimulatedAws, name: str) -> None:
    """The simulated service does what the correction says."""
    CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_needed(simulated_aws: SimulatedAws, name: str) -> None:
    """Without the correction moto does something else."""
    with simulated_aws.without(name), pytest.raises(DOES_NOT_HOLD):
        CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_check_fails_on_plain_moto(simulated_aws: SimulatedAws, name: str) -> None:
    """With no correction of the service at all, what the correction says does not hold either."""
    with simulated_aws.without(*CHECKS), pytest.raises(DOES_NOT_HOLD):
        CHECKS[name](simulated_aws)


def targets_are_paged(aws: SimulatedAws) -> None:
    """A paginator sees each of 120 targets once, in pages of 50, and in the pages that it asks for."""
    client = aws.client("application-autoscaling")
    names = registered(client, 120)
    paginator = client.get_paginator("describe_scalable_targets")
    pages = list(paginator.paginate(ServiceNamespace="dynamodb"))
    assert [50, 50, 20] == [len(page["ScalableTargets"]) for page in pages]
    assert names == [each["ResourceId"] for page in pages for each in page["ScalableTargets"]]
    pages = list(
        paginator.paginate(ServiceNamespace="dynamodb", ResourceIds=names[:7], PaginationConfig={"PageSize": 3})
    )
    assert [names[0:3], names[3:6], names[6:7]] == [
        [each["ResourceId"] for each in page["ScalableTargets"]] for page in pages
    ]
    refused(client.describe_scalable_targets, "ValidationException", MaxResults=51)
    refused(client.describe_scalable_targets, "InvalidNextTokenException", NextToken="none of ours")


def policies_are_paged(aws: SimulatedAws) -> None:
    """Eleven policies take two pages."""
    client = aws.client("application-autoscaling")
    for name in registered(client, 11):
        client.put_scaling_policy(PolicyName="p", ResourceId=name, PolicyType="TargetTrackingScaling", **TABLES)
    pages = client.get_paginator("describe_scaling_policies").paginate(ServiceNamespace="dynamodb")
    assert [10, 1] == [len(page["ScalingPolicies"]) for page in pages]


def schedules_are_paged(aws: SimulatedAws) -> None:
    """Three scheduled actions take two pages of two."""
    client = aws.client("application-autoscaling")
    for name in registered(client, 3):
        client.put_scheduled_action(ScheduledActionName="night", ResourceId=name, Schedule="rate(1 day)", **TABLES)
    paginator = client.get_paginator("describe_scheduled_actions")
    pages = paginator.paginate(ServiceNamespace="dynamodb", PaginationConfig={"PageSize": 2})
    assert [2, 1] == [len(page["ScheduledActions"]) for page in pages]


def bounds_are_checked(aws: SimulatedAws) -> None:
    """A new target has both bounds, and a minimum is never above the maximum, of the call or as it was."""
    client = aws.client("application-autoscaling")
    one = {"ResourceId": "table/t", "ScalableDimension": TABLES["ScalableDimension"]}
    refused(client.register_scalable_target, "ValidationException", **one, MinCapacity=1)
    refused(client.register_scalable_target, "ValidationException", **one, MinCapacity=9, MaxCapacity=1)
    client.register_scalable_target(**one, ServiceNamespace="dynamodb", MinCapacity=1, MaxCapacity=5)
    refused(client.register_scalable_target, "ValidationException", **one, MinCapacity=6)
    client.register_scalable_target(**one, ServiceNamespace="dynamodb", MinCapacity=2)
    (target,) = client.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert (2, 5) == (target["MinCapacity"], target["MaxCapacity"])


def services_are_moved_inside(aws: SimulatedAws) -> None:
    """A desired count outside of new bounds is at the nearer one at once; a lower minimum moves nothing."""
    counts = []
    for low, high in ((8, 20), (3, 20), (1, 5), (1, 9)):
        scaled(aws, low, high)
        told = aws.client("ecs").describe_services(cluster="c", services=["s"])["services"][0]
        counts.append(told["desiredCount"])
    assert [8, 8, 5, 5] == counts


def what_hung_on_a_target_goes_with_it(aws: SimulatedAws) -> None:
    """Policies and scheduled actions of a deregistered target are gone."""
    client = aws.client("application-autoscaling")
    (name,) = registered(client, 1)
    client.put_scaling_policy(PolicyName="p", ResourceId=name, PolicyType="TargetTrackingScaling", **TABLES)
    client.put_scheduled_action(ScheduledActionName="night", ResourceId=name, Schedule="rate(1 day)", **TABLES)
    client.deregister_scalable_target(ResourceId=name, **TABLES)
    assert [] == client.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    assert [] == client.describe_scheduled_actions(ServiceNamespace="dynamodb")["ScheduledActions"]


def schedules_act(aws: SimulatedAws) -> None:
    """At its time, and once, an action sets the bounds, and the service is moved inside them."""
    scaled(aws, 1, 9)
    client, ecs = aws.client("application-autoscaling"), aws.client("ecs")
    named = {"ServiceNamespace": "ecs", "ResourceId": "service/c/s", "ScalableDimension": "ecs:service:DesiredCount"}
    client.put_scheduled_action(
        **named,
        ScheduledActionName="morning",
        Schedule=f"at({aws.clock.now() + timedelta(hours=1):%Y-%m-%dT%H:%M:%S})",
        ScalableTargetAction={"MinCapacity": 4},
    )
    counts = []
    for _ in range(2):
        counts.append(ecs.describe_services(cluster="c", services=["s"])["services"][0]["desiredCount"])
        aws.clock.advance(7200)
    assert [2, 4] == counts
    (target,) = client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (4, 9) == (target["MinCapacity"], target["MaxCapacity"])
    client.register_scalable_target(**named, MinCapacity=2)
    (target,) = client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert 2 == target["MinCapacity"]


def scaled(aws: SimulatedAws, low: int, high: int) -> None:
    """A service of two tasks, made when there is none, with these bounds."""
    client = aws.client("ecs")
    if not client.list_clusters()["clusterArns"]:
        client.create_cluster(clusterName="c")
        client.register_task_definition(family="t", containerDefinitions=[{"name": "a", "image": "i", "memory": 128}])
        client.create_service(cluster="c", serviceName="s", taskDefinition="t", desiredCount=2)
    aws.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId="service/c/s",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=low,
        MaxCapacity=high,
    )


def registered(client: Any, count: int) -> list[str]:
    """So many tables whose reads are scaled automatically."""
    names = [f"table/t{number:03d}" for number in range(count)]
    for name in names:
        client.register_scalable_target(ResourceId=name, MinCapacity=1, MaxCapacity=9, **TABLES)
    return names


def refused(call: Callable[..., object], code: str, **parameters: Any) -> None:
    """The call is refused with this code."""
    with pytest.raises(ClientError) as caught:
        call(ServiceNamespace="dynamodb", **parameters)
    assert code == caught.value.response["Error"]["Code"]


CHECKS: dict[str, Callable[[SimulatedAws], None]] = {
    "application-autoscaling-bounds": bounds_are_checked,
    "application-autoscaling-deregistered": what_hung_on_a_target_goes_with_it,
    "application-autoscaling-inside": services_are_moved_inside,
    "application-autoscaling-policies-paged": policies_are_paged,
    "application-autoscaling-scheduled": schedules_act,
    "application-autoscaling-schedules-paged": schedules_are_paged,
    "application-autoscaling-targets-paged": targets_are_paged,
}
