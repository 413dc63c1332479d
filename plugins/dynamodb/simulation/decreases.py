"""How often units may be lowered: four times a UTC day, then once an hour, for the table and each index apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from trueup.plugins.dynamodb.simulation.tables import (
    PROVISIONED,
    billing_mode,
    describing,
    index_updates,
    key_of,
    throughput_of,
)
from trueup.testing import AwsError, Correction, together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.plugins.dynamodb.simulation.tables import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["DECREASES"]

_AT_ONCE = 4
_THEN_EVERY = timedelta(hours=1)


@dataclass(slots=True)
class _Record:
    """When the units of a table (``""``) or an index were lowered, and last raised."""

    decreases: list[datetime] = field(default_factory=list)
    raised: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Change:
    """Whether an update lowers or raises the units of a part; it may do both, one each of read and write."""

    part: str
    lowered: bool
    raised: bool


class _Decreases:
    """Counts the decreases of every table."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._records: dict[tuple[Key, str], _Record] = {}

    def install(self) -> Undo:
        return together(
            self._simulation.on_reset(self._records.clear),
            self._simulation.answer("dynamodb:CreateTable", self._create),
            self._simulation.answer("dynamodb:UpdateTable", self._update),
            describing(self._simulation, self._amend),
        )

    def _create(self, request: ApiRequest, proceed: Proceed) -> Answer:
        for known in [known for known in self._records if known[0] == key_of(request)]:
            del self._records[known]
        return proceed(request)

    def _update(self, request: ApiRequest, proceed: Proceed) -> Answer:
        key, now = key_of(request), self._simulation.clock.now()
        table = self._simulation.ask(request, "DescribeTable", {"TableName": key[2]})["Table"]
        changes = list(_changes(table, request)) if billing_mode(table) == PROVISIONED else []
        for change in changes:
            if change.lowered:
                _refuse_too_many(self._records.get((key, change.part), _Record()), now)
        answer = proceed(request)
        if answer.ok:
            for change in changes:
                record = self._records.setdefault((key, change.part), _Record())
                record.decreases += [now] if change.lowered else []
                record.raised = now if change.raised else record.raised
        return answer

    def _amend(self, request: ApiRequest, table: dict[str, Any]) -> None:
        key = (request.account, request.region, table["TableName"])
        for part, described in _parts(table).items():
            shown = _shown(self._records.get((key, part), _Record()), self._simulation.clock.now())
            described["ProvisionedThroughput"] = described.get("ProvisionedThroughput", {}) | shown


def _install(simulation: Simulation) -> Undo:
    return _Decreases(simulation).install()


def _changes(table: dict[str, Any], request: ApiRequest) -> Iterator[_Change]:
    """Which parts of a table an update lowers or raises."""
    updates = index_updates(request) | {"": request.parameters}
    for part, described in _parts(table).items():
        asked = updates.get(part, {})
        if "ProvisionedThroughput" in asked:
            pairs = list(zip(throughput_of(described), throughput_of(asked), strict=True))
            yield _Change(part, any(new < old for old, new in pairs), any(new > old for old, new in pairs))


def _parts(table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A described table, under the empty name, and its indexes."""
    return {"": table} | {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", ())}


def _refuse_too_many(record: _Record, now: datetime) -> None:
    today = _of_day(record.decreases, now)
    if len(today) < _AT_ONCE or now - today[-1] >= _THEN_EVERY:
        return
    raise AwsError(
        "LimitExceededException",
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the "
        f"first {_AT_ONCE} decreases, each subsequent decrease in the same UTC day can be performed at most once every "
        f"3600 seconds. Number of decreases today: {len(today)}. Last decrease at {today[-1]:%c}. "
        f"Next decrease can be made at {today[-1] + _THEN_EVERY:%c}",
    )


def _of_day(decreases: list[datetime], now: datetime) -> list[datetime]:
    return [each for each in decreases if each.date() == now.date()]


def _shown(record: _Record, now: datetime) -> dict[str, Any]:
    shown: dict[str, Any] = {"NumberOfDecreasesToday": len(_of_day(record.decreases, now))}
    if record.decreases:
        shown["LastDecreaseDateTime"] = record.decreases[-1]
    if record.raised is not None:
        shown["LastIncreaseDateTime"] = record.raised
    return shown


DECREASES = Correction(
    name="dynamodb-decrease-limit",
    service="dynamodb",
    says="units are lowered 4 times a UTC day, then once an hour, table and index apart, and the count is told",
    source="DynamoDB quotas; probes of DynamoDB, 2026-10; botocore model dynamodb:ProvisionedThroughputDescription",
    install=_install,
)
