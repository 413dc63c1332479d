"""Why a rule gives its verdict: each condition with what was found and what was expected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.ruleset.conftest import FACTS, RULE
from trueup.facts.schema import FactSchema
from trueup.facts.unknown import Reason, Unknown
from trueup.ruleset.explanation import explain
from trueup.ruleset.rule import Rule
from trueup.ruleset.written_facts import read_facts

if TYPE_CHECKING:
    from trueup.ruleset.explanation import Explanation


def lines(schema: FactSchema, document: dict[str, Any], facts: dict[str, Any], **parameters: Any) -> list[str]:
    """Give what a person is told."""
    rule = Rule.from_document(document, schema).bind(parameters)
    return list(explain(rule, read_facts(schema, facts)).lines())


def test_parts_that_held_are_shown_too(schema: FactSchema, document: dict[str, Any]) -> None:
    """Every part of the tree says how it came out, with values, units and what was expected in words."""
    document["expect"] = {
        "any": [{"use.peak": {"minimum": {"$param": "gate"}}}, {"thing.On": {"const": False}}],
        "not": {"thing.Size": {"exclusiveMinimum": 5}},
    }
    facts = {"thing": {"Mode": "BUSY", "Size": 7, "On": False}, "use": {"peak": 3.5}}

    assert [
        "example-thing-used: fail",
        "parameter gate = 20",
        "when",
        '  held      thing.Mode is "BUSY", expected "BUSY"',
        "expect",
        "  not held  all of",
        "    held      any of",
        "      not held  use.peak is 3.5 percent, expected a number of at least 20",
        "      held      thing.On is false, expected false",
        "    not held  not",
        "      held      thing.Size is 7 bytes, expected a number above 5",
    ] == lines(schema, document, facts)


def test_each_element_of_a_list_is_shown_by_its_name(schema: FactSchema, document: dict[str, Any]) -> None:
    """A list says how many elements it has, and each of them how it came out; so does what is unknown."""
    del document["when"]
    document["expect"] = {"every": {"in": "thing.Parts", "holds": {"Use": {"maximum": 50}}}}
    parts = [{"Name": "a", "Use": 10}, {"Name": "b", "Use": {"$unknown": "no data"}}]

    assert [
        "expect",
        "  unknown   every element of thing.Parts (2)",
        "    held      a: Use is 10 percent, expected a number of at most 50",
        "    unknown   b: Use is unknown: no data: so the case says",
    ] == lines(schema, document, {"thing": {"Parts": parts}})[2:]
    assert ["  held      every element of thing.Parts (none)"] == lines(schema, document, {"thing": {"Parts": []}})[3:]
    unread = {"thing": {"$unknown": "throttled"}}
    assert ["  unknown   thing.Parts is unknown: throttled: so the case says"] == lines(schema, document, unread)[3:]


def test_what_is_expected_is_shown_of_resources_that_are_not_asked(
    schema: FactSchema, document: dict[str, Any]
) -> None:
    """Whoever writes the rule sees both conditions, and that the second decides nothing."""
    told = lines(schema, document, {"thing": {"Mode": "IDLE"}, "use": {"peak": 30}}, gate=40)

    assert "example-thing-used: not applicable" == told[0]
    assert [
        "expect (not asked, since `when` does not hold)",
        "  not held  use.peak is 30 percent, expected a number of at least 40",
    ] == told[-2:]


FACT_VALUES = st.sampled_from([Unknown(Reason.THROTTLED), None, 0, 5, 30])
MODES = st.sampled_from([Unknown(Reason.ACCESS_DENIED), None, "IDLE", "BUSY"])


@given(size=FACT_VALUES, peak=FACT_VALUES, mode=MODES)
def test_every_part_agrees_with_the_judge(size: Any, peak: Any, mode: Any) -> None:
    """The verdict is that of the judge, each part is made of its parts in Kleene's logic, and all of it is JSON."""
    schema = FactSchema(FACTS)
    condition = {"any": [{"use.peak": {"minimum": 20}}, {"thing.Size": {"const": 5}, "thing.Mode": {"const": "BUSY"}}]}
    rule = Rule.from_document({**RULE, "when": {"not": {"thing.Mode": {"const": "IDLE"}}}, "expect": condition}, schema)
    bound = rule.bind()
    aspects = {"thing": {"Size": size, "Mode": mode}, "use": {"peak": peak}}
    told = explain(bound, aspects)
    assert told.when is not None

    assert (bound.judge(aspects).verdict, bound.when.holds(aspects), bound.expect.holds(aspects)) == (
        told.verdict,
        told.when.holds,
        told.expect.holds,
    )
    _agrees(told.when)
    _agrees(told.expect)
    json.dumps(told.to_json())


def _agrees(part: Explanation) -> None:
    outcomes = [each.holds for each in part.parts]
    if part.kind == "any":
        assert part.holds is (True if True in outcomes else None if None in outcomes else False)
    elif part.kind == "all":
        assert part.holds is (False if False in outcomes else None if None in outcomes else True)
    elif part.kind == "not":
        assert part.holds is (None if outcomes == [None] else not outcomes[0])
    for each in part.parts:
        _agrees(each)
