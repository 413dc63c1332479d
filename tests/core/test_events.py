"""Events: one registry says which there are, and nothing is told unless somebody listens."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trueup.events import EVENTS, LEVELS, emit, is_heard, listen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CORE = Path(__file__).parents[2] / "core"
TELLERS = {"emit", "tell", "_tell"}


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    yield
    listen(None)


def heard_at(level: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """Listen from a level on; give what is heard."""
    heard: list[tuple[str, Mapping[str, Any]]] = []
    listen(lambda name, fields: heard.append((name, fields)), level)
    return heard


def emitted() -> Iterator[tuple[str, str, set[str]]]:
    """Yield place, name and named fields of every event that the framework emits."""
    for path in sorted(CORE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in TELLERS and isinstance(node.args[0].value, str):
                named = {each.arg for each in node.keywords if each.arg is not None}
                yield f"{path.relative_to(CORE)}:{node.lineno}", node.args[0].value, named


def test_each_event_that_is_emitted_is_in_the_registry_with_its_fields() -> None:
    """So that the documentation, which is made from the registry, leaves none out."""
    wrong = [
        f"{place}: {name} with {sorted(named - set(EVENTS[name].fields)) if name in EVENTS else 'no entry'}"
        for place, name, named in emitted()
        if name not in EVENTS or named - set(EVENTS[name].fields)
    ]
    assert [] == wrong


def test_each_event_of_the_registry_is_emitted() -> None:
    """A name that nothing emits would be a promise that nobody keeps."""
    assert set(EVENTS) == {name for _, name, _ in emitted()}


@pytest.mark.parametrize("name", sorted(set(EVENTS) - {"command_failed", "said"}))
def test_each_event_of_a_run_says_of_which_it_is(name: str) -> None:
    """And of which account and Region, when it is about one."""
    fields = EVENTS[name].fields
    assert fields[0] == "run"
    assert ("region" in fields) <= ("account" in fields)
    assert EVENTS[name].level in LEVELS


def test_nothing_is_told_to_nobody() -> None:
    """Without a log, an event costs a look into an empty set."""
    emit("call_made", run="r")
    assert not any(map(is_heard, EVENTS))


def test_a_level_is_heard_with_those_above_it_and_what_is_said_always() -> None:
    """A log of warnings must not keep from a person what they would see without a log."""
    heard = heard_at("warning")
    for name in ("call_made", "scope_started", "call_failed", "said"):
        emit(name)
    assert ["call_failed", "said"] == [name for name, _ in heard]
    assert all(map(is_heard, EVENTS)) is False
    heard_at("debug")
    assert all(map(is_heard, EVENTS))


def test_what_is_not_known_is_left_out() -> None:
    """A reader need not tell null from absent; zero and false are known."""
    heard = heard_at("debug")
    emit("call_made", run=None, retries=0, request_id="i")
    assert [("call_made", {"retries": 0, "request_id": "i"})] == heard
