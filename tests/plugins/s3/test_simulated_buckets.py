"""The simulated S3's buckets: what no request may do to them by mistake, how they are listed, judged and denied."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from trueup.plugins.s3.simulation.policies import is_public

if TYPE_CHECKING:
    from trueup.testing import SimulatedAws


@pytest.fixture(scope="module")
def s3(simulated_aws_server: SimulatedAws) -> Any:
    """One client for all of these tests."""
    return simulated_aws_server.client("s3")


@pytest.fixture(scope="module")
def unchecked(simulated_aws_server: SimulatedAws) -> Any:
    """A client that sends any parameters."""
    options = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return simulated_aws_server.client("s3", config=options)


def operations_on_parts(method: str) -> list[Any]:
    """The operations of S3's model on a part of a bucket (``/{Bucket}?part``).

    A client's own model will not do: botocore takes the bucket out of a path when it first sends the operation.
    """
    model = get_session().get_service_model("s3")
    operations = [model.operation_model(name) for name in model.operation_names]
    return [
        each
        for each in operations
        if each.http["method"] == method and each.http["requestUri"].startswith("/{Bucket}?")
    ]


def takes_owner(operation: Any) -> bool:
    """Whether an operation has a bucket and may name its owner."""
    members = operation.input_shape.members if operation.input_shape else {}
    return {"Bucket", "ExpectedBucketOwner"} <= members.keys()


def send(client: Any, operation: Any, bucket: str, **parameters: str) -> None:
    """Call an operation with a placeholder for every name that it requires; a refusal is fine."""
    method = next(name for name, each in client.meta.method_to_api_mapping.items() if each == operation.name)
    shape = operation.input_shape
    names = [name for name in shape.required_members if shape.members[name].type_name == "string"]
    try:
        getattr(client, method)(**dict.fromkeys(names, "x") | {"Bucket": bucket} | parameters)
    except (ClientError, BotoCoreError):
        return


@pytest.mark.usefixtures("simulated_aws")
def test_no_delete_of_a_part_deletes_the_bucket(s3: Any, unchecked: Any) -> None:
    """Whatever part of a bucket is deleted, known to moto or not, the bucket and its neighbour stay."""
    for name in ("a-bucket", "b-bucket"):
        s3.create_bucket(Bucket=name)
    operations = operations_on_parts("DELETE")
    gone = []
    for operation in operations:
        send(unchecked, operation, "a-bucket")
        if [each["Name"] for each in s3.list_buckets()["Buckets"]] != ["a-bucket", "b-bucket"]:
            gone.append(operation.name)
            s3.create_bucket(Bucket="a-bucket")
    assert len(operations) > 10
    assert gone == []


@pytest.mark.usefixtures("simulated_aws")
def test_no_put_of_a_part_creates_a_bucket(s3: Any, unchecked: Any) -> None:
    """Whatever is put on a bucket that is not there, none comes of it."""
    operations = [*operations_on_parts("PUT"), *operations_on_parts("POST")]
    born = []
    for operation in operations:
        send(unchecked, operation, "a-bucket")
        if s3.list_buckets()["Buckets"]:
            born.append(operation.name)
            s3.delete_bucket(Bucket="a-bucket")
    assert len(operations) > 20
    assert born == []


@pytest.mark.usefixtures("simulated_aws")
def test_no_read_of_a_part_lists_the_objects(s3: Any, unchecked: Any, simulated_aws: SimulatedAws) -> None:
    """A part that the simulated S3 does not have is refused; an empty listing would say that nothing is there."""
    s3.create_bucket(Bucket="a-bucket")
    listings = {"ListObjectsV2", "ListObjectVersions", "ListMultipartUploads"}
    bodies: list[bytes] = []
    events = unchecked.meta.events
    events.register("before-parse.s3", lambda response_dict, **_: bodies.append(response_dict["body"]))
    listed = []
    for operation in operations_on_parts("GET"):
        bodies.clear()
        send(unchecked, operation, "a-bucket")
        if operation.name not in listings and any(b"<ListBucketResult" in body for body in bodies):
            listed.append(operation.name)
    assert listed == []
    assert len(simulated_aws.calls) > 20


@pytest.mark.usefixtures("simulated_aws")
def test_every_operation_compares_the_owner(s3: Any, unchecked: Any, simulated_aws: SimulatedAws) -> None:
    """Each operation that takes ExpectedBucketOwner answers 403 for a bucket of somebody else, and does nothing."""
    s3.create_bucket(Bucket="a-bucket")
    simulated_aws.calls.clear()
    model = get_session().get_service_model("s3")
    names = [name for name in model.operation_names if takes_owner(model.operation_model(name))]
    for name in names:
        send(unchecked, model.operation_model(name), "a-bucket", ExpectedBucketOwner="999999999999")
    answered = {call.operation: call.status for call in simulated_aws.calls}
    let_in = [name for name, status in answered.items() if status != 403]
    assert let_in == []
    assert len(answered) > 80


@pytest.mark.usefixtures("simulated_aws")
def test_buckets_of_one_region_are_listed_there(simulated_aws: SimulatedAws) -> None:
    """The Region filter finds the Region's buckets at the Region's endpoint and is refused elsewhere."""
    here, there = simulated_aws.client("s3"), simulated_aws.client("s3", "eu-west-1")
    here.create_bucket(Bucket="bucket-here")
    there.create_bucket(Bucket="bucket-there", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    listed = there.list_buckets(BucketRegion="eu-west-1")["Buckets"]
    assert [("bucket-there", "eu-west-1")] == [(each["Name"], each["BucketRegion"]) for each in listed]
    with pytest.raises(ClientError, match="InvalidArgument"):
        here.list_buckets(BucketRegion="eu-west-1")


@pytest.mark.usefixtures("simulated_aws")
def test_a_plain_listing_names_no_region(s3: Any) -> None:
    """A bucket's Region is told only when the request has a valid parameter."""
    s3.create_bucket(Bucket="a-bucket")
    assert [{"Name", "CreationDate"}] == [set(each) for each in s3.list_buckets()["Buckets"]]
    assert ["us-east-1"] == [each["BucketRegion"] for each in s3.list_buckets(Prefix="a-")["Buckets"]]
    assert s3.list_buckets(Prefix="b-").get("Buckets", []) == []


@pytest.mark.usefixtures("simulated_aws")
@pytest.mark.parametrize("parameters", [{"MaxBuckets": 0}, {"MaxBuckets": 10_001}, {"ContinuationToken": "?"}])
def test_a_wrong_listing_is_refused(unchecked: Any, parameters: dict[str, Any]) -> None:
    """Page sizes outside 1 to 10,000 and tokens that nobody handed out are refused."""
    with pytest.raises(ClientError, match="InvalidArgument"):
        unchecked.list_buckets(**parameters)


@pytest.mark.usefixtures("simulated_aws")
def test_creating_a_bucket_again_changes_nothing(s3: Any) -> None:
    """In us-east-1 the owner may create a bucket twice; its settings stay."""
    s3.create_bucket(Bucket="a-bucket")
    s3.delete_public_access_block(Bucket="a-bucket")
    s3.create_bucket(Bucket="a-bucket")
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        s3.get_public_access_block(Bucket="a-bucket")


@pytest.mark.usefixtures("simulated_aws")
def test_configurations_are_listed_in_pages(s3: Any) -> None:
    """A list ends after 100 configurations and goes on with its token."""
    s3.create_bucket(Bucket="a-bucket")
    names = [f"id{number:03d}" for number in range(101)]
    for name in names:
        s3.put_bucket_metrics_configuration(Bucket="a-bucket", Id=name, MetricsConfiguration={"Id": name})
    first = s3.list_bucket_metrics_configurations(Bucket="a-bucket")
    token = first["NextContinuationToken"]
    second = s3.list_bucket_metrics_configurations(Bucket="a-bucket", ContinuationToken=token)
    assert (True, False) == (first["IsTruncated"], second["IsTruncated"])
    assert names == [each["Id"] for page in (first, second) for each in page["MetricsConfigurationList"]]
    assert "NextContinuationToken" not in second
    with pytest.raises(ClientError, match="MalformedContinuationToken"):
        s3.list_bucket_metrics_configurations(Bucket="a-bucket", ContinuationToken="none of ours")


@pytest.mark.usefixtures("simulated_aws")
@pytest.mark.parametrize(
    ("tier", "days"), [("ARCHIVE_ACCESS", 89), ("DEEP_ARCHIVE_ACCESS", 179), ("ARCHIVE_ACCESS", 731)]
)
def test_archive_tiers_have_their_days(s3: Any, tier: str, days: int) -> None:
    """An archive tier begins after 90 or 180 days, and within two years."""
    s3.create_bucket(Bucket="a-bucket")
    document = {"Id": "a", "Status": "Enabled", "Tierings": [{"AccessTier": tier, "Days": days}]}
    with pytest.raises(ClientError, match="InvalidArgument"):
        s3.put_bucket_intelligent_tiering_configuration(
            Bucket="a-bucket", Id="a", IntelligentTieringConfiguration=document
        )


@pytest.mark.usefixtures("simulated_aws")
def test_a_configuration_is_put_under_its_own_name(s3: Any) -> None:
    """An ID in the document other than the one in the request is refused."""
    s3.create_bucket(Bucket="a-bucket")
    with pytest.raises(ClientError, match="InvalidArgument"):
        s3.put_bucket_metrics_configuration(Bucket="a-bucket", Id="a", MetricsConfiguration={"Id": "b"})


def test_one_bucket_can_be_denied(s3: Any, simulated_aws: SimulatedAws) -> None:
    """A fault for one bucket's name denies every call on it, a HEAD without a body, and no call on others."""
    for name in ("denied-bucket", "open-bucket"):
        s3.create_bucket(Bucket=name)
    simulated_aws.faults.inject("s3:*", "denied", resource="/denied-bucket")
    for call in (s3.get_bucket_tagging, s3.get_bucket_lifecycle_configuration, s3.get_bucket_policy):
        with pytest.raises(ClientError, match="AccessDenied"):
            call(Bucket="denied-bucket")
    with pytest.raises(ClientError) as caught:
        s3.head_bucket(Bucket="denied-bucket")
    answer = caught.value.response
    assert ("403", 403) == (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"])
    assert answer["ResponseMetadata"]["HTTPHeaders"].get("content-length", "0") == "0"
    s3.head_bucket(Bucket="open-bucket")
    assert ["denied-bucket", "open-bucket"] == [each["Name"] for each in s3.list_buckets()["Buckets"]]


def statement(**parts: Any) -> str:
    """A policy that lets everyone in, with these parts."""
    return json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", **parts}})


JUDGED = {
    "everyone": (statement(), True),
    "everyone of AWS": (statement(Principal={"AWS": ["*"]}), True),
    "everyone but one": (statement(NotPrincipal={"AWS": "arn:aws:iam::123456789012:root"}), True),
    "one account": (statement(Principal={"AWS": "arn:aws:iam::123456789012:root"}), False),
    "a service": (statement(Principal={"Service": "cloudtrail.amazonaws.com"}), False),
    "nobody": (statement(Effect="Deny"), False),
    "over TLS": (statement(Condition={"Bool": {"aws:SecureTransport": "true"}}), True),
    "one organization": (statement(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), False),
    "any organization": (statement(Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}}), True),
    "one of two wild": (statement(Condition={"StringLike": {"aws:SourceVpc": ["vpc-1", "*"]}}), True),
    "a policy variable": (statement(Condition={"StringEquals": {"aws:SourceVpce": "${aws:userid}"}}), True),
    "an organization, if known": (statement(Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}), True),
    "not one organization": (statement(Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}), True),
    "one network": (statement(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}), False),
    "every address": (statement(Condition={"IpAddress": {"aws:SourceIp": ["192.0.2.1", "0.0.0.0/0"]}}), True),
    "every address of IPv6": (statement(Condition={"IpAddress": {"aws:SourceIp": "::/0"}}), True),
    "no statement": ('{"Statement": []}', False),
}


MALFORMED = {
    "no JSON": ("{", "Policies must be valid JSON and the first byte must be '{'"),
    "a space first": (" {}", "Policies must be valid JSON and the first byte must be '{'"),
    "no statement": ("{}", "Missing required field Statement"),
    "a statement that is none": ('{"Statement": ["Allow"]}', "Invalid policy syntax."),
    "an effect that is none": (statement(Effect="allow"), "Invalid policy syntax."),
    "no resource": (
        '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*"}}',
        "Missing required field Resource",
    ),
    "another bucket": (statement(Resource="arn:aws:s3:::b-bucket/*"), "Policy has invalid resource"),
    "one of two": (statement(Resource=["arn:aws:s3:::a-bucket", "arn:aws:s3:::a"]), "Policy has invalid resource"),
}


@pytest.mark.usefixtures("simulated_aws")
@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_policy_is_refused(s3: Any, name: str) -> None:
    """A policy without its form, or for another bucket, is refused in S3's words and none is kept."""
    policy, message = MALFORMED[name]
    s3.create_bucket(Bucket="a-bucket")
    with pytest.raises(ClientError) as caught:
        s3.put_bucket_policy(Bucket="a-bucket", Policy=policy)
    error = caught.value.response["Error"]
    assert ("MalformedPolicy", message) == (error["Code"], error["Message"])
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket="a-bucket")


@pytest.mark.usefixtures("simulated_aws")
@pytest.mark.parametrize("resource", ["arn:aws:s3:::a-bucket", "arn:aws:s3:::a-bucket/x/*", "arn:aws:s3:::a-*", "*"])
def test_a_policy_of_the_bucket_is_kept(s3: Any, resource: str) -> None:
    """The bucket, its objects and patterns of them may be named; the text is kept byte for byte."""
    policy = statement(Effect="Deny", Resource=["arn:aws:s3:::a-bucket", resource]).replace(", ", " ,\n ")
    s3.create_bucket(Bucket="a-bucket")
    s3.put_bucket_policy(Bucket="a-bucket", Policy=policy)
    assert s3.get_bucket_policy(Bucket="a-bucket")["Policy"] == policy


@pytest.mark.parametrize("name", JUDGED)
def test_a_policy_is_judged_public_as_s3_does(name: str) -> None:
    """Public means: anyone, and no condition with a fixed value says who."""
    policy, expected = JUDGED[name]
    assert expected == is_public(policy)
