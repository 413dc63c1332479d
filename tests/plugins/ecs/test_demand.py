"""What a service needs, how long it was watched, and whether it fits: from hourly metrics and the history of sizes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown

HALF = 15 * 24


def unknown(value: Any) -> Unknown:
    """The value, which must be unknown."""
    assert isinstance(value, Unknown), value
    return value


def deployed(services: Any, days_ago: float, cpu: int, memory: int) -> dict[str, Any]:
    """A deployment of a size, so many days ago."""
    when = services.snapshot().read_at - timedelta(days=days_ago)
    return {"since": when, "cpu_units": cpu, "memory_mib": memory}


def test_the_demand_is_that_of_the_busiest_hour_for_all_its_tasks(services: Any) -> None:
    """Eight tasks of 1,024 units at 9 % need 737.28 units; memory likewise."""
    demand = services.snapshot()["demand"]
    assert {"cpu_units": 737.28, "memory_mib": 1802.24} == demand


def test_an_hour_counts_the_tasks_of_the_hours_next_to_it(services: Any) -> None:
    """While the number of tasks changes within an hour, its peak may have been met by the higher number."""

    def ran(hour: int) -> float:
        return 16 if hour == HALF else 8

    def cpu(hour: int) -> float:
        return 10 if hour == HALF + 1 else 1

    assert 0.10 * 16 * 1024 == services.snapshot(cpu=cpu, ran=ran)["demand.cpu_units"]


def test_the_demand_is_absolute_over_a_change_of_size(services: Any) -> None:
    """Percent before a deployment are percent of the size then, and of both while it went on."""
    revisions = [{"since": None, "cpu_units": 1024, "memory_mib": 2048}, deployed(services, 0.5, 512, 1024)]
    small = services.definition(512, 1024)
    demand = services.snapshot(revisions=revisions, task_definition=small)["demand"]
    assert {"cpu_units": 737.28, "memory_mib": 1802.24} == demand


def test_a_size_that_nobody_remembers_makes_the_demand_unknown(services: Any) -> None:
    """The first remembered deployment says nothing of the time before it."""
    revisions = [deployed(services, 10, 1024, 2048)]
    snapshot = services.snapshot(revisions=revisions)
    assert Reason.INSUFFICIENT_HISTORY is unknown(snapshot.aspects["demand"]).reason
    assert Reason.INSUFFICIENT_HISTORY is unknown(snapshot.get("history.sufficient")).reason


@pytest.mark.parametrize("series", ["cpu", "memory"])
def test_no_data_is_unknown_and_never_idle(services: Any, series: str) -> None:
    """A service without metrics needs nobody knows what."""
    snapshot = services.snapshot(**{series: None})
    for name in ("demand", "utilization", "fit"):
        assert isinstance(snapshot.aspects[name], Unknown)


def test_a_steady_service_has_sufficient_history(services: Any) -> None:
    """Sixty days old, measured every hour, unchanged."""
    assert {"age_days": 60, "coverage": 1.0, "resized": False, "sufficient": True} == services.snapshot()["history"]


def test_deployments_of_the_same_size_change_nothing(services: Any) -> None:
    """New code every week is no reason to know nothing; tasks overlap while it goes on."""
    revisions = [deployed(services, 7 * week, 1024, 2048) for week in range(12, -1, -1)]

    def ran(hour: int) -> float:
        return 10.5 if hour == 720 - 7 * 24 else 8

    snapshot = services.snapshot(revisions=revisions, ran=ran)
    assert snapshot["history.sufficient"] is True


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"cpu": lambda hour: 9.0 if hour > 40 else None}, "95.0%"),
        ({"ran": lambda hour: 8 if hour > HALF else 4}, "number of tasks"),
    ],
)
def test_gaps_and_other_numbers_of_tasks_are_insufficient(services: Any, more: dict[str, Any], words: str) -> None:
    """What was measured in part, or of another fleet, says nothing of this one."""
    snapshot = services.snapshot(**more)
    assert words in unknown(snapshot.get("history.sufficient")).detail
    assert isinstance(snapshot.aspects["utilization"], Unknown)


def test_a_young_service_is_insufficient(services: Any) -> None:
    """A service of ten days has no month."""
    service = services.described(createdAt=services.snapshot().read_at - timedelta(days=10))
    assert "younger" in unknown(services.snapshot(service=service).get("history.sufficient")).detail


def test_a_resized_service_is_insufficient(services: Any) -> None:
    """Other tasks had other peaks."""
    revisions = [deployed(services, 80, 2048, 4096), deployed(services, 12, 1024, 2048)]
    assert "size" in unknown(services.snapshot(revisions=revisions).get("history.sufficient")).detail


def test_automatic_scaling_may_change_the_number_of_tasks(services: Any) -> None:
    """That is what it is for; the demand has counted the tasks of each hour."""
    snapshot = services.snapshot(ran=lambda hour: 8 + hour % 3, region_scaling=services.scaled(8, 20))
    assert snapshot["history.sufficient"] is True
    assert 0.09 * 10 * 1024 == pytest.approx(snapshot["demand.cpu_units"])


def test_more_tasks_than_the_maximum_are_no_count_of_tasks(services: Any) -> None:
    """Bounds were changed, or samples are something else than tasks: either way nothing is known."""
    snapshot = services.snapshot(ran=24, region_scaling=services.scaled(8, 20))
    assert "number of tasks" in unknown(snapshot.get("history.sufficient")).detail


def test_fit_is_asked_of_each_part_by_itself(services: Any) -> None:
    """Idle: nothing fits; at the limits of CPU and memory: everything does."""
    assert {"tasks": False, "cpu": False, "memory": True} == services.snapshot()["fit"]
    assert {"tasks": True, "cpu": True, "memory": True} == services.snapshot(cpu=59.0, memory=64.0)["fit"]


def test_after_a_fix_the_metrics_of_before_still_fit(services: Any) -> None:
    """Right after a write the size is new and the metrics are old: what was planned is as small as it may be."""
    change = services.change(services.snapshot(cpu=15.0))
    effect = change.steps[-1].effect
    after = services.snapshot(
        cpu=15.0,
        ran=8,
        tasks=effect["capacity.tasks"],
        task_definition=services.definition(effect["capacity.cpu"], effect["capacity.memory_mib"]),
        revisions=[{"since": None, "cpu_units": 1024, "memory_mib": 2048}, deployed(services, 0, 512, 1024)],
    )
    assert after["fit.tasks"]


def test_health_needs_no_history(services: Any) -> None:
    """Over five minutes as over a month: peaks, and tasks that did not run; each unknown by itself."""
    health = services.snapshot(memory=None, ran=lambda hour: 6 if hour == HALF else 8)["health"]
    assert (9.0, 2) == (health["cpu_peak"], health["missing_tasks"])
    assert isinstance(health["memory_peak"], Unknown)
    silent = services.snapshot(cpu=None, ran=lambda _: None)["health"]
    assert isinstance(silent["missing_tasks"], Unknown)


def test_tasks_that_ran_are_counted_from_samples(services: Any) -> None:
    """Without a point no task ran; without any point at all there is only the number of now."""
    assert {"average_tasks": 6.0, "measured": True} == services.snapshot(ran=lambda hour: 4 + 4 * (hour % 2))["usage"]
    assert {"average_tasks": 8.0, "measured": False} == services.snapshot(cpu=None, ran=lambda _: None)["usage"]
