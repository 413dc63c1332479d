"""A connection: whose credentials, where to, one client each, and words when it cannot be."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.aws.connection import Identity, connect
from trueup.aws.settings import ClientSettings
from trueup.change import Call
from trueup.errors import CredentialsError, GuardError, TrueupError, UsageError
from trueup.resource import Scope

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.aws.connection import Connection
    from trueup.testing.server import SimulatedAws

ONCE = ClientSettings(attempts=1)


def test_the_identity_is_asked_once(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """Account and partition are its ARN's."""
    identity = connection.identity()
    assert ("123456789012", "aws") == (identity.account, identity.partition)
    assert identity.arn.startswith("arn:aws:sts::123456789012:")
    assert identity is connection.identity()
    assert 1 == len(simulated_aws.calls.of("sts:GetCallerIdentity"))


def test_a_scope_is_the_accounts_and_a_known_region(connection: Connection) -> None:
    """A Region is checked before anything is asked there."""
    assert Scope("123456789012", "eu-west-1") == connection.scope()
    assert Scope("123456789012", "us-east-2") == connection.scope("us-east-2")
    assert Scope("123456789012", "global") == connection.scope("global")
    with pytest.raises(UsageError, match=r"'eu-wets-1' is no AWS Region: .* did you mean eu-west-1"):
        connection.scope("eu-wets-1")


def test_there_is_one_client_for_each_service_and_region(connection: Connection) -> None:
    """However many threads ask for it at once."""
    barrier = threading.Barrier(8)

    def ask() -> int:
        barrier.wait()
        return id(connection.reading_client("dynamodb", "eu-west-1"))

    with ThreadPoolExecutor(8) as pool:
        assert 1 == len({each.result() for each in [pool.submit(ask) for _ in range(8)]})
    assert connection.reading_client("dynamodb", "us-east-1") is not connection.reading_client("dynamodb", "eu-west-1")
    assert (
        connection.writing_client("dynamodb", "eu-west-1")[0] is connection.writing_client("dynamodb", "eu-west-1")[0]
    )


def test_a_global_scope_is_asked_where_global_services_answer(connection: Connection) -> None:
    """There is no Region called global."""
    assert connection.reading_client("iam", "global") is connection.reading_client("iam", "us-east-1")


def test_clients_of_one_service_share_its_model(connection: Connection) -> None:
    """A model is megabytes; with it shared, thirty clients cost little more than one."""
    regions = connection.regions()[:30]
    models = {id(connection.reading_client("dynamodb", region).meta.service_model.metadata) for region in regions}
    assert 1 == len(models)
    assert 30 == len(regions)


def test_an_endpoint_that_was_given_binds_every_client(
    monkeypatch: pytest.MonkeyPatch, simulated_aws: SimulatedAws
) -> None:
    """Neither the environment nor a service's own host names lead elsewhere."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    made = connect(endpoint_url=simulated_aws.endpoint_url, region="eu-west-1", settings=ONCE)
    simulated_aws.client("s3", region="eu-west-1").create_bucket(
        Bucket="b-1", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    reader = made.reader(made.scope(), ["s3:GetBucketLocation", "s3control:GetPublicAccessBlock"])
    assert {"LocationConstraint": "eu-west-1"} == reader.call("s3:GetBucketLocation", Bucket="b-1")
    absent = ("NoSuchPublicAccessBlockConfiguration",)
    assert reader.call("s3control:GetPublicAccessBlock", absent=absent, AccountId="123456789012") is None


def test_a_client_bound_to_an_endpoint_sends_nothing_elsewhere(simulated_aws: SimulatedAws) -> None:
    """A handler that changes the address late is caught before sending."""
    made = connect(endpoint_url=simulated_aws.endpoint_url, region="eu-west-1", settings=ONCE)
    client = made.reading_client("sts", "eu-west-1")

    def elsewhere(request: Any, **_details: Any) -> None:
        request.url = request.url.replace("127.0.0.1", "127.0.0.2")

    client.meta.events.register_last("request-created", elsewhere)
    with pytest.raises(GuardError, match=r"expected the endpoint .* found 127\.0\.0\.2"):
        client.get_caller_identity()


def test_the_environments_endpoint_holds_without_one_given(
    monkeypatch: pytest.MonkeyPatch, simulated_aws: SimulatedAws
) -> None:
    """As with any AWS client."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", simulated_aws.endpoint_url)
    assert "123456789012" == connect(settings=ONCE).identity().account


def test_a_role_is_assumed_when_needed_and_has_its_own_account(
    connection: Connection, simulated_aws: SimulatedAws
) -> None:
    """With the external id, at the same endpoint, and once for all its clients."""
    role = connection.assume_role("arn:aws:iam::222222222222:role/audit", "secret-word")
    assert 0 == len(simulated_aws.calls)
    assert (
        Identity("222222222222", "arn:aws:sts::222222222222:assumed-role/audit/trueup-run-1", "aws") == role.identity()
    )
    role.reader(role.scope(), ["dynamodb:ListTables"]).call("dynamodb:ListTables")
    assert ["sts:AssumeRole", "dynamodb:ListTables"] == [each.name for each in simulated_aws.calls]
    (assumed,) = simulated_aws.calls.of("sts:AssumeRole")
    assert "secret-word" in str(assumed)
    assert "123456789012" == connection.identity().account


def test_a_role_may_write_with_its_own_guard(connection: Connection) -> None:
    """A permit of one account is none of another."""
    role = connection.assume_role("arn:aws:iam::222222222222:role/fix")
    _client, guard = connection.writing_client("dynamodb", "eu-west-1")
    other, _guard = role.writing_client("dynamodb", "eu-west-1")
    call = Call("dynamodb", "DeleteTable", {"TableName": "orders"})
    with guard.permit(call), pytest.raises(GuardError):
        other.delete_table(TableName="orders")


def test_a_role_that_may_not_be_assumed_is_named(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """The sentence says which role, from which credentials."""
    simulated_aws.faults.inject("sts:AssumeRole", "denied")
    role = connection.assume_role("arn:aws:iam::222222222222:role/audit")
    with pytest.raises(
        CredentialsError, match="role arn:aws:iam::222222222222:role/audit assumed from the default profi"
    ):
        role.identity()


def test_a_role_is_assumed_again_before_its_credentials_expire(
    connection: Connection, simulated_aws: SimulatedAws
) -> None:
    """A run of hours goes on; credentials that last for ten more minutes are renewed at the next call."""
    simulated_aws.reset(start=datetime.now(UTC) - timedelta(minutes=50))
    role = connection.assume_role("arn:aws:iam::222222222222:role/audit")
    reader = role.reader(role.scope(), ["dynamodb:ListTables"])
    reader.call("dynamodb:ListTables")
    before = len(simulated_aws.calls.of("sts:AssumeRole"))
    reader.call("dynamodb:ListTables")
    assert before < len(simulated_aws.calls.of("sts:AssumeRole"))


def test_credentials_that_have_expired_already_are_one_sentence(
    connection: Connection, simulated_aws: SimulatedAws
) -> None:
    """A clock that is wrong by hours is told as that."""
    simulated_aws.reset(start=datetime.now(UTC) - timedelta(hours=3))
    role = connection.assume_role("arn:aws:iam::222222222222:role/audit")
    with pytest.raises(CredentialsError, match="before this machine's time; set its clock"):
        role.identity()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ExpiredToken", "found them expired (ExpiredToken); sign in again"),
        ("InvalidClientTokenId", "found them not accepted by AWS"),
        ("SignatureDoesNotMatch", "found them not accepted by AWS"),
        ("AccessDenied", "found them refused by AWS"),
    ],
)
def test_credentials_that_are_not_taken_say_which(
    scripted_aws: Any, scripted_connection: Connection, code: str, words: str
) -> None:
    """Profile and source are named, so that a person knows where to look."""
    scripted_aws.say(
        f"<ErrorResponse><Error><Code>{code}</Code><Message>no.</Message></Error></ErrorResponse>".encode(), status=403
    )
    with pytest.raises(CredentialsError) as caught:
        scripted_connection.identity()
    assert str(caught.value).startswith("the default profile (environment variables): ")
    assert words in str(caught.value)
    assert 2 == caught.value.exit_code


def test_a_network_that_does_not_answer_is_no_fault_of_the_credentials() -> None:
    """It is said as what it is."""
    made = connect(endpoint_url="http://127.0.0.1:9", region="eu-west-1", settings=ONCE)
    with pytest.raises(TrueupError, match="connection lost at sts:GetCallerIdentity") as caught:
        made.identity()
    assert not isinstance(caught.value, CredentialsError)


def test_the_environments_proxy_is_used(monkeypatch: pytest.MonkeyPatch, simulated_aws: SimulatedAws) -> None:
    """As botocore does: for what is not excepted from it."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "elsewhere.example")
    with pytest.raises(TrueupError, match="proxy"):
        connect(endpoint_url=simulated_aws.endpoint_url, settings=ONCE).identity()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert "123456789012" == connect(endpoint_url=simulated_aws.endpoint_url, settings=ONCE).identity().account


def test_a_profile_that_does_not_exist_is_named() -> None:
    """Before anything is sent."""
    with pytest.raises(CredentialsError, match=r"profile 'audti': expected in ~/.aws/config or ~/.aws/credentials"):
        connect(profile="audti")


def test_a_profile_is_used_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scripted_aws: Any) -> None:
    """Its Region is the connection's, and a message says that its file was tried."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / "credentials").write_text("[audit]\naws_access_key_id = AKIAFAKE\naws_secret_access_key = fake\n")
    (tmp_path / "config").write_text("[profile audit]\nregion = eu-north-1\n")
    scripted_aws.say(json.dumps({"__type": "ExpiredTokenException", "message": "x"}).encode(), status=400)
    made = connect("audit", scripted_aws.url, settings=ONCE)
    assert "eu-north-1" == made.region
    with pytest.raises(CredentialsError, match=r"profile 'audit' \(the shared file ~/.aws/credentials\): .* expired"):
        made.reader(Scope("1", "eu-north-1"), ["dynamodb:ListTables"]).call("dynamodb:ListTables")


def test_half_a_pair_of_keys_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which half is missing, too."""
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    made = connect(endpoint_url="http://127.0.0.1:9", region="eu-west-1", settings=ONCE)
    with pytest.raises(CredentialsError, match=r"found them incomplete .*AWS_SECRET_ACCESS_KEY"):
        made.identity()


def test_a_sign_in_that_is_absent_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the command that mends it."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "config").write_text(
        "[profile team]\nsso_session = team\nsso_account_id = 123456789012\nsso_role_name = audit\n"
        "[sso-session team]\nsso_region = eu-west-1\nsso_start_url = https://team.example\n"
    )
    made = connect("team", "http://127.0.0.1:9", "eu-west-1", ONCE)
    with pytest.raises(CredentialsError, match="run `aws sso login`"):
        made.identity()


def test_a_file_that_cannot_be_parsed_is_said(tmp_path: Path) -> None:
    """A usage error, not a traceback."""
    (tmp_path / "config").write_text("[profile x\nregion")
    with pytest.raises(CredentialsError, match="found that they cannot be had"):
        connect("x")


def test_a_connection_without_a_region_uses_the_first(simulated_aws: SimulatedAws) -> None:
    """So that a first try needs no configuration."""
    assert "us-east-1" == connect(endpoint_url=simulated_aws.endpoint_url).region
    assert "eu-west-1" in connect(endpoint_url=simulated_aws.endpoint_url).regions()


def test_a_closed_connection_can_be_used_again(connection: Connection) -> None:
    """Closing gives up the sockets, not the credentials."""
    before = connection.reading_client("dynamodb", "eu-west-1")
    connection.close()
    assert before is not connection.reading_client("dynamodb", "eu-west-1")
