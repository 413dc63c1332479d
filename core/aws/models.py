"""botocore's service models, loaded once for the process.

A service's model is megabytes of JSON: with one loader the first client of a service pays for it, and each further one
of any Region or account next to nothing (``benchmarks/clients.py``).
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["operation_model", "paginator_of", "partitions", "service_model", "shared_loader"]

_lock = threading.Lock()


def shared_loader() -> Any:
    """Give the process's one botocore loader; its caches are what clients share."""
    with _lock:
        return _loader()


def service_model(service: str) -> Any:
    """Give botocore's ``ServiceModel`` of a client name.

    Raises:
        UsageError: there is no such service.
    """
    with _lock:
        return _service_model(service)


def operation_model(operation: str) -> Any:
    """Give botocore's ``OperationModel`` of ``service:Operation``.

    Raises:
        UsageError: there is no such service or operation.
    """
    from botocore.model import OperationNotFoundError

    service, _, name = operation.partition(":")
    model = service_model(service)
    try:
        return model.operation_model(name)
    except OperationNotFoundError:
        message = f"{operation!r} is no operation: expected one of botocore's model of {service}{_near(name, model)}"
        raise UsageError(message) from None


def paginator_of(operation: str) -> Mapping[str, Any] | None:
    """Give botocore's paginator data of ``service:Operation``, None when it has none."""
    service, _, name = operation.partition(":")
    with _lock:
        found = _paginators(service).get(name)
    return found if found is None else dict(found)


def partitions() -> list[Mapping[str, Any]]:
    """Give botocore's partitions: id, Regions, the Region that global services are asked in.

    Source: botocore ``data/partitions.json``.
    """
    with _lock:
        return list(_loader().load_data("partitions")["partitions"])


@cache
def _loader() -> Any:
    from trueup.aws.loader import SharedLoader

    return SharedLoader()


@cache
def _service_model(service: str) -> Any:
    import botocore.exceptions
    import botocore.model

    try:
        data = _loader().load_service_model(service, "service-2")
    except botocore.exceptions.UnknownServiceError:
        message = f"{service!r} is no AWS service: expected a boto3 client's name, such as those of `aws help`"
        raise UsageError(message) from None
    return botocore.model.ServiceModel(data, service_name=service)


@cache
def _paginators(service: str) -> Mapping[str, Any]:
    import botocore.exceptions

    try:
        data = _loader().load_service_model(service, "paginators-1")
    except (botocore.exceptions.UnknownServiceError, botocore.exceptions.DataNotFoundError):
        return {}
    found: Mapping[str, Any] = data["pagination"]
    return found


def _near(name: str, model: Any) -> str:
    import difflib

    near = difflib.get_close_matches(name, model.operation_names, n=1)
    return f"; did you mean {near[0]}" if near else ""
