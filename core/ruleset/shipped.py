"""The shipped JSON Schemas of the files that people write, and what they find wrong, in plain sentences.

They lie in ``rules/schema`` beside the rules, for people and editors, and are packaged as ``trueup.ruleset.schema``,
so that the framework reads its own data and knows nothing of the rules that are shipped with it.
jsonschema is imported at the first check.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from trueup.facts.json_type import article, json_type
from trueup.ruleset.leaf import KEYWORD_TYPES
from trueup.ruleset.problem import Pointer, Problem
from trueup.ruleset.schema_text import describe
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

__all__ = ["Form", "form_problems", "schema_problems", "shipped_schema"]

# What a message shows of a value that is wrong.
_LONGEST = 80

Form = Literal["rule", "facts", "cases", "pack", "exemptions", "accounts"]


def shipped_schema(form: Form) -> dict[str, Any]:
    """Give the JSON Schema of a kind of file."""
    text = files("trueup.ruleset.schema").joinpath(f"{form}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def form_problems(form: Form, document: Any) -> tuple[Problem, ...]:
    """Give all that is wrong with the form of a file's content."""
    return tuple(_problems(_shipped_validator(form).iter_errors(document)))


def schema_problems(schema: Mapping[str, Any], value: Any) -> tuple[Problem, ...]:
    """Give all that is wrong with a value by a JSON Schema of a plugin."""
    return tuple(_problems(_validator(schema).iter_errors(value)))


@cache
def _shipped_validator(form: Form) -> Draft202012Validator:
    return _validator(shipped_schema(form))


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema)


def _problems(errors: Iterable[ValidationError]) -> Iterator[Problem]:
    for error in errors:
        if error.validator in {"anyOf", "oneOf"}:
            yield from _branches(error)
        else:
            yield from _SENTENCES.get(str(error.validator), _other)(error, tuple(error.absolute_path))


def _branches(error: ValidationError) -> Iterator[Problem]:
    """Tell of the branch that was meant: the one that the value's type allows, else what every branch expects."""
    branches: dict[Any, list[ValidationError]] = {}
    if not error.context:  # of ``oneOf``, more than one branch holds
        names = [str(name) for branch in _operand(error) for name in branch.get("required", ())]
        yield Problem(tuple(error.absolute_path), f"expected one of {', '.join(names)}, found more of them")
        return
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    meant = [errors for errors in branches.values() if not any(_wrong_kind(inner, error) for inner in errors)]
    if len(meant) == 1:
        yield from _problems(meant[0])
        return
    inner_errors = [inner for errors in branches.values() for inner in errors]
    expected = dict.fromkeys(_expected(inner) for inner in inner_errors)
    yield Problem(tuple(error.absolute_path), f"expected {' or '.join(expected)}, found {_show(error.instance)}")


def _wrong_kind(inner: ValidationError, outer: ValidationError) -> bool:
    return inner.validator == "type" and len(inner.absolute_path) == len(outer.absolute_path)


def _expected(error: ValidationError) -> str:
    if error.validator == "type":
        names = [_operand(error)] if isinstance(_operand(error), str) else _operand(error)
        return " or ".join(article(name) for name in names)
    if error.validator == "required":
        missing = _missing(error)
        return '{"$param": name}' if missing == "$param" else repr(missing)
    if error.validator == "enum":
        return f"one of {', '.join(map(str, _operand(error)))}"
    return f"{error.validator} {_show(_operand(error))}"


Sentence = Callable[["ValidationError", Pointer], Iterator[Problem]]


def _required(error: ValidationError, at: Pointer) -> Iterator[Problem]:
    instance: Mapping[str, Any] = error.instance  # type: ignore[assignment]  # `required` is about objects only
    name = _missing(error)
    known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    about = _described(known.get(name, {}))
    yield Problem(at, f"expected {name!r}{about}, which is missing{_meant(name, instance, known)}")


def _missing(error: ValidationError) -> str:
    """Give the name that is missing: jsonschema yields one error for each and tells which only in its message."""
    return next(str(name) for name in _operand(error) if error.message.startswith(repr(name)))


def _meant(name: str, instance: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    strangers = [other for other in instance if other not in known]
    return f" (found {strangers[0]!r})" if len(strangers) == 1 and did_you_mean(strangers[0], [name]) else ""


def _unknown_names(error: ValidationError, at: Pointer) -> Iterator[Problem]:
    schema: Mapping[str, Any] = error.schema  # type: ignore[assignment]  # a boolean schema has no such keyword
    instance: Mapping[str, Any] = error.instance  # type: ignore[assignment]  # as above
    known = list(schema.get("properties", {}))
    listed = f"one of {', '.join(known)}" if known else "none"
    for name in instance:
        if name not in known:
            near = did_you_mean(str(name), known) or f"; expected {listed}"
            yield Problem((*at, name), f"unknown property {name!r}{near}", at_key=True)


def _type(error: ValidationError, at: Pointer) -> Iterator[Problem]:
    yield Problem(at, f"expected {_expected(error)}{_described(error.schema)}, found {_show(error.instance)}")


def _enum(error: ValidationError, at: Pointer) -> Iterator[Problem]:
    allowed = [str(value) for value in _operand(error)]
    near = did_you_mean(str(error.instance), allowed)
    yield Problem(at, f"expected one of {', '.join(allowed)}, found {_show(error.instance)}{near}")


def _pattern(error: ValidationError, at: Pointer) -> Iterator[Problem]:
    named = "propertyNames" in error.absolute_schema_path
    expected = f"expected {_words(error)}{_described(error.schema)}, found {_show(error.instance)}"
    yield Problem((*at, str(error.instance)) if named else at, expected, at_key=named)


def _unique(_error: ValidationError, at: Pointer) -> Iterator[Problem]:
    yield Problem(at, "expected each item once, found one twice")


def _other(error: ValidationError, at: Pointer) -> Iterator[Problem]:
    yield Problem(at, f"expected {_words(error)}{_described(error.schema)}, found {_show(error.instance)}")


def _operand(error: ValidationError) -> Any:
    return error.validator_value


def _words(error: ValidationError) -> str:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    keyword = str(error.validator)
    kind = schema.get("type", KEYWORD_TYPES.get(keyword, ()))
    return describe({"type": kind, keyword: _operand(error)})


def _described(schema: Any) -> str:
    text = schema.get("description") if isinstance(schema, Mapping) else None
    return f" ({text})" if text else ""


def _show(value: Any) -> str:
    """Show a value briefly: a whole document in a message helps nobody."""
    if isinstance(value, Mapping | list) and value:
        return f"{article(json_type(value))} of {len(value)}"
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_SENTENCES: Mapping[str, Sentence] = {
    "required": _required,
    "additionalProperties": _unknown_names,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "uniqueItems": _unique,
}
