"""Facts from a file: as ``trueup facts`` printed them, or as a case has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import RuleFileError, UsageError
from trueup.facts.unknown import Reason, Unknown
from trueup.ruleset.fact_file import read_fact_file

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.facts.schema import FactSchema

ONE = {"name": "one", "facts": {"thing": {"Mode": "BUSY"}}, "expect": "pass"}
TWO = {"name": "two", "facts": {"use": {"peak": 5}}, "parameters": {"gate": 5}, "expect": "fail"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the file that a test writes."""
    return tmp_path / "facts.json"


def write(file: Path, document: Any) -> Path:
    """Write a document."""
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_what_facts_prints_is_read(file: Path, schema: FactSchema) -> None:
    """Values are normalised as live ones are; an unknown keeps its detail, and a digest tells nothing."""
    printed = {
        "resource": "arn:aws:example:::thing/1",
        "type": "example.thing",
        "facts": {
            "thing": {"Zones": ["b", "a"], "Name": {"$secret": "sha256:12"}},
            "use": {"$unknown": "access denied", "detail": "access denied at example:Read"},
        },
    }
    read = read_fact_file(write(file, printed), schema)

    assert ("arn:aws:example:::thing/1", {}) == (read.subject, read.parameters)
    assert {
        "thing": {"Zones": ["a", "b"], "Name": Unknown(Reason.NOT_READ, "it must not be shown")},
        "use": Unknown(Reason.ACCESS_DENIED, "access denied at example:Read"),
    } == read.aspects


def test_a_case_is_read_by_its_name(file: Path, schema: FactSchema) -> None:
    """With its parameters; the only case of a file needs no name."""
    read = read_fact_file(write(file, {"cases": [ONE, TWO]}), schema, "two")
    assert ("two", {"use": {"peak": 5}}, {"gate": 5}) == (read.subject, read.aspects, read.parameters)
    assert "one" == read_fact_file(write(file, {"cases": [ONE]}), schema).subject


@pytest.mark.parametrize(
    ("document", "case", "error", "message"),
    [
        ({"cases": [ONE, TWO]}, None, UsageError, "expected --case with one of its 2 cases"),
        ({"cases": [ONE, TWO]}, "tow", UsageError, "did you mean 'two'?"),
        ({"cases": [{**ONE, "facts": {"thign": {}}}]}, None, RuleFileError, "unknown aspect 'thign'"),
        ({"cases": []}, None, RuleFileError, "expected"),
        ({"type": "example.thing", "facts": {}}, "one", UsageError, "expected a cases file"),
        ({"type": "example.other", "facts": {}}, None, UsageError, "expected facts of a example.thing"),
        ({"facts": {"thing": {"Mode": 5}}}, None, RuleFileError, "facts.json:1:30: expected a string for thing.Mode"),
        ({"facts": []}, None, RuleFileError, "expected what `trueup facts --format json` prints"),
        ([], None, RuleFileError, "expected what `trueup facts --format json` prints"),
    ],
)
def test_a_file_that_says_something_else_is_refused(
    file: Path, schema: FactSchema, document: Any, case: str | None, error: type[Exception], message: str
) -> None:
    """What was expected stands beside what was found."""
    with pytest.raises(error) as raised:
        read_fact_file(write(file, document), schema, case)

    assert message in str(raised.value)
