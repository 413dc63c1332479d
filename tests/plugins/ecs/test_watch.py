"""A service that was made smaller, watched: its undo gives back what it had, and nothing else is taken for harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.plugins.ecs.estate import build
from trueup.running.watch_run import WatchRun
from trueup.testing.shapes import PerMinute
from trueup.testing.statistics import Statistics
from trueup.watching.watch import WatchOptions

if TYPE_CHECKING:
    from trueup.running.watch_run import Watched

WEB = "arn:aws:ecs:us-east-1:123456789012:service/shop/web"
OF = {"ClusterName": "shop", "ServiceName": "web"}


@pytest.fixture
def smaller(operator: Any) -> Any:
    """The operator of an account whose service ``web`` was made smaller a moment ago."""
    operator.options = ApplyOptions(allow=("disruptive",))
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.run = operator.apply(operator.plan("ecs-service-fargate-right-sized", WEB).plan)
    assert ["applied"] == [str(record.status) for record in operator.changes(operator.run)]
    return operator


def watch(operator: Any) -> Watched:
    """Watch the run for an hour."""
    record = operator.journal.runs.get(operator.run)
    options = WatchOptions(lasting=timedelta(hours=1), yes=True, allow=("disruptive",))
    operator.said = []
    return WatchRun(operator.account(), record, options, operator.said.append).go()


def load(operator: Any, metric: str, percent: float, tasks: float = 3) -> None:
    """From half an hour on let the metric be so high, in so many tasks; low in eight before."""
    change = (operator.clock.now() + timedelta(minutes=25)).timestamp()

    def at(second: int) -> Statistics:
        return Statistics.of(percent, tasks) if second >= change else Statistics.of(9.0, 8.0)

    operator.aws.metrics.put("AWS/ECS", metric, OF, PerMinute(at))


def state(operator: Any) -> tuple[int, str]:
    """Give the minimum and the revision."""
    client = operator.aws.client("application-autoscaling")
    target = client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]
    told = operator.aws.client("ecs").describe_services(cluster="shop", services=["web"])["services"][0]
    return target["MinCapacity"], told["taskDefinition"].rpartition("/")[2]


@pytest.mark.parametrize(
    ("metric", "percent", "tasks"), [("CPUUtilization", 90, 3), ("MemoryUtilization", 90, 3), ("CPUUtilization", 20, 2)]
)
def test_what_harms_is_rolled_back(smaller: Any, metric: str, percent: float, tasks: int) -> None:
    """CPU or memory over their limits, or a task too few: number and size come back."""
    load(smaller, metric, percent, tasks)
    watched = watch(smaller)
    assert ["rolled back"] == [str(each) for each in watched.states], smaller.said
    assert (8, "web:1") == state(smaller)


def test_a_higher_load_within_the_limits_is_left(smaller: Any) -> None:
    """That smaller tasks are busier is what was wanted."""
    load(smaller, "CPUUtilization", 55)
    watched = watch(smaller)
    assert ["well"] == [str(each) for each in watched.states], smaller.said
    assert (3, "web:2") == state(smaller)
