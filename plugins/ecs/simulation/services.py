"""Which service a request is about, and how corrections change what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trueup.testing import AwsError, together

if TYPE_CHECKING:
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["Amend", "Key", "ask_service", "described_key", "describing", "invalid", "key_of"]

Key = tuple[str, str, str, str]
"""Account, Region, cluster and name of a service."""

Amend = Callable[["ApiRequest", dict[str, Any]], None]
"""Changes the description of a service in place."""

_ONE = ("CreateService", "UpdateService", "DeleteService")


def key_of(request: ApiRequest) -> Key:
    """The service that a request makes, changes or deletes."""
    given = request.parameters
    name = given.get("serviceName") or given.get("service") or ""
    return request.account, request.region, _last(given.get("cluster") or "default"), _last(name)


def described_key(request: ApiRequest, service: dict[str, Any]) -> Key:
    """The service that is described in an answer."""
    return request.account, request.region, _last(service["clusterArn"]), str(service["serviceName"])


def ask_service(simulation: Simulation, request: ApiRequest) -> dict[str, Any] | None:
    """The service of a request as it is described now, None when there is none."""
    _, _, cluster, name = key_of(request)
    found = simulation.ask(request, "DescribeServices", {"cluster": cluster, "services": [name]})["services"]
    return found[0] if found else None


def describing(simulation: Simulation, amend: Amend) -> Undo:
    """Let ``amend`` change every description of a service that is given out."""

    def one(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if not answer.ok:
            return answer
        result = request.result(answer)
        amend(request, result["service"])
        return request.answer(result)

    def many(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if not answer.ok:
            return answer
        result = request.result(answer)
        for service in result["services"]:
            amend(request, service)
        return request.answer(result)

    return together(
        *(simulation.answer(f"ecs:{name}", one) for name in _ONE), simulation.answer("ecs:DescribeServices", many)
    )


def invalid(message: str) -> AwsError:
    """ECS's refusal of parameters that do not fit."""
    return AwsError("InvalidParameterException", message, 400)


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
