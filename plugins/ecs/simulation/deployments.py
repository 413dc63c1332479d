"""A deployment takes time: old tasks run until the new ones do, and one that fails is rolled back or never ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from trueup.plugins.ecs.simulation.services import ask_service, described_key, describing, key_of
from trueup.testing import Correction, together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.plugins.ecs.simulation.services import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["BACK", "BREAKER_SECONDS", "COUNT_SECONDS", "DEPLOYMENTS", "FAILING", "ROLLOUT_SECONDS", "START_SECONDS"]

START_SECONDS = 60.0
"""Until the first tasks of a new service run."""

COUNT_SECONDS = 60.0
"""Until as many tasks run as are wanted, when another number is."""

ROLLOUT_SECONDS = 180.0
"""Until one deployment has replaced another."""

BREAKER_SECONDS = 600.0
"""Until the circuit breaker gives a deployment up. None of the four is documented; all are minutes."""

FAILING = "ecs:failing-families"
"""The setting with the families whose tasks do not start: ``{"web": True}``, or ``{"web": 512}`` for tasks of at most
so many MiB only."""

BACK = "ECS deployment circuit breaker: rolling back."
"""The reason of a deployment that the circuit breaker started. Source: ECS developer guide, deployment circuit breaker;
its words are shortened."""

_DEPLOYS = (
    "taskDefinition",
    "platformVersion",
    "networkConfiguration",
    "capacityProviderStrategy",
    "loadBalancers",
    "serviceRegistries",
)
"""What starts a deployment when it changes. Source: botocore model ecs:UpdateService."""


@dataclass(frozen=True, slots=True)
class _Deployed:
    """One deployment: what, since when, how long it takes; a failing one never takes effect, another goes ``back``."""

    id: str
    definition: str
    at: datetime
    seconds: float
    failing: bool = False
    back: bool = False

    def done(self, now: datetime) -> bool:
        return not self.failing and now >= self.at + timedelta(seconds=self.seconds)


@dataclass(slots=True)
class _Kept:
    """What is kept of a service: its deployments, and how many tasks ran before the number was changed."""

    created: datetime
    deployed: list[_Deployed]
    desired: int
    before: int
    since: datetime


class _Rollouts:
    """The deployments of all services."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._kept: dict[Key, _Kept] = {}
        self._numbers = count(1)

    def clear(self) -> None:
        self._kept.clear()

    def create(self, request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if not answer.ok:
            return answer
        result = request.result(answer)
        service, now = result["service"], self._simulation.clock.now()
        if service.get("deploymentController", {}).get("type", "ECS") != "ECS":
            return answer
        first = self._deployed(request, service["taskDefinition"], START_SECONDS)
        self._kept[key_of(request)] = _Kept(now, [first], service["desiredCount"], 0, now)
        self.show(request, service)
        return request.answer(result)

    def update(self, request: ApiRequest, proceed: Proceed) -> Answer:
        before, kept = ask_service(self._simulation, request), self._kept.get(key_of(request))
        answer = proceed(request)
        if not answer.ok or before is None or kept is None:
            return answer
        result = request.result(answer)
        service = result["service"]
        given = request.parameters
        changed = any(name in given and service.get(name) != before.get(name) for name in _DEPLOYS)
        if changed or given.get("forceNewDeployment"):
            kept.deployed.append(self._deployed(request, service["taskDefinition"], ROLLOUT_SECONDS))
        self.show(request, service)
        return request.answer(result)

    def show(self, request: ApiRequest, service: dict[str, Any]) -> None:
        kept = self._kept.get(described_key(request, service))
        if kept is None:
            return
        now = self._simulation.clock.now()
        service["createdAt"] = kept.created
        self._break(request, service, kept, now)
        self._count(service, kept, now)
        service["deployments"] = list(self._shown(service, kept, now))

    def _deployed(self, request: ApiRequest, definition: str, seconds: float) -> _Deployed:
        number = f"ecs-svc/{next(self._numbers):019d}"
        failing = self._fails(request, definition)
        return _Deployed(number, definition, self._simulation.clock.now(), seconds, failing)

    def _fails(self, request: ApiRequest, definition: str) -> bool:
        families = self._simulation.settings.get(FAILING, {})
        most: bool | int = families.get(definition.rpartition("/")[2].partition(":")[0], False)
        if isinstance(most, bool):
            return most
        asked = {"taskDefinition": definition}
        found = self._simulation.ask(request, "DescribeTaskDefinition", asked)["taskDefinition"]
        return int(found["memory"]) <= most

    def _break(self, request: ApiRequest, service: dict[str, Any], kept: _Kept, now: datetime) -> None:
        """Let the circuit breaker deploy the last revision that was completed again."""
        newest = kept.deployed[-1]
        breaker = service.get("deploymentConfiguration", {}).get("deploymentCircuitBreaker", {})
        given_up = newest.at + timedelta(seconds=BREAKER_SECONDS)
        last = next((each for each in reversed(kept.deployed) if each.done(now)), None)
        if not newest.failing or now < given_up or not (breaker.get("enable") and breaker.get("rollback")) or not last:
            return
        again = replace(last, id=f"ecs-svc/{next(self._numbers):019d}", at=given_up, seconds=ROLLOUT_SECONDS, back=True)
        kept.deployed.append(again)
        service["taskDefinition"] = last.definition
        _stored(described_key(request, service)).task_definition = last.definition

    def _count(self, service: dict[str, Any], kept: _Kept, now: datetime) -> None:
        desired = service["desiredCount"]
        if desired != kept.desired:
            kept.before, kept.desired, kept.since = self._running(kept, now), desired, now
        running = self._running(kept, now)
        service["runningCount"] = running
        moving = not kept.deployed[-1].done(now) and len(kept.deployed) > 1
        service["pendingCount"] = desired if moving else max(0, desired - running)

    def _running(self, kept: _Kept, now: datetime) -> int:
        return kept.desired if now >= kept.since + timedelta(seconds=COUNT_SECONDS) else kept.before

    def _shown(self, service: dict[str, Any], kept: _Kept, now: datetime) -> Iterator[dict[str, Any]]:
        newest = kept.deployed[-1]
        done = newest.done(now)
        yield self._one(service, newest, "PRIMARY", done=done, running=done or len(kept.deployed) == 1)
        if not done and len(kept.deployed) > 1:
            last = next((each for each in reversed(kept.deployed[:-1]) if each.done(now)), kept.deployed[0])
            yield self._one(service, last, "ACTIVE", done=True, running=True)

    def _one(
        self, service: dict[str, Any], deployed: _Deployed, status: str, *, done: bool, running: bool
    ) -> dict[str, Any]:
        now, end = self._simulation.clock.now(), deployed.at + timedelta(seconds=deployed.seconds)
        given_up = deployed.failing and now >= deployed.at + timedelta(seconds=BREAKER_SECONDS)
        breaker = service.get("deploymentConfiguration", {}).get("deploymentCircuitBreaker", {})
        state = "COMPLETED" if done else "FAILED" if given_up and breaker.get("enable") else "IN_PROGRESS"
        run = service["runningCount"] if running else 0
        copied = ("launchType", "capacityProviderStrategy", "networkConfiguration", "platformVersion", "platformFamily")
        return {
            **{name: service[name] for name in copied if name in service},
            "id": deployed.id,
            "status": status,
            "taskDefinition": deployed.definition,
            "desiredCount": service["desiredCount"],
            "runningCount": run,
            "pendingCount": max(0, service["desiredCount"] - run),
            "failedTasks": 3 if deployed.failing else 0,
            "createdAt": deployed.at,
            "updatedAt": min(now, end) if done else deployed.at,
            "rolloutState": state,
            "rolloutStateReason": BACK if deployed.back else f"ECS deployment {deployed.id}: {state}.",
        }


def _stored(key: Key) -> Any:
    """The service as moto stores it."""
    from moto.ecs.models import ecs_backends

    account, region, cluster, name = key
    return ecs_backends[account][region].services[f"{cluster}:{name}"]


def _install(simulation: Simulation) -> Undo:
    rollouts = _Rollouts(simulation)
    return together(
        simulation.on_reset(rollouts.clear),
        describing(simulation, rollouts.show),
        simulation.answer("ecs:CreateService", rollouts.create),
        simulation.answer("ecs:UpdateService", rollouts.update),
    )


DEPLOYMENTS = Correction(
    name="ecs-deployments",
    service="ecs",
    says=(
        "another task definition, network or platform starts a deployment that is IN_PROGRESS beside the old one until "
        "its tasks run; tasks start after the service is made; the circuit breaker goes back to the last that worked"
    ),
    source=(
        "botocore model ecs:UpdateService (what starts a deployment), ecs:Deployment (status, rolloutState); ECS "
        "developer guide, deployment circuit breaker"
    ),
    install=_install,
)
