"""The JSON report keeps its schema, streams, and is the same for the same run."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from tests.reports.generated import runs
from tests.reports.views import HOSTILE, KINDS, MemoryView, empty_view, large_view, renamed_view, view_of
from trueup.reports.json_report import report_schema, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDER = [
    "schema", "run", "summary", "costs", "scopes", "calls", "rules", "findings", "changes", "exemptions", "history",
]  # fmt: skip


def _text(view: MemoryView) -> str:
    stream = io.StringIO()
    write_json(view, stream)
    return stream.getvalue()


def _problems(report: Any) -> list[str]:
    validator = Draft202012Validator(report_schema())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(report)]


def _objects(schema: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield path, schema
        for name, item in schema.items():
            yield from _objects(item, f"{path}.{name}")


def test_the_schema_is_a_schema() -> None:
    """The shipped schema is valid by draft 2020-12."""
    Draft202012Validator.check_schema(report_schema())


def test_every_shape_of_ours_is_closed() -> None:
    """An object whose properties are listed takes no others, and lists none twice as required."""
    open_ones = [path for path, schema in _objects(report_schema()) if schema.get("additionalProperties") is not False]
    unknown = [
        path for path, schema in _objects(report_schema()) if set(schema["required"]) - set(schema["properties"])
    ]

    assert ([], []) == (open_ones, unknown)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [view_of, empty_view, lambda kind: renamed_view(kind, HOSTILE)])
def test_every_kind_of_run_validates(kind: str, make: Any) -> None:
    """An audit, plan, apply, rollback and watch have one shape, full, empty or hostile."""
    assert [] == _problems(json.loads(_text(make(kind))))


@given(runs())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_generated_runs_validate(view: MemoryView) -> None:
    """Whatever strangers call their resources and whatever a fact's value is, the report has its shape."""
    text = _text(view)

    assert text.isascii()
    assert [] == _problems(json.loads(text, parse_constant=pytest.fail))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost(kind: str) -> None:
    """What the store gives is what a program reads, in the order of the store."""
    view = view_of(kind)

    report = json.loads(_text(view))

    assert ORDER == list(report)
    assert {
        "schema": "trueup.report/1",
        "run": view.run(),
        "summary": view.summary(),
        "costs": view.costs(),
        "scopes": view.scopes(),
        "calls": view.calls(),
        "rules": view.rules(),
        "findings": list(view.findings()),
        "changes": list(view.changes()),
        "exemptions": view.exemptions(),
        "history": {**view.history(), "fixed": list(view.fixed())},
    } == report


def test_what_is_the_stores_own_stays_there() -> None:
    """How a plan tells that a step has settled is no part of the report; its shape stays the schema's."""
    view = view_of("apply")
    view.change_records[0] = view.change_records[0] | {"relies_on": {}}
    view.change_records[0]["steps"][0]["settled"] = {"all": []}

    assert [] == _problems(json.loads(_text(view)))


def test_keys_stand_in_one_order() -> None:
    """The order in which the store happens to give keys makes no difference."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(value[name]) for name in reversed(value)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    view, other = view_of("apply"), view_of("apply")
    other.run_record, other.rule_records = turned(other.run_record), turned(other.rule_records)
    other.finding_records, other.change_records = turned(other.finding_records), turned(other.change_records)
    other.scope_records = turned(other.scope_records)

    assert _text(view) == _text(other)


def test_every_record_has_its_line() -> None:
    """A finding is one line, so that line tools can search and compare reports."""
    lines = [line.strip().rstrip(",") for line in _text(view_of("audit")).splitlines()]
    start, end = lines.index('"findings": ['), lines.index("]", lines.index('"findings": ['))

    assert list(view_of("audit").findings()) == [json.loads(line) for line in lines[start + 1 : end]]


def test_findings_are_written_as_they_are_read() -> None:
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
    write_json(Watched(large.run_record, large.finding_records), stream)

    assert [] == kept


@pytest.mark.parametrize(
    ("fact", "written"),
    [
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ("a\ud800b", "a⟨U+D800⟩b"),
        ({"\udfff": ["\ud800"]}, {"⟨U+DFFF⟩": ["⟨U+D800⟩"]}),
        ("🚀 \u202e\x1b", "🚀 \u202e\x1b"),
        ("\\ud800", "\\ud800"),
    ],
)
def test_what_readers_refuse_is_written_so_that_they_do_not(fact: Any, written: Any) -> None:
    """Lone surrogates and numbers that are not finite break strict readers of JSON; everything else comes back."""
    view = view_of("audit")
    view.finding_records[0]["evidence"][0]["actual"] = fact
    shown = [leaf["actual"] for record in json.loads(_text(view))["findings"] for leaf in record["evidence"]]

    assert written in shown
