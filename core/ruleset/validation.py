"""All that is wrong with one rule document: its form, and whether it fits the facts and actions that are declared.

Used when rule files are loaded and when a plan's embedded rules are read again: what was edited by hand is not trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.facts.schema import Fact, FactSchema
from trueup.ruleset.condition import check_condition
from trueup.ruleset.leaf import KEYWORDS
from trueup.ruleset.leaf_check import leaf_problems
from trueup.ruleset.parameter import check_value, fill_parameters, parameter_names, unknown_parameter
from trueup.ruleset.problem import Pointer, Problem
from trueup.ruleset.shipped import form_problems, schema_problems
from trueup.ruleset.suggest import did_you_mean

__all__ = ["rule_problems"]

_CONDITIONS: tuple[Pointer, ...] = (("when",), ("expect",), ("remediation", "regression"))


def rule_problems(
    document: Any, schemas: Mapping[str, FactSchema], *, service: str | None = None
) -> tuple[Problem, ...]:
    """Give all that is wrong with a rule document.

    Args:
        document: the JSON of a rule file.
        schemas: the fact schemas by resource type.
        service: the service that the source may have rules of, None for any.
    """
    form = form_problems("rule", document)
    if not isinstance(document, Mapping):
        return form
    parameters = _parameters(document)
    found = [
        *_parameter_problems(document, parameters),
        *_resource_problems(document, schemas, service),
        *_condition_problems(document, schemas, parameters),
        *_action_problems(document, schemas, parameters),
    ]
    # What is wrong in a condition is told better by the one who understands conditions.
    told = [problem.pointer for problem in found if _in_condition(problem.pointer)]
    kept = (problem for problem in form if not any(_same_place(problem.pointer, other) for other in told))
    return (*kept, *found)


def _in_condition(pointer: Pointer) -> bool:
    return any(pointer[: len(at)] == at for at in _CONDITIONS)


def _same_place(one: Pointer, two: Pointer) -> bool:
    """Tell whether a place in a condition is, or lies around, or lies inside another one."""
    shorter = min(len(one), len(two))
    return _in_condition(one) and one[:shorter] == two[:shorter]


def _parameters(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    declared = document.get("parameters", {})
    if not isinstance(declared, Mapping):
        return {}
    return {name: schema for name, schema in declared.items() if isinstance(schema, Mapping)}


def _parameter_problems(document: Mapping[str, Any], parameters: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    used = set(
        parameter_names([part for at in (*_CONDITIONS, ("remediation", "parameters")) if (part := _at(document, at))])
    )
    for name, schema in parameters.items():
        keywords = {keyword: operand for keyword, operand in schema.items() if keyword in KEYWORDS}
        wrong = list(leaf_problems(keywords, _UNTYPED)) if keywords else []
        yield from (problem.inside("parameters", name) for problem in wrong)
        if not wrong and "default" in schema:
            mismatch = check_value(schema, schema["default"])
            if mismatch:
                yield Problem(("parameters", name, "default"), f"the default is not as declared: {mismatch}")
        if name not in used:
            message = f'parameter {name!r} is never used; write {{"$param": "{name}"}} or remove it'
            yield Problem(("parameters", name), message, at_key=True)


def _resource_problems(
    document: Mapping[str, Any], schemas: Mapping[str, FactSchema], service: str | None
) -> Iterator[Problem]:
    resource = document.get("resource")
    if not isinstance(resource, str):
        return
    if service is not None and resource.partition(".")[0] != service:
        yield Problem(("resource",), f"expected a resource type of {service}, found {resource!r}")
    elif resource not in schemas:
        listed = did_you_mean(resource, schemas) or f"; known are {', '.join(sorted(schemas)) or 'none'}"
        yield Problem(("resource",), f"unknown resource type {resource!r}{listed}")


def _condition_problems(
    document: Mapping[str, Any], schemas: Mapping[str, FactSchema], parameters: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    schema = schemas.get(str(document.get("resource")))
    defaults = {name: declared.get("default") for name, declared in parameters.items()}
    for at in _CONDITIONS:
        condition = _at(document, at)
        if condition is not None:
            wrong = check_condition(condition, schema=schema, parameters=defaults)
            yield from (problem.inside(*at) for problem in wrong)


def _action_problems(
    document: Mapping[str, Any], schemas: Mapping[str, FactSchema], parameters: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    schema = schemas.get(str(document.get("resource")))
    name = _at(document, ("remediation", "action"))
    given = _at(document, ("remediation", "parameters")) or {}
    unknown = [name for name in parameter_names(given) if name not in parameters]
    yield from (Problem(("remediation", "parameters"), unknown_parameter(name, parameters)) for name in unknown)
    if schema is None or not isinstance(name, str):
        return
    if name not in schema.actions:
        listed = did_you_mean(name, schema.actions) or f"; declared are {', '.join(sorted(schema.actions)) or 'none'}"
        yield Problem(("remediation", "action"), f"unknown action {name!r} of {schema.type}{listed}")
        return
    if not unknown:
        filled = fill_parameters(given, {name: declared.get("default") for name, declared in parameters.items()})
        wrong = schema_problems(schema.actions[name].get("parameters", _NO_PARAMETERS), filled)
        yield from (problem.inside("remediation", "parameters") for problem in wrong)


def _at(document: Any, pointer: Pointer) -> Any:
    for name in pointer:
        if not isinstance(document, Mapping):
            return None
        document = document.get(name)
    return document


_UNTYPED = Fact("", {}, "configuration")
_NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "additionalProperties": False}
