"""Live facts become a case: nothing is lost, nothing secret is kept, nothing that was there is touched."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.ruleset.conftest import FACTS, RULE
from trueup.authoring.saved_case import CasesFile
from trueup.errors import RuleFileError, UsageError
from trueup.facts.schema import FactSchema
from trueup.facts.secrets import leave_out_secrets
from trueup.facts.unknown import Reason, Unknown
from trueup.ruleset.cases import read_cases
from trueup.ruleset.load import load_rules
from trueup.ruleset.source import RuleSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMA = FactSchema(FACTS)
SCHEMAS = {SCHEMA.type: SCHEMA}
ID = "example-thing-used"
USED: dict[str, Any] = {"thing": {"Mode": "BUSY"}, "use": {"peak": 50}}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Give the cases file of the example's rule, which is not there yet."""
    (tmp_path / f"{ID}.json").write_text(json.dumps(RULE), encoding="utf-8")
    return tmp_path / f"{ID}.cases.json"


def add(file: Path, name: str, aspects: Mapping[str, Any] = USED, expected: str = "pass") -> None:
    """Add a case as ``trueup facts --save`` does."""
    CasesFile.of(file, SCHEMAS).add(name, aspects, expected, SCHEMA)


def saved(file: Path) -> dict[str, Any]:
    """Read the cases beside the rule, strictly; give their aspects by name."""
    rule = load_rules([RuleSource.of_user(file.with_name(f"{ID}.json"))], SCHEMAS).rules[ID]
    return {case.name: case.aspects for case in read_cases(rule)}


def test_a_file_begins_with_the_first_case(cases: Path) -> None:
    """The rule beside is found, and its cases are right."""
    add(cases, "used")

    assert ID == getattr(CasesFile.of(cases, SCHEMAS).rule, "id", None)
    assert {"used": USED} == saved(cases)


@pytest.mark.parametrize(
    "text",
    [
        '{"cases": [{"name": "old", "facts": {}, "expect": "unknown"}]}',
        '{\r\n\t"cases": [\r\n\t\t{"name": "old",\r\n\t\t "facts": {}, "expect": "unknown"}\r\n\t]\r\n}\r\n',
        (
            '{\n  "cases": [\n    {"name": "\u2028[}", "facts": {"tags": {"a": "]"}}, "expect": "unknown"}\n  ],\n'
            '  "$schema": "x.json"}'
        ),
    ],
)
def test_what_was_there_is_left_as_it_was_written(cases: Path, text: str) -> None:
    """The new text is the old one with one case put in, in whatever style the file is."""
    cases.write_bytes(text.encode())
    before = json.loads(text)
    add(cases, "used")
    after = cases.read_bytes().decode()
    document = json.loads(after)

    assert before | {"cases": [*before["cases"], {"name": "used", "facts": USED, "expect": "pass"}]} == document
    start = next(at for at, (old, new) in enumerate(zip(text, after, strict=False)) if old != new)
    assert (text[:start], text[start:]) == (after[:start], after[len(after) - len(text) + start :])


def test_a_name_that_a_case_has_is_refused(cases: Path) -> None:
    """Nothing is overwritten."""
    add(cases, "used")
    before = cases.read_bytes()
    with pytest.raises(UsageError, match="expected a name that no case has, found 'used'; choose another --name"):
        add(cases, "used", {"thing": {}})

    assert before == cases.read_bytes()


@pytest.mark.parametrize("text", ["{", "[]", '{"cases": [{"name": "x"}]}', '{"cases": []}'])
def test_a_file_that_is_something_else_is_left_alone(cases: Path, text: str) -> None:
    """It is read as strictly as ``rules test`` reads it."""
    cases.write_text(text, encoding="utf-8")
    with pytest.raises(RuleFileError, match=rf"{ID}\.cases\.json:1:"):
        add(cases, "used")

    assert (text, {cases.name, f"{ID}.json"}) == (
        cases.read_text("utf-8"),
        {each.name for each in cases.parent.iterdir()},
    )


def test_a_file_without_a_rule_beside_takes_any_facts(tmp_path: Path) -> None:
    """Its name says nothing then."""
    assert [None, None] == [CasesFile.of(tmp_path / name, SCHEMAS).rule for name in ("facts.json", f"{ID}.cases.json")]
    add(tmp_path / "facts.json", "used")
    assert ["used"] == [case["name"] for case in json.loads((tmp_path / "facts.json").read_text("utf-8"))["cases"]]


def test_a_broken_rule_beside_is_told(cases: Path) -> None:
    """Which aspects it looks at cannot be known then."""
    cases.with_name(f"{ID}.json").write_text(json.dumps({**RULE, "severity": "loud"}), encoding="utf-8")
    with pytest.raises(RuleFileError, match="found \"loud\"; did you mean 'low'"):
        CasesFile.of(cases, SCHEMAS)


def test_a_file_keeps_its_mode_and_a_link_stays_one(cases: Path) -> None:
    """Replacing a file changes nothing but its content."""
    real = cases.with_name("real.json")
    add(real, "old")
    real.chmod(0o600)
    cases.symlink_to(real)
    add(cases, "used")

    assert (True, 0o600, ["old", "used"]) == (cases.is_symlink(), real.stat().st_mode & 0o777, list(saved(cases)))


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is not there ends in a sentence."""
    with pytest.raises(UsageError, match=r"cannot be written \(No such file or directory\); choose another --save"):
        add(tmp_path / "none" / "facts.json", "used")


@pytest.mark.parametrize("name", ["$unknown", "$secret"])
def test_facts_that_would_read_as_something_else_are_refused(cases: Path, name: str) -> None:
    """A tag may be called like the mark of an unknown; a case cannot say so."""
    with pytest.raises(UsageError, match=re.escape("expected no fact that is called $unknown or $secret, found one")):
        add(cases, "hostile", {"tags": {name: "x"}})

    assert not cases.exists()


def test_a_value_that_the_schema_does_not_know_is_refused(cases: Path) -> None:
    """``rules test`` would refuse the file."""
    with pytest.raises(UsageError, match=r"cannot be saved as a case: thing\.Mode is never 'NEW'"):
        add(cases, "new", {"thing": {"Mode": "NEW"}})


SECRETS = FactSchema(
    {
        "title": "example.thing",
        "properties": {
            "token": {"type": "string", "x-secret": True},
            "thing": {
                "type": "object",
                "properties": {
                    "Password": {"type": "string", "x-secret": True},
                    "Words": {"type": "array", "items": {"type": "string", "x-secret": True}},
                    "Map": {"type": "object", "additionalProperties": {"type": "string", "x-secret": True}},
                    "Parts": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"Key": {"type": "string", "x-secret": True}}},
                    },
                },
            },
        },
    }
)
HIDDEN = "hunter2-hunter2"


def test_what_must_not_be_shown_is_not_saved(tmp_path: Path) -> None:
    """Neither a secret nor its digest is in the file, wherever it was in the facts."""
    facts = {
        "token": HIDDEN,
        "thing": {"Password": HIDDEN, "Words": [HIDDEN], "Map": {"a": HIDDEN}, "Parts": [{"Key": HIDDEN}, None]},
    }
    file = tmp_path / "facts.json"
    CasesFile(file, None).add("secret", facts, "pass", SECRETS)
    text = file.read_text("utf-8")

    assert {"thing": {"Words": [{"$unknown": "not read"}], "Map": {}, "Parts": [{}, None]}} == json.loads(text)[
        "cases"
    ][0]["facts"]
    assert [] == [word for word in (HIDDEN, "sha256") if word in text]


REASONS = st.sampled_from(Reason).map(lambda reason: Unknown(reason, "so the case says"))
NAMES = st.text(max_size=8).filter(lambda name: name not in {"$unknown", "$secret"})
WHOLE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
NUMBERS = st.floats(0, 100) | REASONS | st.none()
PART = st.fixed_dictionaries({}, optional={"Name": st.text(max_size=5), "Size": st.integers(), "Use": NUMBERS})
THING = st.fixed_dictionaries(
    {},
    optional={
        "Name": st.text() | REASONS | st.none(),
        "Mode": st.sampled_from(["IDLE", "BUSY", None]),
        "On": st.booleans() | REASONS,
        "Parts": st.lists(PART, max_size=3) | REASONS,
        "Zones": st.lists(st.text(max_size=5), max_size=3),
        "Policy": st.dictionaries(NAMES, WHOLE, max_size=3),
    },
)
ASPECTS = st.fixed_dictionaries(
    {},
    optional={
        "thing": THING | REASONS,
        "use": st.fixed_dictionaries({"peak": NUMBERS}) | REASONS,
        "tags": st.dictionaries(NAMES, st.text(max_size=8), max_size=3) | REASONS,
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(first=ASPECTS, second=ASPECTS, name=st.text(min_size=1).filter(lambda name: name != "first"))
def test_what_is_saved_is_what_is_read(cases: Path, first: Any, second: Any, name: str) -> None:
    """Whatever the facts and the names are, ``rules test`` reads the same facts that were saved, unknowns too."""
    cases.unlink(missing_ok=True)
    live = {
        case: {aspect: SCHEMA.normalise(aspect, value) for aspect, value in aspects.items()}
        for case, aspects in {"first": first, name: second}.items()
    }
    for case, aspects in live.items():
        add(cases, case, aspects)

    assert live == saved(cases)
    assert live == {case: leave_out_secrets(SCHEMA, aspects) for case, aspects in live.items()}
