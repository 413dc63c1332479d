"""Maintenance windows: parsed strictly, held against UTC, past midnight too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.applying.windows import Window, open_now
from trueup.errors import UsageError

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day", "clock", "expected"),
    [
        ("08:00-16:00", 0, (8, 0), True),
        ("08:00-16:00", 6, (15, 59), True),
        ("08:00-16:00", 0, (16, 0), False),
        ("08:00-16:00", 0, (7, 59), False),
        ("Mon-Fri 08:00-16:00", 4, (9, 0), True),
        ("Mon-Fri 08:00-16:00", 5, (9, 0), False),
        ("Sat 08:00-16:00", 5, (9, 0), True),
        ("Sat 08:00-16:00", 6, (9, 0), False),
        ("Sat-Mon 08:00-16:00", 0, (9, 0), True),
        ("Sat-Mon 08:00-16:00", 1, (9, 0), False),
        ("Fri 22:00-02:00", 4, (23, 0), True),
        ("Fri 22:00-02:00", 5, (1, 59), True),
        ("Fri 22:00-02:00", 5, (2, 0), False),
        ("Fri 22:00-02:00", 4, (1, 0), False),
        ("Sun 22:00-02:00", 0, (1, 0), True),
        ("Mon 20:00-24:00", 0, (23, 59), True),
        ("Mon 20:00-24:00", 1, (0, 0), False),
        ("Mon 00:00-24:00", 0, (0, 0), True),
        (" Mon 00:00-24:00 ", 6, (23, 59), False),
    ],
)
def test_a_window_is_open(text: str, day: int, clock: tuple[int, int], expected: bool) -> None:
    """On its days, from its beginning to before its end; one past midnight belongs to the day it begins on."""
    moment = MONDAY + timedelta(days=day, hours=clock[0], minutes=clock[1])
    assert expected is Window.parse(text).holds(moment)


@pytest.mark.parametrize(
    "text",
    ["", "8:00-16:00", "08:00", "25:00-26:00", "08:00-24:30", "08:60-09:00", "Mo 08:00-16:00", "Mon- 08:00-16:00",
     "Mon-Fri", "mon 08:00-16:00", "Mon,Tue 08:00-16:00", "08:00-16:00 UTC"],
)  # fmt: skip
def test_what_is_no_window(text: str) -> None:
    """A window that is not understood is an error, never always open."""
    with pytest.raises(UsageError) as raised:
        Window.parse(text)
    assert f"apply.windows: expected such as 'Mon-Fri 08:00-16:00' (UTC), found {text!r}" == str(raised.value)


def test_no_windows_at_all_are_always_open() -> None:
    """Windows are an offer."""
    assert open_now((), MONDAY)
    assert not open_now((Window.parse("Tue 00:00-24:00"),), MONDAY)
    assert open_now((Window.parse("Tue 00:00-24:00"), Window.parse("Mon 00:00-00:01")), MONDAY)


_MINUTES = st.integers(0, 24 * 60 - 1)


@given(_MINUTES, _MINUTES, st.integers(0, 7 * 24 * 60 - 1), st.integers(0, 6), st.integers(-12, 12))
def test_a_window_is_its_minutes(begin: int, end: int, minute: int, day: int, offset: int) -> None:
    """Open exactly for the minutes from its beginning on, whatever the time zone of the asker."""
    name = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day]
    window = Window.parse(f"{name} {begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}")
    length = (end - begin) % (24 * 60) or 24 * 60
    since = (minute - (day * 24 * 60 + begin)) % (7 * 24 * 60)
    moment = (MONDAY + timedelta(minutes=minute)).astimezone(timezone(timedelta(hours=offset)))
    assert (since < length) is window.holds(moment)
