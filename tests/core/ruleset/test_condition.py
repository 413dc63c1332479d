"""Conditions hold, do not hold, or are unknown, and say which facts decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import UsageError
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Evidence
from trueup.ruleset.condition import compile_condition

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema

DENIED = Unknown(Reason.ACCESS_DENIED, missing_action="example:DescribeThing")
PARTS = [{"Name": "a", "Size": 1, "Use": 10}, {"Name": "b", "Size": 5, "Use": 90}]
THING = {"Name": "x", "Mode": "BUSY", "Size": 5, "On": True, "Parts": PARTS, "Zones": ["p", "q"], "Policy": {"V": [1]}}
ASPECTS = {"thing": THING, "use": {"peak": 40.5}, "tags": {"cost-center": "7"}}

every_part_small = {"every": {"in": "thing.Parts", "holds": {"Size": {"maximum": 4}}}}
some_part_small = {"some": {"in": "thing.Parts", "holds": {"Size": {"maximum": 4}}}}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, True),
        ({"thing.Mode": {"const": "BUSY"}}, True),
        ({"thing.Mode": {"const": "BUSY"}, "thing.Size": {"minimum": 6}}, False),
        ({"all": [{"thing.On": {"const": True}}, {"thing.Size": {"const": 5}}]}, True),
        ({"any": [{"thing.On": {"const": False}}, {"thing.Size": {"const": 5}}]}, True),
        ({"not": {"thing.Mode": {"const": "IDLE"}}}, True),
        ({"thing.On": {"const": True}, "not": {"thing.Size": {"const": 5}}}, False),
        (every_part_small, False),
        (some_part_small, True),
        ({"every": {"in": "thing.Parts", "holds": {"Size": {"minimum": 1}, "Use": {"maximum": 90}}}}, True),
        ({'tags."cost-center"': {"pattern": "^[0-9]+$"}}, True),
        ({"tags.owner": {"type": "string"}}, False),
        ({"thing.Zones": {"contains": {"const": "q"}, "minItems": 2}}, True),
        ({"thing.Policy.V": {"const": [1]}}, True),
    ],
)
def test_what_is_known_holds_or_not(schema: FactSchema, condition: dict[str, Any], expected: bool) -> None:
    """Each form of condition gives its answer, and no unknown with it."""
    compiled = compile_condition(condition, schema=schema)

    assert expected is compiled.holds(ASPECTS)
    assert compiled.unknown(ASPECTS) is None


@pytest.mark.parametrize(
    ("condition", "aspects", "reason"),
    [
        ({"thing.Size": {"minimum": 1}}, {"thing": DENIED}, Reason.ACCESS_DENIED),
        ({"thing.Size": {"minimum": 1}}, {"thing": {"Size": DENIED}}, Reason.ACCESS_DENIED),
        ({"thing.Size": {"minimum": 1}}, {}, Reason.NOT_READ),
        ({"thing.Size": {"minimum": 1}}, {"thing": {"Size": "5"}}, Reason.UNEXPECTED),
        ({"thing.Size": {"minimum": 1}}, {"thing": {"Size": True}}, Reason.UNEXPECTED),
        ({"thing.Size": {"minimum": 1}}, {"thing": "text"}, Reason.UNEXPECTED),
        ({"use.peak": {"maximum": 1}}, {"use": {"peak": float("nan")}}, Reason.UNEXPECTED),
        ({"use.peak": {"maximum": 1}}, {"use": {"peak": None}}, Reason.NO_DATA),
        ({"use.peak": {"maximum": 1}}, {"use": {}}, Reason.NO_DATA),
        ({"use.peak": {"maximum": 1}}, {"use": None}, Reason.NO_DATA),
        ({"not": {"use.peak": {"maximum": 1}}}, {"use": {}}, Reason.NO_DATA),
        ({"thing.Zones": {"minItems": 1}}, {"thing": {"Zones": ["p", DENIED]}}, Reason.ACCESS_DENIED),
        ({"thing.Policy": {"minProperties": 1}}, {"thing": {"Policy": {"a": [DENIED]}}}, Reason.ACCESS_DENIED),
        (every_part_small, {"thing": {"Parts": DENIED}}, Reason.ACCESS_DENIED),
        (every_part_small, {"thing": {"Parts": {"a": 1}}}, Reason.UNEXPECTED),
        (every_part_small, {"thing": {"Parts": [DENIED, {"Size": 1}]}}, Reason.ACCESS_DENIED),
        (every_part_small, {"thing": {"Parts": ["text"]}}, Reason.UNEXPECTED),
        (some_part_small, {"thing": {"Parts": [{"Size": 9}, {"Size": DENIED}]}}, Reason.ACCESS_DENIED),
    ],
)
def test_what_is_not_known_is_unknown_with_its_reason(
    schema: FactSchema, condition: dict[str, Any], aspects: dict[str, Any], reason: Reason
) -> None:
    """Neither denied, nor absent data, nor an unexpected type, is ever true or false."""
    compiled = compile_condition(condition, schema=schema)
    found = compiled.unknown(aspects)

    assert compiled.holds(aspects) is None
    assert found is not None
    assert reason == found.reason


@pytest.mark.parametrize(
    ("condition", "aspects", "expected"),
    [
        ({"thing.On": {"const": True}, "thing.Size": {"const": 1}}, {"thing": {"On": False, "Size": DENIED}}, False),
        (
            {"any": [{"thing.Size": {"const": 1}}, {"thing.On": {"const": True}}]},
            {"thing": {"On": True, "Size": DENIED}},
            True,
        ),
        (every_part_small, {"thing": {"Parts": [DENIED, {"Size": 9}]}}, False),
        (some_part_small, {"thing": {"Parts": [DENIED, {"Size": 1}]}}, True),
    ],
)
def test_an_unknown_that_cannot_matter_does_not(
    schema: FactSchema,
    condition: dict[str, Any],
    aspects: dict[str, Any],
    expected: bool,
) -> None:
    """One known element or part that settles it is enough."""
    assert expected is compile_condition(condition, schema=schema).holds(aspects)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"thing.Size": {"maximum": 5}}, False),
        ({"thing.Size": {"const": None}}, True),
        ({"thing.Size": {"type": ["null", "integer"]}}, True),
        ({"thing.Size": {"not": {"minimum": 5}}}, True),
        (every_part_small, True),
        (some_part_small, False),
        ({"tags.owner": {"const": None}}, True),
    ],
)
@pytest.mark.parametrize("thing", [None, {}, {"Size": None, "Parts": None}])
def test_absent_configuration_is_null_and_an_absent_list_is_empty(
    schema: FactSchema,
    condition: dict[str, Any],
    expected: bool,
    thing: Any,
) -> None:
    """What AWS leaves out of configuration is a value, which is neither small nor large."""
    assert expected is compile_condition(condition, schema=schema).holds({"thing": thing, "tags": {}})


def test_without_a_schema_types_are_not_known() -> None:
    """An action's condition may be compiled by itself; then nothing is checked but what it says."""
    compiled = compile_condition({"some": {"in": "a.b", "holds": {"c": {"const": 1}}}})

    assert compiled.holds({"a": {"b": [{"c": 1}]}}) is True
    assert compiled.holds({"a": {"b": "text"}}) is None


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (
            {"thing.Mode": {"const": "IDLE"}, "thing.On": {"const": True}},
            [Evidence("thing.Mode", "BUSY", {"const": "IDLE"}, holds=False)],
        ),
        (
            {"any": [{"thing.Mode": {"const": "IDLE"}}, {"thing.Size": {"minimum": 6}}]},
            [
                Evidence("thing.Mode", "BUSY", {"const": "IDLE"}, holds=False),
                Evidence("thing.Size", 5, {"minimum": 6}, holds=False),
            ],
        ),
        ({"not": {"thing.Size": {"const": 5}}}, [Evidence("thing.Size", 5, {"not": {"const": 5}}, holds=False)]),
        ({"not": {"not": {"thing.Size": {"const": 5}}}}, [Evidence("thing.Size", 5, {"const": 5}, holds=True)]),
        (every_part_small, [Evidence("thing.Parts[b].Size", 5, {"maximum": 4}, holds=False)]),
        (some_part_small, [Evidence("thing.Parts[a].Size", 1, {"maximum": 4}, holds=True)]),
        (
            {"not": every_part_small},
            [Evidence("thing.Parts[b].Size", 5, {"not": {"maximum": 4}}, holds=True)],
        ),
    ],
)
def test_evidence_is_what_decided(schema: FactSchema, condition: dict[str, Any], expected: list[Evidence]) -> None:
    """The leaves that made it hold or not are told, under a ``not`` as what must not be."""
    assert expected == list(compile_condition(condition, schema=schema).evidence(ASPECTS))


@pytest.mark.parametrize(("parts", "held", "actual"), [([], True, []), (None, True, ()), (DENIED, None, DENIED)])
@pytest.mark.parametrize("word", ["every", "some"])
@pytest.mark.parametrize("negated", [False, True])
def test_evidence_of_a_list_without_elements_is_the_list(
    schema: FactSchema, parts: Any, held: bool | None, actual: Any, word: str, *, negated: bool
) -> None:
    """With no element to show, the list itself is shown, and the answer is the condition's."""
    inner = {word: {"in": "thing.Parts", "holds": {"Size": {"const": 1}}}}
    condition = {"not": inner} if negated else inner
    compiled = compile_condition(condition, schema=schema)
    aspects = {"thing": {"Parts": parts}}
    (evidence,) = compiled.evidence(aspects)
    expected = {word: {"Size": {"const": 1}}}

    assert (held is None) is (compiled.holds(aspects) is None)
    assert compiled.holds(aspects) is evidence.holds
    assert ("thing.Parts", actual) == (evidence.path, evidence.actual)
    assert ({"not": expected} if negated else expected) == evidence.expected


def test_an_element_without_a_name_is_told_by_its_position(schema: FactSchema) -> None:
    """A list without a key, or an element without it, is counted."""
    compiled = compile_condition(every_part_small, schema=schema)
    (evidence,) = compiled.evidence({"thing": {"Parts": [{"Name": "a", "Size": 1}, {"Size": 9}]}})

    assert "thing.Parts[1].Size" == evidence.path


def test_parameters_are_filled_in_whole_values(schema: FactSchema) -> None:
    """A parameter stands for any operand, also inside a list."""
    condition = {"thing.Name": {"enum": {"$param": "names"}}, "thing.Size": {"enum": [1, {"$param": "size"}]}}
    compiled = compile_condition(condition, schema=schema, parameters={"names": ["x"], "size": 5})

    assert compiled.holds(ASPECTS) is True
    assert {"thing.Name": {"enum": ["x"]}, "thing.Size": {"enum": [1, 5]}} == compiled.document


def test_it_knows_what_it_looks_at(schema: FactSchema) -> None:
    """Paths, aspects and the facts inside lists are known without judging anything."""
    condition = {"any": [every_part_small, {"use.peak": {"minimum": 1}}, {"not": {"use.peak": {"maximum": 9}}}]}
    compiled = compile_condition(condition, schema=schema)

    assert ("thing.Parts", "use.peak") == compiled.paths
    assert {"thing", "use"} == compiled.aspects
    assert ["thing.Parts", "thing.Parts[].Size", "use.peak"] == [fact.path for fact in compiled.facts]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ([], "expected a condition, a mapping of fact path to schema, found []"),
        (
            {"thing.Siez": {"const": 1}},
            "thing.Siez: 'thing.Siez' names no fact of example.thing; did you mean 'thing.Size'?",
        ),
        ({"thing Size": {"const": 1}}, "is no fact path: expected a dot at column 6"),
        ({"thing.Size": 1}, "expected a JSON Schema for thing.Size, found 1"),
        ({"thing.Size": True}, "expected a JSON Schema with at least one keyword, found a boolean"),
        ({"thing.Size": {}}, "expected a JSON Schema with at least one keyword"),
        ({"all": {"thing.Size": {"const": 1}}}, "expected a list of conditions for 'all'"),
        ({"any": [1]}, "any/0: expected a condition"),
        ({"every": {"in": "thing.Parts"}}, 'expected {"in": path of a list, "holds": condition} for \'every\''),
        ({"some": {"in": "thing.Size", "holds": {}}}, "'thing.Size' is integer: expected a list to look into"),
        (
            {"every": {"in": "thing.Parts", "holds": {"Size": {"const": {"$param": "gaet"}}}}},
            "every/holds/Size: unknown parameter 'gaet'",
        ),
        ({"some": {"in": "thing.Part", "holds": {}}}, "did you mean 'thing.Parts'?"),
        ({"some": {"in": "thing.Parts", "holds": {"Siez": {"const": 1}}}}, "did you mean 'Size'"),
        ({"thing.Size": {"const": {"$param": "gaet"}}}, "unknown parameter 'gaet': expected one of gate; did you mean"),
    ],
)
def test_what_is_no_condition_is_refused(schema: FactSchema, condition: Any, message: str) -> None:
    """Each mistake says where it is and what was expected."""
    with pytest.raises(UsageError) as raised:
        compile_condition(condition, schema=schema, parameters={"gate": 1})

    assert message in str(raised.value)


def test_every_mistake_is_told(schema: FactSchema) -> None:
    """Two mistakes are two lines."""
    with pytest.raises(UsageError) as raised:
        compile_condition({"thing.Siez": {"const": 1}, "any": [{"thing.Size": {"minimun": 1}}]}, schema=schema)

    assert 2 == len(str(raised.value).splitlines())
