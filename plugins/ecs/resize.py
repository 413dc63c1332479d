"""The fix of an over-sized service: fewer tasks, smaller ones, or both, as far as the observed load allows.

A pure function from a service's facts to the calls: a new revision of the task definition where its size changes, the
scalable target's minimum where there is one, and the service itself last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.canonical import digest
from trueup.change import Call, Change, Refusal, Risk, Step
from trueup.plugins.ecs.capacity import ACTIVE, RUN_TAG, SETTLED
from trueup.plugins.ecs.demand import fleet_of, limits_of
from trueup.plugins.ecs.money import saving
from trueup.plugins.ecs.reading import REGISTERED, cluster_of, name_of
from trueup.plugins.ecs.scaling import DIMENSION, NAMESPACE
from trueup.plugins.ecs.size import Size
from trueup.plugins.ecs.sizing import Demand, Fleet, smallest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["right_size"]

_CONTAINERS = "container_definitions"

_MOST_TAGS = 50
"""Tags of one task definition. Source: botocore model ecs:RegisterTaskDefinition, tags."""

_REGISTERED_FIRST = "1"
"""The id of the step that registers the new revision, for those that refer to its answer."""


def right_size(service: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Lower the number of tasks, their size, or both.

    Args:
        service: with ``service``, ``task_definition``, ``container_definitions``, ``outcome``, ``launch``,
            ``scaling``, ``capacity``, ``zones``, ``demand``, ``usage``, ``prices``.
        parameters: ``tasks``, ``cpu_units``, ``memory_mib``: floors, the service never becomes smaller.

    Raises:
        UnknownFactError: a fact that the size follows from is not known.

    Source: ECS API, RegisterTaskDefinition, UpdateService; Application Auto Scaling API, RegisterScalableTarget.
    """
    refusal = _left_alone(service)
    if refusal is not None:
        return refusal
    before, needs = fleet_of(service), Demand(service["demand.cpu_units"], service["demand.memory_mib"])
    if not before.size.valid:
        return Refusal(f"{before.size} is no size that Fargate offers")
    floor = Fleet(parameters["tasks"], Size(parameters["cpu_units"], parameters["memory_mib"]))
    after = smallest(before, floor, needs, limits_of(service))
    if after == before:
        return Refusal(f"nothing smaller than {before} carries the observed peaks", passes=True)
    resized = after.size != before.size
    refusal = _no_follower(service, before, after) or (_not_registered(service) if resized else None)
    return refusal or _change(service, needs, before, after, resized=resized)


def _change(service: Snapshot, needs: Demand, before: Fleet, after: Fleet, *, resized: bool) -> Change:
    return Change(
        summary=_summary(service, before, after),
        steps=_steps(service, before, after),
        risk=Risk.DISRUPTIVE if resized else Risk.SAFE,
        risk_reason=(
            "every task is replaced, a few at a time, as by any deployment"
            if resized
            else "the tasks that remain carry the observed peaks within the limits; the others end after draining"
        ),
        reversible_reason=(
            "the undo deploys the old revision of the task definition again; the new one stays, used by nothing"
            if resized
            else ""
        ),
        projection=_projection(needs, before, after),
        savings_monthly=saving(service, before, after),
        code=_code(service, after, resized=resized),
        depends=_depends(service) if resized else {},
    )


def _left_alone(service: Snapshot) -> Refusal | None:
    """Refuse what deploys in another way, is sized by somebody else, or is just being changed."""
    found = service["service"]
    controller = service["service.deploymentController.type"]
    strategy = service["service.deploymentConfiguration.strategy"] or "ROLLING"
    reasons = {
        f"the deployment controller is {controller}, which UpdateService cannot give another task definition": (
            controller != "ECS"
        ),
        "a DAEMON service has as many tasks as instances": found["schedulingStrategy"] != "REPLICA",
        f"the deployment strategy is {strategy}, expected ROLLING": strategy != "ROLLING",
        "ECS itself manages the service (Express)": found.get("resourceManagementType") == "ECS",
        "the tasks do not run on Fargate": not service["launch.fargate"],
        f"scheduled actions change its bounds: {', '.join(service['scaling.scheduled'])}": bool(
            service["scaling.scheduled"]
        ),
    }
    return next((Refusal(reason) for reason, holds in reasons.items() if holds), None)


def _no_follower(service: Snapshot, before: Fleet, after: Fleet) -> Refusal | None:
    """Refuse a lower minimum that nothing would make use of."""
    if after.tasks == before.tasks or not service["scaling.managed"] or service["scaling.scales_in"]:
        return None
    return Refusal(
        "the service has a scalable target and no policy that scales in, so that a lower minimum would change "
        "nothing; give it a policy, or deregister the target"
    )


def _not_registered(service: Snapshot) -> Refusal | None:
    """Refuse a task definition that could not be registered again as it is."""
    definition = service["task_definition"]
    if definition["unhandled"]:
        names = ", ".join(definition["unhandled"])
        return Refusal(f"the task definition has {names}, which this version cannot register again")
    if len(_tags(service)) > _MOST_TAGS:
        return Refusal(f"the task definition has {len(_tags(service)) - 1} tags, expected room for one more")
    return None


def _steps(service: Snapshot, before: Fleet, after: Fleet) -> tuple[Step, ...]:
    managed, resized = service["scaling.managed"], after.size != before.size
    steps: list[Step] = [_register(service, after)] if resized else []
    if managed and after.tasks != before.tasks:
        steps.append(_minimum(service, before, after, alone=not resized))
    if resized or not managed:
        steps.append(_update(service, before, after, resized=resized, managed=managed))
    return tuple(steps)


def _register(service: Snapshot, after: Fleet) -> Step:
    definition = service["task_definition"]
    kept = {name: definition[name] for name in REGISTERED if definition.get(name) not in (None, (), [])}
    whole = {"$fact": {"path": _CONTAINERS, "sha256": digest(service[_CONTAINERS])}}
    call = Call(
        "ecs",
        "RegisterTaskDefinition",
        {
            **kept,
            "family": definition["family"],
            "containerDefinitions": whole,
            "cpu": str(after.size.cpu),
            "memory": str(after.size.memory),
            "tags": _tags(service),
        },
    )
    return Step(
        call=call,
        # A revision that no service uses does no harm, two do none either, and the run's tag tells them. Deregistering
        # it could not be repeated safely: what AWS says to a second time is written nowhere.
        undo=(),
        ready=ACTIVE,
        repeatable=True,
        leaves=f"a revision of the task definition {definition['family']} that no service uses, with the run's tag",
        acts_on=("*",),
    )


def _minimum(service: Snapshot, before: Fleet, after: Fleet, *, alone: bool) -> Step:
    """Give the step of the scalable target's minimum; alone, its undo raises the desired count, too."""
    target = {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": f"service/{service.resource.id}",
        "ScalableDimension": DIMENSION,
    }
    back = Call("application-autoscaling", "RegisterScalableTarget", {**target, "MinCapacity": before.tasks})
    arn = service["scaling.target_arn"] or _arn(service, "application-autoscaling", "scalable-target/*")
    return Step(
        call=Call("application-autoscaling", "RegisterScalableTarget", {**target, "MinCapacity": after.tasks}),
        undo=(_call(service, desiredCount=_at_least(before.tasks)), back) if alone else (back,),
        effect={"capacity.tasks": after.tasks},
        ready=ACTIVE,
        settled={"capacity.within_bounds": {"const": True}},
        repeatable=True,
        acts_on=(arn, service.resource.arn) if alone else (arn,),
    )


def _update(service: Snapshot, before: Fleet, after: Fleet, *, resized: bool, managed: bool) -> Step:
    given: dict[str, Any] = {}
    back: dict[str, Any] = {"desiredCount": _at_least(before.tasks)}
    effect: dict[str, Any] = {}
    if resized:
        given["taskDefinition"] = _new_revision()
        # Forced, so that an undo is a deployment of its own even where ECS went back already.
        back |= {"taskDefinition": service["service.taskDefinition"], "forceNewDeployment": True}
        effect |= {
            "capacity.cpu": after.size.cpu,
            "capacity.memory_mib": after.size.memory,
            "capacity.images": service["capacity.images"],
            "capacity.resized": True,
        }
        if not service["outcome.failed"]:
            effect["outcome.failed"] = False
    if not managed and after.tasks != before.tasks:
        given["desiredCount"] = after.tasks
        effect["capacity.tasks"] = after.tasks
    return Step(
        call=_call(service, **given),
        undo=(_call(service, **back),),
        effect=effect,
        ready=ACTIVE,
        settled=SETTLED,
        repeatable=True,
    )


def _call(service: Snapshot, **parameters: Any) -> Call:
    named = {"cluster": cluster_of(service.resource), "service": name_of(service.resource)}
    return Call("ecs", "UpdateService", {**named, **parameters})


def _at_least(tasks: int) -> dict[str, Any]:
    """Refer to the desired count right before the call, or to that of before the change, whichever is larger."""
    return {"$fact": {"path": "service.desiredCount", "at_least": tasks}}


def _new_revision() -> dict[str, Any]:
    return {"$result": {"step": _REGISTERED_FIRST, "path": "taskDefinition.taskDefinitionArn"}}


def _tags(service: Snapshot) -> list[dict[str, Any]]:
    """Give the tags of the new revision; ``aws:`` is AWS's own, which nobody else may set."""
    kept = {
        name: value
        for name, value in sorted(service["task_definition.tags"].items())
        if name != RUN_TAG and not name.lower().startswith("aws:")
    }
    return [{"key": name, "value": value} for name, value in kept.items()] + [{"key": RUN_TAG, "value": {"$run": {}}}]


def _depends(service: Snapshot) -> dict[str, tuple[str, ...]]:
    definition = service["task_definition"]
    roles = {definition.get("taskRoleArn"), definition.get("executionRoleArn")} - {None}
    family = _arn(service, "ecs", f"task-definition/{definition['family']}:*")
    return {"ecs:TagResource": (family,), **({"iam:PassRole": tuple(sorted(roles))} if roles else {})}


def _arn(service: Snapshot, of: str, rest: str) -> str:
    partition = service.resource.arn.split(":")[1]
    return f"arn:{partition}:{of}:{service.resource.region}:{service.resource.account}:{rest}"


def _summary(service: Snapshot, before: Fleet, after: Fleet) -> str:
    text = f"{service.resource.id}: {before} become {after} (CPU units/MiB)"
    return f"{text}, as the minimum of its scalable target" if service["scaling.managed"] else text


def _projection(needs: Demand, before: Fleet, after: Fleet) -> dict[str, Any]:
    (cpu, memory), (now_cpu, now_memory) = needs.projected(after), needs.projected(before)
    return {
        "projected_peak_cpu": round(cpu, 2),
        "projected_peak_memory": round(memory, 2),
        "observed_peak_cpu": round(now_cpu, 2),
        "observed_peak_memory": round(now_memory, 2),
        "unit": "percent",
        "basis": "the busiest task's peak hour for every task that ran then, of what is kept running",
    }


def _code(service: Snapshot, after: Fleet, *, resized: bool) -> str:
    managed = service["scaling.managed"]
    count = "AWS::ApplicationAutoScaling::ScalableTarget MinCapacity" if managed else "AWS::ECS::Service DesiredCount"
    size = f"; AWS::ECS::TaskDefinition Cpu: {after.size.cpu}, Memory: {after.size.memory}" if resized else ""
    return f"{count}: {after.tasks}{size}"
