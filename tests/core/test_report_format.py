"""A report format checks its own names."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import pytest

from trueup.report_format import ReportFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.journal.view import RunView


def _write(view: RunView, stream: TextIO, closing: Sequence[str] = ()) -> None:
    stream.write(f"{view.run()}{closing}")


@pytest.mark.parametrize("name", ["", "CSV", "a b", "../x", "a-", "-a", "a--b", "a\n"])
@pytest.mark.parametrize("field", ["name", "extension"])
def test_a_name_that_a_shell_or_a_path_would_read_is_refused(name: str, field: str) -> None:
    """Names and endings are lower-case words joined by single dashes; the message names field and find."""
    given = {"name": "csv", "extension": "csv"} | {field: name}

    with pytest.raises(ValueError, match=rf"the {field} of a report format .* found ") as refusal:
        ReportFormat(given["name"], given["extension"], "one line a finding", _write)

    assert repr(name) in str(refusal.value)


def test_a_format_for_people_is_the_default() -> None:
    """A format is for people unless it says otherwise, so that closing lines may be printed beside it."""
    assert not ReportFormat("csv-wide", "csv", "one line a finding", _write).for_programs
