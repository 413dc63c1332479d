"""An update of a table takes time: until then the old values are told, and other updates are refused or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.dynamodb.simulation.tables import (
    MODIFIABLE,
    ON_DEMAND,
    PROVISIONED,
    billing_mode,
    describing,
    index_updates,
    key_of,
)
from trueup.testing import AwsError, Correction, together

if TYPE_CHECKING:
    from trueup.plugins.dynamodb.simulation.tables import Key
    from trueup.testing import Answer, ApiRequest, Phase, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = [
    "FIRST_SWITCH_SECONDS",
    "INDEX_SECONDS",
    "SWITCH_BACK_SECONDS",
    "SWITCH_SECONDS",
    "UNITS_SECONDS",
    "UPDATING",
]

FIRST_SWITCH_SECONDS = 150.0
"""To on demand for the first time: 129 to 172 s were measured."""

SWITCH_SECONDS = 5.0
"""To on demand when the table was there before: 4 to 5 s were measured."""

SWITCH_BACK_SECONDS = 80.0
"""To provisioned: 60 to 98 s were measured."""

UNITS_SECONDS = 2.0
"""New units: 1 to 2 s were measured."""

INDEX_SECONDS = 10.0
"""How much longer the indexes take than the table; that they do was reported, how long was not."""

_TO_ON_DEMAND = "to on demand"
_TO_PROVISIONED = "to provisioned"
_NEW_UNITS = "new units"
_INSTANT = frozenset({"DeletionProtectionEnabled", "StreamSpecification"})
_KEPT = ("BillingModeSummary", "OnDemandThroughput", "ProvisionedThroughput", "TableClassSummary")
_KEPT_OF_INDEX = ("OnDemandThroughput", "ProvisionedThroughput")


def _install(simulation: Simulation) -> Undo:
    def update(request: ApiRequest, proceed: Proceed) -> Answer:
        name = _name(key_of(request))
        described = simulation.ask(request, "DescribeTable", {"TableName": key_of(request)[2]})["Table"]
        phase = simulation.phases.current("dynamodb", name)
        if phase is not None or _moving_indexes(described):
            return _meanwhile(request, phase, described)
        answer = proceed(request)
        if answer.ok and not _changes_nothing(request, described):
            _enter(simulation, name, request, described)
            amend_now = request.result(answer)
            _show(simulation, name, amend_now["TableDescription"])
            return request.answer(amend_now)
        return answer

    def delete(request: ApiRequest, proceed: Proceed) -> Answer:
        name = _name(key_of(request))
        if simulation.phases.current("dynamodb", name) is not None:
            raise _in_use(key_of(request)[2])
        answer = proceed(request)
        if answer.ok:
            simulation.phases.leave("dynamodb", name)
        return answer

    def amend(request: ApiRequest, table: dict[str, Any]) -> None:
        _show(simulation, _name((request.account, request.region, table["TableName"])), table)

    return together(
        describing(simulation, amend),
        simulation.answer("dynamodb:DeleteTable", delete),
        simulation.answer("dynamodb:UpdateTable", update),
    )


def _name(key: Key) -> str:
    return "/".join(key)


def _changes_nothing(request: ApiRequest, described: dict[str, Any]) -> bool:
    """Whether an update is done at once: on demand told again, or a change that AWS makes without a phase."""
    changed = (MODIFIABLE & request.parameters.keys()) - _INSTANT
    if changed == {"BillingMode"}:
        return bool(request.parameters["BillingMode"] == billing_mode(described))
    return not changed


def _enter(simulation: Simulation, name: str, request: ApiRequest, before: dict[str, Any]) -> None:
    """Let the table, and its indexes a little longer, show what was told of them before."""
    kind, seconds = _kind(request, before)
    kept = {member: before.get(member) for member in _KEPT}
    simulation.phases.enter("dynamodb", name, "UPDATING", seconds, kind=kind, kept=kept)
    switched = kind in (_TO_ON_DEMAND, _TO_PROVISIONED)
    for index in before.get("GlobalSecondaryIndexes", ()):
        if switched or index["IndexName"] in index_updates(request):
            kept = {member: index.get(member) for member in _KEPT_OF_INDEX}
            part = index["IndexName"]
            simulation.phases.enter("dynamodb", name, "UPDATING", seconds + INDEX_SECONDS, part=part, kept=kept)


def _kind(request: ApiRequest, before: dict[str, Any]) -> tuple[str, float]:
    mode = request.parameters.get("BillingMode", billing_mode(before))
    if mode == billing_mode(before):
        return _NEW_UNITS, UNITS_SECONDS
    if mode == PROVISIONED:
        return _TO_PROVISIONED, SWITCH_BACK_SECONDS
    was_on_demand = "BillingModeSummary" in before
    return _TO_ON_DEMAND, SWITCH_SECONDS if was_on_demand else FIRST_SWITCH_SECONDS


def _show(simulation: Simulation, name: str, table: dict[str, Any]) -> None:
    phase = simulation.phases.current("dynamodb", name)
    if phase is not None:
        _put_back(table, phase)
        table["TableStatus"] = phase.state
    for index in table.get("GlobalSecondaryIndexes", ()):
        phase = simulation.phases.current("dynamodb", name, part=index["IndexName"])
        if phase is not None:
            _put_back(index, phase)
            index["IndexStatus"] = phase.state


def _put_back(described: dict[str, Any], phase: Phase) -> None:
    for member, value in phase.details["kept"].items():
        if value is None:
            described.pop(member, None)
        else:
            described[member] = value


def _moving_indexes(described: dict[str, Any]) -> bool:
    return any(index.get("IndexStatus", "ACTIVE") != "ACTIVE" for index in described.get("GlobalSecondaryIndexes", ()))


def _meanwhile(request: ApiRequest, phase: Phase | None, described: dict[str, Any]) -> Answer:
    """What an update is told while another one runs: back to on demand is taken and lost, anything else is refused."""
    kind = None if phase is None else phase.details["kind"]
    mode = request.parameters.get("BillingMode")
    if kind == _TO_PROVISIONED and mode == ON_DEMAND:
        return request.answer({"TableDescription": described})
    if kind == _TO_ON_DEMAND and mode == PROVISIONED:
        raise AwsError("ResourceInUseException", "Table IOPS are currently being updated")
    raise _in_use(described["TableName"])


def _in_use(table: str) -> AwsError:
    words = f"Attempt to change a resource which is still in use: Table is being updated: {table}"
    return AwsError("ResourceInUseException", words)


UPDATING = Correction(
    name="dynamodb-updating",
    service="dynamodb",
    says=(
        "an update shows UPDATING and the old values until it has settled, the table before its indexes; other updates "
        "and a deletion are refused meanwhile, and one back to on demand is accepted and lost"
    ),
    source="probes of DynamoDB, 2026-10; go-to-k/cdkd#1588; botocore model dynamodb:ResourceInUseException",
    install=_install,
)
