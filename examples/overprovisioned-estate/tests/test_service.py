"""The Fargate service."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Assembly


def test_service_runs_eight_large_tasks(assembly: Assembly) -> None:
    """Eight tasks on Fargate, rolled out by ECS itself, behind a load balancer inside the network."""
    template = assembly.templates["service"]
    template.has_resource_properties(
        "AWS::ECS::Service",
        {"DesiredCount": 8, "LaunchType": "FARGATE", "DeploymentController": {"Type": "ECS"}},
    )
    template.has_resource_properties("AWS::ECS::TaskDefinition", {"Cpu": "1024", "Memory": "2048"})
    template.has_resource_properties(
        "AWS::ElasticLoadBalancingV2::LoadBalancer", {"Type": "application", "Scheme": "internal"}
    )


def test_autoscaling_keeps_eight(assembly: Assembly) -> None:
    """The scalable target's minimum holds the count up, whatever the load."""
    (target,) = assembly.resources("AWS::ApplicationAutoScaling::ScalableTarget").values()
    bounds = {key: target["Properties"][key] for key in ("MinCapacity", "MaxCapacity", "ScalableDimension")}

    assert {"MinCapacity": 8, "MaxCapacity": 16, "ScalableDimension": "ecs:service:DesiredCount"} == bounds


def test_nothing_scales_by_the_clock(assembly: Assembly) -> None:
    """There are no scheduled actions, with which trueup leaves a service alone."""
    (target,) = assembly.resources("AWS::ApplicationAutoScaling::ScalableTarget").values()

    assert "ScheduledActions" not in target["Properties"]
