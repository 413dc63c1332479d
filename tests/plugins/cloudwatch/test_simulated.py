"""Each claim about the simulated CloudWatch holds, and on plain moto it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from trueup.plugins.cloudwatch.simulated import CORRECTIONS
from trueup.testing import Constant, DailyWave

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trueup.testing import SimulatedAws

pytest_plugins = ["trueup.testing.fixtures"]

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
HOUR = 3600


def namespaces_are_apart(aws: SimulatedAws) -> None:
    """A name and dimensions of another namespace are another series."""
    put(aws, [(NOW - timedelta(hours=2), 10.0)], namespace="AWS/One", dimensions={"A": "1"})
    put(aws, [(NOW - timedelta(hours=2), 90.0)], namespace="AWS/Other", dimensions={"A": "1"})
    assert [10.0] == values(aws, "Average", namespace="AWS/One", dimensions={"A": "1"})


def dimensions_match_exactly(aws: SimulatedAws) -> None:
    """Neither more nor fewer dimensions than were put find a series."""
    put(aws, [(NOW - timedelta(hours=2), 10.0)], dimensions={"A": "1", "B": "2"})
    assert [[], [], [10.0]] == [
        values(aws, "Average", dimensions=dimensions) for dimensions in ({}, {"A": "1"}, {"B": "2", "A": "1"})
    ]


def percentiles_are_known(aws: SimulatedAws) -> None:
    """p50 to p99.9 of the values of a period."""
    put(aws, [(NOW - timedelta(hours=2), float(value)) for value in range(1, 101)])
    assert [[50.5], [95.05], [99.901]] == [rounded(values(aws, name)) for name in ("p50", "p95", "p99.9")]


def points_come_in_pages(aws: SimulatedAws) -> None:
    """A page ends at the most points asked for, in the middle of a series too; together they are all, newest first."""
    put(aws, [(NOW - timedelta(hours=hours), float(hours)) for hours in range(1, 6)], dimensions={"A": "a"})
    put(aws, [(NOW - timedelta(hours=hours), 10.0 + hours) for hours in range(1, 4)], dimensions={"A": "b"})
    queries = [query(name, dimensions={"A": name}) for name in ("a", "b", "none")]
    pages = asked_in_pages(aws, queries, MaxDatapoints=3)
    assert [
        [("a", [1.0, 2.0, 3.0], "PartialData")],
        [("a", [4.0, 5.0], "Complete"), ("b", [11.0], "PartialData")],
        [("b", [12.0, 13.0], "Complete"), ("none", [], "Complete")],
    ] == pages


def at_most_500_queries(aws: SimulatedAws) -> None:
    """The 501st query is refused."""
    queries = [query(f"q{number}") for number in range(501)]
    assert 500 == len(ask(aws, queries[:500])["MetricDataResults"])
    refused(aws, queries, "500")


def ids_are_checked(aws: SimulatedAws) -> None:
    """An id begins with a small letter, holds no sign but the underscore, and is used once."""
    for wrong in ("Upper", "1st", "a-b", "", "a" * 256):
        refused(aws, [query(wrong)], "Id")
    refused(aws, [query("a"), query("a")], "unique")


def old_data_needs_long_periods(aws: SimulatedAws) -> None:
    """From 15 days on a period is a multiple of 5 minutes, from 63 days on of an hour, else there is nothing."""
    put(aws, [(NOW - timedelta(hours=2), 1.0)])
    found = {
        (days, period): len(values(aws, "Sum", start=NOW - timedelta(days=days), period=period))
        for days in (14, 16, 62, 64, 456)
        for period in (60, 300, 3600)
    }
    assert found == {key: int(key[1] >= {14: 60, 16: 300, 62: 300, 64: 3600, 456: 9999}[key[0]]) for key in found}


def periods_are_aligned(aws: SimulatedAws) -> None:
    """A period begins at a multiple of itself, whatever the start; the end is exclusive."""
    put(aws, [(NOW - timedelta(minutes=70), 1.0), (NOW - timedelta(minutes=50), 2.0), (NOW, 4.0)])
    result = ask(aws, [query("a", period=HOUR)], StartTime=NOW - timedelta(minutes=95))["MetricDataResults"][0]
    assert [("11:00", 2.0), ("10:00", 1.0)] == [
        (f"{stamp.astimezone(UTC):%H:%M}", value)
        for stamp, value in zip(result["Timestamps"], result["Values"], strict=True)
    ]


def statistics_have_percentiles(aws: SimulatedAws) -> None:
    """Plain and extended statistics of a period come in one data point."""
    put(aws, [(NOW - timedelta(hours=2), float(value)) for value in range(1, 101)], dimensions={"A": "1"})
    found = statistics(aws, Statistics=["Sum"], ExtendedStatistics=["p95"], Dimensions=[{"Name": "A", "Value": "1"}])
    assert [("10:00", 5050.0, 95.05)] == [
        (f"{each['Timestamp'].astimezone(UTC):%H:%M}", each["Sum"], each.get("ExtendedStatistics", {}).get("p95"))
        for each in found
    ]


def few_statistics(aws: SimulatedAws) -> None:
    """More than 1,440 points are refused."""
    aws.metrics.put("N", "m", {}, Constant(1.0))
    assert 1440 == len(statistics(aws, Statistics=["Sum"], Period=60))
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        statistics(aws, Statistics=["Sum"], Period=60, StartTime=NOW - timedelta(days=2))


CLAIMS: tuple[Callable[[SimulatedAws], None], ...] = (
    namespaces_are_apart,
    dimensions_match_exactly,
    percentiles_are_known,
    points_come_in_pages,
    at_most_500_queries,
    ids_are_checked,
    old_data_needs_long_periods,
    periods_are_aligned,
)

CHECKS = {
    "cloudwatch-metric-data": CLAIMS,
    "cloudwatch-metric-statistics": (statistics_have_percentiles, few_statistics),
}

RUNS = [(name, claim) for name, claims in CHECKS.items() for claim in claims]


@pytest.fixture
def aws(simulated_aws: SimulatedAws) -> SimulatedAws:
    """The simulated AWS at a time that the tests know, just after an hour's end."""
    simulated_aws.reset(NOW + timedelta(seconds=10))
    return simulated_aws


@pytest.mark.parametrize(("name", "claim"), RUNS)
def test_the_correction_is_right(aws: SimulatedAws, name: str, claim: Callable[[SimulatedAws], None]) -> None:
    """The simulated CloudWatch does what the correction says."""
    assert name in {correction.name for correction in aws.corrections}
    claim(aws)


@pytest.mark.parametrize(("name", "claim"), RUNS)
def test_the_correction_is_needed(aws: SimulatedAws, name: str, claim: Callable[[SimulatedAws], None]) -> None:
    """Without the correction moto does something else."""
    with aws.without(name), pytest.raises((AssertionError, ClientError, BotoCoreError)):
        claim(aws)


def test_every_correction_has_a_check() -> None:
    """No correction is without its claims."""
    assert {correction.name for correction in CORRECTIONS} == CHECKS.keys()


def test_statistics_are_those_of_the_values(aws: SimulatedAws) -> None:
    """Values with counts, statistic sets and single values add up."""
    stamp = NOW - timedelta(hours=2)
    data = [
        {"MetricName": "m", "Timestamp": stamp, "Values": [1.0, 5.0], "Counts": [3.0, 1.0]},
        {"MetricName": "m", "Timestamp": stamp, "Value": 8.0, "Unit": "Bytes"},
    ]
    aws.client("cloudwatch").put_metric_data(Namespace="N", MetricData=data)
    names = ("SampleCount", "Sum", "Minimum", "Maximum", "Average", "p50")
    assert [[5.0], [16.0], [1.0], [8.0], [3.2], [1.0]] == [values(aws, name) for name in names]
    whole = {"SampleCount": 4.0, "Sum": 8.0, "Minimum": 1.0, "Maximum": 3.0}
    datum = {"MetricName": "m", "Timestamp": stamp, "StatisticValues": whole}
    aws.client("cloudwatch").put_metric_data(Namespace="N", MetricData=[datum])
    assert [[24.0], []] == [values(aws, name) for name in ("Sum", "p50")]


def test_a_unit_that_was_not_stored_finds_nothing(aws: SimulatedAws) -> None:
    """A wrong unit is no error and no data."""
    datum = {"MetricName": "m", "Timestamp": NOW - timedelta(hours=2), "Value": 8.0, "Unit": "Bytes"}
    aws.client("cloudwatch").put_metric_data(Namespace="N", MetricData=[datum])
    found = [ask(aws, [query("a", Unit=unit)])["MetricDataResults"][0] for unit in ("Bytes", "Count")]
    assert [([8.0], "Complete"), ([], "Complete")] == [(each["Values"], each["StatusCode"]) for each in found]


def test_points_are_ordered_as_asked(aws: SimulatedAws) -> None:
    """Newest first unless the oldest are asked for first."""
    put(aws, [(NOW - timedelta(hours=hours), float(hours)) for hours in (1, 2, 3)])
    orders: tuple[dict[str, str], ...] = ({}, {"ScanBy": "TimestampDescending"}, {"ScanBy": "TimestampAscending"})
    found = [ask(aws, [query("a")], **order)["MetricDataResults"][0]["Values"] for order in orders]
    assert [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]] == found


def test_a_page_holds_100800_points_by_itself(aws: SimulatedAws) -> None:
    """141 series of a month by the hour are two pages, and a paginator sees all of them."""
    for number in range(141):
        aws.metrics.put("N", "m", {"A": str(number)}, Constant(float(number)))
    queries = [query(f"q{number}", dimensions={"A": str(number)}) for number in range(141)]
    pages = asked_in_pages(aws, queries, StartTime=NOW - timedelta(days=30))
    assert [100_800, 720] == [sum(len(found) for _, found, _ in page) for page in pages]
    assert [f"q{number}" for number in range(141)] == [name for page in pages for name, _, _ in page]


def test_a_wrong_token_is_refused(aws: SimulatedAws) -> None:
    """A token is one that was given."""
    refused(aws, [query("a")], "token", code="InvalidNextToken", NextToken="x")


def test_what_cloudwatch_has_not_is_refused(aws: SimulatedAws) -> None:
    """Unknown statistics, odd periods and an empty interval are refused."""
    refused(aws, [query("a", stat="Median")], "Median")
    refused(aws, [query("a", period=90)], "multiple of 60")
    refused(aws, [query("a")], "StartTime", StartTime=NOW, EndTime=NOW)


def test_a_large_put_is_compressed_and_read(aws: SimulatedAws) -> None:
    """A client compresses bodies over 10 kB; at most 1,000 metrics go into one."""
    stamp = NOW - timedelta(hours=2)
    data = [{"MetricName": "m", "Timestamp": stamp, "Value": 1.0} for _ in range(1000)]
    aws.client("cloudwatch").put_metric_data(Namespace="N", MetricData=data)
    assert [1000.0] == values(aws, "Sum")
    with pytest.raises(ClientError, match="1000"):
        aws.client("cloudwatch").put_metric_data(Namespace="N", MetricData=[*data, data[0]])


def test_series_are_listed(aws: SimulatedAws) -> None:
    """By namespace, name and dimensions, of the Region that is asked."""
    aws.metrics.put("N", "m", {"A": "1", "B": "2"}, DailyWave(1.0, 2.0))
    aws.metrics.put("N", "other", {}, Constant(1.0))
    aws.metrics.put("N", "m", {"A": "1"}, Constant(1.0), region="eu-west-1")
    cloudwatch = aws.client("cloudwatch")
    assert 2 == len(cloudwatch.list_metrics()["Metrics"])
    found = cloudwatch.list_metrics(Namespace="N", MetricName="m", Dimensions=[{"Name": "A"}])["Metrics"]
    assert [[{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}]] == [each["Dimensions"] for each in found]
    assert [] == cloudwatch.list_metrics(Dimensions=[{"Name": "A", "Value": "2"}])["Metrics"]


@pytest.mark.parametrize("protocol", ["json", "query", "smithy-rpc-v2-cbor"])
def test_every_protocol_is_answered(aws: SimulatedAws, protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Metric data, what moto answers, and refusals are the same to every release of botocore."""
    monkeypatch.setattr("botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", (protocol,))
    cloudwatch = aws.session().client("cloudwatch", endpoint_url=aws.endpoint_url)
    assert protocol == cloudwatch.meta.service_model.resolved_protocol
    cloudwatch.put_metric_data(
        Namespace="N", MetricData=[{"MetricName": "m", "Timestamp": NOW - timedelta(hours=2), "Value": 8.0}]
    )
    start, end = NOW - timedelta(days=1), NOW
    found = cloudwatch.get_metric_data(MetricDataQueries=[query("a")], StartTime=start, EndTime=end)
    assert [8.0] == found["MetricDataResults"][0]["Values"]
    with pytest.raises(cloudwatch.exceptions.ResourceNotFound):
        cloudwatch.set_alarm_state(AlarmName="gone", StateValue="OK", StateReason="r")
    alarm = {"AlarmName": "a", "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 0.5}
    cloudwatch.put_metric_alarm(**alarm, MetricName="m", Namespace="N", Period=60, Statistic="Sum")
    assert [0.5] == [each["Threshold"] for each in cloudwatch.describe_alarms()["MetricAlarms"]]


def put(
    aws: SimulatedAws,
    points: Sequence[tuple[datetime, float]],
    *,
    namespace: str = "N",
    dimensions: dict[str, str] | None = None,
) -> None:
    """Put points as any program would, so that plain moto has them too."""
    named = [{"Name": name, "Value": value} for name, value in (dimensions or {}).items()]
    data = [{"MetricName": "m", "Timestamp": stamp, "Value": value, "Dimensions": named} for stamp, value in points]
    aws.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


def query(
    name: str,
    *,
    stat: str = "Sum",
    period: int = HOUR,
    namespace: str = "N",
    dimensions: dict[str, str] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """A query of one series."""
    named = [{"Name": key, "Value": value} for key, value in (dimensions or {}).items()]
    metric = {"Namespace": namespace, "MetricName": "m", "Dimensions": named}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat, **options}}


def ask(aws: SimulatedAws, queries: list[dict[str, Any]], **options: Any) -> Any:
    """The answer to one request, of the last day unless said otherwise."""
    interval = {"StartTime": NOW - timedelta(days=1), "EndTime": NOW}
    # One attempt, and nothing checked by botocore: what is refused is refused by CloudWatch, once.
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return aws.client("cloudwatch", config=config).get_metric_data(MetricDataQueries=queries, **(interval | options))


def statistics(aws: SimulatedAws, **options: Any) -> list[dict[str, Any]]:
    """The data points of one series, of the last day by the hour unless said otherwise."""
    asked = {"Namespace": "N", "MetricName": "m", "Period": HOUR, "StartTime": NOW - timedelta(days=1), "EndTime": NOW}
    found: list[dict[str, Any]] = aws.client("cloudwatch").get_metric_statistics(**(asked | options))["Datapoints"]
    return found


def asked_in_pages(
    aws: SimulatedAws, queries: list[dict[str, Any]], **options: Any
) -> list[list[tuple[str, list[float], str]]]:
    """Id, values and status of each result, page by page."""
    pages = []
    while True:
        answer = ask(aws, queries, **options)
        pages.append([(each["Id"], each["Values"], each["StatusCode"]) for each in answer["MetricDataResults"]])
        if "NextToken" not in answer:
            return pages
        options["NextToken"] = answer["NextToken"]


def values(aws: SimulatedAws, stat: str, *, start: datetime | None = None, **options: Any) -> list[float]:
    """The values of one query."""
    interval = {} if start is None else {"StartTime": start}
    found: list[float] = ask(aws, [query("a", stat=stat, **options)], **interval)["MetricDataResults"][0]["Values"]
    return found


def rounded(found: list[float]) -> list[float]:
    """Values without the noise of floating point."""
    return [round(each, 6) for each in found]


def refused(
    aws: SimulatedAws, queries: list[dict[str, Any]], words: str, *, code: str = "ValidationError", **options: Any
) -> None:
    """That a request is not refused is a failed assertion."""
    found = ""
    try:
        ask(aws, queries, **options)
    except ClientError as error:
        found = str(error)
    assert (True, True) == (f"({code})" in found, words in found), f"expected {code}, found {found!r}"
