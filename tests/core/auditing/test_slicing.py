"""Slices of one reading are what readings of each slice would be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import open_shop
from trueup.facts.unknown import Reason, Unknown
from trueup.testing.shapes import PerMinute
from trueup.watching.periods import periods

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.applying.queues import Shop
    from trueup.testing import SimulatedAws

METRIC = "AWS/SQS", "ApproximateNumberOfMessagesVisible"


@pytest.fixture
def shop(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """An operator of two queues: the depth of one changes with the minute, the other has no metrics."""
    for made in open_shop(simulated_aws, tmp_path / "site", monkeypatch, tmp_path / "state.db"):
        made.queues("a", "b")
        shape = PerMinute(lambda second: None if second // 60 % 20 < 10 else second // 60 % 100)
        made.aws.metrics.put(*METRIC, {"QueueName": "a"}, shape)
        yield made


def _wanted(shop: Shop, *names: str) -> list[Any]:
    reader = shop.account().reader()
    located = [reader.locate(f"arn:aws:sqs:us-east-1:123456789012:{name}") for name in names]
    shop.aws.calls.clear()
    return [(declared, resource, {"metrics", "attributes"}) for declared, resource in located]


def test_a_slice_is_what_a_reading_of_it_would_be(shop: Shop) -> None:
    """Facts and series of the last five minutes, and of those before them, to the point."""
    now = shop.clock.now()
    reader, wanted = shop.account().reader(), _wanted(shop, "a")
    slices = periods(now - timedelta(minutes=65), now)
    (found,) = reader.read_slices(wanted, slices)
    alone = [next(iter(reader.read_slices(wanted, [each])))[0] for each in slices]
    assert [(each.aspects, dict(each.series)) for each in alone] == [(e.aspects, dict(e.series)) for e in found]
    latest = reader.read(*wanted[0], window=timedelta(minutes=5), period=300)
    assert (latest.aspects, dict(latest.series)) == (found[-1].aspects, dict(found[-1].series))
    depths = [each.get("metrics.depth") for each in found]
    assert 3 < len({depth for depth in depths if not isinstance(depth, Unknown)})
    assert any(isinstance(depth, Unknown) for depth in depths)


def test_metrics_are_asked_once_for_all_slices(shop: Shop) -> None:
    """Of all resources, too; what is no metric is read once."""
    now = shop.clock.now()
    found = list(shop.account().reader().read_slices(_wanted(shop, "a", "b"), periods(now - timedelta(days=1), now)))
    assert [2] * 2 == [1 + (len(each) in {287, 288}) for each in found]
    assert 1 == len(shop.aws.calls.of("cloudwatch:GetMetricData"))
    assert 2 == len(shop.aws.calls.of("sqs:GetQueueAttributes"))


def test_what_could_not_be_read_is_unknown_in_each_slice(shop: Shop) -> None:
    """With its reason; the configuration beside it is known."""
    shop.aws.faults.inject("cloudwatch:GetMetricData", "denied")
    now = shop.clock.now()
    (found,) = shop.account().reader().read_slices(_wanted(shop, "a"), periods(now - timedelta(minutes=20), now))
    assert {Reason.ACCESS_DENIED} == {each.get("metrics.depth").reason for each in found}
    assert {30} == {each["attributes.VisibilityTimeout"] for each in found}
