"""What reading does: it writes nothing, calls only what is declared, and gives facts as the schema describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trueup.aws.guard import host_operations
from trueup.aws.iam.operations import is_read_only_operation
from trueup.facts.path import join_path, split_path
from trueup.facts.snapshot import lookup
from trueup.facts.unknown import Reason, Unknown
from trueup.facts.validation import fact_problems
from trueup.ruleset.suggest import did_you_mean
from trueup.testing.plugin_contract.broken import invariant
from trueup.testing.plugin_contract.declaring import read_operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.testing.plugin_contract.subject import Subject

__all__ = [
    "audit_writes_nothing",
    "every_aspect_is_read",
    "every_read_is_tried",
    "facts_match_schema",
    "only_declared_is_called",
]

_REFUSED = "refused before sending"
"""What the reading guard says of a call that is not declared; the call never leaves the process."""

_OURS = "trueup/"
"""Begins the host's part of the user agent, which every call of its clients carries."""


@invariant(
    "an audit and a plan write nothing",
    why="people run them against production without asking anybody",
    mend="{plugin}: whatever changes something belongs into the steps of a Change, which only an apply sends",
)
def audit_writes_nothing(subject: Subject) -> Iterator[str]:
    """Audit and plan by every rule of the plugin, and look at what reached the simulated AWS."""
    calls = subject.estate.audited
    for name in sorted({call.name for call in calls if not _only_reads(call.name)}):
        yield f"{name} was sent by an audit or a plan"


@invariant(
    "only declared operations are called, through the host",
    why="policies are printed from the declarations: what is not declared is denied in production, if not worse",
    mend="{plugin}: add the operation to `lists` or `reads` of what calls it, or do without the call",
)
def only_declared_is_called(subject: Subject) -> Iterator[str]:
    """Hold the calls of audit and plan against the declarations, and look for calls that the host refused to send."""
    declared = {name for each in subject.types.values() for name in read_operations(each)} | host_operations()
    for call in subject.estate.audited:
        if not _only_reads(call.name):
            continue
        if call.name not in declared:
            yield f"{call.name} was called, and nothing declares it"
        elif _OURS not in call.user_agent:
            yield f"{call.name} was called by a client that the host did not make"
    for where, unknown in _unknowns(subject):
        if _REFUSED in unknown.detail:
            yield f"{where}: {unknown.detail}"


@invariant(
    "every declared read is made for some resource of the estate",
    why="a read that was never made fails in ways that nobody saw, and its permission may be asked for nothing",
    mend="{estate}: build a resource that it is made for; or leave it out of `lists` or `reads` in {plugin}",
)
def every_read_is_tried(subject: Subject) -> Iterator[str]:
    """Read each aspect of each resource by itself, and look for declared operations that nothing called."""
    estate = subject.estate
    for declared in subject.types.values():
        of_type = [each for each in estate.looked if each.declared.name == declared.name]
        called = estate.called_by_list(declared).union(
            *(estate.called(looked, aspect) for looked in of_type for aspect in declared.aspects.values())
        )
        for operation, users in read_operations(declared).items():
            if operation not in called:
                yield f"{operation} is never called, though it is declared by {', '.join(users)}"


@invariant(
    "every aspect can be read, of some resource of the estate at least, and breaks on none",
    why="an aspect that breaks makes every rule that looks at it unknown",
    mend="{plugin}: the method of the aspect that is named",
)
def every_aspect_is_read(subject: Subject) -> Iterator[str]:
    """Read everything of each resource, and look for aspects whose function broke."""
    for where, unknown in _unknowns(subject):
        if unknown.reason is Reason.BROKEN_PLUGIN and _REFUSED not in unknown.detail:
            yield f"{where}: {unknown.detail}"
    for declared in subject.types.values():
        of_type = [each for each in subject.estate.looked if each.declared.name == declared.name]
        for name in declared.aspects:
            values = [looked.snapshot.aspects[name] for looked in of_type]
            unread = [each for each in values if isinstance(each, Unknown)]
            if len(unread) == len(values) and unread[0].reason is not Reason.BROKEN_PLUGIN:
                yield f"aspect {name} of {declared.name} is known of no resource: {unread[0].sentence()}"


@invariant(
    "facts are what the fact schema says: each of its declared name and type",
    why="a value of another type is unknown to every rule, and a fact under another name is absent for ever",
    mend="{facts}: the type, or the name; or the method in {plugin} that gives the value",
)
def facts_match_schema(subject: Subject) -> Iterator[str]:
    """Read everything of each resource; look for values of other types, and for facts under other names."""
    for looked in subject.estate.looked:
        schema = subject.schemas[looked.declared.name]
        for problem in fact_problems(schema, looked.snapshot.aspects):
            yield f"{looked.resource.arn}: {problem.message}"
    for where, unknown in _unknowns(subject):
        if unknown.reason is Reason.UNEXPECTED:
            yield f"{where}: {unknown.detail}"
    yield from _named_otherwise(subject)


def _named_otherwise(subject: Subject) -> Iterator[str]:
    """Yield facts that rules look at and no resource has, where the answer has them under a name like theirs."""
    estate = subject.estate
    for rule in estate.rules.values():
        of_type = [each for each in estate.looked if each.declared.name == rule.rule.resource]
        for path in rule.paths:
            if any(looked.snapshot.get(path) is not None for looked in of_type):
                continue
            *above, last = split_path(path)
            fact = subject.schemas[rule.rule.resource].fact(join_path(tuple(above))) if above else None
            known = set() if fact is None else set(fact.schema.get("properties", {}))
            for looked in of_type:
                value = lookup({above[0]: estate.raw(looked, above[0])}, join_path(tuple(above))) if above else None
                names = set(value) - known if isinstance(value, Mapping) else set()
                near = did_you_mean(last, names)
                if near:
                    yield f"{path}, which rule {rule.id} looks at, is there of no resource of the estate{near}"
                    break


def _only_reads(operation: str) -> bool:
    return operation in host_operations() or is_read_only_operation(operation)


def _unknowns(subject: Subject) -> Iterator[tuple[str, Unknown]]:
    """Yield what is not known of the estate, each sentence once."""
    seen: set[str] = set()
    for looked in subject.estate.looked:
        for name, value in looked.snapshot.aspects.items():
            for unknown in _unknown_in(value):
                if unknown.detail not in seen:
                    seen.add(unknown.detail)
                    yield f"{looked.resource.arn}: aspect {name}", unknown


def _unknown_in(value: Any) -> Iterator[Unknown]:
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _unknown_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _unknown_in(item)
