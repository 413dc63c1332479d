"""Each correction of the simulated DynamoDB makes its check hold, and without it the check does not hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from trueup.plugins.dynamodb.simulated import CORRECTIONS
from trueup.plugins.dynamodb.simulation import updating

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing import SimulatedAws

pytest_plugins = ["trueup.testing.fixtures"]

LONG_ENOUGH = updating.FIRST_SWITCH_SECONDS + updating.INDEX_SECONDS


def test_every_correction_has_a_check() -> None:
    """No correction is without its check, and no check without its correction."""
    assert {correction.name for correction in CORRECTIONS} == CHECKS.keys()


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_right(simulated_aws: SimulatedAws, name: str) -> None:
    """The simulated DynamoDB does what the correction says."""
    CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_needed(simulated_aws: SimulatedAws, name: str) -> None:
    """Without the correction moto does something else."""
    with simulated_aws.without(name), pytest.raises((AssertionError, pytest.fail.Exception)):
        CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_all_checks_fail_on_plain_moto(simulated_aws: SimulatedAws, name: str) -> None:
    """With no correction of DynamoDB at all, what the correction says does not hold either."""
    names = [correction.name for correction in CORRECTIONS]
    with simulated_aws.without(*names), pytest.raises((AssertionError, pytest.fail.Exception)):
        CHECKS[name](simulated_aws)


def test_on_demand_told_again_changes_nothing(simulated_aws: SimulatedAws) -> None:
    """A table on demand that is set on demand stays ACTIVE, and the call counts to no limit."""
    client = new_table(simulated_aws, BillingMode="PAY_PER_REQUEST", units=None)
    for _ in range(6):
        answer = client.update_table(TableName="t", BillingMode="PAY_PER_REQUEST")
        assert "ACTIVE" == answer["TableDescription"]["TableStatus"]


def test_a_switch_back_is_never_limited(simulated_aws: SimulatedAws) -> None:
    """After the four switches of a day the table still goes back to provisioned, with its indexes' units."""
    client = new_table(simulated_aws, indexes=("idx",))
    for _ in range(4):
        switch(simulated_aws, client)
        switch_back(simulated_aws, client, indexes=("idx",))
    table = client.describe_table(TableName="t")["Table"]
    assert (10, 10) == units(table)
    assert (10, 10) == units(table["GlobalSecondaryIndexes"][0])


def test_a_table_made_anew_remembers_nothing(simulated_aws: SimulatedAws) -> None:
    """What was counted and kept of a deleted table is not told of a new one of the same name."""
    client = new_table(simulated_aws, TableClass="STANDARD_INFREQUENT_ACCESS")
    switch(simulated_aws, client)
    switch_back(simulated_aws, client)
    client.update_table(TableName="t", ProvisionedThroughput=throughput(5))
    simulated_aws.clock.advance(updating.UNITS_SECONDS)
    client.delete_table(TableName="t")
    new_table(simulated_aws)
    table = client.describe_table(TableName="t")["Table"]
    assert "ACTIVE" == table["TableStatus"]
    assert {"BillingModeSummary", "TableClassSummary"}.isdisjoint(table)
    assert 0 == table["ProvisionedThroughput"]["NumberOfDecreasesToday"]


def test_an_unknown_table_is_refused_as_unknown(simulated_aws: SimulatedAws) -> None:
    """The corrections leave moto's refusal of an unknown table as it is."""
    with refused("ResourceNotFoundException", "Requested resource not found"):
        simulated_aws.client("dynamodb").update_table(TableName="gone", BillingMode="PAY_PER_REQUEST")


def test_a_table_may_be_named_by_its_arn(simulated_aws: SimulatedAws) -> None:
    """An update by ARN is seen under the table's name."""
    client = new_table(simulated_aws)
    arn = client.describe_table(TableName="t")["Table"]["TableArn"]
    client.update_table(TableName=arn, BillingMode="PAY_PER_REQUEST")
    assert "UPDATING" == client.describe_table(TableName="t")["Table"]["TableStatus"]


def test_decreases_are_counted_apart(simulated_aws: SimulatedAws) -> None:
    """A table's decreases do not count to its index's, one too many refuses both, a new UTC day begins anew."""
    simulated_aws.reset(datetime(2026, 3, 1, 1, tzinfo=UTC))
    client = new_table(simulated_aws, indexes=("idx",))
    for read in (9, 8, 7, 6):
        client.update_table(TableName="t", ProvisionedThroughput=throughput(read))
        simulated_aws.clock.advance(60)
    update_index(client, "idx", 9)
    simulated_aws.clock.advance(60)
    with refused("LimitExceededException", "Number of decreases today: 4"):
        update_index(client, "idx", 8, ProvisionedThroughput=throughput(5))
    table = client.describe_table(TableName="t")["Table"]
    assert [(6, 6), (9, 9)] == [units(table), units(table["GlobalSecondaryIndexes"][0])]
    assert 4 == table["ProvisionedThroughput"]["NumberOfDecreasesToday"]
    assert 1 == table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["NumberOfDecreasesToday"]
    simulated_aws.clock.advance(timedelta(hours=23).total_seconds())
    assert 0 == client.describe_table(TableName="t")["Table"]["ProvisionedThroughput"]["NumberOfDecreasesToday"]
    client.update_table(TableName="t", ProvisionedThroughput=throughput(5))


def test_point_in_time_recovery_goes_on_and_off(simulated_aws: SimulatedAws) -> None:
    """Recovery is off by default while continuous backups are on, and both switches are told at once."""
    client = new_table(simulated_aws)
    seen = []
    for enabled in (None, True, False):
        if enabled is not None:
            specification = {"PointInTimeRecoveryEnabled": enabled}
            client.update_continuous_backups(TableName="t", PointInTimeRecoverySpecification=specification)
        told = client.describe_continuous_backups(TableName="t")["ContinuousBackupsDescription"]
        status = told["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
        seen.append((told["ContinuousBackupsStatus"], status))
    assert [("ENABLED", "DISABLED"), ("ENABLED", "ENABLED"), ("ENABLED", "DISABLED")] == seen


def test_a_table_is_as_old_as_the_clock_says(simulated_aws: SimulatedAws) -> None:
    """A table of sixty days ago is made by a clock that begins there and moves on."""
    simulated_aws.reset(datetime(2026, 1, 1, tzinfo=UTC))
    client = new_table(simulated_aws)
    simulated_aws.clock.advance(timedelta(days=60).total_seconds())
    assert (
        "2026-01-01" == f"{client.describe_table(TableName='t')['Table']['CreationDateTime'].astimezone(UTC):%Y-%m-%d}"
    )
    assert "2026-03-02" == f"{simulated_aws.clock.now():%Y-%m-%d}"


def summary_only_after_on_demand(aws: SimulatedAws) -> None:
    """Nothing is said of the billing mode before the first switch, and its time is kept after the switch back."""
    aws.reset(datetime(2026, 3, 1, tzinfo=UTC))
    client = new_table(aws)
    assert "BillingModeSummary" not in client.describe_table(TableName="t")["Table"]
    switch(aws, client)
    switch_back(aws, client)
    summary = client.describe_table(TableName="t")["Table"]["BillingModeSummary"]
    assert "PROVISIONED" == summary["BillingMode"]
    assert "2026-03-01" == f"{summary.get('LastUpdateToPayPerRequestDateTime', aws.clock.now()):%Y-%m-%d}"
    aws.clock.advance(86_400)
    summary = client.describe_table(TableName="t")["Table"]["BillingModeSummary"]
    assert (
        "2026-03-01" == f"{summary.get('LastUpdateToPayPerRequestDateTime', aws.clock.now()).astimezone(UTC):%Y-%m-%d}"
    )


def on_demand_has_no_units(aws: SimulatedAws) -> None:
    """After the switch the table and its index have 0 units."""
    client = new_table(aws, indexes=("idx",))
    switch(aws, client)
    table = client.describe_table(TableName="t")["Table"]
    assert [(0, 0), (0, 0)] == [units(table), units(table["GlobalSecondaryIndexes"][0])]


def four_switches_a_day(aws: SimulatedAws) -> None:
    """The fifth switch within 24 hours is refused and changes nothing; a day after the first it is taken."""
    client = new_table(aws)
    for _ in range(4):
        switch(aws, client)
        switch_back(aws, client)
    with refused("LimitExceededException", "limited to 4 times"):
        client.update_table(TableName="t", BillingMode="PAY_PER_REQUEST")
    table = client.describe_table(TableName="t")["Table"]
    assert ("ACTIVE", (10, 10)) == (table["TableStatus"], units(table))
    aws.clock.advance(86_400)
    client.update_table(TableName="t", BillingMode="PAY_PER_REQUEST")


def back_needs_every_index(aws: SimulatedAws) -> None:
    """The way back names what is missing, and changes nothing until nothing is."""
    client = new_table(aws, indexes=("one", "two", "three"))
    switch(aws, client)
    with refused("ValidationException", "ProvisionedThroughput must be specified"):
        client.update_table(TableName="t", BillingMode="PROVISIONED")
    with refused("ValidationException", "must be specified for index: three,two"):
        update_index(client, "one", 10, BillingMode="PROVISIONED", ProvisionedThroughput=throughput(10))
    assert "PAY_PER_REQUEST" == client.describe_table(TableName="t")["Table"]["BillingModeSummary"]["BillingMode"]
    switch_back(aws, client, indexes=("one", "two", "three"))
    assert (10, 10) == units(client.describe_table(TableName="t")["Table"])


def no_units_on_demand(aws: SimulatedAws) -> None:
    """Units are refused with the switch and after it, for the table and its index."""
    client = new_table(aws, indexes=("idx",))
    with refused("ValidationException", "when BillingMode is PAY_PER_REQUEST"):
        client.update_table(TableName="t", BillingMode="PAY_PER_REQUEST", ProvisionedThroughput=throughput(3))
    switch(aws, client)
    with refused("ValidationException", "when BillingMode is PAY_PER_REQUEST"):
        client.update_table(TableName="t", ProvisionedThroughput=throughput(3))
    with refused("ValidationException", "when BillingMode is PAY_PER_REQUEST"):
        update_index(client, "idx", 3)


def same_units_are_refused(aws: SimulatedAws) -> None:
    """The present units are no update, of the table, of an index, and with the mode told again."""
    client = new_table(aws, indexes=("idx",))
    with refused("ValidationException", "for the table will not change. The requested value equals the current value"):
        client.update_table(TableName="t", ProvisionedThroughput=throughput(10))
    with refused("ValidationException", "for the index idx will not change"):
        update_index(client, "idx", 10)
    with refused("ValidationException", "will not change"):
        client.update_table(TableName="t", BillingMode="PROVISIONED", ProvisionedThroughput=throughput(10))


def protection_comes_alone(aws: SimulatedAws) -> None:
    """Protection with another change is refused as a whole; alone it is taken."""
    client = new_table(aws)
    with refused("ValidationException", "must be the only change"):
        client.update_table(TableName="t", DeletionProtectionEnabled=True, BillingMode="PAY_PER_REQUEST")
    assert not client.describe_table(TableName="t")["Table"].get("DeletionProtectionEnabled")
    client.update_table(TableName="t", DeletionProtectionEnabled=True)
    assert client.describe_table(TableName="t")["Table"]["DeletionProtectionEnabled"]


def few_decreases_a_day(aws: SimulatedAws) -> None:
    """The fifth decrease waits an hour; its number is told, an increase is always taken."""
    aws.reset(datetime(2026, 3, 1, 1, tzinfo=UTC))
    client = new_table(aws)
    for read in (9, 8, 7, 6):
        client.update_table(TableName="t", ProvisionedThroughput=throughput(read))
        aws.clock.advance(60)
    assert 4 == client.describe_table(TableName="t")["Table"]["ProvisionedThroughput"].get("NumberOfDecreasesToday")
    with refused("LimitExceededException", "Number of decreases today: 4"):
        client.update_table(TableName="t", ProvisionedThroughput=throughput(5))
    client.update_table(TableName="t", ProvisionedThroughput=throughput(20))
    aws.clock.advance(3600)
    client.update_table(TableName="t", ProvisionedThroughput=throughput(5))
    aws.clock.advance(60)
    told = client.describe_table(TableName="t")["Table"]["ProvisionedThroughput"]
    assert 5 == told["NumberOfDecreasesToday"]
    assert told["LastIncreaseDateTime"] < told["LastDecreaseDateTime"]
    with refused("LimitExceededException", "Number of decreases today: 5"):
        client.update_table(TableName="t", ProvisionedThroughput=throughput(4))


def updates_take_time(aws: SimulatedAws) -> None:
    """Old values and UPDATING until the table, then its indexes, have settled; meanwhile others are refused or lost."""
    client = new_table(aws, indexes=("idx",))
    answer = client.update_table(TableName="t", BillingMode="PAY_PER_REQUEST")["TableDescription"]
    assert ("UPDATING", (10, 10)) == (answer["TableStatus"], units(answer))
    assert ("UPDATING", (10, 10)) == (statuses(client)[1], units(answer["GlobalSecondaryIndexes"][0]))
    with refused("ResourceInUseException", "Table IOPS are currently being updated"):
        update_index(client, "idx", 10, BillingMode="PROVISIONED", ProvisionedThroughput=throughput(10))
    with refused("ResourceInUseException", "Table is being updated: t"):
        client.update_table(TableName="t", DeletionProtectionEnabled=True)
    with refused("ResourceInUseException", "Table is being updated: t"):
        client.delete_table(TableName="t")
    aws.clock.advance(updating.FIRST_SWITCH_SECONDS)
    assert ["ACTIVE", "UPDATING"] == statuses(client)
    assert (0, 0) == units(client.describe_table(TableName="t")["Table"])
    with refused("ResourceInUseException", "Table is being updated: t"):
        update_index(client, "idx", 10, BillingMode="PROVISIONED", ProvisionedThroughput=throughput(10))
    aws.clock.advance(updating.INDEX_SECONDS)
    assert ["ACTIVE", "ACTIVE"] == statuses(client)
    update_index(client, "idx", 10, BillingMode="PROVISIONED", ProvisionedThroughput=throughput(10))
    lost = client.update_table(TableName="t", BillingMode="PAY_PER_REQUEST")["TableDescription"]
    assert "UPDATING" == lost["TableStatus"]
    aws.clock.advance(LONG_ENOUGH)
    assert (10, 10) == units(client.describe_table(TableName="t")["Table"])
    client.update_table(TableName="t", BillingMode="PAY_PER_REQUEST")
    aws.clock.advance(updating.SWITCH_SECONDS)
    assert ["ACTIVE", "UPDATING"] == statuses(client)


def options_are_kept(aws: SimulatedAws) -> None:
    """The class and the limits on demand are told as they were given, -1 takes a limit away."""
    client = new_table(aws, BillingMode="PAY_PER_REQUEST", units=None, indexes=("idx",))
    client.update_table(TableName="t", TableClass="STANDARD_INFREQUENT_ACCESS")
    aws.clock.advance(LONG_ENOUGH)
    limits = {"MaxReadRequestUnits": 50, "MaxWriteRequestUnits": 60}
    index = {"IndexName": "idx", "OnDemandThroughput": {"MaxReadRequestUnits": 7}}
    client.update_table(TableName="t", OnDemandThroughput=limits, GlobalSecondaryIndexUpdates=[{"Update": index}])
    aws.clock.advance(LONG_ENOUGH)
    client.update_table(TableName="t", OnDemandThroughput={"MaxWriteRequestUnits": -1})
    aws.clock.advance(LONG_ENOUGH)
    table = client.describe_table(TableName="t")["Table"]
    assert "STANDARD_INFREQUENT_ACCESS" == table.get("TableClassSummary", {}).get("TableClass")
    assert {"MaxReadRequestUnits": 50} == table.get("OnDemandThroughput")
    assert {"MaxReadRequestUnits": 7} == table["GlobalSecondaryIndexes"][0].get("OnDemandThroughput")


def restorable_times_move(aws: SimulatedAws) -> None:
    """The window of restorable times follows the clock, 35 days long by default."""
    aws.reset(datetime(2026, 3, 1, tzinfo=UTC))
    client = new_table(aws)
    client.update_continuous_backups(
        TableName="t", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    for days, first in ((10, "2026-03-01"), (50, "2026-03-26")):
        aws.clock.advance(timedelta(days=days).total_seconds())
        told = client.describe_continuous_backups(TableName="t")["ContinuousBackupsDescription"]
        recovery = told["PointInTimeRecoveryDescription"]
        assert first == f"{recovery['EarliestRestorableDateTime'].astimezone(UTC):%Y-%m-%d}"
        behind = aws.clock.now() - recovery["LatestRestorableDateTime"]
        assert timedelta(minutes=5) <= behind < timedelta(minutes=6)


CHECKS: dict[str, Callable[[SimulatedAws], None]] = {
    "dynamodb-billing-mode-summary": summary_only_after_on_demand,
    "dynamodb-complete-throughput": back_needs_every_index,
    "dynamodb-decrease-limit": few_decreases_a_day,
    "dynamodb-no-units-on-demand": no_units_on_demand,
    "dynamodb-options-kept": options_are_kept,
    "dynamodb-protection-alone": protection_comes_alone,
    "dynamodb-restorable-times": restorable_times_move,
    "dynamodb-switch-limit": four_switches_a_day,
    "dynamodb-unchanged-units": same_units_are_refused,
    "dynamodb-updating": updates_take_time,
    "dynamodb-zero-units-on-demand": on_demand_has_no_units,
}


class refused:  # noqa: N801 - reads as a statement: with refused(...)
    """A block whose call must be refused with this code and these words; that it is not is a failed assertion."""

    def __init__(self, code: str, words: str) -> None:
        self._expected = (code, words)

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        code, words = self._expected
        assert isinstance(error, ClientError), f"expected {code}, found {error!r}"
        assert code == error.response["Error"]["Code"]
        assert words in error.response["Error"]["Message"]
        return True


def throughput(each: int) -> dict[str, int]:
    """As many read as write units."""
    return {"ReadCapacityUnits": each, "WriteCapacityUnits": each}


def new_table(aws: SimulatedAws, *, units: int | None = 10, indexes: tuple[str, ...] = (), **options: Any) -> Any:
    """Make the table ``t`` and give the client; ``units`` are its own and those of its indexes."""
    # One attempt: botocore takes a quota's LimitExceededException for throttling and would wait and ask again.
    client = aws.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
    provisioned = {} if units is None else {"ProvisionedThroughput": throughput(units)}
    keys = [{"AttributeName": "k", "KeyType": "HASH"}]
    made = [
        {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}, **provisioned}
        for name in indexes
    ]
    if made:
        options["GlobalSecondaryIndexes"] = made
    attributes = [{"AttributeName": "k", "AttributeType": "S"}]
    client.create_table(TableName="t", KeySchema=keys, AttributeDefinitions=attributes, **provisioned, **options)
    return client


def update_index(client: Any, name: str, each: int, **others: Any) -> None:
    """Give an index other units, with what else the call brings."""
    updates = [{"Update": {"IndexName": name, "ProvisionedThroughput": throughput(each)}}]
    client.update_table(TableName="t", GlobalSecondaryIndexUpdates=updates, **others)


def switch(aws: SimulatedAws, client: Any) -> None:
    """Switch to on demand and wait until it has settled."""
    client.update_table(TableName="t", BillingMode="PAY_PER_REQUEST")
    aws.clock.advance(LONG_ENOUGH)


def switch_back(aws: SimulatedAws, client: Any, indexes: tuple[str, ...] = ()) -> None:
    """Switch to provisioned, all indexes too, and wait until it has settled."""
    updates = [{"Update": {"IndexName": name, "ProvisionedThroughput": throughput(10)}} for name in indexes]
    indexed = {"GlobalSecondaryIndexUpdates": updates} if updates else {}
    client.update_table(TableName="t", BillingMode="PROVISIONED", ProvisionedThroughput=throughput(10), **indexed)
    aws.clock.advance(LONG_ENOUGH)


def units(described: dict[str, Any]) -> tuple[int, int]:
    """Read and write units as told."""
    given = described["ProvisionedThroughput"]
    return given["ReadCapacityUnits"], given["WriteCapacityUnits"]


def statuses(client: Any) -> list[str]:
    """Of the table and its first index."""
    table = client.describe_table(TableName="t")["Table"]
    return [table["TableStatus"], table["GlobalSecondaryIndexes"][0]["IndexStatus"]]
