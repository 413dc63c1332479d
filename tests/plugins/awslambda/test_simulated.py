"""Each correction of the simulated Lambda makes its check hold, and without it the check does not hold."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from trueup.plugins.awslambda.simulated import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing import SimulatedAws

DOES_NOT_HOLD = (AssertionError, ClientError, BotoCoreError, KeyError, pytest.fail.Exception)


def test_every_correction_has_a_check() -> None:
    """No correction is without its check, and no check without its correction."""
    assert {correction.name for correction in CORRECTIONS} == CHECKS.keys()


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_right(simulated_aws: SimulatedAws, name: str) -> None:
    """The simulated Lambda does what the correction says."""
    CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_needed(simulated_aws: SimulatedAws, name: str) -> None:
    """Without the correction moto does something else."""
    with simulated_aws.without(name), pytest.raises(DOES_NOT_HOLD):
        CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_check_fails_on_plain_moto(simulated_aws: SimulatedAws, name: str) -> None:
    """With no correction of the service at all, what the correction says does not hold either."""
    with simulated_aws.without(*CHECKS), pytest.raises(DOES_NOT_HOLD):
        CHECKS[name](simulated_aws)


def modified_by_the_clock(aws: SimulatedAws) -> None:
    """LastModified is the time of the last write, in Lambda's format."""
    aws.reset(datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC))
    client = new_function(aws)
    assert client.get_function_configuration(FunctionName="f")["LastModified"].startswith("2020-02-03T04:05:0")
    aws.clock.advance(86_400)
    assert client.update_function_configuration(FunctionName="f", Timeout=9)["LastModified"][:10] == "2020-02-04"
    aws.clock.advance(86_400)
    last_modified = client.get_function_configuration(FunctionName="f")["LastModified"]
    assert (last_modified[:10], last_modified[-5:]) == ("2020-02-04", "+0000")
    assert client.publish_version(FunctionName="f")["LastModified"][:10] == "2020-02-05"


def settles_by_the_clock(aws: SimulatedAws) -> None:
    """A second write is refused until the first one has settled, and nothing of it takes effect."""
    client = new_function(aws)
    assert client.update_function_configuration(FunctionName="f", MemorySize=256)["LastUpdateStatus"] == "InProgress"
    assert client.get_function(FunctionName="f")["Configuration"]["LastUpdateStatus"] == "InProgress"
    refused(client.update_function_configuration, "ResourceConflictException", FunctionName="f", MemorySize=512)
    refused(client.publish_version, "ResourceConflictException", FunctionName="f")
    aws.clock.advance(10)
    settled = client.get_function_configuration(FunctionName="f")
    assert (settled["LastUpdateStatus"], settled["MemorySize"]) == ("Successful", 256)
    client.update_function_configuration(FunctionName="f", MemorySize=512)


def revision_is_compared(aws: SimulatedAws) -> None:
    """A write is taken with the present RevisionId only, which changes when it is accepted and when it has settled."""
    client = new_function(aws)
    before = client.get_function_configuration(FunctionName="f")["RevisionId"]
    assert before == client.get_function(FunctionName="f")["Configuration"]["RevisionId"]
    stale = {"FunctionName": "f", "RevisionId": "not-the-present-one"}
    refused(client.update_function_configuration, "PreconditionFailedException", **stale, Timeout=9)
    refused(client.publish_version, "PreconditionFailedException", **stale)
    accepted = client.update_function_configuration(FunctionName="f", RevisionId=before, Timeout=9)["RevisionId"]
    aws.clock.advance(10)
    settled = client.get_function_configuration(FunctionName="f")["RevisionId"]
    assert len({before, accepted, settled}) == 3
    assert settled == client.list_functions()["Functions"][0]["RevisionId"]
    alias = client.create_alias(FunctionName="f", Name="live", FunctionVersion="$LATEST")
    named = {"FunctionName": "f", "Name": "live"}
    moved = client.update_alias(**named, Description="moved", RevisionId=alias["RevisionId"], FunctionVersion="$LATEST")
    assert alias["RevisionId"] != moved["RevisionId"]
    refused(client.update_alias, "PreconditionFailedException", **named, RevisionId=alias["RevisionId"])


def versions_stay(aws: SimulatedAws) -> None:
    """What was published is what it was, whatever a write names."""
    client = new_function(aws, MemorySize=256)
    version = client.publish_version(FunctionName="f")["Version"]
    client.create_alias(FunctionName="f", Name="live", FunctionVersion=version)
    for name in ("f:1", "f:live", "arn:aws:lambda:us-east-1:123456789012:function:f:1"):
        refused(
            client.update_function_configuration, "InvalidParameterValueException", FunctionName=name, MemorySize=512
        )
    client.update_function_configuration(FunctionName="f:$LATEST", MemorySize=1024)
    sizes = [client.get_function_configuration(FunctionName=name)["MemorySize"] for name in ("f:1", "f:live", "f")]
    assert [256, 256, 1024] == sizes


def sizes_are_limited(aws: SimulatedAws) -> None:
    """Memory and timeout at the limits are taken, beyond them refused, when a function is made and later."""
    client = new_function(aws, MemorySize=10_240, Timeout=900)
    for name, value, code in (
        ("MemorySize", 10_241, "InvalidParameterValueException"),
        ("MemorySize", 32_769, "ValidationException"),
        ("Timeout", 901, "InvalidParameterValueException"),
        ("Timeout", 5_401, "ValidationException"),
    ):
        refused(client.update_function_configuration, code, FunctionName="f", **{name: value})
        with pytest.raises(ClientError, match=code):
            create(client, FunctionName="g", **{name: value})
    unchecked = aws.client("lambda", config=Config(parameter_validation=False))
    for name, value in (("MemorySize", 127), ("Timeout", 0)):
        refused(unchecked.update_function_configuration, "ValidationException", FunctionName="f", **{name: value})
    assert ["f"] == [each["FunctionName"] for each in client.list_functions()["Functions"]]


def settings_are_told(aws: SimulatedAws) -> None:
    """The account's quota, what is left of it unreserved, and what a test sets instead."""
    client = new_function(aws)
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=100)
    limit = client.get_account_settings()["AccountLimit"]
    assert (limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]) == (1000, 900)
    elsewhere = aws.client("lambda", "eu-west-1").get_account_settings()
    assert (
        elsewhere["AccountLimit"]["UnreservedConcurrentExecutions"],
        elsewhere["AccountUsage"]["FunctionCount"],
    ) == (
        1000,
        0,
    )
    aws.settings["lambda:concurrent-executions"] = 500
    aws.settings["lambda:concurrent-executions:eu-west-1"] = 10
    quotas = [
        aws.client("lambda", region).get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
        for region in ("us-east-1", "eu-west-1")
    ]
    assert [500, 10] == quotas


def zero_is_told(aws: SimulatedAws) -> None:
    """No reservation, one, and one of 0 are told apart."""
    client = new_function(aws)
    assert "Concurrency" not in client.get_function(FunctionName="f")
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName="f")
    for reserved in (20, 0):
        client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=reserved)
        expected = {"ReservedConcurrentExecutions": reserved}
        assert expected == client.get_function(FunctionName="f")["Concurrency"]
        assert client.get_function_concurrency(FunctionName="f")["ReservedConcurrentExecutions"] == reserved
    client.delete_function_concurrency(FunctionName="f")
    assert "Concurrency" not in client.get_function(FunctionName="f")


def minimum_stays(aws: SimulatedAws) -> None:
    """Reservations stop at 100 unreserved; an account of 10 can reserve nothing but 0."""
    client = new_function(aws)
    create(client, FunctionName="g")
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=600)
    with pytest.raises(ClientError) as caught:
        client.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=301)
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidParameterValueException"
    assert error["Message"] == (
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below "
        "its minimum value of [100]."
    )
    client.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=300)
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=500)
    client.delete_function_concurrency(FunctionName="f")
    client.delete_function_concurrency(FunctionName="g")
    aws.settings["lambda:concurrent-executions"] = 10
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match=r"minimum value of \[10\]"):
        client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)


def provisioned_is_kept(aws: SimulatedAws) -> None:
    """Provisioned concurrency is put on versions and aliases only, becomes ready, is listed and deleted."""
    client = new_function(aws)
    assert client.list_provisioned_concurrency_configs(FunctionName="f")["ProvisionedConcurrencyConfigs"] == []
    put = client.put_provisioned_concurrency_config
    amount = {"FunctionName": "f", "ProvisionedConcurrentExecutions": 5}
    refused(put, "InvalidParameterValueException", Qualifier="$LATEST", **amount)
    refused(put, "ResourceNotFoundException", Qualifier="1", **amount)
    client.publish_version(FunctionName="f")
    named = {"FunctionName": "f", "Qualifier": "1"}
    refused(client.get_provisioned_concurrency_config, "ProvisionedConcurrencyConfigNotFoundException", **named)
    assert put(Qualifier="1", **amount)["Status"] == "IN_PROGRESS"
    aws.clock.advance(120)
    ready = client.get_provisioned_concurrency_config(**named)
    assert (ready["Status"], ready["AllocatedProvisionedConcurrentExecutions"]) == ("READY", 5)
    listed = client.list_provisioned_concurrency_configs(FunctionName="f")["ProvisionedConcurrencyConfigs"]
    assert ["arn:aws:lambda:us-east-1:123456789012:function:f:1"] == [each["FunctionArn"] for each in listed]
    reserve = client.put_function_concurrency
    refused(reserve, "InvalidParameterValueException", FunctionName="f", ReservedConcurrentExecutions=4)
    reserve(FunctionName="f", ReservedConcurrentExecutions=6)
    too_much = {**amount, "ProvisionedConcurrentExecutions": 7}
    refused(put, "InvalidParameterValueException", Qualifier="1", **too_much)
    client.delete_function_concurrency(FunctionName="f")
    too_much = {**amount, "ProvisionedConcurrentExecutions": 901}
    refused(put, "InvalidParameterValueException", Qualifier="1", **too_much)
    client.delete_provisioned_concurrency_config(**named)
    assert client.list_provisioned_concurrency_configs(FunctionName="f")["ProvisionedConcurrencyConfigs"] == []


def functions_are_paged(aws: SimulatedAws) -> None:
    """At most 50 functions a page, whatever is asked, without their states; a paginator sees all."""
    client = new_function(aws)
    names = ["f", *(f"g{number:02d}" for number in range(52))]
    for name in names[1:]:
        create(client, FunctionName=name)
    first = client.list_functions(MaxItems=1000)
    assert len(first["Functions"]) == 50
    assert not {"State", "LastUpdateStatus"} & first["Functions"][0].keys()
    pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 20})
    assert names == [each["FunctionName"] for each in pages.build_full_result()["Functions"]]
    refused(client.list_functions, "InvalidParameterValueException", Marker="none of ours")


def versions_are_paged(aws: SimulatedAws) -> None:
    """Versions come in pages, $LATEST first; an unknown function is refused."""
    client = new_function(aws)
    for number in range(3):
        client.update_function_configuration(FunctionName="f", Description=str(number))
        aws.clock.advance(10)
        client.publish_version(FunctionName="f")
    pages = list(client.get_paginator("list_versions_by_function").paginate(FunctionName="f", PaginationConfig=TWO))
    assert [["$LATEST", "1"], ["2", "3"]] == [[each["Version"] for each in page["Versions"]] for page in pages]
    refused(client.list_versions_by_function, "ResourceNotFoundException", FunctionName="unknown")


def aliases_are_paged(aws: SimulatedAws) -> None:
    """Aliases come in pages, or those of one version."""
    client = new_function(aws)
    client.publish_version(FunctionName="f")
    for name, version in (("a", "1"), ("b", "$LATEST"), ("c", "1")):
        client.create_alias(FunctionName="f", Name=name, FunctionVersion=version)
    pages = list(client.get_paginator("list_aliases").paginate(FunctionName="f", PaginationConfig=TWO))
    assert [["a", "b"], ["c"]] == [[each["Name"] for each in page["Aliases"]] for page in pages]
    of_one = client.list_aliases(FunctionName="f", FunctionVersion="1")["Aliases"]
    assert ["a", "c"] == [each["Name"] for each in of_one]


def event_sources_are_found(aws: SimulatedAws) -> None:
    """A function's event sources are found by its name and by its ARN, with their ScalingConfig, and no others."""
    client = new_function(aws)
    create(client, FunctionName="g")
    sqs = aws.client("sqs")
    for queue, function in (("one", "f"), ("two", "f"), ("three", "g")):
        url = sqs.create_queue(QueueName=queue)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        client.create_event_source_mapping(
            FunctionName=function, EventSourceArn=arn, ScalingConfig={"MaximumConcurrency": 7}
        )
    for name in ("f", "arn:aws:lambda:us-east-1:123456789012:function:f", "123456789012:function:f"):
        found = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        assert ["one", "two"] == [each["EventSourceArn"].rpartition(":")[2] for each in found]
        assert [{"MaximumConcurrency": 7}] * 2 == [each["ScalingConfig"] for each in found]
    pages = client.get_paginator("list_event_source_mappings").paginate(PaginationConfig=TWO)
    assert [2, 1] == [len(page["EventSourceMappings"]) for page in pages]


def new_function(aws: SimulatedAws, **properties: Any) -> Any:
    """A client, and a function ``f`` of these properties."""
    aws.client("iam").create_role(RoleName="lambda", AssumeRolePolicyDocument="{}")
    client = aws.client("lambda")
    create(client, **properties)
    return client


def create(client: Any, **properties: Any) -> None:
    """A function ``f`` of these properties."""
    usual = {"FunctionName": "f", "Runtime": "python3.13", "Handler": "code.handle", "Role": ROLE}
    client.create_function(**usual | properties, Code={"ZipFile": CODE})


def refused(call: Callable[..., object], code: str, **parameters: Any) -> None:
    """The call is refused with this code."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert code == caught.value.response["Error"]["Code"]


def zipped() -> bytes:
    """A function's code, which is never run."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("code.py", "def handle(event, context): ...")
    return file.getvalue()


CODE = zipped()
ROLE = "arn:aws:iam::123456789012:role/lambda"
TWO = {"PageSize": 2}

CHECKS: dict[str, Callable[[SimulatedAws], None]] = {
    "lambda-account-settings": settings_are_told,
    "lambda-last-modified": modified_by_the_clock,
    "lambda-list-aliases": aliases_are_paged,
    "lambda-list-event-sources": event_sources_are_found,
    "lambda-list-functions": functions_are_paged,
    "lambda-list-versions": versions_are_paged,
    "lambda-memory-and-timeout": sizes_are_limited,
    "lambda-provisioned-concurrency": provisioned_is_kept,
    "lambda-reservation-of-zero": zero_is_told,
    "lambda-revision-id": revision_is_compared,
    "lambda-unreserved-minimum": minimum_stays,
    "lambda-update-in-progress": settles_by_the_clock,
    "lambda-versions-immutable": versions_stay,
}
