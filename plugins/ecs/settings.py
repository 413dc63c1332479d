"""The fixes of a service that take no look at its use: public addresses, platform version, circuit breaker.

Each changes one property of the service by UpdateService, and gives everything else back as it was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.canonical import plain
from trueup.change import Call, Change, Refusal, Risk, Step
from trueup.plugins.ecs.capacity import ACTIVE
from trueup.plugins.ecs.reading import cluster_of, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.change import Condition
    from trueup.facts.snapshot import Snapshot

__all__ = ["LATEST", "disable_public_ip", "enable_circuit_breaker", "use_latest_platform"]

LATEST = "LATEST"

_DEPLOYED: Condition = {"rollout.resting": {"const": True}}

_PUBLIC = "service.networkConfiguration.awsvpcConfiguration.assignPublicIp"
_BREAKER = "service.deploymentConfiguration.deploymentCircuitBreaker"


def disable_public_ip(service: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Give new tasks no public address.

    Args:
        service: with ``service``.

    Source: ECS API, UpdateService (networkConfiguration starts a deployment).
    """
    if service[_PUBLIC] != "ENABLED":
        return Refusal("the tasks get no public address already", passes=True)
    refusal = _not_rolling(service)
    if refusal is not None:
        return refusal
    network = plain(service["service.networkConfiguration.awsvpcConfiguration"])
    step = Step(
        call=_call(service, networkConfiguration={"awsvpcConfiguration": {**network, "assignPublicIp": "DISABLED"}}),
        undo=(_call(service, networkConfiguration={"awsvpcConfiguration": network}),),
        effect={_PUBLIC: "DISABLED"},
        ready=ACTIVE,
        settled=_DEPLOYED,
        repeatable=True,
    )
    return Change(
        summary=f"{service.resource.id}: tasks get no public address",
        steps=(step,),
        risk=Risk.DISRUPTIVE,
        risk_reason="every task is replaced, and without a NAT gateway or VPC endpoints the new ones reach nothing",
        code="AWS::ECS::Service NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp: DISABLED",
    )


def use_latest_platform(service: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Run new tasks on the latest platform version.

    Args:
        service: with ``service``.

    Source: ECS API, UpdateService (platformVersion starts a deployment).
    """
    version = service["service.platformVersion"]
    if version in {None, LATEST}:
        return Refusal("the service uses the latest platform version already", passes=True)
    refusal = _not_rolling(service)
    if refusal is not None:
        return refusal
    step = Step(
        call=_call(service, platformVersion=LATEST),
        undo=(_call(service, platformVersion=version),),
        effect={"service.platformVersion": LATEST},
        ready=ACTIVE,
        settled=_DEPLOYED,
        repeatable=True,
    )
    return Change(
        summary=f"{service.resource.id}: platform version {version} becomes {LATEST}",
        steps=(step,),
        risk=Risk.DISRUPTIVE,
        risk_reason="every task is replaced, a few at a time, and starts on another platform version",
        code=f"AWS::ECS::Service PlatformVersion: {LATEST}",
    )


def enable_circuit_breaker(service: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Let a deployment whose tasks do not start go back to the last one that worked.

    The whole deployment configuration is sent, since what AWS does with its missing parts is not documented.

    Args:
        service: with ``service``.

    Source: ECS API, UpdateService (deploymentConfiguration starts no deployment), DeploymentCircuitBreaker.
    """
    before = service[_BREAKER] or {}
    if before.get("enable") and before.get("rollback"):
        return Refusal("the circuit breaker is enabled already, with rollback", passes=True)
    refusal = _not_rolling(service)
    if refusal is not None:
        return refusal
    configuration = plain(service["service.deploymentConfiguration"] or {})
    was = plain(before)
    on = {**was, "enable": True, "rollback": True}
    step = Step(
        call=_call(service, deploymentConfiguration={**configuration, "deploymentCircuitBreaker": on}),
        undo=(_call(service, deploymentConfiguration={**configuration, "deploymentCircuitBreaker": was}),),
        effect={f"{_BREAKER}.enable": True, f"{_BREAKER}.rollback": True},
        ready=ACTIVE,
        repeatable=True,
    )
    return Change(
        summary=f"{service.resource.id}: a failed deployment is rolled back by ECS",
        steps=(step,),
        risk=Risk.SAFE,
        risk_reason="no deployment is started; only one whose tasks do not start ends otherwise",
        code="AWS::ECS::Service DeploymentConfiguration.DeploymentCircuitBreaker: {Enable: true, Rollback: true}",
    )


def _not_rolling(service: Snapshot) -> Refusal | None:
    controller = service["service.deploymentController.type"]
    strategy = service["service.deploymentConfiguration.strategy"] or "ROLLING"
    if controller != "ECS" or strategy != "ROLLING":
        return Refusal(f"expected rolling deployments by ECS, found {controller} with {strategy}")
    if service["service.resourceManagementType"] == "ECS":
        return Refusal("ECS itself manages the service (Express)")
    return None


def _call(service: Snapshot, **parameters: Any) -> Call:
    named = {"cluster": cluster_of(service.resource), "service": name_of(service.resource)}
    return Call("ecs", "UpdateService", {**named, **parameters})
