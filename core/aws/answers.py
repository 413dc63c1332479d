"""Refuses answers that are not whole, which botocore would take for empty ones.

botocore does not compare a body with its announced length, gives ``{}`` for JSON that does not parse, and for an empty
body; so an answer that broke off reads as "there are none". Here it is an error, for reads and writes alike.

Source: botocore ``httpsession.py`` (``enforce_content_length=False``) and ``parsers.py`` (``_parse_body_as_json``).
"""

from __future__ import annotations

import json
from typing import Any

__all__ = ["require_whole_answers"]

_OK = 200
_FIRST_ERROR = 300


def require_whole_answers(client: Any) -> None:
    """Let a client raise ``ResponseParserError`` for an answer of success that is cut off, empty or not AWS's."""
    client.meta.events.register_first("before-parse", _require_whole)


def _require_whole(operation_model: Any, response_dict: dict[str, Any], **_details: Any) -> None:
    if response_dict["status_code"] >= _FIRST_ERROR or operation_model.http.get("method") == "HEAD":
        return
    if operation_model.has_streaming_output or operation_model.has_event_stream_output:
        return
    problem = _problem_of(operation_model, response_dict)
    if problem:
        from botocore.parsers import ResponseParserError

        message = f"the answer of {operation_model.name} is not whole: {problem}"
        raise ResponseParserError(message)


def _problem_of(operation_model: Any, response_dict: dict[str, Any]) -> str | None:
    body, headers = response_dict["body"], response_dict["headers"]
    announced = headers.get("content-length")
    if announced is not None and announced.isdigit() and int(announced) != len(body):
        return f"{announced} bytes were announced, {len(body)} came"
    if str(headers.get("content-type", "")).startswith("text/html"):
        return "it is a web page"
    if not body:
        expected = response_dict["status_code"] == _OK and _has_body(operation_model.output_shape)
        return "it is empty" if expected else None
    if "json" in operation_model.service_model.resolved_protocol and _is_json(operation_model.output_shape):
        try:
            json.loads(body)
        except ValueError as error:
            return f"its JSON does not parse ({error})"
    return None


def _has_body(shape: Any) -> bool:
    """Say whether a successful answer cannot be empty: some member lies in the body and is no plain text or bytes."""
    if shape is None:
        return False
    payload = shape.serialization.get("payload")
    if payload:
        return bool(shape.members[payload].type_name == "structure")
    return any("location" not in member.serialization for member in shape.members.values())


def _is_json(shape: Any) -> bool:
    """Say whether the body is a JSON document: the payload is not a plain text or bytes."""
    payload = shape.serialization.get("payload") if shape is not None else None
    return payload is None or shape.members[payload].type_name == "structure"
