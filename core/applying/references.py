"""References in a plan's parameters, resolved right before sending: ``$result``, ``$fact`` and ``$run``.

They are hashed unresolved: what was approved is the reference, and a value that must not be shown never is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trueup.canonical import digest
from trueup.change import Call
from trueup.errors import RefusedError
from trueup.facts.path import split_path
from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trueup.change import Step
    from trueup.facts.snapshot import Snapshot
    from trueup.journal.changes import StepRecord
    from trueup.planning.planned import PlannedChange

__all__ = ["answered", "fact_aspects", "filled", "kept_paths", "kept_results", "references", "resolve", "undoable"]

FACT = "$fact"
RESULT = "$result"
RUN = "$run"

# A member of a ``$fact``: the value is the larger of this and what is read right before the call.
AT_LEAST = "at_least"


def references(value: Any, kind: str) -> Iterator[Mapping[str, Any]]:
    """Yield the references of one kind inside a value."""
    if isinstance(value, dict):
        if set(value) == {kind}:
            yield value[kind]
        else:
            for item in value.values():
                yield from references(item, kind)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from references(item, kind)


def fact_aspects(change: PlannedChange) -> frozenset[str]:
    """Give the aspects that the ``$fact`` references of a change's calls and undos look at."""
    calls = [call for step in change.steps for call in (step.call, *step.undo)]
    found = (reference for call in calls for reference in references(call.parameters, FACT))
    return frozenset(split_path(reference["path"])[0] for reference in found)


def answered(inverse: PlannedChange, forward: Iterable[StepRecord]) -> PlannedChange:
    """Give an undo with the answers that the steps had, as the journal keeps them, in place of references to them.

    Args:
        inverse: what ``PlannedChange.inverse`` gave; its own steps are numbered anew, so that a reference to a step
            of the change could not be told from one to a step of the undo.
        forward: the step records of the change itself; an answer that they lack stays a reference.
    """
    results = {str(record.position + 1): record.result or {} for record in forward}
    return replace(inverse, steps=tuple(replace(step, call=_call(step.call, results)) for step in inverse.steps))


def undoable(inverse: PlannedChange) -> PlannedChange | None:
    """Give an undo without the steps whose answer was lost and that leave nothing in use; None when another was.

    Args:
        inverse: what ``answered`` gave.
    """
    lost = [step for step in inverse.steps if any(True for _ in references(step.call.parameters, RESULT))]
    if not all(step.leaves for step in lost):
        return None
    return replace(inverse, steps=tuple(step for step in inverse.steps if step not in lost)) if lost else inverse


def _call(call: Call, results: Mapping[str, Any]) -> Call:
    return Call(call.service, call.operation, _answered(call.parameters, results))


def _answered(value: Any, results: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        if set(value) == {RESULT}:
            return results.get(value[RESULT]["step"], {}).get(value[RESULT]["path"], value)
        return {name: _answered(item, results) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_answered(item, results) for item in value]
    return value


def resolve(call: Call, snapshot: Snapshot, results: Mapping[str, Any], run: str = "") -> Call:
    """Give the call with its references replaced by values.

    Args:
        call: the call of the plan.
        snapshot: facts read right before.
        results: step id to what ``kept_results`` kept of its response.
        run: the id of the run that sends the call.

    Raises:
        RefusedError: a fact is unknown or not the one that the plan was made on, or an earlier answer lacks a value.
    """

    def resolved(value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) == {FACT}:
                return _fact(value[FACT], snapshot)
            if set(value) == {RESULT}:
                return _result(value[RESULT], results)
            if set(value) == {RUN}:
                return run
            return {name: resolved(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [resolved(item) for item in value]
        return value

    return Call(call.service, call.operation, resolved(call.parameters))


def filled(steps: Iterable[Step], snapshot: Snapshot) -> tuple[Step, ...]:
    """Give steps with the values that must not be shown in their places, to be checked and never kept.

    Raises:
        RefusedError: such a fact is unknown, or not the one whose digest the plan has.
    """

    def value_of(value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) == {FACT} and "sha256" in value[FACT]:
                return _fact(value[FACT], snapshot)
            return {name: value_of(item) for name, item in value.items()}
        return [value_of(item) for item in value] if isinstance(value, list | tuple) else value

    return tuple(
        replace(step, call=Call(step.call.service, step.call.operation, value_of(step.call.parameters)))
        for step in steps
    )


def _fact(reference: Mapping[str, Any], snapshot: Snapshot) -> Any:
    found = snapshot.get(reference["path"])
    if isinstance(found, Unknown):
        message = f"{reference['path']}: expected to read it right before the call, found: {found.sentence()}"
        raise RefusedError(message)
    if "sha256" in reference and digest(found) != reference["sha256"]:
        message = f"{reference['path']}: expected the value that the plan was made on, found another; make a new plan"
        raise RefusedError(message)
    return _at_least(reference, found) if AT_LEAST in reference else found


def _at_least(reference: Mapping[str, Any], found: Any) -> Any:
    if isinstance(found, bool) or not isinstance(found, int | float):
        message = f"{reference['path']}: expected a number right before the call, found {type(found).__name__}"
        raise RefusedError(message)
    return max(found, reference[AT_LEAST])


def kept_paths(change: PlannedChange, step_id: str) -> frozenset[str]:
    """Give the paths of a step's response that other calls of the change refer to."""
    calls = [call for step in change.steps for call in (step.call, *step.undo)]
    found = (reference for call in calls for reference in references(call.parameters, RESULT))
    return frozenset(reference["path"] for reference in found if reference["step"] == step_id)


def kept_results(change: PlannedChange, step_id: str, response: Any) -> dict[str, Any]:
    """Give of a response only what other calls refer to, path to value; a path that it lacks is left out."""
    kept: dict[str, Any] = {}
    for path in sorted(kept_paths(change, step_id)):
        value = response
        for name in split_path(path):
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None:
            kept[path] = value
    return kept


def _result(reference: Mapping[str, Any], results: Mapping[str, Any]) -> Any:
    kept = results.get(reference["step"]) or {}
    if reference["path"] not in kept:
        message = f"step {reference['step']}: expected {reference['path']} in its answer, found none"
        raise RefusedError(message)
    return kept[reference["path"]]
