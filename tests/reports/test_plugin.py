"""Every format that comes with trueup writes every kind of run."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pluggy
import pytest
from hypothesis import HealthCheck, given, settings

from tests.reports.generated import runs
from tests.reports.views import HOSTILE, KINDS, MemoryView, empty_view, renamed_view, view_of
from trueup.hosting import hookspecs
from trueup.reports import plugin

if TYPE_CHECKING:
    from trueup.report_format import ReportFormat

FORMATS = plugin.report_formats()
formats = pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.name)


def _written(each: ReportFormat, view: MemoryView) -> str:
    stream = io.StringIO()
    each.write(view, stream, ("Done.",))
    return stream.getvalue()


def test_the_formats_are_found_by_their_hook() -> None:
    """The plugin fits the hook's specification and gives console, HTML, JSON and JSON Lines, for programs or not."""
    manager = pluggy.PluginManager("trueup")
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    manager.check_pending()

    found = [each for answer in manager.hook.report_formats() for each in answer]

    assert {"console": False, "html": False, "json": True, "jsonl": True} == {
        each.name: each.for_programs for each in found
    }


@formats
@pytest.mark.parametrize("kind", KINDS)
def test_every_format_writes_every_kind_of_run(each: ReportFormat, kind: str) -> None:
    """Full, empty and hostile runs of each kind name their run and end with a line break."""
    for view in (view_of(kind), empty_view(kind), renamed_view(kind, HOSTILE)):
        text = _written(each, view)
        assert view.run()["id"] in text
        assert text.endswith("\n")


@formats
@given(view=runs())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_run_breaks_a_format(each: ReportFormat, view: MemoryView) -> None:
    """Whatever the facts and names are, the report is written, and any UTF-8 stream can hold it."""
    assert _written(each, view).encode("utf-8")


@formats
def test_the_same_run_gives_the_same_report(each: ReportFormat) -> None:
    """Written twice, a report is the same to the byte."""
    assert _written(each, view_of("apply")) == _written(each, view_of("apply"))
