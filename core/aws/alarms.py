"""Alarms that ring now, and which resources they are about.

A resource in alarm is not to be touched: its owner is already looking at it, and a change would blur the cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.service.declarations import Reader

__all__ = ["ALARM_OPERATION", "Alarm", "Alarms", "read_alarms"]

ALARM_OPERATION = "cloudwatch:DescribeAlarms"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A metric alarm in state ALARM.

    Args:
        name: its name.
        dimensions: the dimensions of each metric that it looks at.
    """

    name: str
    dimensions: tuple[frozenset[tuple[str, str]], ...]


@dataclass(frozen=True, slots=True)
class Alarms:
    """The alarms of a scope that ring."""

    ringing: tuple[Alarm, ...]

    def about(self, dimensions: Mapping[str, str]) -> tuple[str, ...]:
        """Give the names of the alarms on a metric that has all these dimensions, and maybe more; sorted.

        Args:
            dimensions: a resource's; without any, no alarm is about it.
        """
        wanted = frozenset(dimensions.items())
        if not wanted:
            return ()
        return tuple(sorted(alarm.name for alarm in self.ringing if any(wanted <= each for each in alarm.dimensions)))


def read_alarms(reader: Reader) -> Alarms:
    """Read a scope's ringing metric alarms; once a scope, whatever the number of resources.

    Args:
        reader: needs ``cloudwatch:DescribeAlarms``.

    Raises:
        UnreadableError: they cannot be read; whether one rings is then unknown.

    Source: CloudWatch DescribeAlarms. Composite alarms have no dimensions: the alarms that they are made of are here.
    """
    found = reader.paginate(ALARM_OPERATION, "MetricAlarms[]", StateValue="ALARM", AlarmTypes=["MetricAlarm"])
    return Alarms(tuple(Alarm(alarm["AlarmName"], tuple(_dimensions(alarm))) for alarm in found))


def _dimensions(alarm: Mapping[str, Any]) -> Iterator[frozenset[tuple[str, str]]]:
    metrics = [alarm, *(query.get("MetricStat", {}).get("Metric", {}) for query in alarm.get("Metrics", ()))]
    for metric in metrics:
        if metric.get("Dimensions"):
            yield frozenset((each["Name"], each["Value"]) for each in metric["Dimensions"])
