"""LastUpdateStatus: a write on a function takes some seconds to settle, and a second one is refused meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.awslambda.simulation.functions import LATEST, function_of
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest
    from trueup.testing.phases import Phase

__all__ = ["IN_PROGRESS", "SETTLE_SECONDS", "update_of"]

SETTLE_SECONDS = 5.0
"""How long an update is in progress: AWS takes "a few seconds", and its waiter asks every second."""

_REFUSED = ("UpdateFunctionConfiguration", "UpdateFunctionCode", "PublishVersion")


def update_of(aws: Simulation, function: Any) -> Phase | None:
    """The update that a function is in, None when it has settled."""
    return aws.phases.current("lambda", _resource(function))


def _install(aws: Simulation) -> Undo:
    from moto.awslambda.models import LambdaFunction

    def starting(method: Callable[..., Any]) -> Callable[..., Any]:
        def start(function: Any, *given: Any, **named: Any) -> Any:
            aws.phases.enter("lambda", _resource(function), "InProgress", SETTLE_SECONDS)
            return method(function, *given, **named)

        return start

    def configuration(function: Any, *given: Any, **named: Any) -> Any:
        shown = plain(function, *given, **named)
        if str(function.version) == LATEST and update_of(aws, function) is not None:
            shown |= _MOVING
        return shown

    def refuse(request: ApiRequest, proceed: Proceed) -> Answer:
        function = function_of(request)
        if update_of(aws, function) is not None:
            raise AwsError(
                "ResourceConflictException",
                "The operation cannot be performed at this time. An update is in progress for resource: "
                f"{function.function_arn}",
                Type="User",
            )
        return proceed(request)

    def delete(request: ApiRequest, proceed: Proceed) -> Answer:
        resource = _resource(function_of(request))
        answer = proceed(request)
        if answer.ok and "Qualifier" not in request.parameters:
            aws.phases.leave("lambda", resource)
        return answer

    plain = LambdaFunction.get_configuration
    writes = ("update_configuration", "update_function_code")
    return together(
        aws.patch(LambdaFunction, "get_configuration", configuration),
        *(aws.patch(LambdaFunction, name, starting(getattr(LambdaFunction, name))) for name in writes),
        *(aws.answer(f"lambda:{name}", refuse) for name in _REFUSED),
        aws.answer("lambda:DeleteFunction", delete),
    )


IN_PROGRESS = Correction(
    name="lambda-update-in-progress",
    service="lambda",
    says="a function shows LastUpdateStatus InProgress for some seconds after a write and refuses another one "
    "meanwhile; moto's writes are Successful at once",
    source="botocore model lambda:LastUpdateStatus, ResourceConflictException, waiter FunctionUpdatedV2; answers of "
    "Lambda recorded in LocalStack's snapshots of 2024-03-27 (TestLambdaFunction::test_function_lifecycle)",
    install=_install,
)

_MOVING = {
    "LastUpdateStatus": "InProgress",
    "LastUpdateStatusReason": "The function is being created.",
    "LastUpdateStatusReasonCode": "Creating",
}


def _resource(function: Any) -> str:
    return f"{function.account_id}:{function.region}:{function.function_name}"
