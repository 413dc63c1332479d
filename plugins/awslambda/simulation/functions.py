"""The simulated functions, as the corrections of Lambda reach them, and how they are named in requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.exchange import ApiRequest

__all__ = ["backend_of", "function_of", "invalid_value", "qualifier_in", "unqualified"]

LATEST = "$LATEST"


def backend_of(request: ApiRequest) -> Any:
    """Moto's Lambda of the caller's account and Region."""
    from moto.awslambda.utils import get_backend

    return get_backend(request.account, request.region)


def function_of(request: ApiRequest) -> Any:
    """Moto's object of the function's ``$LATEST`` that a request names.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    name = unqualified(request.parameters["FunctionName"])
    group = backend_of(request)._lambdas._functions.get(name)  # noqa: SLF001 - moto has no public way without its errors
    if group is None:
        arn = f"arn:aws:lambda:{request.region}:{request.account}:function:{name}"
        raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", Type="User")
    return group["latest"]


def unqualified(name: str) -> str:
    """The plain function name in a name, partial ARN or ARN, each with or without a qualifier.

    Source: botocore model lambda:FunctionName.
    """
    return _parts(name)[0]


def qualifier_in(name: str) -> str | None:
    """The version or alias that a function name carries (``name:1``); None when it carries none."""
    return _parts(name)[1]


def invalid_value(message: str) -> AwsError:
    """What Lambda answers to a value that the account or the function does not allow."""
    return AwsError("InvalidParameterValueException", message, Type="User")


def _parts(name: str) -> tuple[str, str | None]:
    plain = name.rpartition("function:")[2]
    function, _, qualifier = plain.partition(":")
    return function, qualifier or None
