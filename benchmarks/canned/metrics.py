"""CloudWatch's GetMetricData: the same value for every period, which fits to the recorded resources."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

__all__ = ["Windows", "metric_data"]

# Of metrics that no file gives another value: a little use, of whatever it is.
_POINT = 1.0

_TYPES_WITH_POINTS = "StandardStorage", "AllStorageTypes"


class Windows:
    """The windows of time that series of buckets were asked for, so that another client can ask for the same."""

    def __init__(self) -> None:
        self._windows: dict[tuple[float, float, int], dict[str, Any]] = {}

    def note(self, asked: dict[str, Any]) -> None:
        """Keep one call; from the queries about one bucket follow those about all."""
        queries = asked["MetricDataQueries"]
        bucket = _dimensions(queries[0]).get("BucketName")
        if bucket is None:
            return
        window = asked["StartTime"], asked["EndTime"], queries[0]["MetricStat"]["Period"]
        of_one = [each for each in queries if _dimensions(each).get("BucketName") == bucket]
        new = {"start": window[0], "end": window[1], "calls": 0, "of_one": of_one}
        self._windows.setdefault(window, new)["calls"] += 1

    def to_json(self) -> list[dict[str, Any]]:
        """Give each window with how often it was asked for, and the queries about its first bucket."""
        return [*self._windows.values()]


def metric_data(asked: dict[str, Any]) -> bytes:
    """Give one answer of GetMetricData."""
    start, end = asked["StartTime"], asked["EndTime"]
    results = ",".join(_series(each, start, end) for each in asked["MetricDataQueries"])
    return f'{{"MetricDataResults":[{results}],"Messages":[]}}'.encode()


def _series(query: dict[str, Any], start: float, end: float) -> str:
    """Give a value for every period, and nothing for storage types that are not used."""
    stat = query["MetricStat"]
    used = _dimensions(query).get("StorageType", _TYPES_WITH_POINTS[0]) in _TYPES_WITH_POINTS
    name = stat["Metric"]["MetricName"]
    point = _values().get(f"{name} {stat['Stat']}", _values().get(name, _POINT))
    return f'{{"Id":"{query["Id"]}",{_points(start, end if used else start, stat["Period"], point)}}}'


@cache
def _values() -> dict[str, float]:
    return dict(json.loads(Path(__file__).with_name("answers").joinpath("cloudwatch.json").read_text("utf-8")))


def _dimensions(query: dict[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in query["MetricStat"]["Metric"]["Dimensions"]}


@lru_cache(maxsize=256)
def _points(start: float, end: float, period: int, point: float) -> str:
    """Give the points of a series as JSON."""
    times = [*range(int(start), int(end), period)]
    values = {"Label": "label", "StatusCode": "Complete", "Timestamps": times, "Values": [point] * len(times)}
    return json.dumps(values)[1:-1]
