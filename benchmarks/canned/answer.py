"""Answers over HTTP, and the errors of AWS in the shape of each service's protocol.

Source: botocore ``parsers.py``; the codes are those of each service's documentation of its common errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Answer", "denied", "failed", "http", "not_canned", "throttled"]

_XML = "text/xml"
_JSON = "application/x-amz-json-1.1"

_FORMS = frozenset({"elasticache", "rds", "sts"})

_THROTTLED = {
    "account": (429, "TooManyRequestsException"),
    "ec2": (503, "RequestLimitExceeded"),
    "elasticache": (400, "Throttling"),
    "lambda": (429, "TooManyRequestsException"),
    "organizations": (400, "TooManyRequestsException"),
    "rds": (400, "Throttling"),
    "s3": (503, "SlowDown"),
    "sts": (400, "Throttling"),
}

_REASONS = {
    200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests",
    500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to an operation.

    Args:
        operation: ``service:Operation``.
        body: the document.
        status: the status of HTTP.
    """

    operation: str
    body: bytes
    status: int = 200


def http(status: int, body: bytes, kind: str = "text/plain", more: str = "") -> bytes:
    """Give the bytes of a whole answer."""
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@lru_cache
def throttled(service: str) -> bytes:
    """Give a service's answer to what comes too fast."""
    return _error(service, *_THROTTLED.get(service, (400, "ThrottlingException")), "Rate exceeded")


@lru_cache
def failed(service: str) -> bytes:
    """Give a service's answer when it fails."""
    code = "InternalError" if service in {"ec2", "s3"} else "InternalFailure"
    return _error(service, 500, code, "We encountered an internal error")


@lru_cache
def denied(service: str) -> bytes:
    """Give a service's answer to what is not allowed."""
    code = "AccessDenied" if service in _FORMS | {"s3"} else "AccessDeniedException"
    return _error(service, 403, code, "not authorized to perform this operation")


@lru_cache
def not_canned(service: str) -> bytes:
    """Give the answer where there is no recorded one; a client sees an error, and the count what was asked."""
    return _error(service, 501, "NotImplemented", "the canned AWS has no answer to this")


def _error(service: str, status: int, code: str, message: str) -> bytes:
    if service in _FORMS:
        document = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        return http(status, f"{document}<RequestId>0</RequestId></ErrorResponse>".encode(), _XML)
    if service == "ec2":
        document = f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        return http(status, f"{document}<RequestID>0</RequestID></Response>".encode(), _XML)
    if service == "s3":
        document = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>0</RequestId></Error>"
        return http(status, document.encode(), _XML)
    document = f'{{"__type":"{code}","message":"{message}"}}'
    return http(status, document.encode(), _JSON, f"x-amzn-errortype: {code}\r\n")
