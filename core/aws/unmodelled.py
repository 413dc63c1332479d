"""Members of an answer that botocore's model does not know, and so drops without a word.

AWS adds members to documents all the time. A verdict does not need them; a fix that reads a document, changes it and
writes it back as a whole would delete them. So where an answer is read to be written back, it is looked at before
botocore drops anything of it.

What lies in headers is left out: AWS adds headers that belong to no document.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import botocore
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["PROTOCOLS", "WHOLE", "UnmodelledError", "check_modelled", "document", "structures"]

WHOLE = "."
"""The part of an answer that is all of it."""

_JSON = frozenset({"json", "rest-json"})

PROTOCOLS = _JSON | {"rest-xml", "query", "ec2"}
"""The protocols whose answers can be looked at."""

_NAMED = 2
"""So many are named; a reason is one sentence."""

_DISCRIMINATOR = "__type"
_ENVELOPE = frozenset({"ResponseMetadata", "requestId", "RequestId"})


class UnmodelledError(ResponseParserError):  # type: ignore[misc]  # botocore has no types
    """Raised for an answer with members that the installed botocore does not know."""


def check_modelled(operation_model: Any, body: bytes, parts: Sequence[str]) -> None:
    """Check that botocore knows every member of some parts of a successful answer.

    Args:
        operation_model: botocore's model of the operation.
        body: the answer's body, whole.
        parts: paths of members, such as ``services[].networkConfiguration``; ``.`` is the whole answer.

    Raises:
        UnmodelledError: it does not; the message names them, and no value.
    """
    try:
        answer = document(operation_model, body)
    except ET.ParseError:
        return  # nor can botocore read it, and says so
    unknown = [
        f"{path}.{name}".lstrip(".")
        for path, _, names in structures(operation_model, answer)
        for name in names
        if any(_is_in(f"{path}.{name}".lstrip("."), part) for part in parts)
    ]
    if unknown:
        named = list(dict.fromkeys(unknown))
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        message = (
            f"AWS's answer has {', '.join(named[:_NAMED])}{more}, which botocore {botocore.__version__} does not know "
            f"and a fix would delete; install a newer boto3"
        )
        raise UnmodelledError(message)


def document(operation_model: Any, body: bytes) -> Any:
    """Give an answer's body as JSON or as an XML element; None for a body or a protocol that is neither."""
    _, shape = _shape_of_document(operation_model.output_shape)
    protocol = operation_model.service_model.resolved_protocol
    if shape is None or not body or protocol not in PROTOCOLS:
        return None
    if protocol in _JSON:
        return json.loads(body)
    return ET.fromstring(body)  # noqa: S314 - AWS's own answer, which botocore parses the same way


def structures(operation_model: Any, document: Any) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Yield each structure of an answer: its path, its ``dict`` or XML element, and the members that no model has.

    Args:
        operation_model: botocore's model of the operation.
        document: what ``document`` gives of the answer.

    Source: the protocols as botocore's ``parsers.py`` reads them: ``locationName``, flattened lists, payloads.
    """
    if document is None:
        return
    path, shape = _shape_of_document(operation_model.output_shape)
    if operation_model.service_model.resolved_protocol in _JSON:
        yield from _of_json(document, shape, path)
        return
    wrapper = operation_model.output_shape.serialization.get("resultWrapper")
    inner = document if wrapper is None else next((each for each in document if _tag(each) == wrapper), None)
    if inner is not None:
        yield from _of_xml(inner, shape, path)


def _shape_of_document(shape: Any) -> tuple[str, Any]:
    """Give the path and the shape of an answer's body; no shape when the body is no document."""
    payload = shape.serialization.get("payload") if shape is not None else None
    if payload is None:
        return "", shape
    inner = shape.members[payload]
    return payload, inner if inner.type_name == "structure" else None


def _is_in(path: str, part: str) -> bool:
    return part in {WHOLE, path} or path.startswith((f"{part}.", f"{part}["))


def _of_json(value: Any, shape: Any, path: str) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    if shape.type_name == "structure" and isinstance(value, dict) and not getattr(shape, "is_document_type", False):
        members = {member.serialization.get("name", name): (name, member) for name, member in _in_body(shape)}
        new = (name for name, held in value.items() if name not in members and held is not None)
        yield path, value, tuple(name for name in new if name != _DISCRIMINATOR)
        for key, (name, member) in members.items():
            if key in value:
                yield from _of_json(value[key], member, f"{path}.{name}".lstrip("."))
    elif shape.type_name == "list" and isinstance(value, list):
        for each in value:
            yield from _of_json(each, shape.member, f"{path}[]")
    elif shape.type_name == "map" and isinstance(value, dict):
        for each in value.values():
            yield from _of_json(each, shape.value, f"{path}[]")


def _of_xml(node: ET.Element, shape: Any, path: str) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    if shape.type_name == "structure":
        members = {_tag_of(name, member): (name, member) for name, member in _in_body(shape)}
        known = {*members, *(_ENVELOPE if not path else ())}
        yield path, node, tuple(dict.fromkeys(tag for tag in map(_tag, node) if tag not in known))
        for each in node:
            if _tag(each) in members:
                name, member = members[_tag(each)]
                yield from _of_xml_member(each, member, f"{path}.{name}".lstrip("."))
    elif shape.type_name == "list":
        for each in node:
            yield from _of_xml(each, shape.member, f"{path}[]")
    elif shape.type_name == "map":
        for each in node:
            yield from _of_xml_entry(each, shape, path)


def _of_xml_member(node: ET.Element, shape: Any, path: str) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Yield the structures of a structure's member; a flattened list or map is its elements one after another."""
    if not shape.serialization.get("flattened"):
        yield from _of_xml(node, shape, path)
    elif shape.type_name == "list":
        yield from _of_xml(node, shape.member, f"{path}[]")
    else:
        yield from _of_xml_entry(node, shape, path)


def _of_xml_entry(entry: ET.Element, shape: Any, path: str) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    wanted = shape.value.serialization.get("name", "value")
    for each in entry:
        if _tag(each) == wanted:
            yield from _of_xml(each, shape.value, f"{path}[]")


def _in_body(shape: Any) -> Iterator[tuple[str, Any]]:
    """Yield the members that lie in the body and are no attributes."""
    for name, member in shape.members.items():
        if "location" not in member.serialization and not member.serialization.get("xmlAttribute"):
            yield name, member


def _tag_of(name: str, shape: Any) -> str:
    """Give the tag of a structure's member; a flattened list has its elements' name, if they have one."""
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        named = shape.member.serialization.get("name")
        if named is not None:
            return str(named)
    return str(shape.serialization.get("name", name))


def _tag(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]
