"""Error answers, in every protocol, so that botocore finds code and message where it looks for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from trueup.testing.exchange import Answer, AwsError
from trueup.testing.wire.answers import REQUEST_ID

if TYPE_CHECKING:
    from trueup.testing.wire.operation import Operation

__all__ = ["decode", "encode"]

_BAD_REQUEST = 400
_SERVER_ERROR = 500


def encode(operation: Operation, method: str, error: AwsError) -> Answer:
    """An error as the operation's answer.

    Source: botocore.parsers, ``_do_error_parse`` of each protocol; the status of modelled errors is the model's.
    """
    shape = _shape(operation, error.code)
    status = error.status or (shape.metadata.get("error", {}).get("httpStatusCode") if shape else None) or _BAD_REQUEST
    headers = {"x-amzn-requestid": REQUEST_ID}
    if operation.model.service_model.metadata.get("awsQueryCompatible") is not None:
        headers["x-amzn-query-error"] = f"{error.code};{_side(status)}"
    match operation.protocol:
        case "json":
            headers["Content-Type"] = "application/x-amz-json-1.0"
            body = _json({"__type": _type(shape, error)} | error.fields, "message", error)
        case "rest-json":
            headers |= {"Content-Type": "application/json", "x-amzn-errortype": _type(shape, error)}
            body = _json(dict(error.fields), _message_name(shape), error)
        case "smithy-rpc-v2-cbor":
            headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
            body = _cbor_map({"__type": _type(shape, error), "message": error.message})
        case _:
            headers["Content-Type"] = "application/xml"
            body = _xml(operation, status, error)
    # The answer to a HEAD has no body: botocore makes the code of the status.
    return Answer(status, tuple(headers.items()), b"" if method == "HEAD" else body)


def decode(operation: Operation, answer: Answer) -> AwsError:
    """What boto3 makes of an error answer: code, message and status."""
    from botocore.awsrequest import HeadersDict
    from botocore.parsers import create_parser

    response = {"status_code": answer.status, "headers": HeadersDict(dict(answer.headers)), "body": answer.body}
    error = create_parser(operation.protocol).parse(response, operation.model.output_shape).get("Error", {})
    return AwsError(error.get("Code", str(answer.status)), error.get("Message", ""), answer.status)


def _shape(operation: Operation, code: str) -> Any:
    """The service's error shape of a code, None when the model has none.

    Source: the code on the wire (``error.code``) may differ from the shape's name.
    """
    for shape in operation.model.service_model.error_shapes:
        if code in (shape.metadata.get("error", {}).get("code"), shape.name):
            return shape
    return None


def _type(shape: Any, error: AwsError) -> str:
    return str(shape.name) if shape is not None else error.code


def _message_name(shape: Any) -> str:
    names = () if shape is None else tuple(shape.members)
    return next((name for name in names if name.lower() == "message"), "message")


def _side(status: int) -> str:
    return "Receiver" if status >= _SERVER_ERROR else "Sender"


def _json(body: dict[str, Any], message_name: str, error: AwsError) -> bytes:
    return json.dumps(body | {message_name: error.message}).encode()


def _xml(operation: Operation, status: int, error: AwsError) -> bytes:
    fields = {"Code": error.code, "Message": error.message} | error.fields
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    if operation.protocol == "ec2":
        text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
    elif operation.protocol == "rest-xml" and operation.model.service_model.metadata.get("checksumFormat") == "md5":
        # The bare form; the one service that has it is the one with this metadata.
        text = f"<Error>{inner}<RequestId>{REQUEST_ID}</RequestId></Error>"
    else:
        kind = f"<Type>{_side(status)}</Type>"
        text = f"<ErrorResponse><Error>{kind}{inner}</Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    return (head + text).encode()


def _cbor_map(texts: dict[str, str]) -> bytes:
    """A map of texts in CBOR (RFC 8949, major types 5 and 3)."""
    return bytes([0xA0 + len(texts)]) + b"".join(_cbor_text(each) for pair in texts.items() for each in pair)


def _cbor_text(text: str) -> bytes:
    raw = text.encode()
    return b"\x79" + len(raw).to_bytes(2, "big") + raw
