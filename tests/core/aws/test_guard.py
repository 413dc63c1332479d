"""The guards: what a client may send, whoever asks."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore
import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.aws.guard import ReadingGuard, WritingGuard, host_operations
from trueup.aws.iam.levels import is_read_only
from trueup.aws.iam.operations import UnknownOperationError, actions_for
from trueup.aws.models import service_model
from trueup.aws.session import GuardedSession
from trueup.aws.settings import ClientSettings
from trueup.change import Call
from trueup.errors import GuardError

if TYPE_CHECKING:
    from trueup.aws.connection import Connection
    from trueup.testing.server import SimulatedAws

NOWHERE = "http://127.0.0.1:9"
UPDATE = Call(
    "dynamodb",
    "UpdateTable",
    {
        "TableName": "orders",
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        "GlobalSecondaryIndexUpdates": [
            {
                "Update": {
                    "IndexName": "by-date",
                    "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
                }
            }
        ],
    },
)


def writing_client(service: str = "dynamodb") -> tuple[Any, WritingGuard]:
    """A writing client of an address where nobody listens, and its guard."""
    guard = WritingGuard()
    session = GuardedSession(None, NOWHERE, ClientSettings(connect_timeout_seconds=1))
    session.set_credentials("AKIAFAKEFAKEFAKEFAKE", "fake")
    return session.writing_client(service, "eu-west-1", guard), guard


def test_a_reading_client_refuses_every_operation_that_is_no_read_even_when_declared() -> None:
    """Walks every operation of every service of botocore's models."""
    let_through = []
    for path in (Path(botocore.__file__).parent / "data").glob("*/*/service-2.json.gz"):
        service = path.parts[-3]
        model = json.loads(gzip.decompress(path.read_bytes()))
        declared = {f"{service}:{name}" for name in model["operations"]}
        guard = ReadingGuard(declared)
        for operation in sorted(declared - host_operations()):
            with contextlib.suppress(GuardError):
                guard.check(operation)
                let_through.append(operation)
    not_reads = [operation for operation in let_through if not all(map(is_read_only, actions_for(operation)))]
    assert [] == not_reads
    assert "dynamodb:DescribeTable" in let_through


@pytest.mark.parametrize("service", ["dynamodb", "lambda", "s3", "iam", "ec2", "rds"])
def test_a_reading_client_sends_no_write_of_a_service_even_when_declared(service: str) -> None:
    """Calls each operation on a real client, with the parameters' check off, and sees the guard refuse it."""
    model = service_model(service)
    operations = [f"{service}:{name}" for name in model.operation_names]
    session = GuardedSession(None, NOWHERE, ClientSettings(attempts=1, connect_timeout_seconds=1))
    client = session.reading_client(service, "eu-west-1", ReadingGuard(operations))
    passed = []
    for operation in operations:
        if _is_read(operation) or operation in host_operations():
            continue
        name = operation.partition(":")[2]
        try:
            client.meta.events.emit(f"before-send.{model.service_id.hyphenize()}.{name}", request=None)
            passed.append(operation)
        except GuardError:
            pass
    assert [] == passed


def test_a_reading_client_refuses_an_undeclared_read(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """Declared is what a plugin says that it reads; nothing of the request reaches the server."""
    connection.allow(["dynamodb:ListTables"])
    client = connection.reading_client("dynamodb", "eu-west-1")
    client.list_tables()
    with pytest.raises(
        GuardError, match="dynamodb:DescribeLimits was refused before sending: expected an operation th"
    ):
        client.describe_limits()
    assert ["dynamodb:ListTables"] == [call.name for call in simulated_aws.calls]


def test_a_client_that_botocore_makes_for_credentials_may_get_credentials_only() -> None:
    """Such a client has no declared operations at all."""
    client = GuardedSession(None, NOWHERE, ClientSettings(attempts=1)).create_client("iam", region_name="us-east-1")
    with pytest.raises(GuardError):
        client.list_users()
    with pytest.raises(GuardError):
        client.create_user(UserName="intruder")


def test_a_client_made_in_another_thread_meanwhile_does_not_take_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renewing credentials makes a client of botocore's at any time; each client keeps the guard meant for it."""
    session = GuardedSession(None, NOWHERE, ClientSettings(attempts=1, connect_timeout_seconds=1))
    session.set_credentials("AKIAFAKEFAKEFAKEFAKE", "fake")
    guard = WritingGuard()
    meanwhile: list[Any] = []
    make = session.create_client

    def make_after_another(service_name: str, *args: Any, **options: Any) -> Any:
        thread = threading.Thread(target=lambda: meanwhile.append(make("sts", region_name="us-east-1")))
        thread.start()
        thread.join()
        return make(service_name, *args, **options)

    monkeypatch.setattr(session, "create_client", make_after_another)
    client = session.writing_client("dynamodb", "eu-west-1", guard)
    with guard.permit(UPDATE), pytest.raises(EndpointConnectionError):
        client.update_table(**UPDATE.parameters)
    with pytest.raises(EndpointConnectionError):
        meanwhile[0].get_caller_identity()


def test_the_host_has_no_operation_that_changes_a_resource() -> None:
    """The host's own operations read, or get credentials."""
    credentials = {"sts", "sso", "sso-oidc", "signin"}
    others = {name for name in host_operations() if name.partition(":")[0] not in credentials}
    assert set() == {name for name in others if not _is_read(name)}


def test_a_writing_client_refuses_a_call_without_a_permit() -> None:
    """Reads included: a writing client is for the plan's calls."""
    client, _guard = writing_client()
    with pytest.raises(GuardError, match="expected a planned call in hand, found none"):
        client.update_table(**UPDATE.parameters)
    with pytest.raises(GuardError, match="expected a planned call in hand, found none"):
        client.list_tables()


def test_a_writing_client_refuses_another_operation_than_the_permits() -> None:
    """The same parameters do not make it the same call."""
    client, guard = writing_client()
    with guard.permit(UPDATE), pytest.raises(GuardError, match="expected the planned call dynamodb:UpdateTable"):
        client.delete_table(TableName="orders")


def test_a_permit_is_good_for_its_own_client_only() -> None:
    """Another account's or Region's client has another guard."""
    _client, guard = writing_client()
    other, _guard = writing_client()
    with guard.permit(UPDATE), pytest.raises(GuardError, match="found none"):
        other.update_table(**UPDATE.parameters)


def test_a_permit_is_spent_by_one_sending(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """The second sending is refused although it is the planned call."""
    make = Call(
        "s3", "CreateBucket", {"Bucket": "b-1", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    )
    client, guard = connection.writing_client("s3", "eu-west-1")
    with guard.permit(make) as permit:
        client.create_bucket(**make.parameters)
        assert permit.spent
        with pytest.raises(GuardError, match="found that it was sent already"):
            client.create_bucket(**make.parameters)
    assert ["s3:CreateBucket"] == [call.name for call in simulated_aws.calls]


def test_permits_are_not_nested() -> None:
    """One call at a time, so that no second one slips through beside it."""
    _client, guard = writing_client()
    with guard.permit(UPDATE), pytest.raises(GuardError, match="one that is not finished"), guard.permit(UPDATE):
        pass


one_client = cache(writing_client)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_any_changed_added_or_dropped_parameter_is_refused(data: st.DataObject) -> None:
    """The plan's parameters, changed anywhere, never get past the guard; unchanged they get as far as the network."""
    client, guard = one_client()
    changed = _changed(dict(UPDATE.parameters), data)
    with guard.permit(UPDATE) as permit, pytest.raises(GuardError, match="expected the plan's parameters"):
        client.update_table(**changed)
    assert not permit.spent


def test_the_planned_parameters_get_past_the_guard() -> None:
    """So that the refusals above are of the change, not of everything."""
    client, guard = one_client()
    with guard.permit(UPDATE) as permit, pytest.raises(EndpointConnectionError):
        client.update_table(**UPDATE.parameters)
    assert permit.spent


def _is_read(operation: str) -> bool:
    try:
        return all(map(is_read_only, actions_for(operation)))
    except UnknownOperationError:
        return False


def _changed(value: Any, data: st.DataObject) -> Any:
    """Change a JSON-shaped value at one place."""
    if isinstance(value, dict):
        how = data.draw(st.sampled_from(["drop", "add", "within"]))
        name = data.draw(st.sampled_from(sorted(value)))
        if how == "drop":
            return {key: item for key, item in value.items() if key != name}
        if how == "add":
            return {**value, data.draw(st.text(min_size=1).filter(lambda text: text not in value)): 1}
        return {**value, name: _changed(value[name], data)}
    if isinstance(value, list):
        how = data.draw(st.sampled_from(["drop", "twice", "within"]))
        if how == "drop":
            return value[1:]
        return [*value, *value] if how == "twice" else [_changed(value[0], data), *value[1:]]
    others = st.integers() | st.text() | st.booleans() | st.floats() | st.none()
    return data.draw(others.filter(lambda other: type(other) is not type(value) or other != value))
