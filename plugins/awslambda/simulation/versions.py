"""Published versions do not change: a write that names one, or an alias, is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.awslambda.simulation.functions import LATEST, invalid_value, qualifier_in, unqualified
from trueup.testing.correction import Correction, together

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["IMMUTABLE"]

_WRITES = ("UpdateFunctionConfiguration", "UpdateFunctionCode")


def _install(aws: Simulation) -> Undo:
    return together(*(aws.answer(f"lambda:{name}", _check) for name in _WRITES))


IMMUTABLE = Correction(
    name="lambda-versions-immutable",
    service="lambda",
    says="Lambda changes $LATEST only and refuses a write that names a version or an alias; moto changes the version",
    source="botocore model lambda:UpdateFunctionConfiguration (these settings are locked when you publish a version), "
    "Miserlou/Zappa#620 (only an unqualified name or $LATEST is accepted); Lambda's words were not recorded",
    install=_install,
)


def _check(request: ApiRequest, proceed: Proceed) -> Answer:
    name = request.parameters["FunctionName"]
    qualifier = qualifier_in(name)
    if qualifier is None:
        return proceed(request)
    if qualifier != LATEST:
        raise invalid_value(f"Only $LATEST can be updated; {name} names a published version or an alias")
    # moto's route has no dollar sign.
    return proceed(request.with_parameters({**request.parameters, "FunctionName": unqualified(name)}))
