"""The parameters of a request: read from the wire, and written to it again when a correction changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing.exchange import ApiRequest
    from trueup.testing.wire.operation import Operation

__all__ = ["decode", "encode"]


def decode(operation: Operation, request: ApiRequest) -> dict[str, Any]:
    """The parameters as boto3 took them: timestamps are aware datetimes, blobs are bytes.

    Raises:
        AwsError: the request is not written in its protocol.
    """
    from botocore.parsers import ResponseParserError

    try:
        return _decode(operation, request)
    except (ResponseParserError, LookupError, ValueError) as error:
        raise AwsError("SerializationException", f"the request cannot be read: {error}", 400) from error


def encode(operation: Operation, request: ApiRequest, given: Mapping[str, Any]) -> dict[str, Any]:
    """Method, path, query, headers and body that carry these parameters instead."""
    from botocore.serialize import create_serializer

    serializer = create_serializer(operation.protocol, include_validation=False)
    serialized = serializer.serialize_to_request(dict(given), operation.model)
    body = serialized["body"]
    path, _, literal = serialized["url_path"].partition("?")
    query = serialized["query_string"]
    written = urlencode(query, doseq=True) if not isinstance(query, str) else query
    raw = urlencode(body).encode() if isinstance(body, dict) else body
    content = raw.encode() if isinstance(raw, str) else bytes(raw or b"")
    kept = {name: value for name, value in request.headers.items() if name not in ("content-length", "content-type")}
    sent = {name.lower(): _text(value) for name, value in serialized["headers"].items()}
    return {
        "method": serialized["method"],
        "path": path,
        "query": "&".join(part for part in (literal, written) if part),
        "headers": kept | sent | {"content-length": str(len(content))},
        "body": content,
    }


def _decode(operation: Operation, request: ApiRequest) -> dict[str, Any]:
    shape = operation.model.input_shape
    if shape is None or (operation.protocol == "smithy-rpc-v2-cbor" and not request.body):
        return {}
    if operation.protocol in ("query", "ec2"):
        return _decode_form(operation, request)
    payload = shape.serialization.get("payload")
    raw = payload is not None and shape.members[payload].type_name == "blob"
    body = b"" if raw else request.body
    parsed = _parser(operation.protocol).parse(
        {"status_code": 200, "headers": _headers(request.headers), "body": body}, shape
    )
    del parsed["ResponseMetadata"]
    if raw or not body:
        parsed.pop(payload, None)
    if raw and request.body:
        parsed[payload] = request.body
    if operation.protocol.startswith("rest-"):
        parsed.update(_decode_url(operation, request))
    return dict(parsed)


def _decode_form(operation: Operation, request: ApiRequest) -> dict[str, Any]:
    from botocore.utils import parse_timestamp
    from moto.core.parse import PROTOCOL_PARSERS

    values = dict(parse_qsl(request.query, keep_blank_values=True))
    values |= dict(parse_qsl(request.body.decode("utf-8"), keep_blank_values=True))
    form: Any = {"values": values}
    parser = PROTOCOL_PARSERS[operation.protocol](operation.model, timestamp_parser=parse_timestamp)
    parsed = parser.parse(form)
    return dict(parsed)


def _decode_url(operation: Operation, request: ApiRequest) -> dict[str, Any]:
    """The parameters of a REST request that stand in its path and query."""
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        given.setdefault(name, []).append(value)
    found: dict[str, Any] = {}
    for name, shape in operation.model.input_shape.members.items():
        location = shape.serialization.get("location")
        key = shape.serialization.get("name", name)
        if location == "uri" and key in operation.labels:
            found[name] = _scalar(shape, operation.labels[key])
        elif location == "querystring" and shape.type_name == "map":
            continue
        elif location == "querystring" and key in given:
            is_list = shape.type_name == "list"
            found[name] = (
                [_scalar(shape.member, each) for each in given[key]] if is_list else _scalar(shape, given[key][0])
            )
    return found


def _scalar(shape: Any, text: str) -> Any:
    """A parameter of a path or query, in the type of its shape."""
    match shape.type_name:
        case "integer" | "long":
            return int(text)
        case "boolean":
            return text == "true"
        case "timestamp":
            from botocore.utils import parse_timestamp

            return parse_timestamp(text)
        case _:
            return text


def _parser(protocol: str) -> Any:
    """Give botocore's parser of answers; the bodies of requests have the same form."""
    from botocore.parsers import create_parser

    return create_parser(protocol)


def _headers(headers: Mapping[str, str]) -> Any:
    from botocore.awsrequest import HeadersDict

    return HeadersDict(dict(headers))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
