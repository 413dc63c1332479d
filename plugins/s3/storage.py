"""What a bucket holds and how it is read, from S3's daily storage metrics and from its request metrics.

Storage is reported once a day and late; requests only where somebody pays for a metrics configuration. Neither is
guessed where it is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.path import join_path
from trueup.facts.series import Series
from trueup.facts.unknown import Reason, Unknown
from trueup.service.declarations import MetricQuery, ZeroWhenMeasured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["DAY", "REQUESTS", "STORAGE", "access", "objects", "request_queries", "storage_queries"]

STORAGE = "storage"
REQUESTS = "requests"
DAY = 86_400

_STANDARD = "StandardStorage"
_INTELLIGENT = "IntelligentTiering"
_TYPES = (
    _STANDARD,
    "ReducedRedundancyStorage",
    "StandardIAStorage",
    "OneZoneIAStorage",
    "IntelligentTieringFAStorage",
    "IntelligentTieringIAStorage",
    "IntelligentTieringAIAStorage",
    "IntelligentTieringAAStorage",
    "IntelligentTieringDAAStorage",
    "GlacierInstantRetrievalStorage",
    "GlacierStorage",
    "DeepArchiveStorage",
)
"""The storage types of objects. Source: S3 user guide, metrics and dimensions, StorageType."""

_FRESH_DAYS = 3
"""Storage metrics lag by more than a day; what is older than this is no picture of today."""

_ENOUGH_DAYS = 28
"""Four whole weeks: what is read at a month's end only must not be missed by much."""

_COUNT = "number_of_objects"
_SILENT_WHEN_EMPTY = "S3 user guide, metrics and dimensions: a storage type that is not used has no data point"
_SILENT_WHEN_IDLE = "S3 user guide, metrics and dimensions: a request metric has points only when there are requests"
_MONTH_DAYS = 730 / 24
"""AWS's own convention for a month."""


def storage_queries(bucket: Snapshot) -> Iterator[MetricQuery]:
    """Yield the daily series of a bucket: the number of its objects, and bytes by storage type."""
    name = bucket.resource.id
    yield MetricQuery(
        name=_COUNT,
        namespace="AWS/S3",
        metric="NumberOfObjects",
        dimensions={"BucketName": name, "StorageType": "AllStorageTypes"},
        statistic="Average",
        unit="Count",
        reduce="last",
    )
    for each in _TYPES:
        yield MetricQuery(
            name=join_path(("bytes_by_type", each)),
            namespace="AWS/S3",
            metric="BucketSizeBytes",
            dimensions={"BucketName": name, "StorageType": each},
            statistic="Average",
            unit="Bytes",
            reduce="last",
            absence=ZeroWhenMeasured(_COUNT, _SILENT_WHEN_EMPTY),
        )


def request_queries(bucket: Snapshot) -> Iterator[MetricQuery]:
    """Yield the series of all requests; none where no metrics configuration is for the whole bucket."""
    whole = bucket["metrics_configurations.whole_bucket"]
    if not whole:
        return
    dimensions = {"BucketName": bucket.resource.id, "FilterId": whole[0]}
    for name, metric, unit in (
        ("all_requests", "AllRequests", "Count"),
        ("get_requests", "GetRequests", "Count"),
        ("bytes_downloaded", "BytesDownloaded", "Bytes"),
    ):
        yield MetricQuery(
            name=name,
            namespace="AWS/S3",
            metric=metric,
            dimensions=dimensions,
            statistic="Sum",
            unit=unit,
            reduce="sum",
            absence=None if name == "all_requests" else ZeroWhenMeasured("all_requests", _SILENT_WHEN_IDLE),
        )


def objects(bucket: Snapshot) -> dict[str, Any]:
    """Give number and size of a bucket's objects, as last reported.

    Returns:
        ``{"count", "bytes", "mean_bytes", "standard_bytes", "steady_standard_bytes", "intelligent_bytes",
        "bytes_by_type"}``; ``steady_standard_bytes`` is the least that STANDARD held on any day of the window,
        ``bytes_by_type`` has the storage types that hold anything.

    Raises:
        UnknownFactError: a series could not be read, has no point, or none of the last days.
    """
    count = _latest(_series(bucket, STORAGE, _COUNT))
    series = {each: _series(bucket, STORAGE, "bytes_by_type", each) for each in _TYPES}
    sizes = {each: _latest(found) for each, found in series.items()}
    whole = sum(sizes.values())
    return {
        "count": int(count),
        "bytes": int(whole),
        "mean_bytes": int(whole / count) if count else 0,
        "standard_bytes": int(sizes[_STANDARD]),
        "steady_standard_bytes": int(min(series[_STANDARD].points.values())),
        "intelligent_bytes": int(sum(size for each, size in sizes.items() if each.startswith(_INTELLIGENT))),
        "bytes_by_type": {each: int(size) for each, size in sizes.items() if size},
    }


def access(bucket: Snapshot) -> dict[str, Any]:
    """Give how a bucket is read.

    Returns:
        ``{"known", "days", "retrieved_bytes_month"}``: whether request metrics of the whole bucket tell of at least
        four weeks, of how many days they do, and what would be read in a month at that rate; null when it is not
        known.

    Raises:
        UnknownFactError: the metrics are configured and could not be read.
    """
    not_known: dict[str, Any] = {"known": False, "days": 0, "retrieved_bytes_month": None}
    if not bucket["metrics_configurations.whole_bucket"]:
        return not_known
    measured = _series(bucket, REQUESTS, "all_requests")
    if not measured.points:
        return not_known
    days = int((measured.end.timestamp() - min(measured.points)) // DAY)
    if days < _ENOUGH_DAYS:
        return {**not_known, "days": days}
    read = sum(_series(bucket, REQUESTS, "bytes_downloaded").points.values())
    return {"known": True, "days": days, "retrieved_bytes_month": int(read / days * _MONTH_DAYS)}


def _latest(series: Series) -> float:
    newest = max(series.points, default=0)
    if newest < series.end.timestamp() - _FRESH_DAYS * DAY:
        detail = f"S3 reported no storage within the last {_FRESH_DAYS} days; an empty or new bucket has none"
        raise UnknownFactError(STORAGE, Unknown(Reason.NO_DATA, detail, "cloudwatch:GetMetricData"))
    return series.points[newest]


def _series(bucket: Snapshot, *names: str) -> Series:
    path = join_path(names)
    series: Mapping[str, Any] = bucket.series
    found = series.get(path)
    if isinstance(found, Series):
        return found
    value = found if isinstance(found, Unknown) else bucket.get(path)
    unknown = value if isinstance(value, Unknown) else Unknown(Reason.NOT_READ, f"the series {path} was not asked for")
    raise UnknownFactError(path, unknown)
