"""Memory sizes and timeouts that Lambda refuses.

botocore's own check knows the least values only, and its model's greatest ones are those of Managed Instances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.awslambda.simulation.functions import invalid_value
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["MEMORY_AND_TIMEOUT"]

MOST = {"MemorySize": 10_240, "Timeout": 900}
"""For every function that does not run on Managed Instances: MB and seconds (Lambda quotas)."""


def _install(aws: Simulation) -> Undo:
    return together(
        aws.answer("lambda:CreateFunction", _check),
        aws.answer("lambda:UpdateFunctionConfiguration", _check),
    )


MEMORY_AND_TIMEOUT = Correction(
    name="lambda-memory-and-timeout",
    service="lambda",
    says="Lambda refuses memory outside 128 to 10240 MB and timeouts outside 1 to 900 s; moto takes any number",
    source="botocore model lambda:MemorySize, lambda:Timeout (ValidationException outside their bounds); Lambda "
    "quotas; the words of the quota's refusal as quoted with 3008 in AWS's guide of deployment troubleshooting",
    install=_install,
)


def _check(request: ApiRequest, proceed: Proceed) -> Answer:
    members = request.known.model.input_shape.members
    for name, most in MOST.items():
        value = request.parameters.get(name)
        if value is None:
            continue
        bounds = members[name].metadata
        if value < bounds["min"]:
            raise _outside(name, value, f"greater than or equal to {bounds['min']}")
        if value > bounds.get("max", most):
            raise _outside(name, value, f"less than or equal to {bounds['max']}")
        if value > most and "CapacityProviderConfig" not in request.parameters:
            raise invalid_value(
                f"'{name}' value failed to satisfy constraint: Member must have value less than or equal to {most}"
            )
    return proceed(request)


def _outside(name: str, value: int, bound: str) -> AwsError:
    member = name[0].lower() + name[1:]
    return AwsError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
        f"Member must have value {bound}",
        400,
    )
