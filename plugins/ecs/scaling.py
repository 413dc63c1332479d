"""What Application Auto Scaling does with a service, and which alarms ring about it.

A desired count below the minimum does not last, and one that a policy lowered is nobody's drift; so whatever changes
the number of tasks has to know who else does. An alarm that only says "scale in" rings all the time at a service that
is idle, and is no reason to leave it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.ecs.reading import cluster_of, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.snapshot import Snapshot
    from trueup.service.declarations import Reader

__all__ = ["ALARMS", "DIMENSION", "NAMESPACE", "READS", "alarms", "region_alarms", "region_scaling", "scaling"]

NAMESPACE = "ecs"
DIMENSION = "ecs:service:DesiredCount"

ALARMS = "cloudwatch:DescribeAlarms"

_TARGETS = "application-autoscaling:DescribeScalableTargets"
_POLICIES = "application-autoscaling:DescribeScalingPolicies"
_SCHEDULES = "application-autoscaling:DescribeScheduledActions"

READS = (_TARGETS, _POLICIES, _SCHEDULES)

_SCALE_IN = "-AlarmLow-"
"""In the name of the alarm that a target tracking policy makes to scale in; the other one has ``-AlarmHigh-``.

Source: AWS CLI examples, application-autoscaling put-scaling-policy (the alarms made for an ECS service).
"""


def region_scaling(aws: Reader) -> dict[str, list[Any]]:
    """Give scalable targets, policies and scheduled actions of all services of a Region.

    Source: Application Auto Scaling API, DescribeScalableTargets, DescribeScalingPolicies, DescribeScheduledActions.
    """
    return {
        "targets": list(aws.paginate(_TARGETS, "ScalableTargets[]", ServiceNamespace=NAMESPACE)),
        "policies": list(aws.paginate(_POLICIES, "ScalingPolicies[]", ServiceNamespace=NAMESPACE)),
        "scheduled": list(aws.paginate(_SCHEDULES, "ScheduledActions[]", ServiceNamespace=NAMESPACE)),
    }


def region_alarms(aws: Reader) -> list[dict[str, Any]]:
    """Give the ringing metric alarms about ECS services, with cluster and service.

    Source: CloudWatch API, DescribeAlarms; ECS developer guide, CloudWatch metrics (ClusterName, ServiceName).
    """
    found: list[dict[str, Any]] = []
    for alarm in aws.paginate(ALARMS, "MetricAlarms[]", StateValue="ALARM", AlarmTypes=["MetricAlarm"]):
        found += (
            {"name": alarm["AlarmName"], "cluster": each["ClusterName"], "service": each["ServiceName"]}
            for each in _dimensions(alarm)
            if {"ClusterName", "ServiceName"} <= each.keys()
        )
    return found


def scaling(service: Snapshot) -> dict[str, Any]:
    """Give what scales a service automatically.

    Returns:
        ``managed``: whether it has a scalable target; its ``minimum``, ``maximum`` and ``target_arn``; ``scales_in``:
        whether a policy lowers the desired count; the names of the ``scheduled`` actions and of ``scale_in_alarms``.

    Source: Application Auto Scaling API, ScalableTarget (SuspendedState), ScalingPolicy.
    """
    own = {
        kind: [
            each
            for each in service[f"region_scaling.{kind}"]
            if each["ResourceId"] == f"service/{service.resource.id}" and each["ScalableDimension"] == DIMENSION
        ]
        for kind in ("targets", "policies", "scheduled")
    }
    target = own["targets"][0] if own["targets"] else {}
    suspended = bool((target.get("SuspendedState") or {}).get("DynamicScalingInSuspended"))
    return {
        "managed": bool(target),
        "minimum": target.get("MinCapacity"),
        "maximum": target.get("MaxCapacity"),
        "target_arn": target.get("ScalableTargetARN"),
        "scales_in": not suspended and any(_lowers(each) for each in own["policies"]),
        "scheduled": sorted(each["ScheduledActionName"] for each in own["scheduled"]),
        "scale_in_alarms": sorted({name for each in own["policies"] for name in _scale_in_alarms(each)}),
    }


def alarms(service: Snapshot) -> dict[str, Any]:
    """Give ``{"ringing", "quiet"}``: the alarms about a service that ring, without those that only scale in."""
    quiet = set(service["scaling.scale_in_alarms"])
    ringing = sorted(
        {
            each["name"]
            for each in service["region_alarms"]
            if (each["cluster"], each["service"]) == (cluster_of(service.resource), name_of(service.resource))
            and each["name"] not in quiet
        }
    )
    return {"ringing": ringing, "quiet": not ringing}


def _lowers(policy: Mapping[str, Any]) -> bool:
    tracking = policy.get("TargetTrackingScalingPolicyConfiguration")
    if tracking is not None:
        return not tracking.get("DisableScaleIn")
    return any(change < 0 for change in _steps(policy))


def _scale_in_alarms(policy: Mapping[str, Any]) -> Iterator[str]:
    names = [alarm["AlarmName"] for alarm in policy.get("Alarms") or ()]
    if policy.get("TargetTrackingScalingPolicyConfiguration") is not None:
        yield from (name for name in names if _SCALE_IN in name)
    elif (changes := _steps(policy)) and all(change < 0 for change in changes):
        yield from names


def _steps(policy: Mapping[str, Any]) -> list[float]:
    steps = (policy.get("StepScalingPolicyConfiguration") or {}).get("StepAdjustments") or ()
    return [each["ScalingAdjustment"] for each in steps]


def _dimensions(alarm: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    metrics = [alarm, *(query.get("MetricStat", {}).get("Metric", {}) for query in alarm.get("Metrics", ()))]
    for metric in metrics:
        yield {each["Name"]: each["Value"] for each in metric.get("Dimensions", ())}
