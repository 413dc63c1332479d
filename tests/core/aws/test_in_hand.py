"""Attempts of a call, counted for the scope whose call it is, whoever else uses the same client meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from trueup.aws.connection import connect
from trueup.aws.in_hand import call_in_hand
from trueup.aws.settings import ClientSettings
from trueup.aws.statistics import CallStatistics
from trueup.errors import UnreadableError
from trueup.events import listen
from trueup.resource import Scope
from trueup.testing.wire.answers import REQUEST_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.aws.connection import Connection
    from trueup.testing.server import SimulatedAws

SCOPE = Scope("123456789012", "eu-west-1")
LIST = "dynamodb:ListTables"
DESCRIBE = "dynamodb:DescribeTable"
SENTINEL = "a-name-that-no-log-may-hold"
WHO = {"run": "run-7", "account": "123456789012", "region": "eu-west-1", "service": "dynamodb"}
Heard = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Every event from here on, without what differs from run to run."""
    events: Heard = []

    def sink(name: str, fields: Mapping[str, Any]) -> None:
        events.append((name, {key: value for key, value in fields.items() if key != "seconds"}))

    listen(sink, "debug")
    yield events
    listen(None)


@pytest.fixture
def patient(simulated_aws: SimulatedAws) -> Iterator[Connection]:
    """A connection that sends a read up to three times."""
    settings = ClientSettings(workers=4, attempts=3, run_id="run-7")
    made = connect(endpoint_url=simulated_aws.endpoint_url, region="eu-west-1", settings=settings)
    yield made
    made.close()


def counted(statistics: CallStatistics, operation: str) -> tuple[float, ...]:
    """Give made, throttled for good, retries and throttles."""
    row = statistics.calls()[operation]
    return tuple(row[name] for name in ("made", "throttled", "retries", "throttles"))


def test_a_throttle_that_a_retry_overcame_is_counted_and_told(
    patient: Connection, simulated_aws: SimulatedAws, heard: Heard
) -> None:
    """The call succeeded, and yet AWS said "too fast"; the log has the id of that answer."""
    simulated_aws.faults.inject(LIST, "throttled", times=1)
    statistics = CallStatistics()
    patient.reader(SCOPE, [LIST], statistics, "dynamodb.table").call(LIST)
    assert (1, 0, 1, 1) == counted(statistics, LIST)
    assert [] == statistics.errors()
    call = {**WHO, "operation": LIST, "resource_type": "dynamodb.table"}
    throttled = {"attempt": 1, "code": "ThrottlingException", "request_id": REQUEST_ID}
    made = {"retries": 1, "throttles": 1, "request_id": heard[-1][1]["request_id"]}
    assert [
        ("throttled", call | throttled),
        ("retry", call | {"attempt": 2}),
        ("call_made", call | made),
    ] == heard
    assert made["request_id"] not in {None, ""}


def test_a_call_that_fails_for_good_counts_every_attempt(
    patient: Connection, simulated_aws: SimulatedAws, heard: Heard
) -> None:
    """Three attempts are two retries; the id of the last answer is in the report and in the log."""
    simulated_aws.faults.inject(LIST, "throttled")
    statistics = CallStatistics()
    with pytest.raises(UnreadableError):
        patient.reader(SCOPE, [LIST], statistics, "dynamodb.table").call(LIST)
    assert (1, 1, 2, 3) == counted(statistics, LIST)
    assert [REQUEST_ID] == [error["request_id"] for error in statistics.errors()]
    told = {"reason": "throttled", "code": "ThrottlingException", "request_id": REQUEST_ID}
    call = {**WHO, "operation": LIST, "resource_type": "dynamodb.table"}
    assert ("call_failed", call | told) == heard[-1]


def test_a_retry_without_an_answer_is_no_throttle(patient: Connection, simulated_aws: SimulatedAws) -> None:
    """A connection that is reset says nothing of the account's limits."""
    simulated_aws.faults.inject(LIST, "reset", times=1)
    statistics = CallStatistics()
    patient.reader(SCOPE, [LIST], statistics).call(LIST)
    assert (1, 0, 1, 0) == counted(statistics, LIST)


def test_a_denied_call_names_what_to_allow(patient: Connection, simulated_aws: SimulatedAws, heard: Heard) -> None:
    """Whoever reads the log knows the missing permission and has the id that AWS's support asks for."""
    simulated_aws.faults.inject(LIST, "denied")
    with pytest.raises(UnreadableError):
        patient.reader(SCOPE, [LIST]).call(LIST)
    told = {"reason": "access denied", "code": "AccessDeniedException", "missing_action": LIST}
    assert ("call_failed", {**WHO, "operation": LIST, "request_id": REQUEST_ID} | told) == heard[-1]


@pytest.mark.parametrize(
    "other", [Scope("123456789012", "us-east-1"), Scope("210987654321", "eu-west-1")], ids=["region", "account"]
)
def test_two_scopes_at_once_are_told_apart(
    patient: Connection, simulated_aws: SimulatedAws, heard: Heard, other: Scope
) -> None:
    """Their calls are in hand at the same time, with one client where it is one Region; each has its own attempts."""
    simulated_aws.faults.inject(DESCRIBE, "throttled", resource="throttled-one", times=1)
    names = {SCOPE: "throttled-one", other: "quiet-one"}
    counts = {scope: CallStatistics() for scope in names}
    both, mine = threading.Barrier(2, timeout=30), threading.local()

    def meet(**_details: Any) -> None:
        if not getattr(mine, "met", False):
            mine.met = True
            both.wait()

    for client in {id(each): each for each in (patient.reading_client("dynamodb", s.region) for s in names)}.values():
        client.meta.events.register_first("before-send", meet)

    def read(scope: Scope) -> None:
        reader = patient.reader(scope, [DESCRIBE], counts[scope])
        for _ in range(3):
            reader.call(DESCRIBE, absent=("ResourceNotFoundException",), TableName=names[scope])

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(read, scope) for scope in names]:
            done.result(60)
    assert [(3, 0, 1, 1), (3, 0, 0, 0)] == [counted(each, DESCRIBE) for each in counts.values()]
    told = [(fields["account"], fields["region"]) for name, fields in heard if name in {"throttled", "retry"}]
    assert [(SCOPE.account, SCOPE.region)] * 2 == told


def test_events_hold_no_parameters_and_no_answers(
    patient: Connection, simulated_aws: SimulatedAws, heard: Heard
) -> None:
    """Neither a name that was asked for nor one that AWS gave or quoted in its refusal reaches a log."""
    client = simulated_aws.client("dynamodb", region="eu-west-1")
    client.create_table(
        TableName=SENTINEL,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    reader = patient.reader(SCOPE, [LIST, DESCRIBE])
    assert {"TableNames": [SENTINEL]} == reader.call(LIST)
    simulated_aws.faults.inject(DESCRIBE, "denied", times=1)
    with pytest.raises(UnreadableError, match=SENTINEL):
        reader.call(DESCRIBE, TableName=SENTINEL)
    reader.call(DESCRIBE, TableName=SENTINEL)
    assert ["call_made", "call_made", "call_failed", "call_made"] == [name for name, _ in heard]
    assert SENTINEL not in str(heard)


def test_nothing_stays_in_hand(patient: Connection) -> None:
    """A call that botocore makes for itself, later and in the same thread, is nobody's."""
    patient.reader(SCOPE, [LIST]).call(LIST)
    assert call_in_hand.get() is None
