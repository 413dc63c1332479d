"""What a service keeps of what it was given, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.ecs.simulation.services import described_key, describing, invalid, key_of
from trueup.testing import AwsError, Correction, together

if TYPE_CHECKING:
    from trueup.plugins.ecs.simulation.services import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["COUNTS", "KEPT", "REVISIONS"]

_KEPT = ("capacityProviderStrategy", "deploymentConfiguration", "resourceManagementType")

_ROLLING = {"maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING"}
"""Source: botocore model ecs:DeploymentConfiguration (the defaults of the rolling update)."""

_NO_BREAKER = {"enable": False, "rollback": False}


def _install_kept(simulation: Simulation) -> Undo:
    kept: dict[Key, dict[str, Any]] = {}

    def create(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if answer.ok:
            kept[key_of(request)] = {}
            remember(request)
        return answer

    def update(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if answer.ok:
            remember(request)
        return answer

    def remember(request: ApiRequest) -> None:
        mine = kept.setdefault(key_of(request), {})
        mine |= {name: request.parameters[name] for name in _KEPT if name in request.parameters}

    def amend(request: ApiRequest, service: dict[str, Any]) -> None:
        mine = kept.get(described_key(request, service), {})
        if mine.get("capacityProviderStrategy"):
            service["capacityProviderStrategy"] = mine["capacityProviderStrategy"]
            service.pop("launchType", None)
        given = mine.get("deploymentConfiguration", {})
        service["deploymentConfiguration"] = {**_ROLLING, "deploymentCircuitBreaker": _NO_BREAKER, **given}
        service["resourceManagementType"] = mine.get("resourceManagementType", "CUSTOMER")
        if service.get("launchType") != "EC2":
            service.setdefault("platformVersion", "LATEST")

    return together(
        simulation.on_reset(kept.clear),
        simulation.answer("ecs:CreateService", create),
        simulation.answer("ecs:UpdateService", update),
        describing(simulation, amend),
    )


def _install_revisions(simulation: Simulation) -> Undo:
    def deploy(request: ApiRequest, proceed: Proceed) -> Answer:
        named = request.parameters.get("taskDefinition")
        if named is None:
            return proceed(request)
        found = simulation.ask(request, "DescribeTaskDefinition", {"taskDefinition": named})["taskDefinition"]
        if found["status"] != "ACTIVE":
            raise AwsError("ClientException", "TaskDefinition is inactive")
        return proceed(request.with_parameters({**request.parameters, "taskDefinition": found["taskDefinitionArn"]}))

    return together(*(simulation.answer(f"ecs:{name}", deploy) for name in ("CreateService", "UpdateService")))


def _install_counts(simulation: Simulation) -> Undo:
    def count(request: ApiRequest, proceed: Proceed) -> Answer:
        if (request.parameters.get("desiredCount") or 0) < 0:
            raise invalid("Desired count cannot be negative.")
        return proceed(request)

    return together(*(simulation.answer(f"ecs:{name}", count) for name in ("CreateService", "UpdateService")))


KEPT = Correction(
    name="ecs-service-settings",
    service="ecs",
    says=(
        "a service keeps its capacity provider strategy, and then has no launch type, and its deployment configuration"
    ),
    source="botocore model ecs:Service (launchType), ecs:DeploymentConfiguration",
    install=_install_kept,
)

REVISIONS = Correction(
    name="ecs-active-revisions",
    service="ecs",
    says="a service is given ACTIVE task definitions only, and tells them by ARN",
    source="botocore model ecs:DeregisterTaskDefinition (the words of the refusal are not documented)",
    install=_install_revisions,
)

COUNTS = Correction(
    name="ecs-desired-count",
    service="ecs",
    says="a negative desired count is refused",
    source="botocore model ecs:UpdateService, InvalidParameterException (its words are not documented)",
    install=_install_counts,
)
