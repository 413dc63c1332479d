"""Options of a table that moto takes and forgets: its class and its limits on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.plugins.dynamodb.simulation.tables import describing, index_updates, key_of
from trueup.testing import Correction, together

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.plugins.dynamodb.simulation.tables import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["OPTIONS"]

_NO_LIMIT = -1


@dataclass(slots=True)
class _Options:
    """What is kept of one table; limits by index, the table's own under ``""``."""

    table_class: dict[str, Any] | None = None
    limits: dict[str, dict[str, int]] = field(default_factory=dict)


class _Keeper:
    """Keeps the options of every table."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._kept: dict[Key, _Options] = {}

    def install(self) -> Undo:
        return together(
            self._simulation.on_reset(self._kept.clear),
            describing(self._simulation, self._amend),
            self._simulation.answer("dynamodb:CreateTable", self._create),
            self._simulation.answer("dynamodb:UpdateTable", self._update),
        )

    def _create(self, request: ApiRequest, proceed: Proceed) -> Answer:
        options, given = _Options(), request.parameters
        if "TableClass" in given:
            options.table_class = {"TableClass": given["TableClass"]}
        _keep_limits(options, {"": given} | _indexes(given))
        answer = proceed(request)
        if not answer.ok:
            return answer
        self._kept[key_of(request)] = options
        return self._told(request, answer)

    def _update(self, request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if not answer.ok:
            return answer
        options, given = self._kept.setdefault(key_of(request), _Options()), request.parameters
        if "TableClass" in given:
            stamp = self._simulation.clock.now()
            options.table_class = {"TableClass": given["TableClass"], "LastUpdateDateTime": stamp}
        _keep_limits(options, {"": given} | index_updates(request))
        return self._told(request, answer)

    def _told(self, request: ApiRequest, answer: Answer) -> Answer:
        """The answer to a write, with what it has just set."""
        result = request.result(answer)
        self._amend(request, result["TableDescription"])
        return request.answer(result)

    def _amend(self, request: ApiRequest, table: dict[str, Any]) -> None:
        options = self._kept.get((request.account, request.region, table["TableName"]), _Options())
        if options.table_class is not None:
            table["TableClassSummary"] = options.table_class
        for part, described in {"": table, **_indexes(table)}.items():
            if part in options.limits:
                described["OnDemandThroughput"] = options.limits[part]


def _install(simulation: Simulation) -> Undo:
    return _Keeper(simulation).install()


def _indexes(table: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The indexes of a described table, or of the request that makes it."""
    return {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", ())}


def _keep_limits(options: _Options, given: dict[str, Any]) -> None:
    """Keep the limits on demand that a request gives; -1 takes one away."""
    for part, parameters in given.items():
        if "OnDemandThroughput" in parameters:
            limits = options.limits.get(part, {}) | parameters["OnDemandThroughput"]
            options.limits[part] = {name: units for name, units in limits.items() if units != _NO_LIMIT}


OPTIONS = Correction(
    name="dynamodb-options-kept",
    service="dynamodb",
    says="a table's class and its limits on demand are kept and told",
    source="botocore model dynamodb:TableClassSummary, OnDemandThroughput (-1 takes a limit away)",
    install=_install,
)
