"""JSON Lines hold the JSON report's records, one a line, and every line stands for itself."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.reports.generated import runs
from tests.reports.views import HOSTILE, KINDS, MemoryView, empty_view, large_view, renamed_view, view_of
from trueup.reports.json_report import write_json
from trueup.reports.jsonl_report import line_schema, write_jsonl
from trueup.reports.record_line import report_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _text(view: MemoryView, write: Callable[[MemoryView, io.StringIO], None] = write_jsonl) -> str:
    stream = io.StringIO()
    write(view, stream)
    return stream.getvalue()


def _lines(view: MemoryView) -> list[dict[str, Any]]:
    return [json.loads(line, parse_constant=pytest.fail) for line in _text(view).splitlines()]


def _problems(lines: list[dict[str, Any]]) -> list[str]:
    registry: Registry[Any] = Registry().with_resource("urn:trueup:report:1", Resource.from_contents(report_schema()))
    validator = Draft202012Validator(line_schema(), registry=registry)
    return [f"{line['kind']}: {error.message}" for line in lines for error in validator.iter_errors(line)]


def _report(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Put the lines together to the report again."""

    def of(kind: str) -> list[dict[str, Any]]:
        return [line for line in lines if line["kind"] == kind]

    states = ("used", "unused", "expired", "undecided")
    return {
        "schema": "trueup.report/1",
        **{kind: of(kind)[0][kind] for kind in ("run", "summary", "costs", "calls")},
        "scopes": [line["scope"] for line in of("scope")],
        "rules": {line["rule_id"]: line["rule"] for line in of("rule")},
        "findings": [line["finding"] for line in of("finding")],
        "changes": [line["change"] for line in of("change")],
        "exemptions": {
            state: [line["exemption"] for line in of("exemption") if line["state"] == state] for state in states
        },
        "history": {**of("history")[0]["history"], "fixed": [line["fixed"] for line in of("fixed")]},
    }


def test_the_schema_is_a_schema() -> None:
    """The shipped schema is valid by draft 2020-12."""
    Draft202012Validator.check_schema(line_schema())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [view_of, empty_view, lambda kind: renamed_view(kind, HOSTILE)])
def test_lines_validate_and_are_the_report(kind: str, make: Any) -> None:
    """Lines of every kind of run, full, empty or hostile, have their shape and make up the JSON report."""
    lines = _lines(make(kind))

    assert [] == _problems(lines)
    assert json.loads(_text(make(kind), write_json)) == _report(lines)


@given(runs())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_generated_lines_validate_and_are_the_report(view: MemoryView) -> None:
    """Whatever strangers call their resources, a line is one line of ASCII, and nothing of the report is lost."""
    text = _text(view)
    lines = _lines(view)

    assert text.isascii()
    assert text.count("\n") == len(lines)
    assert [] == _problems(lines)
    assert json.loads(_text(view, write_json)) == _report(lines)


def test_a_finding_is_written_as_in_the_json_report() -> None:
    """Order of keys and escapes are the report's, to the byte, so that one can be searched like the other."""
    view = renamed_view("audit", HOSTILE)
    report = _text(view, write_json)

    kept = [line for line in _text(view).splitlines() if '"kind": "finding"' in line]
    records = [line.partition('"finding": {')[2].removesuffix("}") for line in kept]

    assert len(view.finding_records) == len(kept)
    assert [] == [record for record in records if record not in report]


def test_every_line_says_its_schema_its_run_and_its_kind() -> None:
    """A line that is cut out of the file, or put beside those of another run, still says what it is."""
    lines = _lines(view_of("apply"))

    assert {("trueup.line/1", view_of("apply").run()["id"])} == {(line["schema"], line["run_id"]) for line in lines}
    assert [("schema", "run_id", "kind")] * len(lines) == [tuple(line)[:3] for line in lines]
    assert [] == [line["kind"] for line in lines if line["kind"] not in line]


def test_lines_are_written_as_they_are_read() -> None:
    """When a finding is asked for, the one before it has been written: none is kept."""
    stream = io.StringIO()
    kept: list[str] = []

    class Watched(MemoryView):
        def findings(self) -> Iterator[dict[str, Any]]:
            before = None
            for record in super().findings():
                if before is not None and before not in stream.getvalue():
                    kept.append(before)
                yield record
                before = record["resource"]["arn"]

    large = large_view(50)
    write_jsonl(Watched(large.run_record, large.finding_records), stream)

    assert [] == kept
