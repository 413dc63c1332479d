"""What actions are: pure functions from facts to changes that AWS takes, within what was declared."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.auditing.reading import contained
from trueup.change import Change
from trueup.errors import PluginError, UnknownFactError
from trueup.facts.snapshot import Snapshot, freeze
from trueup.facts.unknown import Unknown
from trueup.planning.concrete import concrete
from trueup.running.plan_run import check_change
from trueup.service.declarations import DerivedAspect
from trueup.testing.plugin_contract.broken import invariant
from trueup.testing.plugin_contract.estate import asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.planning.planned import PlannedChange
    from trueup.testing.plugin_contract.estate import Looked
    from trueup.testing.plugin_contract.subject import Subject

__all__ = ["calls_are_valid", "changes_stay_declared", "functions_are_pure"]

_CHANGED = "a snapshot cannot be changed"
"""What a frozen snapshot says to whoever tries."""


@invariant(
    "actions and derived aspects are pure: the same facts give the same again, and are left as they are",
    why="a plan is checked by asking the action again right before the write; one that gives something else is stale",
    mend="{plugin}: no time, no chance, no counter, and no change of what is handed in: build new values",
)
def functions_are_pure(subject: Subject) -> Iterator[str]:
    """Ask each action twice for each fix, and derive each aspect twice, of the same snapshot."""
    for looked in subject.estate.looked:
        for name, answer in looked.answers.items():
            rule = subject.estate.rules[name]
            where = f"{looked.resource.arn}: the fix of {name}"
            again = asked(subject, looked.declared, rule, looked.snapshot.frozen(), looked.judgements[name])
            if isinstance(answer, PluginError):
                if _CHANGED in str(answer):
                    yield f"{where} changes the snapshot: {answer}"
            elif again != answer:
                yield f"{where} is another one the second time, in {_difference(answer, again)}"
        yield from _impure_derived(looked)


@invariant(
    "a change stays within what its action declares: its writes, its owned facts, its risk",
    why="the host compares owned facts before and after, and prints policies from the writes",
    mend="{plugin}: `writes`, `owned`, `permissions` and `risk` of the action, or the change that it returns",
)
def changes_stay_declared(subject: Subject) -> Iterator[str]:
    """Make each change of the estate concrete, as a plan does."""
    for looked in subject.estate.looked:
        for name, answer in looked.answers.items():
            if isinstance(answer, PluginError) and _CHANGED not in str(answer):
                yield f"{looked.resource.arn}: the fix of {name}: {answer}"
            elif isinstance(answer, Change):
                made = _concrete(subject, looked, name, answer)
                if isinstance(made, str):
                    yield f"{looked.resource.arn}: the fix of {name}: {made}"


@invariant(
    "every planned call, and every call of its undo, is valid by botocore's model before it is sent",
    why="a call that AWS refuses half-way through a plan leaves a change that is neither made nor undone",
    mend="{plugin}: the parameters that the action gives the call that is named",
)
def calls_are_valid(subject: Subject) -> Iterator[str]:
    """Check the calls of each change of the estate offline."""
    for looked in subject.estate.looked:
        for name, answer in looked.answers.items():
            if isinstance(answer, Change):
                made = _concrete(subject, looked, name, answer)
                for problem in () if isinstance(made, str) else check_change(made):
                    yield f"{looked.resource.arn}: the fix of {name}: {problem}"


def _concrete(subject: Subject, looked: Looked, name: str, change: Change) -> PlannedChange | str:
    schema, rule = subject.schemas[looked.declared.name], subject.estate.rules[name]
    try:
        return concrete(looked.declared, schema, rule, change, looked.snapshot)
    except (PluginError, UnknownFactError) as error:
        return str(error)


def _impure_derived(looked: Looked) -> Iterator[str]:
    for aspect in looked.declared.aspects.values():
        if not isinstance(aspect, DerivedAspect):
            continue
        given = deepcopy(dict(looked.snapshot.aspects))
        snapshot = Snapshot(looked.resource, given, looked.snapshot.read_at, looked.snapshot.series)
        first = freeze(deepcopy(contained(looked.declared, aspect, aspect.derive, snapshot)))
        second = freeze(contained(looked.declared, aspect, aspect.derive, snapshot))
        where = f"{looked.resource.arn}: derived aspect {aspect.name}"
        if isinstance(first, Unknown) is not isinstance(second, Unknown) or first != second:
            yield f"{where} is another one the second time"
        changed = sorted(name for name in given if given[name] != looked.snapshot.aspects[name])
        # What sets the same value again is seen on a frozen snapshot only, which it may fail on for other reasons.
        frozen = replace(looked.snapshot, aspects=freeze(looked.snapshot.aspects))
        refused = contained(looked.declared, aspect, aspect.derive, frozen)
        if changed or (isinstance(refused, Unknown) and _CHANGED in refused.detail):
            yield f"{where} changes what it is given{': ' if changed else ''}{', '.join(changed)}"


def _difference(one: object, other: object) -> str:
    """Name what differs between two answers."""
    if isinstance(one, Change) and isinstance(other, Change):
        return ", ".join(name for name in Change.__slots__ if getattr(one, name) != getattr(other, name))
    return f"that it is a {type(other).__name__} and was a {type(one).__name__}"
