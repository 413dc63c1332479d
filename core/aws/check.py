"""Checks a planned call against botocore's model, before there is a client, credentials or anybody to refuse it.

botocore's own validator skips the highest values and lengths, enumerations and patterns, so a call that it lets pass
may still be refused half-way through a plan. Everything that the model says is checked here, and all problems are
named at once.

Source: botocore ``validate.py`` (what it checks) and the service models' constraints.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trueup.aws.models import operation_model
from trueup.aws.patterns import compile_pattern
from trueup.aws.references import reference_in, shape_at
from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from trueup.change import Call

__all__ = ["check_call"]

_NONE_EARLIER: Mapping[str, Call] = {}
_SHA256 = re.compile(r"(sha256:)?[0-9a-f]{64}")
_NUMBERS = {"integer", "long", "float", "double"}
_LONG_VALUE = 60

# Older models of botocore do not call all of these sensitive (RDS's MasterUserPassword in 1.40).
_SECRET_NAME = re.compile(r"password|passphrase|secret|token$|private_?key", re.IGNORECASE)
_LONG_LIST = 12


def check_call(call: Call, earlier: Mapping[str, Call] = _NONE_EARLIER) -> list[str]:
    """Give what is wrong with a call, one sentence each; nothing is sent and no client is made.

    Args:
        call: the call, with references where a value is not known yet.
        earlier: the calls whose responses it may refer to, by step id.

    Returns:
        Sentences that name path, expected and found; empty when the call is valid. Secrets are not shown: of a
        member that the model calls sensitive, or whose name does, only its path is.
    """
    try:
        model = operation_model(call.name)
    except UsageError as error:
        return [str(error)]
    walk = _Walk(call, earlier)
    if model.input_shape is None:
        return [] if not call.parameters else [f"{call.name}: expected no parameters, found {_shown(call.parameters)}"]
    return list(walk.structure(model.input_shape, call.parameters, ""))


class _Walk:
    """One walk through a call's parameters beside the model's shapes."""

    def __init__(self, call: Call, earlier: Mapping[str, Call]) -> None:
        self._call = call
        self._earlier = earlier
        self._secret = False
        self._checks: dict[str, Callable[[Any, Any, str], Iterator[str]]] = {
            "structure": self.structure,
            "list": self._list,
            "map": self._map,
            "string": self._string,
            "character": self._string,
            "boolean": self._boolean,
            "integer": self._number,
            "long": self._number,
            "float": self._number,
            "double": self._number,
            "blob": self._blob,
            "timestamp": self._timestamp,
        }

    def structure(self, shape: Any, value: Any, path: str) -> Iterator[str]:
        """Check a structure: required members, unknown members, each member."""
        if getattr(shape, "is_document_type", False):
            return
        if not isinstance(value, Mapping):
            yield self._say(path, "a structure", value)
            return
        filled = {name for name, member in shape.members.items() if member.metadata.get("idempotencyToken")}
        for name in shape.required_members:
            if name not in value and name not in filled:
                yield self._say(_join(path, name), "a value, as it is required", None)
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            yield self._say(path, f"exactly one of {', '.join(shape.members)}", sorted(value))
        for name, item in value.items():
            if name in shape.members:
                outer, self._secret = self._secret, self._secret or bool(_SECRET_NAME.search(name))
                yield from self._value(shape.members[name], item, _join(path, name))
                self._secret = outer
            else:
                yield self._say(_join(path, name), f"a parameter that AWS knows{_near(name, shape.members)}", name)

    def _value(self, shape: Any, value: Any, path: str) -> Iterator[str]:
        outer, self._secret = self._secret, self._secret or bool(shape.metadata.get("sensitive"))
        reference = reference_in(value)
        if reference is not None and not getattr(shape, "is_document_type", False):
            yield from self._reference(shape, reference, path)
        elif value is None:
            yield self._say(path, f"a {shape.type_name}, or to be left out", value)
        else:
            yield from self._checks[shape.type_name](shape, value, path)
        self._secret = outer

    def _list(self, shape: Any, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list | tuple):
            yield self._say(path, "a list", value)
            return
        yield from self._size(shape, len(value), path, "entries")
        for index, item in enumerate(value):
            yield from self._value(shape.member, item, f"{path}[{index}]")

    def _map(self, shape: Any, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield self._say(path, "a map", value)
            return
        yield from self._size(shape, len(value), path, "entries")
        for key, item in value.items():
            yield from self._value(shape.key, key, f"{path} (key)")
            yield from self._value(shape.value, item, _join(path, str(key)))

    def _string(self, shape: Any, value: Any, path: str) -> Iterator[str]:
        if shape.serialization.get("jsonvalue") and isinstance(value, Mapping | list | tuple):
            return
        if not isinstance(value, str):
            yield self._say(path, "a string", value)
            return
        if shape.enum and value not in shape.enum:
            some = [*shape.enum[:_LONG_LIST], *(["…"] if len(shape.enum) > _LONG_LIST else [])]
            yield self._say(path, f"one of {', '.join(some)}{_near(value, shape.enum)}", value)
            return
        if not value and shape.serialization.get("location") == "uri":
            yield self._say(path, "a text that is not empty, as it is part of the address", value)
        yield from self._size(shape, len(value), path, "characters")
        pattern = shape.metadata.get("pattern")
        compiled = compile_pattern(pattern) if pattern else None
        if compiled is not None and not compiled.fullmatch(value):
            yield self._say(path, f"a text that matches {pattern}", value)

    def _number(self, shape: Any, value: Any, path: str) -> Iterator[str]:
        whole = shape.type_name in {"integer", "long"}
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not math.isfinite(value):
            yield self._say(path, "a whole number" if whole else "a number", value)
            return
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if least is not None and value < float(least):
            yield self._say(path, f"at least {least}", value)
        if most is not None and value > float(most):
            yield self._say(path, f"at most {most}", value)

    def _boolean(self, _shape: Any, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, bool):
            yield self._say(path, "true or false", value)

    def _blob(self, shape: Any, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, str | bytes):
            yield self._say(path, "bytes or a text", value)
            return
        yield from self._size(shape, len(value.encode() if isinstance(value, str) else value), path, "bytes")

    def _timestamp(self, _shape: Any, value: Any, path: str) -> Iterator[str]:
        from botocore.utils import parse_to_aware_datetime

        try:
            parse_to_aware_datetime(value)
        except (ValueError, TypeError, AttributeError, OverflowError, RuntimeError):
            yield self._say(path, "a time", value)

    def _size(self, shape: Any, size: int, path: str, unit: str) -> Iterator[str]:
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if least is not None and size < int(least):
            yield f"{self._call.name} {path}: expected at least {least} {unit}, found {size}"
        if most is not None and size > int(most):
            yield f"{self._call.name} {path}: expected at most {most} {unit}, found {size}"

    def _reference(self, shape: Any, reference: tuple[str, Any], path: str) -> Iterator[str]:
        kind, content = reference
        composite = shape.type_name in {"structure", "list", "map"}
        if not isinstance(content, Mapping) or set(content) not in _MEMBERS[kind]:
            yield self._say(path, f"{kind} with {' and '.join(sorted(_MEMBERS[kind][0])) or 'nothing in it'}", content)
        elif composite and "sha256" not in content:
            yield self._say(path, f"a {shape.type_name}, as such a reference stands for a single value", kind)
        elif kind == "$result":
            yield from self._result(shape, content, path)
        elif kind == "$fact":
            yield from self._fact(shape, content, path)
        elif shape.type_name != "string":
            yield self._say(path, f"a {shape.type_name}", "the id of a run, a string")

    def _result(self, shape: Any, content: Mapping[str, Any], path: str) -> Iterator[str]:
        step = self._earlier.get(str(content["step"]))
        if step is None:
            known = ", ".join(self._earlier) or "none"
            yield self._say(path, f"an earlier step ({known})", content["step"])
            return
        try:
            target = shape_at(operation_model(step.name).output_shape, str(content["path"]))
        except UsageError as error:
            yield f"{self._call.name} {path}: {error}"
            return
        if target is None:
            yield self._say(path, f"a path of {step.name}'s response", content["path"])
        elif _kind_of(target) != _kind_of(shape):
            yield self._say(path, f"a {_kind_of(shape)}", f"{content['path']}, a {_kind_of(target)}")

    def _fact(self, shape: Any, content: Mapping[str, Any], path: str) -> Iterator[str]:
        from trueup.facts.path import split_path

        try:
            split_path(str(content["path"]))
        except UsageError as error:
            yield f"{self._call.name} {path}: {error}"
        if "sha256" in content and not _SHA256.fullmatch(str(content["sha256"])):
            yield self._say(path, "a SHA-256 of 64 hexadecimal digits", content["sha256"])
        if "at_least" in content:
            if shape.type_name not in _NUMBERS:
                yield self._say(path, f"a {shape.type_name}", "the larger of two numbers")
            yield from self._number(shape, content["at_least"], path)

    def _say(self, path: str, expected: str, found: Any) -> str:
        shown = "a value that is not shown" if self._secret else _shown(found)
        return f"{self._call.name} {path or 'parameters'}: expected {expected}, found {shown}"


_MEMBERS = {
    "$result": ({"step", "path"},),
    "$fact": ({"path", "sha256"}, {"path"}, {"path", "at_least"}),
    "$run": (set(),),
}


def _kind_of(shape: Any) -> str:
    return "number" if shape.type_name in _NUMBERS else str(shape.type_name)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]})" if near else ""


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return f"a structure of {', '.join(map(str, value)) or 'nothing'}"
    if isinstance(value, list | tuple) and not all(isinstance(item, str) for item in value):
        return f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= _LONG_VALUE else f"{text[:_LONG_VALUE]}…"
