"""How a table's billing mode is told, and what a switch of it must bring along."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from trueup.plugins.dynamodb.simulation.tables import (
    MODIFIABLE,
    ON_DEMAND,
    PROVISIONED,
    billing_mode,
    describing,
    index_updates,
    invalid,
    key_of,
    throughput_of,
)
from trueup.testing import AwsError, Correction, together

if TYPE_CHECKING:
    from trueup.plugins.dynamodb.simulation.tables import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["COMPLETE_THROUGHPUT", "NO_UNITS_ON_DEMAND", "PROTECTION_ALONE", "SUMMARY", "SWITCHES", "UNCHANGED", "ZEROS"]

_SWITCHES_A_DAY = 4
_DAY = timedelta(hours=24)


def _install_summary(simulation: Simulation) -> Undo:
    """Remember when each table last went on demand; a table that never did has no summary."""
    last: dict[Key, datetime] = {}

    def remember(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if answer.ok and request.parameters.get("BillingMode") == ON_DEMAND:
            last[key_of(request)] = simulation.clock.now()
        return answer

    def switch(request: ApiRequest, proceed: Proceed) -> Answer:
        table = simulation.ask(request, "DescribeTable", {"TableName": key_of(request)[2]})["Table"]
        return proceed(request) if billing_mode(table) == ON_DEMAND else remember(request, proceed)

    def create(request: ApiRequest, proceed: Proceed) -> Answer:
        last.pop(key_of(request), None)
        return remember(request, proceed)

    def amend(request: ApiRequest, table: dict[str, Any]) -> None:
        stamp = last.get((request.account, request.region, table["TableName"]))
        summary = table.pop("BillingModeSummary", {})
        if stamp is not None:
            mode = summary.get("BillingMode", PROVISIONED)
            table["BillingModeSummary"] = {"BillingMode": mode, "LastUpdateToPayPerRequestDateTime": stamp}

    return together(
        simulation.on_reset(last.clear),
        simulation.answer("dynamodb:CreateTable", create),
        simulation.answer("dynamodb:UpdateTable", switch),
        describing(simulation, amend),
    )


def _install_zeros(simulation: Simulation) -> Undo:
    def amend(_: ApiRequest, table: dict[str, Any]) -> None:
        if billing_mode(table) == ON_DEMAND:
            for each in (table, *table.get("GlobalSecondaryIndexes", ())):
                units = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
                each["ProvisionedThroughput"] = each.get("ProvisionedThroughput", {}) | units

    return describing(simulation, amend)


def _install_switches(simulation: Simulation) -> Undo:
    """Count the switches to on demand; ones that were refused do not count, nor does a table made on demand."""
    switches: dict[Key, list[datetime]] = {}

    def create(request: ApiRequest, proceed: Proceed) -> Answer:
        switches.pop(key_of(request), None)
        return proceed(request)

    def update(request: ApiRequest, proceed: Proceed) -> Answer:
        table = simulation.ask(request, "DescribeTable", {"TableName": key_of(request)[2]})["Table"]
        if request.parameters.get("BillingMode") != ON_DEMAND or billing_mode(table) == ON_DEMAND:
            return proceed(request)
        now = simulation.clock.now()
        recent = [each for each in switches.get(key_of(request), ()) if now - each < _DAY]
        if len(recent) >= _SWITCHES_A_DAY:
            raise AwsError(
                "LimitExceededException",
                f"Subscriber limit exceeded: Updates to PayPerRequest mode are limited to {_SWITCHES_A_DAY} times in "
                f"24 hours. Last update at {recent[-1]:%c}. Next update can be made at {recent[0] + _DAY:%c}",
            )
        answer = proceed(request)
        if answer.ok:
            switches[key_of(request)] = [*recent, now]
        return answer

    return together(
        simulation.on_reset(switches.clear),
        simulation.answer("dynamodb:CreateTable", create),
        simulation.answer("dynamodb:UpdateTable", update),
    )


def _install_complete_throughput(simulation: Simulation) -> Undo:
    def update(request: ApiRequest, proceed: Proceed) -> Answer:
        given = request.parameters
        if given.get("BillingMode") != PROVISIONED:
            return proceed(request)
        if "ProvisionedThroughput" not in given:
            raise invalid(
                "One or more parameter values were invalid: "
                "ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
            )
        table = simulation.ask(request, "DescribeTable", {"TableName": key_of(request)[2]})["Table"]
        updated = {name for name, each in index_updates(request).items() if "ProvisionedThroughput" in each}
        missing = sorted({each["IndexName"] for each in table.get("GlobalSecondaryIndexes", ())} - updated)
        if billing_mode(table) == ON_DEMAND and missing:
            names = ",".join(missing)
            raise invalid(
                f"One or more parameter values were invalid: ProvisionedThroughput must be specified for index: {names}"
            )
        return proceed(request)

    return simulation.answer("dynamodb:UpdateTable", update)


def _install_no_units_on_demand(simulation: Simulation) -> Undo:
    def update(request: ApiRequest, proceed: Proceed) -> Answer:
        given = request.parameters
        units = "ProvisionedThroughput" in given or any(
            "ProvisionedThroughput" in each for each in index_updates(request).values()
        )
        if units and "BillingMode" not in given:
            table = simulation.ask(request, "DescribeTable", {"TableName": key_of(request)[2]})["Table"]
            mode = billing_mode(table)
        else:
            mode = given.get("BillingMode", PROVISIONED)
        if units and mode == ON_DEMAND:
            raise invalid(
                "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
                "specified when BillingMode is PAY_PER_REQUEST"
            )
        return proceed(request)

    return simulation.answer("dynamodb:UpdateTable", update)


def _install_unchanged(simulation: Simulation) -> Undo:
    def update(request: ApiRequest, proceed: Proceed) -> Answer:
        table = simulation.ask(request, "DescribeTable", {"TableName": key_of(request)[2]})["Table"]
        if billing_mode(table) == PROVISIONED:
            if "ProvisionedThroughput" in request.parameters:
                _refuse_same("table", table, request.parameters)
            updates = index_updates(request)
            for index in table.get("GlobalSecondaryIndexes", ()):
                update = updates.get(index["IndexName"], {})
                if "ProvisionedThroughput" in update:
                    _refuse_same(f"index {index['IndexName']}", index, update)
        return proceed(request)

    return simulation.answer("dynamodb:UpdateTable", update)


def _refuse_same(what: str, described: dict[str, Any], asked: dict[str, Any]) -> None:
    (read, write), wanted = throughput_of(described), throughput_of(asked)
    if (read, write) == wanted:
        raise invalid(
            f"The provisioned throughput for the {what} will not change. The requested value equals the current value. "
            f"Current ReadCapacityUnits provisioned for the {what}: {read}. Requested ReadCapacityUnits: {read}. "
            f"Current WriteCapacityUnits provisioned for the {what}: {write}. Requested WriteCapacityUnits: {write}."
        )


def _install_protection_alone(simulation: Simulation) -> Undo:
    def update(request: ApiRequest, proceed: Proceed) -> Answer:
        changed = MODIFIABLE & request.parameters.keys()
        if "DeletionProtectionEnabled" in changed and len(changed) > 1:
            raise invalid(
                "One or more parameter values were invalid: "
                "DeletionProtectionEnabled must be the only change in the request"
            )
        return proceed(request)

    return simulation.answer("dynamodb:UpdateTable", update)


SUMMARY = Correction(
    name="dynamodb-billing-mode-summary",
    service="dynamodb",
    says="a table that was never on demand has no BillingModeSummary; one that was has the time of its last switch",
    source="probes of DynamoDB, 2026-10; gravitational/teleport#29557; botocore model dynamodb:BillingModeSummary",
    install=_install_summary,
)

ZEROS = Correction(
    name="dynamodb-zero-units-on-demand",
    service="dynamodb",
    says="a table on demand, and each of its indexes, has 0 read and 0 write units",
    source="probes of DynamoDB, 2026-10; scylladb/scylladb#11298",
    install=_install_zeros,
)

SWITCHES = Correction(
    name="dynamodb-switch-limit",
    service="dynamodb",
    says="a table is switched to on demand at most 4 times in any 24 hours, back to provisioned at any time",
    source="DynamoDB developer guide, switching.capacitymode (the words of the refusal are not documented)",
    install=_install_switches,
)

COMPLETE_THROUGHPUT = Correction(
    name="dynamodb-complete-throughput",
    service="dynamodb",
    says="a switch to provisioned brings the units of the table and of every index in the same call",
    source="crossplane-contrib/provider-upjet-aws#1041; botocore model dynamodb:UpdateTable",
    install=_install_complete_throughput,
)

NO_UNITS_ON_DEMAND = Correction(
    name="dynamodb-no-units-on-demand",
    service="dynamodb",
    says="units are refused when the billing mode is, or becomes, on demand",
    source="dynamoose/dynamoose#1406",
    install=_install_no_units_on_demand,
)

UNCHANGED = Correction(
    name="dynamodb-unchanged-units",
    service="dynamodb",
    says="units that equal the present ones are refused, of the table and of each index",
    source="probes of DynamoDB, 2026-10",
    install=_install_unchanged,
)

PROTECTION_ALONE = Correction(
    name="dynamodb-protection-alone",
    service="dynamodb",
    says="DeletionProtectionEnabled is the only change of its request",
    source="probes of DynamoDB, 2026-10 (the words of the refusal are not documented)",
    install=_install_protection_alone,
)
