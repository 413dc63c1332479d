"""What a scalable target does with its bounds: refuses wrong ones, and moves what it scales inside them at once.

A minimum that is lowered without effect and raised without effect would let a wrong plan, and a wrong rollback, pass.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["BOUNDS", "DEREGISTERED", "INSIDE", "SCHEDULED"]

_DIMENSION = "ecs:service:DesiredCount"
_AT = re.compile(r"at\((.+)\)")
_NAMED = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def _install_bounds(simulation: Simulation) -> Undo:
    def register(request: ApiRequest, proceed: Proceed) -> Answer:
        target = _target(simulation, request)
        low, high = (request.parameters.get(name, target.get(name)) for name in ("MinCapacity", "MaxCapacity"))
        if low is None or high is None:
            raise _invalid("Min and max capacity are required to register a new scalable target")
        if not 0 <= low <= high:
            raise _invalid(f"Minimum capacity {low} must be at least 0 and at most the maximum capacity {high}")
        return proceed(request)

    return simulation.answer("application-autoscaling:RegisterScalableTarget", register)


def _install_inside(simulation: Simulation) -> Undo:
    def register(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if answer.ok and request.parameters.get("ScalableDimension") == _DIMENSION:
            target = _target(simulation, request)
            bounds = target["MinCapacity"], target["MaxCapacity"]
            _move(request, request.parameters["ResourceId"], *bounds)
        return answer

    return simulation.answer("application-autoscaling:RegisterScalableTarget", register)


def _install_deregistered(simulation: Simulation) -> Undo:
    def deregister(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if answer.ok:
            named = {name: request.parameters[name] for name in _NAMED}
            for listing, member, name, removal in (
                ("DescribeScalingPolicies", "ScalingPolicies", "PolicyName", "DeleteScalingPolicy"),
                ("DescribeScheduledActions", "ScheduledActions", "ScheduledActionName", "DeleteScheduledAction"),
            ):
                for each in simulation.ask(request, listing, named).get(member, []):
                    simulation.ask(request, removal, {**named, name: each[name]})
        return answer

    return simulation.answer("application-autoscaling:DeregisterScalableTarget", deregister)


def _target(simulation: Simulation, request: ApiRequest) -> dict[str, Any]:
    """The scalable target of a request as it is now, empty when there is none."""
    given = request.parameters
    asked = {
        "ServiceNamespace": given["ServiceNamespace"],
        "ResourceIds": [given["ResourceId"]],
        "ScalableDimension": given["ScalableDimension"],
    }
    found = simulation.ask(request, "DescribeScalableTargets", asked).get("ScalableTargets", [])
    return dict(found[0]) if found else {}


def _move(request: ApiRequest, resource: str, low: int, high: int) -> None:
    """Move a service's desired count inside the bounds."""
    from moto.ecs.models import ecs_backends

    _, cluster, name = resource.split("/")
    service: Any = ecs_backends[request.account][request.region].services[f"{cluster}:{name}"]
    inside = min(max(service.desired_count, low), high)
    if inside != service.desired_count:
        service.desired_count = service.running_count = inside


def _install_scheduled(simulation: Simulation) -> Undo:
    """Before anything is told of targets or services, carry out what was scheduled for a time that has come."""
    done: set[tuple[str, str, str]] = set()

    def act(request: ApiRequest, proceed: Proceed) -> Answer:
        backend = _backend(request)
        now = simulation.clock.now()
        for action in backend.scheduled_actions:
            key = request.account, request.region, action.arn
            found = _AT.fullmatch(action.schedule)
            if found and key not in done and datetime.fromisoformat(found[1]).replace(tzinfo=UTC) <= now:
                done.add(key)
                _carry_out(request, backend, action)
        return proceed(request)

    return together(
        simulation.on_reset(done.clear),
        simulation.answer("application-autoscaling:DescribeScalableTargets", act),
        simulation.answer("ecs:DescribeServices", act),
    )


def _carry_out(request: ApiRequest, backend: Any, action: Any) -> None:
    target = backend.targets.get(action.scalable_dimension, {}).get(action.resource_id)
    if target is None:
        return
    bounds = action.scalable_target_action or {}
    target.update(bounds.get("MinCapacity"), bounds.get("MaxCapacity"), None)
    if action.scalable_dimension == _DIMENSION:
        _move(request, action.resource_id, target.min_capacity, target.max_capacity)


def _backend(request: ApiRequest) -> Any:
    from moto.applicationautoscaling.models import applicationautoscaling_backends

    return applicationautoscaling_backends[request.account][request.region]


def _invalid(message: str) -> AwsError:
    # That it is refused is documented, AWS's words were not recorded.
    return AwsError("ValidationException", message, 400)


BOUNDS = Correction(
    name="application-autoscaling-bounds",
    service="application-autoscaling",
    says="a new scalable target needs both bounds, and a minimum above the maximum is refused",
    source="botocore model application-autoscaling:RegisterScalableTarget (MinCapacity, MaxCapacity)",
    install=_install_bounds,
)

INSIDE = Correction(
    name="application-autoscaling-inside",
    service="application-autoscaling",
    says="a service whose desired count is outside of new bounds is moved inside them at once",
    source="botocore model application-autoscaling:RegisterScalableTarget (capacity outside of the bounds)",
    install=_install_inside,
)

DEREGISTERED = Correction(
    name="application-autoscaling-deregistered",
    service="application-autoscaling",
    says="the policies and scheduled actions of a target that is deregistered are deleted with it",
    source="botocore model application-autoscaling:DeregisterScalableTarget",
    install=_install_deregistered,
)

SCHEDULED = Correction(
    name="application-autoscaling-scheduled",
    service="application-autoscaling",
    says="a scheduled action for one time, at(yyyy-mm-ddThh:mm:ss), sets its bounds when that time has come",
    source="botocore model application-autoscaling:PutScheduledAction (Schedule; cron and rate are not simulated)",
    install=_install_scheduled,
)
