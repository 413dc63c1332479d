"""Refuses answers that are not whole, which botocore would take for empty ones.

botocore does not compare a body with its announced length, gives ``{}`` for JSON that does not parse, and for an empty
body; so an answer that broke off reads as "there are none". Here it is an error, for reads and writes alike.

Source: botocore ``httpsession.py`` (``enforce_content_length=False``) and ``parsers.py`` (``_parse_body_as_json``).
"""

from __future__ import annotations

import json
from typing import Any

from botocore.parsers import ResponseParserError, ResponseParserFactory

from trueup.aws.in_hand import call_in_hand
from trueup.aws.times import utc_time
from trueup.aws.unmodelled import check_modelled

__all__ = ["CarefulParserFactory", "require_whole_answers"]

_OK = 200
_HEAD = 64
_FIRST_ERROR = 300

# What botocore's parsers raise for answers of another shape, found by feeding them changed ones.
_STUMBLES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def require_whole_answers(client: Any) -> None:
    """Let a client raise ``ResponseParserError`` for what is cut off, and for a success that is empty or not AWS's.

    Where a fix writes an answer back, also for what botocore would drop of it (``UnmodelledError``).
    """
    client.meta.events.register_first("before-parse", _require_whole)


class CarefulParserFactory(ResponseParserFactory):  # type: ignore[misc]  # botocore has no types
    """Makes parsers that read times as UTC, and raise ``ResponseParserError`` for whatever they stumble over."""

    def __init__(self) -> None:
        super().__init__()
        self.set_parser_defaults(timestamp_parser=utc_time)

    def create_parser(self, protocol_name: str) -> Any:
        """Give a parser of the protocol."""
        return _CarefulParser(super().create_parser(protocol_name))


class _CarefulParser:
    def __init__(self, parser: Any) -> None:
        self._parser = parser

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)

    def parse(self, response: dict[str, Any], shape: Any) -> Any:
        try:
            return self._parser.parse(response, shape)
        except _STUMBLES as error:
            message = f"the answer does not have the shape that the model says ({type(error).__name__})"
            raise ResponseParserError(message) from error


def _require_whole(operation_model: Any, response_dict: dict[str, Any], **_details: Any) -> None:
    if operation_model.http.get("method") == "HEAD":
        return
    streamed = operation_model.has_streaming_output or operation_model.has_event_stream_output
    if streamed and response_dict["status_code"] < _FIRST_ERROR:
        return
    problem = _problem_of(operation_model, response_dict)
    if problem:
        message = f"the answer of {operation_model.name} is not whole: {problem}"
        raise ResponseParserError(message)
    call = call_in_hand.get()
    if call is not None and call.written_back and response_dict["status_code"] < _FIRST_ERROR:
        check_modelled(operation_model, response_dict["body"], call.written_back)


def _problem_of(operation_model: Any, response_dict: dict[str, Any]) -> str | None:
    body, announced = response_dict["body"], response_dict["headers"].get("content-length")
    if announced is not None and announced.isdigit() and int(announced) != len(body):
        return f"{announced} bytes were announced, {len(body)} came"
    if response_dict["status_code"] >= _FIRST_ERROR:
        return None
    if not body:
        expected = response_dict["status_code"] == _OK and _has_body(operation_model.output_shape)
        return "it is empty" if expected else None
    if body[:_HEAD].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "it is a web page"
    is_json = "json" in operation_model.service_model.resolved_protocol and _is_json(operation_model.output_shape)
    return _problem_of_json(body) if is_json else None


def _problem_of_json(body: bytes) -> str | None:
    try:
        document = json.loads(body)
    except ValueError as error:
        return f"its JSON does not parse ({type(error).__name__})"
    return None if isinstance(document, dict) else "its JSON is no object"


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
