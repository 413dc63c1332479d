"""Times of answers: UTC on every machine."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.aws.times import utc_time

TIME = datetime(2026, 11, 23, 18, 37, 34, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        TIME.timestamp(),
        int(TIME.timestamp()),
        str(int(TIME.timestamp())),
        "2026-11-23T18:37:34Z",
        "2026-11-23T18:37:34.000Z",
        "2026-11-23T19:37:34+01:00",
        "2026-11-23T18:37:34",
        "Mon, 23 Nov 2026 18:37:34 GMT",
    ],
)
def test_each_form_of_a_time_is_the_same_time_in_utc(value: str | float) -> None:
    """What the protocols use: epoch seconds, ISO 8601 and RFC 822."""
    assert TIME == utc_time(value)
    assert UTC is utc_time(value).tzinfo


@given(st.integers(0, 4_000_000_000))
def test_every_form_agrees(second: int) -> None:
    """The same second, told in four ways."""
    time = datetime.fromtimestamp(second, UTC)
    assert [time] * 4 == [utc_time(form) for form in (second, str(second), time.isoformat(), format_datetime(time))]


@pytest.mark.parametrize("value", ["", "yesterday", "2026-13-40", "nan"])
def test_what_is_no_time_is_an_error(value: str) -> None:
    """It never becomes a time by accident."""
    with pytest.raises(ValueError, match=r"time|NaN"):
        utc_time(value)
