"""The simulated AWS starts, is the only one, forgets on reset, and takes its corrections with it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from trueup.testing import (
    AlreadyRunningError,
    Answer,
    ApiRequest,
    AwsError,
    Correction,
    SimulatedAws,
    SimulatedClock,
    Simulation,
    Undo,
    together,
)
from trueup.testing.motoserver import simulated_datetime

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed

pytest_plugins = ["trueup.testing.fixtures"]


def test_a_client_elsewhere_needs_the_environment_alone(
    simulated_aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """boto3 finds the server, its account and Region by the environment."""
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    assert "123456789012" == boto3.Session().client("sts").get_caller_identity()["Account"]
    assert simulated_aws.endpoint_url.startswith("http://127.0.0.1:")


def test_a_second_one_is_refused(simulated_aws: SimulatedAws) -> None:
    """The state of moto is the process's, so that two would be one."""
    with pytest.raises(AlreadyRunningError, match="expected one in a process, found one running"), SimulatedAws():
        pass
    assert [] == simulated_aws.client("s3").list_buckets()["Buckets"]


def test_outside_of_its_block_it_says_so() -> None:
    """What is asked of a stopped one is refused with what to do."""
    with pytest.raises(RuntimeError, match="found it stopped; use it inside its `with` block"):
        SimulatedAws().client("s3")


def test_a_reset_forgets_everything(simulated_aws: SimulatedAws) -> None:
    """Buckets, clock, faults, calls, metrics, phases and settings are as at the start."""
    simulated_aws.client("s3").create_bucket(Bucket="my-bucket")
    simulated_aws.clock.advance(1e6)
    simulated_aws.faults.inject("*", "denied")
    simulated_aws.metrics.put("N", "m", {}, [(simulated_aws.clock.now(), 1.0)])
    simulated_aws.phases.enter("s3", "my-bucket", "X", 1e9)
    simulated_aws.settings["a"] = 1
    simulated_aws.reset()
    assert abs(simulated_aws.clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert (0, (), None, {}) == (
        len(simulated_aws.calls),
        simulated_aws.metrics.keys(),
        simulated_aws.phases.current("s3", "my-bucket"),
        simulated_aws.settings,
    )
    assert [] == simulated_aws.client("s3").list_buckets()["Buckets"]


def test_creation_stamps_follow_the_clock(simulated_aws: SimulatedAws) -> None:
    """What moto stamps is stamped with the simulated time."""
    simulated_aws.reset(datetime(2020, 5, 6, tzinfo=UTC))
    iam = simulated_aws.client("iam")
    iam.create_user(UserName="u")
    simulated_aws.clock.advance(3600)
    assert "2020-05-06 00:00" == f"{iam.get_user(UserName='u')['User']['CreateDate'].astimezone(UTC):%Y-%m-%d %H:%M}"


def test_an_assumed_role_is_its_own_account(simulated_aws: SimulatedAws) -> None:
    """Credentials of a role in another account see that account."""
    role = "arn:aws:iam::999999999999:role/audit"
    given = simulated_aws.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], "us-east-1")
    there = session.client("dynamodb", endpoint_url=simulated_aws.endpoint_url)
    keys, attributes = [{"AttributeName": "k", "KeyType": "HASH"}], [{"AttributeName": "k", "AttributeType": "S"}]
    mode = "PAY_PER_REQUEST"
    there.create_table(TableName="there", KeySchema=keys, AttributeDefinitions=attributes, BillingMode=mode)
    assert [[], ["there"]] == [
        client.list_tables()["TableNames"] for client in (simulated_aws.client("dynamodb"), there)
    ]
    assert ["123456789012", "999999999999"] == sorted({call.account for call in simulated_aws.calls})


def test_a_made_up_key_is_the_account_s_own(simulated_aws: SimulatedAws) -> None:
    """Whoever brings a key that nobody was given sees the simulated account."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    told = session.client("sts", endpoint_url=simulated_aws.endpoint_url).get_caller_identity()
    assert "123456789012" == told["Account"]
    assert ["123456789012"] == [call.account for call in simulated_aws.calls]


def test_every_correction_can_be_switched_off(simulated_aws: SimulatedAws) -> None:
    """Without it, all others are there in the same order; afterwards all are."""
    before = simulated_aws.corrections
    with simulated_aws.without(before[0].name, before[-1].name):
        assert before[1:-1] == simulated_aws.corrections
    assert before == simulated_aws.corrections
    with pytest.raises(KeyError, match="no-such"), simulated_aws.without("no-such"):
        pass


def test_handlers_stand_in_front_of_each_other(simulated_aws: SimulatedAws) -> None:
    """The last one is asked first, may change the request and the answer, and is gone after its undo."""
    sts = simulated_aws.client("sts")

    def outer(request: ApiRequest, proceed: Proceed) -> Answer:
        result = request.result(proceed(request))
        return request.answer(result | {"UserId": result["UserId"] + "+outer"})

    def inner(request: ApiRequest, proceed: Proceed) -> Answer:
        result = request.result(proceed(request))
        return request.answer(result | {"UserId": "inner"})

    undo_inner = simulated_aws.answer("sts:GetCallerIdentity", inner)
    undo_outer = simulated_aws.answer("sts:GetCallerIdentity", outer)
    assert "inner+outer" == sts.get_caller_identity()["UserId"]
    undo_inner()
    assert sts.get_caller_identity()["UserId"].endswith("EXAMPLE+outer")
    undo_outer()
    assert sts.get_caller_identity()["UserId"].endswith("EXAMPLE")


def test_a_refusal_by_a_handler_is_an_answer_to_the_one_before(simulated_aws: SimulatedAws) -> None:
    """An outer handler sees an inner refusal as an answer that is not ok, and the client as an error."""
    seen: list[bool] = []

    def outer(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        seen.append(answer.ok)
        return answer

    def inner(_: ApiRequest, __: Proceed) -> Answer:
        raise AwsError("NoSuchEntity", "no such user")

    undos = [simulated_aws.answer("iam:GetUser", inner), simulated_aws.answer("iam:GetUser", outer)]
    with pytest.raises(ClientError, match="no such user") as caught:
        simulated_aws.client("iam").get_user(UserName="u")
    for undo in reversed(undos):
        undo()
    assert ("NoSuchEntity", [False]) == (caught.value.response["Error"]["Code"], seen)
    assert 404 == caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_broken_handler_is_said_to_the_client(simulated_aws: SimulatedAws) -> None:
    """A bug of a correction is a failure with its cause, never a hang or an empty answer."""

    def broken(_: ApiRequest, __: Proceed) -> Answer:
        raise ZeroDivisionError

    undo = simulated_aws.answer("dynamodb:ListTables", broken)
    with pytest.raises(ClientError, match=r"failed to answer dynamodb:ListTables: ZeroDivisionError\(\)"):
        once(simulated_aws, "dynamodb").list_tables()
    undo()


def test_what_moto_lacks_is_said_to_be_missing(simulated_aws: SimulatedAws) -> None:
    """An operation that nobody simulates is an error that names it, in the protocol of its service."""
    for service, method in (("dynamodb", "list_global_tables"), ("iam", "list_service_specific_credentials")):
        operation = "".join(part.title() for part in method.split("_"))
        with pytest.raises(ClientError, match=f"{service}:{operation} is not simulated"):
            getattr(once(simulated_aws, service), method)()


def test_a_third_party_installs_its_own(simulated_aws: SimulatedAws) -> None:
    """A correction patches a class, answers an operation, and forgets on reset; its undo takes all of it back."""

    class Target:
        value = 1

    forgotten: list[str] = []

    def install(simulation: Simulation) -> Undo:
        return together(
            simulation.patch(Target, "value", 2),
            simulation.on_reset(lambda: forgotten.append("x")),
            simulation.answer("sts:GetCallerIdentity", lambda request, _: request.answer({"Account": "1"})),
        )

    correction = Correction("sts-mine", "sts", "says", "source", install)
    undo = correction.install(simulated_aws)
    simulated_aws.reset()
    assert ("1", 2, ["x"]) == (caller(simulated_aws), Target.value, forgotten)
    undo()
    simulated_aws.reset()
    assert ("123456789012", 1, ["x"]) == (caller(simulated_aws), Target.value, forgotten)


def test_another_operation_is_asked_as_the_same_caller(simulated_aws: SimulatedAws) -> None:
    """A handler learns from another operation, and passes its refusal on."""

    def handler(request: ApiRequest, _: Proceed) -> Answer:
        return request.answer(
            {"Account": simulated_aws.ask(request, "GetAccessKeyInfo", {"AccessKeyId": "A" * 20})["Account"]}
        )

    undo = simulated_aws.answer("sts:GetCallerIdentity", handler)
    info = simulated_aws.answer(
        "sts:GetAccessKeyInfo", lambda request, _: request.answer({"Account": request.account[:3]})
    )
    assert "123" == caller(simulated_aws)
    info()
    undo()


def test_one_may_start_after_another_in_a_process_of_its_own() -> None:
    """Started twice one after the other, with an account and a time of its own, nothing is left of the first."""
    script = """
from datetime import UTC, datetime
from trueup.testing import SimulatedAws
for account in ("111111111111", "222222222222"):
    with SimulatedAws((), account, datetime(2001, 2, 3, tzinfo=UTC)) as aws:
        aws.client("s3").create_bucket(Bucket="b" + account)
        names = [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]]
        print(aws.client("sts").get_caller_identity()["Account"], *names, aws.clock.now().year, len(aws.corrections))
import moto.core.utils
print(moto.core.utils.utcnow().year > 2001)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    lines = ["111111111111 b111111111111 2001 0", "222222222222 b222222222222 2001 0", "True"]
    assert lines == done.stdout.splitlines()


def test_without_moto_it_says_what_to_install() -> None:
    """What is missing is named, as often as it is tried."""
    script = """
import sys
sys.modules["moto.moto_server.werkzeug_app"] = None
from trueup.testing import SimulatedAws
for _ in range(2):
    try:
        SimulatedAws().__enter__()
    except ImportError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == second
    assert first.startswith("the simulated AWS needs moto, and importing it failed (")
    assert first.endswith("): pip install 'trueup[demo]'")


def test_moto_s_datetime_is_the_clock_s() -> None:
    """Every way of asking for now gives the simulated time, and real times are still times."""
    start = datetime(2020, 1, 1, 12, tzinfo=UTC)
    module = simulated_datetime(SimulatedClock(start))
    told = (module.datetime.now(UTC), module.datetime.now().astimezone(), module.datetime.utcnow().replace(tzinfo=UTC))
    assert [True] * 3 == [start <= each < start + timedelta(minutes=1) for each in told]
    assert isinstance(start, module.datetime)
    assert timedelta(1) == module.timedelta(1)


def caller(aws: SimulatedAws) -> str:
    """The account that the caller is told to be."""
    return str(aws.client("sts").get_caller_identity()["Account"])


def once(aws: SimulatedAws, service: str) -> Any:
    """A client that asks once: what fails inside the simulated AWS is tried again by botocore."""
    return aws.client(service, config=Config(retries={"total_max_attempts": 1}))
