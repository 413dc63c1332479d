"""What is packed into a page is what the JSON report holds, whatever that is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reports.generated import any_text, documents, runs
from tests.reports.html.unpacking import chunk_of, unpacked
from tests.reports.views import HOSTILE, MemoryView, finding, large_view, renamed_view, view_of
from trueup.reports.html.packed import PACKED_SCHEMA_NAME, packed
from trueup.reports.record_line import RecordLine, report_schema

LINE = RecordLine(report_schema())
SLOW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
TLS = "s3-bucket-tls-only"
_any = documents.map(lambda document: LINE.arranged(document, None))


def _records(view: MemoryView) -> list[dict[str, Any]]:
    return [LINE.arranged(each, "finding") for each in view.findings()]


def _exactly(value: Any) -> str:
    """Tell 1, 1.0 and true apart."""
    return json.dumps(value, sort_keys=True)


@given(runs())
@SLOW
def test_what_is_packed_comes_back(view: MemoryView) -> None:
    """Hostile names, absent keys and any JSON as a fact come back as the JSON report has them."""
    records = _records(view)

    header, found = unpacked(packed({"total": len(records)}, records))

    assert {"schema": PACKED_SCHEMA_NAME, "total": len(records)} == header
    assert _exactly(records) == _exactly(found)


@given(st.lists(st.dictionaries(st.sampled_from(["fingerprint", "history", "more"]), _any), max_size=6))
@SLOW
def test_keys_that_nobody_has_heard_of_come_back(extra: list[dict[str, Any]]) -> None:
    """A finding with keys of a later version is packed as any other, and one without them has none."""
    records = [LINE.arranged(finding(TLS, "fail", str(number)), "finding") | more for number, more in enumerate(extra)]

    _, found = unpacked(packed({}, records))

    assert _exactly(records) == _exactly(found)


@pytest.mark.parametrize("view", [renamed_view("audit", HOSTILE), large_view(2_500)], ids=["hostile", "many"])
def test_pieces_are_nothing_but_base64(view: MemoryView) -> None:
    """No name can end the block that it stands in: a piece has letters, digits, plus, slash and equals signs."""
    pieces = list(packed({"unseen": HOSTILE}, _records(view)))

    assert [] == [piece for piece in pieces if not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", piece)]
    assert _exactly(_records(view)) == _exactly(unpacked(pieces)[1])


def test_different_values_are_kept_once_a_chunk() -> None:
    """A thousand findings make a chunk with each value once; chunks stand for themselves."""
    _, *chunks = (chunk_of(piece) for piece in packed({}, _records(large_view(2_500))))

    assert [1000, 1000, 500] == [chunk["count"] for chunk in chunks]
    assert [] == [
        name
        for chunk in chunks
        for name, column in chunk["columns"].items()
        if len(column["values"]) != len({_exactly(value) for value in column["values"]})
    ]
    assert [set(range(len(chunk["columns"]["rule"]["values"]))) for chunk in chunks] == [
        set(chunk["columns"]["rule"]["cells"]) for chunk in chunks
    ]


def test_a_chunk_of_long_values_is_ended_early() -> None:
    """Long documents as evidence do not pile up until there are a thousand findings."""
    records = [
        LINE.arranged(finding(TLS, "fail", str(number), reason=f"{number:06}" * 10_000), "finding")
        for number in range(30)
    ]

    _, *chunks = (chunk_of(piece) for piece in packed({}, records))

    assert max(chunk["count"] for chunk in chunks) < 10
    assert 30 == sum(chunk["count"] for chunk in chunks)


def test_what_people_are_told_goes_along() -> None:
    """Values and what was expected, costs and exemptions have their words, as the page without packing has them."""
    view = view_of("audit")
    view.finding_records[0]["cost"] = {
        "monthly": {"low": 1, "likely": 1234.5, "high": 2000},
        "parts": {"read": 1000.0, "write": 234.5},
        "currency": "USD",
        "reason": None,
    }
    chunk = chunk_of(list(packed({}, _records(view)))[1])
    leaves, actuals = ({_exactly(value): words for value, words in chunk[name]} for name in ("leaves", "actuals"))
    words = {name: set(chunk["columns"][name]["words"]) for name in ("cost", "exemption")}

    assert {"1,234.50 (1.00 to 2,000.00) USD: read 1,000.00, write 234.50"} == words["cost"]
    assert {"tag load=month-*", None} < words["exemption"]
    assert ("6.213", "not set", "true") == tuple(actuals[key] for key in ("6.213333333333334", "null", "true"))
    assert "at least 20" in leaves.values()


@given(st.lists(any_text, min_size=1, max_size=20))
@SLOW
def test_packing_is_the_same_every_time(names: list[str]) -> None:
    """The same findings give the same bytes, so that a report of a run does not differ from the one before."""
    records = [LINE.arranged(finding(TLS, "fail", name), "finding") for name in names]

    assert list(packed({}, records)) == list(packed({}, records))
