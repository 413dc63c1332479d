"""Successful answers: written to the wire and read from it, in every protocol."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trueup.testing.exchange import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing.wire.operation import Operation

__all__ = ["REQUEST_ID", "decode", "encode"]

REQUEST_ID = "00000000-0000-4000-8000-000000000000"
"""The request id of answers that moto did not write: constant, so that what is recorded can be compared."""

_CONTENT_TYPES = {
    "ec2": "text/xml",
    "json": "application/x-amz-json-1.0",
    "query": "text/xml",
    "rest-json": "application/json",
    "rest-xml": "application/xml",
    "smithy-rpc-v2-cbor": "application/cbor",
}


_NUMBERS = frozenset({"double", "float", "integer", "long"})


def encode(operation: Operation, result: Mapping[str, Any]) -> Answer:
    """A result as the operation's answer."""
    if operation.protocol == "smithy-rpc-v2-cbor":
        headers = {"smithy-protocol": "rpc-v2-cbor"}
        status, body = 200, _cbor(operation, result)
    else:
        written = _serializer(operation.service, operation.protocol)(operation_model=operation.model).serialize(
            dict(result)
        )
        status, headers = written["status_code"], dict(written["headers"])
        body = _bytes(written["body"])
    headers = {"x-amzn-requestid": REQUEST_ID, "Content-Type": _CONTENT_TYPES[operation.protocol]} | headers
    return Answer(int(status), tuple((name, str(value)) for name, value in headers.items()), body)


def decode(operation: Operation, answer: Answer) -> dict[str, Any]:
    """What boto3 makes of an answer, without ``ResponseMetadata``."""
    from botocore.awsrequest import HeadersDict
    from botocore.parsers import create_parser

    response = {"status_code": answer.status, "headers": HeadersDict(dict(answer.headers)), "body": answer.body}
    parsed = dict(create_parser(operation.protocol).parse(response, operation.model.output_shape))
    parsed.pop("ResponseMetadata", None)
    return parsed


@lru_cache(maxsize=64)
def _serializer(service: str, protocol: str) -> Any:
    """Give moto's writer of answers; in JSON, with a short way for lists of numbers and times.

    A month of metrics is some 50,000 of them, of which moto's own way takes 40 % of a test's time.
    """
    from moto.core.serialize import BaseJSONSerializer, get_serializer_class

    serializer = get_serializer_class(service, protocol)
    if not issubclass(serializer, BaseJSONSerializer):
        return serializer

    class Lists(serializer):  # type: ignore[misc,valid-type]  # moto has no types
        def _serialize_type_list(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
            member = shape.member
            if member.type_name in _NUMBERS:
                self._default_serialize(serialized, list(value), shape, key)
            elif member.type_name == "timestamp" and not member.serialization and all(map(_whole_second, value)):
                self._default_serialize(serialized, [int(each.timestamp()) for each in value], shape, key)
            else:
                super()._serialize_type_list(serialized, value, shape, key)

    return Lists


def _whole_second(value: Any) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None and not value.microsecond


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body


def _cbor(operation: Operation, result: Mapping[str, Any]) -> bytes:
    """A result in CBOR, by botocore's writer of requests: the operation's output stands in for its input.

    Source: Smithy RPC v2 CBOR protocol.
    """
    from botocore.model import OperationModel
    from botocore.serialize import create_serializer

    output = operation.model.output_shape
    if output is None:
        return b"\xa0"
    mirrored = {"name": operation.name, "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": output.name}}
    serializer = create_serializer(operation.protocol, include_validation=False)
    model = OperationModel(mirrored, operation.model.service_model)
    return bytes(serializer.serialize_to_request(dict(result), model)["body"])
