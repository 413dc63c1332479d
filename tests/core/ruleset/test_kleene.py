"""Conditions obey Kleene's three-valued logic: learning more never turns an answer around."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trueup.facts.schema import FactSchema
from trueup.facts.unknown import Reason, Unknown
from trueup.ruleset.condition import CompiledCondition, compile_condition

DENIED = Unknown(Reason.ACCESS_DENIED)
NUMBER = {"type": "number", "x-kind": "configuration"}
OBSERVED = {"type": "number", "x-kind": "observed"}
SCHEMA = FactSchema(
    {
        "title": "a.thing",
        "properties": {
            "a": {
                "type": "object",
                "x-kind": "configuration",
                "properties": {
                    "x": NUMBER,
                    "y": OBSERVED,
                    "list": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"x": NUMBER, "y": OBSERVED}},
                    },
                },
            }
        },
    }
)

VALUES = st.sampled_from([0, 1, 2, None, DENIED])
LEAVES = st.sampled_from([{"minimum": 1}, {"const": 1}, {"maximum": 1}, {"enum": [0, 2]}, {"not": {"const": 2}}])
ELEMENTS = st.fixed_dictionaries({}, optional={"x": VALUES, "y": VALUES})
ASPECTS = st.fixed_dictionaries(
    {
        "a": st.just(DENIED)
        | st.fixed_dictionaries(
            {},
            optional={
                "x": VALUES,
                "y": VALUES,
                "list": st.just(DENIED) | st.lists(ELEMENTS | st.just(DENIED), max_size=3),
            },
        )
    }
)


def _conditions(leaves: st.SearchStrategy[Any], lists: st.SearchStrategy[Any] | None) -> st.SearchStrategy[Any]:
    def nest(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        many = st.lists(inner, max_size=3)
        return st.one_of(
            st.fixed_dictionaries({"all": many}),
            st.fixed_dictionaries({"any": many}),
            st.fixed_dictionaries({"not": inner}),
        )

    return st.recursive(leaves | lists if lists is not None else leaves, nest, max_leaves=5)


INNER = _conditions(st.dictionaries(st.sampled_from(["x", "y"]), LEAVES, min_size=1), None)
CONDITIONS = _conditions(
    st.dictionaries(st.sampled_from(["a.x", "a.y"]), LEAVES, min_size=1),
    st.builds(lambda word, inner: {word: {"in": "a.list", "holds": inner}}, st.sampled_from(["every", "some"]), INNER),
)


def compiled(condition: Any) -> CompiledCondition:
    """Compile a condition for the schema above."""
    return compile_condition(condition, schema=SCHEMA)


def negated(condition: Any) -> Any:
    """Give the condition with each part negated, as De Morgan moves a ``not`` inwards by one step."""
    (word, parts), *rest = condition.items()
    if word == "all" and not rest:
        return {"any": [{"not": part} for part in parts]}
    if word == "any" and not rest:
        return {"all": [{"not": part} for part in parts]}
    if word in {"every", "some"} and not rest:
        other = "some" if word == "every" else "every"
        return {other: {"in": parts["in"], "holds": {"not": parts["holds"]}}}
    return {"not": condition}


@given(CONDITIONS, ASPECTS)
def test_de_morgan(condition: Any, aspects: dict[str, Any]) -> None:
    """Not all is some not, not any is all not, for lists and unknowns too."""
    assert compiled({"not": condition}).holds(aspects) is compiled(negated(condition)).holds(aspects)


@given(CONDITIONS, ASPECTS)
def test_double_negation(condition: Any, aspects: dict[str, Any]) -> None:
    """Not not is nothing."""
    assert compiled(condition).holds(aspects) is compiled({"not": {"not": condition}}).holds(aspects)


@given(CONDITIONS, ASPECTS, st.data())
def test_learning_more_never_turns_an_answer_around(
    condition: Any, aspects: dict[str, Any], data: st.DataObject
) -> None:
    """What held or not with an unknown in it still does when the unknown becomes known."""
    before = compiled(condition).holds(aspects)
    after = compiled(condition).holds(_learn(aspects, data))

    assert before is None or before is after


def _learn(value: Any, data: st.DataObject, name: str = "aspects") -> Any:
    if isinstance(value, Unknown):
        known: dict[str, st.SearchStrategy[Any]] = {
            "a": ASPECTS.map(lambda aspects: aspects["a"]),
            "list": st.lists(ELEMENTS, max_size=2),
            "element": ELEMENTS,
        }
        return data.draw(known.get(name, st.sampled_from([0, 1, 2, None])))
    if isinstance(value, dict):
        return {key: _learn(item, data, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_learn(item, data, "element") for item in value]
    return value


@given(CONDITIONS, ASPECTS)
def test_evidence_agrees_with_the_answer(condition: Any, aspects: dict[str, Any]) -> None:
    """Every piece of evidence came out as the whole did, and an unknown answer names an unknown fact."""
    found = compiled(condition)
    answer = found.holds(aspects)

    assert {answer} >= {item.holds for item in found.evidence(aspects)}
    assert (answer is None) is (found.unknown(aspects) is not None)


@given(CONDITIONS, ASPECTS)
def test_judging_changes_nothing(condition: Any, aspects: dict[str, Any]) -> None:
    """Facts are only looked at."""
    before = copy.deepcopy(aspects)
    found = compiled(condition)
    found.holds(aspects)
    found.evidence(aspects)

    assert before == aspects
