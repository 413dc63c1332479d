"""What AWS says when it denies or throttles a call, in the codes of the service that is asked.

Each protocol family has its own codes, and a client that looks for the wrong one takes a denial for something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.aws.iam.operations import UnknownOperationError, actions_for
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.exchange import ApiRequest

__all__ = ["denied", "server_error", "throttled"]

_THROTTLING_CODES = ("ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "Throttling")
"""Codes that an operation's model may declare; not LimitExceededException, which is a quota."""

_FORBIDDEN = 403
_BAD_REQUEST = 400
_TOO_MANY = 429
_UNAVAILABLE = 503
_SERVER_ERROR = 500


def denied(request: ApiRequest, action: str = "", resource: str = "") -> AwsError:
    """The refusal of a call that the caller may not make.

    Args:
        request: the call.
        action: the IAM action that is missing; the call's first one unless given.
        resource: what it is missing on; what the call is about unless given.

    Source: IAM user guide, "Troubleshoot access denied error messages"; the codes of each protocol family as in
    botocore's models (AccessDeniedException in the json protocols) and the API references of the others.
    """
    action, resource = action or _action(request), resource or _resource(request)
    message = (
        f"User: arn:aws:sts::{request.account}:assumed-role/simulated/session is not authorized to perform: "
        f"{action} on resource: {resource} because no identity-based policy allows the {action} action"
    )
    match _family(request):
        case "ec2":
            return AwsError("UnauthorizedOperation", message, _FORBIDDEN)
        case "query" | "rest-xml":
            return AwsError("AccessDenied", message, _FORBIDDEN)
        case "rest-json":
            return AwsError("AccessDeniedException", message, _FORBIDDEN)
        case _:
            return AwsError("AccessDeniedException", message, _BAD_REQUEST)


def throttled(request: ApiRequest) -> AwsError:
    """The refusal of a call that came too soon after others.

    Source: the operation's own errors in botocore's model, else botocore.retries.standard's list of throttling codes.
    """
    declared = {_wire_code(shape) for shape in request.known.model.error_shapes}
    code = next((each for each in _THROTTLING_CODES if each in declared), None)
    if code is not None:
        return AwsError(code, "Rate exceeded")
    match _family(request):
        case "ec2":
            return AwsError("RequestLimitExceeded", "Request limit exceeded.", _UNAVAILABLE)
        case "rest-xml":
            return AwsError("SlowDown", "Please reduce your request rate.", _UNAVAILABLE)
        case "query":
            return AwsError("Throttling", "Rate exceeded", _BAD_REQUEST)
        case "rest-json":
            return AwsError("ThrottlingException", "Rate exceeded", _TOO_MANY)
        case _:
            return AwsError("ThrottlingException", "Rate exceeded", _BAD_REQUEST)


def server_error() -> AwsError:
    """A failure inside AWS."""
    return AwsError("InternalFailure", "We encountered an internal error. Please try again.", _SERVER_ERROR)


def _family(request: ApiRequest) -> str:
    """The protocol that the service's codes come from: its oldest one, which its newer ones are compatible with."""
    metadata = request.known.model.service_model.metadata
    return "query" if "awsQueryCompatible" in metadata else str(metadata["protocol"])


def _wire_code(shape: Any) -> str:
    return str(shape.metadata.get("error", {}).get("code", shape.name))


def _action(request: ApiRequest) -> str:
    """The IAM action that is missing; its name may differ from the operation's."""
    try:
        return actions_for(request.name)[0]
    except UnknownOperationError:
        return request.name


def _resource(request: ApiRequest) -> str:
    """What the call is about: its first required text, else anything."""
    shape = request.known.model.input_shape
    names = shape.required_members if shape is not None else ()
    values = (request.parameters.get(name) for name in names)
    return next((f'"{value}"' for value in values if isinstance(value, str)), "*")
