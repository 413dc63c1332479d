"""Tells which API operation a raw HTTP request is: of which service, Region and account, in which protocol.

Faults, the record of calls and corrections are all given by operation, so this is what they stand on.
"""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from trueup.testing.exchange import ApiRequest
from trueup.testing.wire.models import clients_signing_as, service_model
from trueup.testing.wire.operation import Operation
from trueup.testing.wire.routes import match

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UNKNOWN", "access_key", "identify"]

UNKNOWN = "?"
"""Stands for a service or an operation that cannot be told."""

_SCOPE = re.compile(r"Credential=(?P<key>[^/\s]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_SMITHY_PATH = re.compile(r"/service/(?P<target>[^/]+)/operation/(?P<operation>[^/]+)")
_UNSIGNED = ("", "us-east-1", "")


def identify(method: str, target: str, headers: Mapping[str, str], body: bytes, account: str) -> ApiRequest:
    """Read a raw request.

    Args:
        method: the HTTP method.
        target: path and query as they were sent.
        headers: names in lower case.
        body: the whole body.
        account: the account of its credentials.

    Returns:
        The request; its ``model`` is None, and its operation ``"?"``, when it names no operation that botocore knows.
    """
    path, _, query = target.partition("?")
    if headers.get("content-encoding") == "gzip" and (path == "/" or _SMITHY_PATH.fullmatch(path)):
        # botocore compresses large bodies of some operations; an object's own compression is not ours to undo.
        body = gzip.decompress(body)
        headers = {name: value for name, value in headers.items() if name != "content-encoding"}
    _, region, signing = _scope(headers)
    service, operation = signing or UNKNOWN, None
    for client in _candidates(signing):
        found = _operation(client, method, path, query, headers, body)
        if found is not None:
            service, operation = client, found
            break
    name = UNKNOWN if operation is None else operation.name
    return ApiRequest(service, name, region, account, method, path, query, headers, body, operation)


def access_key(headers: Mapping[str, str]) -> str:
    """The access key id that a request is signed with; empty when it is not signed."""
    return _scope(headers)[0]


def _scope(headers: Mapping[str, str]) -> tuple[str, str, str]:
    """Access key, Region and signing name of the signature.

    Source: AWS Signature Version 4, credential scope.
    """
    found = _SCOPE.search(headers.get("authorization", ""))
    return _UNSIGNED if found is None else (found["key"], found["region"], found["service"])


def _candidates(signing: str) -> tuple[str, ...]:
    return clients_signing_as(signing) if signing else ()


def _operation(
    service: str, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> Operation | None:
    """The operation of this client that a request names, None when it is not one of this client's."""
    model = service_model(service)
    smithy = _SMITHY_PATH.fullmatch(path) if headers.get("smithy-protocol") == "rpc-v2-cbor" else None
    if smithy is not None:
        protocol, target, name = "smithy-rpc-v2-cbor", smithy["target"], smithy["operation"]
    elif "x-amz-target" in headers:
        target, _, name = headers["x-amz-target"].rpartition(".")
        protocol = "json"
    elif headers.get("content-type", "").startswith("application/x-www-form-urlencoded") and _speaks_query(model):
        given = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True))
        protocol = "ec2" if "ec2" in _protocols(model) else "query"
        target, name = "", given.get("Action", "")
        if given.get("Version", model.api_version) != model.api_version:
            return None
    else:
        found = match(service, method, path, query, headers) if _speaks_rest(model) else None
        if found is None:
            return None
        return Operation(service, model.operation_model(found[0]), model.protocol, found[1])
    known = name in model.operation_names and target in ("", model.metadata.get("targetPrefix"))
    return Operation(service, model.operation_model(name), protocol) if known else None


def _speaks_query(model: object) -> bool:
    """Whether a service may be asked with a form body."""
    return bool({"query", "ec2"} & set(_protocols(model)))


def _speaks_rest(model: object) -> bool:
    return any(protocol.startswith("rest-") for protocol in _protocols(model))


def _protocols(model: object) -> tuple[str, ...]:
    metadata = model.metadata  # type: ignore[attr-defined]  # botocore is untyped
    return tuple(metadata.get("protocols") or (metadata["protocol"],))
