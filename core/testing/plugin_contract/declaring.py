"""What a plugin declares: operations with their IAM actions, aspects and facts, actions and their parameters.

The host guards, packs, prints policies and refuses rules by these declarations alone, so they have to be true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.aws.iam.levels import access_level, canonical_action
from trueup.aws.iam.operations import UnknownOperationError, actions_for, is_read_only_operation
from trueup.aws.metrics import METRIC_OPERATION
from trueup.aws.models import operation_model
from trueup.errors import UsageError
from trueup.facts.validation import fact_schema_problems
from trueup.ruleset.suggest import did_you_mean
from trueup.service.check import check_resource_type
from trueup.service.declarations import MetricsAspect, ReadAspect
from trueup.testing.plugin_contract.broken import invariant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.schema import FactSchema
    from trueup.service.declarations import ResourceType
    from trueup.testing.plugin_contract.broken import Invariant
    from trueup.testing.plugin_contract.subject import Subject

__all__ = [
    "DECLARED",
    "actions_match_schema",
    "aspects_match_schema",
    "declarations_are_sound",
    "operations_have_iam_actions",
    "parameters_are_schemas",
    "read_operations",
    "reads_only_read",
    "schemas_are_sound",
]


_PLACES = ("partition", "service", "region", "account")
"""The parts of an ARN after ``arn``, up to the resource's own."""


def read_operations(declared: ResourceType) -> dict[str, list[str]]:
    """Give each operation that listing and reading a type may call, with what declares it."""
    found: dict[str, list[str]] = {}
    for operation in declared.lists:
        found.setdefault(operation, []).append(f"lists of {declared.name}")
    for aspect in declared.aspects.values():
        for operation in aspect.reads if isinstance(aspect, ReadAspect) else ():
            found.setdefault(operation, []).append(f"aspect {aspect.name} of {declared.name}")
    return found


def _write_operations(declared: ResourceType) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for action in declared.actions.values():
        for operation in action.writes:
            found.setdefault(operation, []).append(f"action {action.name} of {declared.name}")
    return found


@invariant(
    "the declarations do not contradict each other",
    why="what is read, compared and refused is worked out from them",
    mend="{plugin}: the decorator of what is named",
)
def declarations_are_sound(subject: Subject) -> Iterator[str]:
    """Check names, needs, templates, paths and windows of each resource type."""
    for declared in subject.types.values():
        if declared.service != subject.name:
            yield f"expected a resource type named {subject.name}.<noun>, found {declared.name!r}"
        yield from check_resource_type(declared)
        yield from _of_one_place(declared)


@invariant(
    "every operation that is read or written exists and has its IAM action",
    why="a denied read names the permission that is missing, and the printed policies are made of these actions",
    mend="{plugin}: `lists`, `reads`, `writes` and `permissions`, as boto3 names the client and AWS the operation",
)
def operations_have_iam_actions(subject: Subject) -> Iterator[str]:
    """Look each declared operation up in botocore's models and in AWS's list of IAM actions."""
    for declared in subject.types.values():
        for operation, users in (*read_operations(declared).items(), *_write_operations(declared).items()):
            for problem in _unknown(operation):
                yield f"{users[0]}: {problem}"
        for action in declared.actions.values():
            for permission in action.permissions:
                if canonical_action(permission) is None:
                    yield f"action {action.name} of {declared.name}: AWS has no IAM action {permission!r}"


@invariant(
    "what is declared as a read only lists or reads, and what is declared as a write writes",
    why="an audit must not be able to change anything, so its clients refuse operations of any other access level",
    mend="{plugin}: read with an operation of access level Read or List; what changes something belongs to an action",
)
def reads_only_read(subject: Subject) -> Iterator[str]:
    """Hold each declared operation against AWS's access levels."""
    for declared in subject.types.values():
        for operation, users in read_operations(declared).items():
            if not is_read_only_operation(operation) and not _unknown(operation):
                levels = ", ".join(f"{each} is {access_level(each)}" for each in actions_for(operation))
                yield f"{users[0]}: expected {operation} to list or read, found that {levels}"
        for operation, users in _write_operations(declared).items():
            if is_read_only_operation(operation):
                yield f"{users[0]}: expected {operation} to write, found that it only lists or reads"


@invariant(
    "every fact schema is valid, and named after its resource type",
    why="it gives conditions their types and units, and refuses a rule's wrong path with file and line",
    mend="{facts}: the file, line and column that are named",
)
def schemas_are_sound(subject: Subject) -> Iterator[str]:
    """Check each fact schema whole."""
    for schema in subject.schemas.values():
        noun = schema.type.partition(".")[2]
        yield from fact_schema_problems(subject.folder / "facts" / f"{noun}.schema.json", subject.name)


@invariant(
    "every declared aspect is in the fact schema, and every one of the schema is declared",
    why="a rule could ask for what nobody reads, and would be unknown for ever",
    mend="{facts}: `properties`, or the decorators in {plugin}",
)
def aspects_match_schema(subject: Subject) -> Iterator[str]:
    """Hold the declared aspects against the properties of the schemas."""
    for name in sorted({*subject.types, *subject.schemas}):
        declared, schema = subject.types.get(name), subject.schemas.get(name)
        if declared is None or schema is None:
            where = f"facts/{name.partition('.')[2]}.schema.json"
            yield f"{name}: expected a declaration and {where}, found {'no declaration' if schema else 'no such file'}"
            continue
        for aspect in sorted(set(declared.aspects) - set(schema.aspects)):
            near = did_you_mean(aspect, schema.aspects)
            yield f"{name}: aspect {aspect!r} is declared, but not in the schema{near}"
        for aspect in sorted(set(schema.aspects) - set(declared.aspects)):
            near = did_you_mean(aspect, declared.aspects)
            yield f"{name}: aspect {aspect!r} is in the schema, but not declared{near}"
        yield from _said_otherwise(declared, schema)


@invariant(
    "every declared action is in `x-actions` of the fact schema, and every one of `x-actions` is declared",
    why="rules are checked against `x-actions` before any code runs; one that is only there could never fix anything",
    mend="{facts}: `x-actions`, or the decorators in {plugin}",
)
def actions_match_schema(subject: Subject) -> Iterator[str]:
    """Hold the declared actions against ``x-actions``."""
    for name, declared in subject.types.items():
        known = subject.schemas[name].actions if name in subject.schemas else {}
        for action in sorted(set(declared.actions) - set(known)):
            yield f"{name}: action {action!r} is declared, but not in x-actions{did_you_mean(action, known)}"
        for action in sorted(set(known) - set(declared.actions)):
            yield f"{name}: action {action!r} is in x-actions, but not declared{did_you_mean(action, declared.actions)}"


@invariant(
    "the parameters of every action are described by a valid JSON Schema",
    why="what a rule gives an action is checked against it when the rule is loaded, not when it is applied",
    mend="{facts}: `parameters` of the action in `x-actions`",
)
def parameters_are_schemas(subject: Subject) -> Iterator[str]:
    """Check the schema of each action's parameters against JSON Schema draft 2020-12."""
    for name, declared in subject.types.items():
        known = subject.schemas[name].actions if name in subject.schemas else {}
        for action, document in known.items():
            yield from _wrong_schema(f"{name}: action {action} in x-actions", document.get("parameters", {}))
        for action, each in declared.actions.items():
            if each.parameters:
                yield from _wrong_schema(f"{name}: action {action} as declared", each.parameters)


DECLARED: tuple[Invariant, ...] = (
    declarations_are_sound,
    operations_have_iam_actions,
    reads_only_read,
    schemas_are_sound,
    aspects_match_schema,
    actions_match_schema,
    parameters_are_schemas,
)
"""What must hold before the plugin can be tried: the host refuses it otherwise."""


def _said_otherwise(declared: ResourceType, schema: FactSchema) -> Iterator[str]:
    """Yield aspects of which the schema says that something else reads them."""
    for name, aspect in declared.aspects.items():
        said = schema.document["properties"].get(name, {}).get("x-reads")
        reads = aspect.reads if isinstance(aspect, ReadAspect) else ()
        real = {METRIC_OPERATION} if isinstance(aspect, MetricsAspect) else set(reads)
        if said is not None and set(said) != real:
            found = ", ".join(sorted(said)) or "nothing"
            expected = ", ".join(sorted(real)) or "nothing"
            yield f"{declared.name}: aspect {name!r} reads {expected}, but x-reads says {found}"


def _of_one_place(declared: ResourceType) -> Iterator[str]:
    """Yield what of an ARN's template is of one partition, Region or account only."""
    if not declared.arn.startswith("arn:"):
        return
    for name, part in zip(_PLACES, declared.arn.split(":", len(_PLACES) + 1)[1:], strict=False):
        if part and "{" not in part and (name in {"partition", "region"} or part.isdigit()):
            yield f"{declared.name}: arn: expected {{{name}}} or a field of the item, found {part!r}"


def _unknown(operation: str) -> list[str]:
    """Give why an operation is none, in botocore's models or in AWS's list of actions."""
    try:
        operation_model(operation)
        actions_for(operation)
    except (UnknownOperationError, UsageError) as error:
        return [str(error)]
    return []


def _wrong_schema(where: str, schema: Mapping[str, object]) -> Iterator[str]:
    from jsonschema import Draft202012Validator

    meta = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    for error in sorted(meta.iter_errors(schema), key=lambda each: each.json_path):
        yield f"{where}: {error.json_path}: {error.message}"
    if not any(meta.iter_errors(schema)) and schema and schema.get("type") != "object":
        yield f"{where}: expected the type object, as parameters have names, found {schema.get('type')!r}"
