"""A new rule is right as it stands, and nothing is written where it cannot be."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.authoring.new_rule import new_rule
from trueup.errors import UsageError
from trueup.facts.schema import FactSchema
from trueup.hosting.host import Host
from trueup.ruleset.load import load_rules
from trueup.ruleset.rule import Rule
from trueup.ruleset.source import RuleSource
from trueup.ruleset.trial import try_rule
from trueup.ruleset.validation import rule_problems

if TYPE_CHECKING:
    from pathlib import Path

SCHEMAS = Host().fact_schemas()
TYPE = "dynamodb.table"


@pytest.mark.parametrize("resource", sorted(SCHEMAS))
def test_a_new_rule_is_right_and_its_cases_pass(tmp_path: Path, resource: str) -> None:
    """About every installed resource type: it validates, its cases get their verdicts and show every clause."""
    rule_file, cases_file = new_rule("my-new-rule", resource, SCHEMAS, {}).write(tmp_path / "rules")
    rule = load_rules([RuleSource.of_user(tmp_path / "rules")], SCHEMAS).rules["my-new-rule"]
    trial = try_rule(rule)

    assert [tmp_path / "rules" / "my-new-rule.json", tmp_path / "rules" / "my-new-rule.cases.json"] == [
        rule_file,
        cases_file,
    ]
    assert ([], ()) == (list(trial.problems()), trial.coverage.missing)


@pytest.mark.parametrize(
    ("fact", "condition"),
    [
        ({"type": "boolean", "x-kind": "configuration"}, {"const": True}),
        ({"type": ["string", "null"], "enum": ["OFF", "ON", None]}, {"const": "OFF"}),
        ({"type": "string"}, {"minLength": 1}),
        ({"type": "integer"}, {"minimum": 1}),
        ({"type": "number", "x-kind": "observed"}, {"minimum": 1}),
    ],
)
def test_the_first_condition_fits_the_fact(tmp_path: Path, fact: dict[str, Any], condition: dict[str, Any]) -> None:
    """Whatever a type has to offer, the condition and the cases are about it as it is declared."""
    schemas = {"a.b": _schema({"thing": {"type": "object", "properties": {"Fact": fact}}})}
    made = new_rule("my-new-rule", "a.b", schemas, {})
    made.write(tmp_path)

    assert {"thing.Fact": condition} == made.rule["expect"]
    assert [] == list(try_rule(load_rules([RuleSource.of_user(tmp_path)], schemas).rules["my-new-rule"]).problems())


def test_a_setting_that_is_on_or_off_is_preferred() -> None:
    """It needs no explanation; the one that is nearest comes first, and what must not be shown never."""
    facts = {
        "Name": {"type": "string"},
        "Always": {"type": "boolean", "enum": [True]},
        "Deep": {"type": "object", "properties": {"On": {"type": "boolean"}}},
        "Hidden": {"type": "boolean", "x-secret": True},
        "Seen": {"type": "boolean", "x-kind": "observed"},
        "Protected": {"type": "boolean"},
    }
    schemas = {"a.b": _schema({"thing": {"type": "object", "x-kind": "configuration", "properties": facts}})}

    assert {"thing.Protected": {"const": True}} == new_rule("my-new-rule", "a.b", schemas, {}).rule["expect"]


@pytest.mark.parametrize(
    "rule_id", ["", "one", "Upper-case", "a--b", "-a-b", "a-b-", "a_b-c", "../a-b", "ä-b", "a-" * 64 + "b"]
)
def test_an_id_that_is_none_is_refused(rule_id: str) -> None:
    """It becomes a file's name and stands in reports for ever."""
    with pytest.raises(UsageError, match="rule id: expected lower-case words joined by '-'"):
        new_rule(rule_id, TYPE, SCHEMAS, {})


@given(st.text(max_size=20))
def test_every_id_that_is_taken_makes_a_right_rule(rule_id: str) -> None:
    """The check of the id and the rule's own schema agree, whatever is typed."""
    document = new_rule("my-new-rule", TYPE, SCHEMAS, {}).rule
    right = not rule_problems({**document, "id": rule_id}, SCHEMAS)
    try:
        assert (rule_id, True) == (new_rule(rule_id, TYPE, SCHEMAS, {}).rule["id"], right)
    except UsageError:
        assert not right


def test_an_id_of_another_rule_is_refused() -> None:
    """Two rules with one id would both be left out."""
    document = new_rule("my-new-rule", TYPE, SCHEMAS, {}).rule
    taken = {"my-new-rule": Rule.from_document(document, SCHEMAS[TYPE], origin="there/my-new-rule.json")}
    with pytest.raises(UsageError, match=re.escape("found 'my-new-rule' in there/my-new-rule.json")):
        new_rule("my-new-rule", TYPE, SCHEMAS, taken)


def test_a_type_that_is_not_installed_is_refused() -> None:
    """A near one is suggested, else all are listed."""
    with pytest.raises(UsageError, match=r"found 'dynamodb.tabel'; did you mean 'dynamodb.table'\?"):
        new_rule("my-new-rule", "dynamodb.tabel", SCHEMAS, {})
    with pytest.raises(UsageError, match=r"found 'zzz'; known are awslambda\.function, "):
        new_rule("my-new-rule", "zzz", SCHEMAS, {})
    with pytest.raises(UsageError, match=r"a\.b has no fact that a condition could begin with"):
        new_rule("my-new-rule", "a.b", {"a.b": _schema({"tags": {"type": "object", "properties": {}}})}, {})


@pytest.mark.parametrize("there", ["my-new-rule.json", "my-new-rule.cases.json"])
def test_what_is_there_is_left_as_it_is(tmp_path: Path, there: str) -> None:
    """Neither file is written when one of them is there."""
    (tmp_path / there).write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=rf"{there}: expected no such file yet, found one"):
        new_rule("my-new-rule", TYPE, SCHEMAS, {}).write(tmp_path)

    assert {there: "mine"} == {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    """A file where a folder should be ends in a sentence."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"file/rules: cannot be written \(Not a directory\); choose another --dir"):
        new_rule("my-new-rule", TYPE, SCHEMAS, {}).write(tmp_path / "file" / "rules")


def test_nothing_is_left_of_two_files_when_one_cannot_be_written(tmp_path: Path) -> None:
    """A link that leads nowhere is there all the same."""
    (tmp_path / "my-new-rule.cases.json").symlink_to("nowhere")
    with pytest.raises(UsageError, match=r"cannot be written \(File exists\)"):
        new_rule("my-new-rule", TYPE, SCHEMAS, {}).write(tmp_path)

    assert ["my-new-rule.cases.json"] == [path.name for path in tmp_path.iterdir()]


def test_the_files_are_plain_json(tmp_path: Path) -> None:
    """Indented, ending with a line end, and nothing but what the documents say."""
    made = new_rule("my-new-rule", TYPE, SCHEMAS, {})
    for file, document in zip(made.write(tmp_path), (made.rule, made.cases), strict=True):
        text = file.read_text("utf-8")
        assert (document, "}\n") == (json.loads(text), text[-2:])


def _schema(aspects: dict[str, Any]) -> FactSchema:
    return FactSchema({"title": "a.b", "properties": aspects})
