"""Whether what an action gave is a change at all, before anything is made of it.

An action is a stranger's code: a change without an undo that calls itself reversible, or one made of other things than
calls, is refused at the plugin border and not found out half-way through an apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trueup.canonical import canonical
from trueup.change import Call, Reversible, Risk, Step
from trueup.errors import UsageError
from trueup.facts.path import split_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.change import Change

__all__ = ["problems", "unsaid"]


def problems(change: Change) -> list[str]:
    """Give what is wrong with the shape of a change, one sentence each."""
    wrong = list(_record(change))
    if not isinstance(change.steps, tuple | list) or not change.steps:
        return [*wrong, f"expected at least one step, found {change.steps!r:.100}"]
    for number, step in enumerate(change.steps, 1):
        wrong += (f"step {number}: {each}" for each in _step(step))
    return wrong


def unsaid(change: Change) -> list[str]:
    """Give what a change of a sound shape does not say of its way back."""
    if change.reversible is Reversible.YES and any(step.stays for step in change.steps):
        return ["expected an undo for every step of a reversible change, found a step without one"]
    if change.reversible is not Reversible.YES and not change.reversible_reason:
        return [f"expected a reason why it is not wholly reversible ({change.reversible}), found none"]
    return []


def _record(change: Change) -> Iterator[str]:
    if not isinstance(change.risk, Risk):
        yield f"expected a risk of {', '.join(Risk)}, found {change.risk!r:.100}"
    if not isinstance(change.reversible, Reversible):
        yield f"expected reversible to be {', '.join(Reversible)}, found {change.reversible!r:.100}"
    for name in ("summary", "risk_reason", "reversible_reason", "code"):
        if not isinstance(getattr(change, name), str):
            yield f"expected a text as {name}, found {getattr(change, name)!r:.100}"
    yield from _amounts(change)
    for name in ("projection", "savings_monthly"):
        value = getattr(change, name)
        if not (isinstance(value, Mapping) or (value is None and name == "savings_monthly")) or not _json(value):
            yield f"expected {name} to be JSON-shaped, found {value!r:.100}"


def _amounts(change: Change) -> Iterator[str]:
    if not isinstance(change.budget, Mapping) or not all(_amount(each) for each in change.budget.values()):
        yield f"expected amounts of at least 0 as budget, found {change.budget!r:.100}"
    if not isinstance(change.undo_carries, Mapping) or not all(_amount(each) for each in change.undo_carries.values()):
        yield f"expected amounts of at least 0 by fact path as undo_carries, found {change.undo_carries!r:.100}"
    else:
        yield from (f"undo_carries: {each}" for each in _paths(change.undo_carries))
    if not _amount(change.settle_seconds) or not isinstance(change.settle_seconds, int):
        yield f"expected whole seconds as settle_seconds, found {change.settle_seconds!r:.100}"
    if not isinstance(change.depends, Mapping) or not all(_texts(each) for each in change.depends.values()):
        yield f"expected ARNs by IAM action as depends, found {change.depends!r:.100}"


def _step(step: Any) -> Iterator[str]:
    if not isinstance(step, Step):
        yield f"expected a Step, found {step!r:.100}"
        return
    if not isinstance(step.undo, tuple | list):
        yield f"expected a tuple of calls as undo, found one {type(step.undo).__name__}"
        return
    for call in (step.call, *step.undo):
        named = isinstance(call, Call) and isinstance(call.service, str) and isinstance(call.operation, str)
        if not named or not isinstance(call.parameters, Mapping) or not _json(call.parameters):
            yield f"expected a Call with JSON-shaped parameters, found one of type {type(call).__name__}"
    if not _texts(step.acts_on):
        yield f"expected a tuple of ARNs as acts_on, found {step.acts_on!r:.100}"
    if not isinstance(step.leaves, str) or (step.leaves and step.effect):
        yield f"expected leaves to be a text, and only of a step without effect, found {step.leaves!r:.100}"
    for name in ("effect", "ready", "settled"):
        value = getattr(step, name)
        if not isinstance(value, Mapping) or not _json(value):
            yield f"expected {name} to be JSON-shaped, found {value!r:.100}"
        elif name == "effect":
            yield from (f"effect: {each}" for each in _paths(value))


def _paths(image: Mapping[str, Any]) -> Iterator[str]:
    for path in image:
        try:
            split_path(path)
        except UsageError as error:
            yield str(error)


def _amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _texts(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(isinstance(each, str) and each for each in value)


def _json(value: Any) -> bool:
    try:
        canonical(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True
