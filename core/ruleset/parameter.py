"""Parameters of rules: declared with a schema and a default, overridden by people, filled in for ``$param``.

Every override is checked against the parameter's schema, since a gate of "20%" instead of 20 must not judge anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.errors import UsageError
from trueup.ruleset.leaf import KEYWORDS, compile_leaf
from trueup.ruleset.schema_text import describe
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from trueup.facts.json_type import Document
    from trueup.ruleset.rule import Rule

__all__ = ["EffectiveParameter", "ParameterOverrides", "check_value", "fill_parameters", "parameter_names"]

_REFERENCE = "$param"


def fill_parameters(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Give the value with each ``{"$param": name}`` in it replaced by the parameter's value.

    Raises:
        UsageError: there is no such parameter.
    """
    name = _referred(value)
    if name is not None:
        if name not in parameters:
            raise UsageError(unknown_parameter(name, parameters))
        return parameters[name]
    if isinstance(value, Mapping):
        return {key: fill_parameters(item, parameters) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill_parameters(item, parameters) for item in value]
    return value


def parameter_names(value: Any) -> Iterable[str]:
    """Yield the name of each ``{"$param": name}`` in a value."""
    name = _referred(value)
    if name is not None:
        yield name
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from parameter_names(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from parameter_names(item)


def unknown_parameter(name: str, known: Iterable[str]) -> str:
    """Give the message for a ``$param`` that no parameter has."""
    known = sorted(known)
    listed = f"expected one of {', '.join(known)}" if known else "the rule declares no parameters"
    return f"unknown parameter {name!r}: {listed}{did_you_mean(name, known)}"


def check_value(schema: Document, value: Any) -> str | None:
    """Tell what is wrong with a parameter's value, None when it is as its schema says."""
    keywords = {keyword: operand for keyword, operand in schema.items() if keyword in KEYWORDS}
    if compile_leaf(keywords)(value) if keywords else True:
        return None
    unit = f" ({schema['unit']})" if "unit" in schema else ""
    return f"expected {describe(keywords)}{unit}, found {json.dumps(value, default=repr)}"


@dataclass(frozen=True, slots=True)
class EffectiveParameter:
    """A parameter with the value that is in force.

    Args:
        name: the parameter's name.
        value: the value in force.
        default: the rule's own.
        unit: its unit, empty when it has none.
        source: where the value comes from: ``default``, ``--param``, the settings file.
    """

    name: str
    value: Any
    default: Any
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class ParameterOverrides:
    """What people set instead of defaults: rule id to parameter name to value and where it was set.

    Args:
        values: later ones win already.
    """

    values: Mapping[str, Mapping[str, tuple[Any, str]]] = field(default_factory=dict)

    @classmethod
    def from_options(cls, options: Iterable[str]) -> ParameterOverrides:
        """Read ``RULE.NAME=VALUE`` texts; the value is JSON, or else taken as text.

        Raises:
            UsageError: a text has another form.
        """
        values: dict[str, dict[str, tuple[Any, str]]] = {}
        for option in options:
            target, equals, text = option.partition("=")
            rule, dot, name = target.rpartition(".")
            if not (equals and dot and rule and name):
                raise UsageError(f"--param {option!r}: expected RULE.NAME=VALUE, such as my-rule.gate=20")
            values.setdefault(rule.strip(), {})[name.strip()] = (_parse(text), "--param")
        return cls(values)

    @classmethod
    def from_settings(cls, table: Mapping[str, Any], origin: str = "trueup.toml") -> ParameterOverrides:
        """Read the settings file's ``[parameters."rule-id"]`` tables.

        Raises:
            UsageError: an entry is no table.
        """
        for rule, entries in table.items():
            if not isinstance(entries, Mapping):
                raise UsageError(f'{origin}: expected a table [parameters."{rule}"], found {entries!r}')
        return cls(
            {rule: {name: (value, origin) for name, value in entries.items()} for rule, entries in table.items()}
        )

    def over(self, weaker: ParameterOverrides) -> ParameterOverrides:
        """Give both, these winning."""
        rules = {**weaker.values, **self.values}
        return ParameterOverrides(
            {rule: {**weaker.values.get(rule, {}), **self.values.get(rule, {})} for rule in rules}
        )

    def check(self, rules: Mapping[str, Rule]) -> None:
        """Check every override against the rules.

        Raises:
            UsageError: one or more name no rule or parameter, or have a wrong value; one line each.
        """
        problems: list[str] = []
        for rule_id, entries in self.values.items():
            rule = rules.get(rule_id)
            if rule is None:
                sources = ", ".join(dict.fromkeys(source for _, source in entries.values()))
                problems.append(f"{sources}: unknown rule {rule_id!r}{did_you_mean(rule_id, rules)}")
                continue
            problems += _problems(rule, entries)
        if problems:
            raise UsageError("\n".join(problems))

    def of(self, rule: Rule) -> dict[str, Any]:
        """Give the overrides of one rule, for ``Rule.bind``."""
        return {name: value for name, (value, _) in self.values.get(rule.id, {}).items()}

    def effective(self, rule: Rule) -> tuple[EffectiveParameter, ...]:
        """Give every parameter of a rule with the value in force."""
        entries = self.values.get(rule.id, {})
        effective: list[EffectiveParameter] = []
        for name, schema in rule.parameters.items():
            value, source = entries.get(name, (schema["default"], "default"))
            effective.append(EffectiveParameter(name, value, schema["default"], schema.get("unit", ""), source))
        return tuple(effective)


def _problems(rule: Rule, entries: Mapping[str, tuple[Any, str]]) -> Iterable[str]:
    wrong = False
    for name, (value, source) in entries.items():
        message = None
        if name not in rule.parameters:
            message = f"{rule.id}: {unknown_parameter(name, rule.parameters)}"
        elif mismatch := check_value(rule.parameters[name], value):
            message = f"{rule.id}.{name}: {mismatch}"
        if message:
            wrong = True
            yield f"{source}: {message}"
    if not wrong:
        try:
            rule.bind({name: value for name, (value, _) in entries.items()})
        except UsageError as error:  # a value that is as declared, but makes no sense where it is used
            yield str(error)


def _referred(value: Any) -> str | None:
    if isinstance(value, Mapping) and len(value) == 1:
        name = value.get(_REFERENCE)
        return name if isinstance(name, str) else None
    return None


def _parse(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError:
        return text


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
