"""Whether a service has been watched long enough, unchanged, for its use to say anything about its future.

Unchanged is the size of its tasks, however often they were deployed, and, where nothing scales them automatically,
their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.ecs.capacity import moment
from trueup.plugins.ecs.series import CPU, MEMORY, running, series_at
from trueup.plugins.ecs.size import Size

if TYPE_CHECKING:
    from datetime import datetime

    from trueup.facts.snapshot import Snapshot

__all__ = ["COVERAGE_FLOOR", "ROLLOUT_SECONDS", "Sizes", "history"]

COVERAGE_FLOOR = 0.95
"""A service with a running task is measured all the time: missing hours are gaps in the measuring."""

ROLLOUT_SECONDS = 3600
"""While one deployment replaces another, tasks of both run; an hour is the limit for a deployment to settle."""

_HALF_A_TASK = 0.5
"""A task that is replaced lacks for some minutes of an hour; a number that was changed differs by one at least."""


def history(service: Snapshot) -> dict[str, Any]:
    """Give how long, how fully and how steadily a service was measured.

    Returns:
        ``{"age_days", "coverage", "resized", "sufficient"}``: coverage is the share (0 to 1) of hourly points of the
        worse series; ``sufficient`` is true or unknown with the reason, never false, so that whatever is derived from
        it becomes unknown too.
    """
    created = moment(service["service.createdAt"])
    age_days = (service.read_at - created).days
    try:
        series = [series_at(service, path) for path in (CPU, MEMORY)]
        resized = _resized(service)
    except UnknownFactError as error:
        unknown = error.unknown
        return {"age_days": age_days, "coverage": unknown, "resized": unknown, "sufficient": unknown}
    coverage = min(each.coverage() for each in series)
    start = min(each.start for each in series)
    days = (service.read_at - start).days
    return {
        "age_days": age_days,
        "coverage": round(coverage, 4),
        "resized": resized is not None,
        "sufficient": _verdict(created > start, coverage, resized, days),
    }


@dataclass(frozen=True, slots=True)
class Sizes:
    """Which sizes the tasks of a service had at which time.

    Args:
        now: the size now, which is all that is known of a service without a deployment in AWS's memory.
        steps: since when (None: from the beginning) and which, oldest first.
    """

    now: Size
    steps: tuple[tuple[int | None, Size], ...]

    @classmethod
    def of(cls, service: Snapshot) -> Sizes:
        """Take them from a snapshot with ``task_definition`` and ``revisions``."""
        steps = tuple(
            (
                None if each["since"] is None else int(moment(each["since"]).timestamp()),
                Size(each["cpu_units"] or 0, each["memory_mib"] or 0),
            )
            for each in service["revisions"]
        )
        definition = service["task_definition"]
        return cls(Size(definition["cpu_units"] or 0, definition["memory_mib"] or 0), steps)

    def over(self, begin: int, seconds: int) -> set[Size]:
        """Give the sizes in a period, those of tasks that were just being replaced too.

        Raises:
            UnknownFactError: AWS does not remember the size of that time.
        """
        if not self.steps:
            return {self.now}
        settled, end = begin - ROLLOUT_SECONDS, begin + seconds
        earlier = [size for since, size in self.steps if since is None or since <= settled][-1:]
        within = [size for since, size in self.steps if since is not None and settled < since < end]
        if not (earlier or within):
            detail = "AWS does not remember which size the tasks had before"
            raise UnknownFactError("revisions", Unknown(Reason.INSUFFICIENT_HISTORY, detail))
        return {*earlier, *within}


def _verdict(young: bool, coverage: float, resized: str | None, days: int) -> bool | Unknown:  # noqa: FBT001 - private
    if young:
        detail = f"the service is younger than the look-back of {days} days"
    elif coverage < COVERAGE_FLOOR:
        detail = f"expected {COVERAGE_FLOOR:.1%} of the hourly points of CPU and memory, found {coverage:.1%}"
    elif resized:
        detail = f"{resized} changed within the look-back of {days} days, by a person or a deployment"
    else:
        return True
    return Unknown(Reason.INSUFFICIENT_HISTORY, detail)


def _resized(service: Snapshot) -> str | None:
    """Name what changed within the look-back, None when nothing did."""
    cpu = series_at(service, CPU)
    start, end = int(cpu.start.timestamp()), int(service.read_at.timestamp())
    if moment(service["service.createdAt"]) <= cpu.start:
        sizes = Sizes.of(service)
        if len(sizes.over(start, cpu.period) | sizes.over(start, end - start)) > 1:
            return "the size of the tasks"
    deployed = [moment(each["since"]) for each in service["revisions"] if each["since"] is not None]
    low, high = _expected(service)
    for at, tasks in running(service).items():
        if not low - _HALF_A_TASK < tasks < high + _HALF_A_TASK and not _deploying(deployed, at, cpu.period):
            return "the number of tasks"
    return None


def _expected(service: Snapshot) -> tuple[float, float]:
    """Give how few and how many tasks ran if nobody changed anything; a policy may scale in to any number."""
    if service["scaling.managed"]:
        return 0.0, float(service["scaling.maximum"])
    return float(service["service.desiredCount"]), float(service["service.desiredCount"])


def _deploying(deployed: list[datetime], at: int, seconds: int) -> bool:
    return any(at - ROLLOUT_SECONDS < each.timestamp() < at + seconds for each in deployed)
