"""botocore's waiters, as far as the undo script needs them: what of a write's request they are asked with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.aws.models import service_model, shared_loader
from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["waiter_parameters", "waiter_seconds"]


def waiter_parameters(service: str, waiter: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a waiter is asked with after a write: the parameters of the write that it takes, too.

    Args:
        service: boto3's client name.
        waiter: as boto3 names it, e.g. ``table_exists``.
        request: the parameters of the write.

    Raises:
        UsageError: the service has no such waiter.

    Source: botocore ``waiters-2``.
    """
    shape = service_model(service).operation_model(_waiter(service, waiter)["operation"]).input_shape
    return {name: value for name, value in request.items() if shape is not None and name in shape.members}


def waiter_seconds(service: str, waiter: str) -> int:
    """Give how long a waiter waits before it gives up.

    Raises:
        UsageError: the service has no such waiter.

    Source: botocore ``waiters-2``, delay and maxAttempts.
    """
    found = _waiter(service, waiter)
    return int(found["delay"] * found["maxAttempts"])


def _waiter(service: str, waiter: str) -> Mapping[str, Any]:
    from botocore import xform_name
    from botocore.exceptions import UnknownServiceError

    try:
        found = shared_loader().load_service_model(service, "waiters-2")["waiters"]
    except UnknownServiceError:
        found = {}
    by_name: dict[str, Mapping[str, Any]] = {xform_name(name): entry for name, entry in found.items()}
    if waiter not in by_name:
        known = ", ".join(sorted(by_name)) or "none"
        message = f"{service}: expected one of its waiters ({known}), found {waiter!r}"
        raise UsageError(message)
    return by_name[waiter]
