"""What of a service's state an action writes and a rollback compares, and when the service is at rest.

One form for services with and without automatic scaling: what is kept running is the scalable target's minimum, or the
desired count where nothing scales it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from trueup.change import Condition
    from trueup.facts.snapshot import Snapshot

__all__ = ["ACTIVE", "BUSY", "RUN_TAG", "SETTLED", "capacity", "launch", "moment", "rollout", "zones"]

ACTIVE: Condition = {"service.status": {"const": "ACTIVE"}}
"""All that UpdateService asks for. A deployment in progress is no obstacle to it, so that an undo need not wait for one
that never ends; whether a change may begin is for ``BUSY`` to say."""

SETTLED: Condition = {"rollout.resting": {"const": True}, "capacity.within_bounds": {"const": True}}
"""One deployment, completed, and as many tasks running as are wanted."""

BUSY: Condition = {
    "any": [
        {"rollout.resting": {"const": False}},
        {"rollout.recent": {"const": True}},
        {"alarms.quiet": {"const": False}},
    ]
}

RUN_TAG = "trueup:run"
"""Tag of the task definitions that trueup registered, by which a repeated registration is found."""

_RECENT = timedelta(hours=1)
"""So long after a deployment nobody knows yet how the new tasks behave."""

_SPOT = "FARGATE_SPOT"
_PROVIDERS = frozenset({"FARGATE", _SPOT})


def launch(service: Snapshot) -> dict[str, bool]:
    """Give ``{"fargate", "spot"}``: whether all tasks run on Fargate, and whether some on spot capacity.

    Source: ECS API, Service: launchType is omitted with a capacity provider strategy, and the other way round.
    """
    strategy = service["service.capacityProviderStrategy"] or ()
    providers = {each["capacityProvider"] for each in strategy}
    on_fargate = bool(providers) and providers <= _PROVIDERS
    return {"fargate": service["service.launchType"] == "FARGATE" or on_fargate, "spot": _SPOT in providers}


def capacity(service: Snapshot) -> dict[str, Any]:
    """Give how many tasks of which size a service keeps running, and what of.

    Returns:
        ``tasks``: the scalable target's minimum, else the desired count; ``within_bounds``: whether the desired count
        lies between minimum and maximum; ``cpu``, ``memory_mib``: of one task; ``images`` by container, and
        ``resized``: whether trueup registered the task definition. The last two tell a revision that somebody else
        deployed since.

    Raises:
        UnknownFactError: another revision was deployed while both were read.
    """
    definition = service["task_definition"]
    if definition["taskDefinitionArn"] != service["service.taskDefinition"]:
        unknown = Unknown(Reason.UNEXPECTED, "another task definition was deployed while this one was read")
        raise UnknownFactError("task_definition.taskDefinitionArn", unknown)
    desired, low, high = service["service.desiredCount"], service["scaling.minimum"], service["scaling.maximum"]
    return {
        "tasks": desired if low is None else low,
        "within_bounds": low is None or low <= desired <= high,
        "cpu": definition["cpu_units"],
        "memory_mib": definition["memory_mib"],
        "images": {each["name"]: each["image"] for each in definition["containers"]},
        "resized": RUN_TAG in definition["tags"],
    }


def rollout(service: Snapshot) -> dict[str, Any]:
    """Give ``{"resting", "recent"}``: whether no deployment is in progress, and whether the last one is an hour old.

    Source: ECS API, Deployment (status, rolloutState, updatedAt); the waiter services_stable compares the same counts
    but would take a deployment that was rolled back for a success.
    """
    deployments = list(service["service.deployments"] or ())
    all_run = service["service.desiredCount"] == service["service.runningCount"] and not service["service.pendingCount"]
    done = len(deployments) == 1 and deployments[0].get("rolloutState") in {"COMPLETED", None}
    latest = max((each["updatedAt"] for each in deployments if each.get("updatedAt")), key=moment, default=None)
    return {
        "resting": done and service["service.status"] == "ACTIVE" and all_run,
        "recent": latest is not None and service.read_at - moment(latest) < _RECENT,
    }


def zones(service: Snapshot) -> dict[str, int]:
    """Give ``{"in_use"}``: over how many Availability Zones the subnets of a service's tasks lie.

    Raises:
        UnknownFactError: a subnet of the service is not known.

    Source: EC2 API, DescribeSubnets.
    """
    known = service["region_subnets"]
    subnets = service["service.networkConfiguration.awsvpcConfiguration.subnets"] or ()
    missing = [each for each in subnets if each not in known]
    if missing:
        unknown = Unknown(Reason.NOT_FOUND, f"the subnets {', '.join(missing)} are not described in the Region")
        raise UnknownFactError("region_subnets", unknown)
    return {"in_use": len({known[each] for each in subnets})}


def moment(text: str) -> datetime:
    """Give the time that a normalised fact names."""
    return datetime.fromisoformat(text)
