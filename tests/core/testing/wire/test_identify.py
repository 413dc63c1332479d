"""Every request that boto3 sends is told apart by service, operation and parameters."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from trueup.testing.wire.identify import UNKNOWN, access_key, identify
from trueup.testing.wire.models import clients_signing_as, metadata_of

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.testing import ApiRequest

SERVICES = (
    "application-autoscaling",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "iam",
    "lambda",
    "rds",
    "resourcegroupstaggingapi",
    "s3",
    "sqs",
    "sts",
)

TWINS = {
    # The same request on the wire: S3's first lifecycle and notification operations, which boto3 calls deprecated.
    "s3:GetBucketLifecycle": "s3:GetBucketLifecycleConfiguration",
    "s3:GetBucketNotification": "s3:GetBucketNotificationConfiguration",
    "s3:PutBucketLifecycle": "s3:PutBucketLifecycleConfiguration",
    "s3:PutBucketNotification": "s3:PutBucketNotificationConfiguration",
}

NOT_AS_OTHERS = {
    # Not signed, or signed as of another service, so that nothing says of which service they are.
    "s3:ListDirectoryBuckets",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "s3:WriteGetObjectResponse",
}

SCALARS = {
    "blob": b"raw",
    "boolean": True,
    "double": 0.5,
    "float": 0.5,
    "integer": 7,
    "long": 7,
    "timestamp": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
}


class _NotSentError(Exception):
    """Raised in the place of sending."""


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_told(service: str) -> None:
    """The operation and the required parameters that boto3 was given are read from what it sends."""
    wrong = {}
    client = client_of(service)
    model = client.meta.service_model
    for name in model.operation_names:
        operation = f"{service}:{name}"
        if operation in NOT_AS_OTHERS:
            continue
        given = required(model.operation_model(name).input_shape)
        found = sent(client, operation, given)
        same = given == {each: found.parameters.get(each) for each in given}
        if found.name != TWINS.get(operation, operation) or not (same or operation in TWINS):
            wrong[operation] = (found.name, given, found.parameters)
    assert {} == wrong


@pytest.mark.parametrize("protocol", ["json", "query", "smithy-rpc-v2-cbor"])
def test_every_protocol_of_a_service_is_read(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """CloudWatch may be asked in three protocols, and older releases of botocore choose another than today's."""
    client = client_of("cloudwatch", protocol, monkeypatch)
    given = {"AlarmNames": ["a", "b"], "MaxRecords": 3}
    found = sent(client, "cloudwatch:DescribeAlarms", given)
    assert ("cloudwatch:DescribeAlarms", given) == (found.name, found.parameters)
    assert found.model is not None
    assert protocol == found.model.protocol


def test_what_stands_in_path_and_query_has_its_type() -> None:
    """Numbers, truth values, times, lists and free parameters of a REST request are what boto3 was given."""
    stamp = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    given = {"Bucket": "b", "Key": "a/b c", "PartNumber": 3, "ResponseExpires": stamp, "IfModifiedSince": stamp}
    found = sent(client_of("s3"), "s3:GetObject", dict(given)).parameters
    assert given == {name: found[name] for name in given}
    listed = {"Bucket": "b", "FetchOwner": True, "MaxKeys": 2}
    found = sent(client_of("s3"), "s3:ListObjectsV2", dict(listed)).parameters
    assert listed == {name: found[name] for name in listed}
    removed = {"Resource": "arn:aws:lambda:eu-west-1:1:function:f", "TagKeys": ["a", "b"]}
    assert removed == sent(client_of("lambda"), "lambda:UntagResource", removed).parameters


def test_the_metadata_of_a_model_is_found_wherever_it_stands(tmp_path: Path) -> None:
    """Of the newest version, compressed or not, at the head or far behind it."""
    for version, before in (("2020-01-01", ""), ("2021-01-01", "x" * 20_000)):
        (tmp_path / version).mkdir()
        model = json.dumps({"documentation": before, "metadata": {"endpointPrefix": version}, "operations": {}})
        (tmp_path / version / "service-2.json").write_text(model.replace('": {', '":{'))
        assert {"endpointPrefix": version} == metadata_of(tmp_path)


def test_region_account_and_user_agent_are_read() -> None:
    """Region and key come from the signature, the user agent from its header."""
    found = sent(client_of("dynamodb"), "dynamodb:ListTables", {})
    assert ("eu-west-1", "111122223333") == (found.region, found.account)
    assert found.user_agent.startswith("Boto3/")
    assert "KEY" == access_key(found.headers)


def test_a_compressed_body_is_read() -> None:
    """Large metric data comes compressed."""
    body = gzip.compress(b'{"TableName": "t"}')
    headers = signed("dynamodb") | {"x-amz-target": "DynamoDB_20120810.DescribeTable", "content-encoding": "gzip"}
    found = identify("POST", "/", headers, body, "1")
    assert {"TableName": "t"} == found.parameters
    assert "content-encoding" not in found.headers


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GET", "/", {}),
        ("GET", "/nothing/of/lambda", "lambda"),
        ("POST", "/", "no-such-service"),
        ("POST", "/", "sts"),
    ],
)
def test_what_cannot_be_told_is_unknown(method: str, target: str, headers: dict[str, str] | str) -> None:
    """An unsigned request, an unknown path, service or action names no operation, and is no error."""
    found = identify(method, target, signed(headers) if isinstance(headers, str) else headers, b"", "1")
    assert (UNKNOWN, None, {}) == (found.operation, found.model, found.parameters)


def test_one_signing_name_may_stand_for_several_clients() -> None:
    """The client of the same name comes first; the target tells the others apart."""
    assert "dynamodb" == clients_signing_as("dynamodb")[0]
    assert ("cloudwatch",) == clients_signing_as("monitoring")
    headers = signed("dynamodb") | {"x-amz-target": "DynamoDBStreams_20120810.ListStreams"}
    assert "dynamodbstreams:ListStreams" == identify("POST", "/", headers, b"{}", "1").name


def signed(service: str) -> dict[str, str]:
    """The headers of a request signed for a service."""
    credential = f"Credential=KEY/20260101/us-east-1/{service}/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"}


def client_of(service: str, protocol: str | None = None, patch: pytest.MonkeyPatch | None = None) -> Any:
    """A client that never reaches a server."""
    session = boto3.Session(aws_access_key_id="KEY", aws_secret_access_key="s", region_name="eu-west-1")
    if protocol is not None and patch is not None:
        patch.setattr("botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", (protocol,))
    config = Config(s3={"addressing_style": "path"}, parameter_validation=False, retries={"total_max_attempts": 1})
    return session.client(service, endpoint_url="http://127.0.0.1:9", config=config)


def sent(client: Any, operation: str, given: dict[str, Any]) -> ApiRequest:
    """What would go over the wire, identified."""
    caught: list[Any] = []

    def catch(request: Any, **_: Any) -> None:
        caught.append(request)
        raise _NotSentError

    client.meta.events.register_first("before-send", catch)
    try:
        with pytest.raises(_NotSentError):
            client._make_api_call(operation.partition(":")[2], given)  # noqa: SLF001 - by the operation's own name
    finally:
        client.meta.events.unregister("before-send", catch)
    request = caught[0]
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
    }
    body = request.body or b""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else body.read()
    target = request.url.removeprefix("http://127.0.0.1:9") or "/"
    return identify(request.method, target, headers, raw, "111122223333")


def required(shape: Any, depth: int = 0) -> dict[str, Any]:
    """The least parameters of a shape."""
    if shape is None:
        return {}
    # An empty structure is not sent in some protocols, and a union has exactly one member.
    names = shape.required_members or (list(shape.members)[:1] if depth else [])
    return {name: sample(shape.members[name], depth) for name in names}


def sample(shape: Any, depth: int) -> Any:
    """A value of a shape."""
    match shape.type_name:
        case "structure":
            return required(shape, depth + 1) if depth < 8 else {}
        case "list":
            return [sample(shape.member, depth + 1)]
        case "map":
            return {"key": sample(shape.value, depth + 1)}
        case "string":
            return text(shape)
        case kind:
            return SCALARS[kind]


def text(shape: Any) -> str:
    """The first of the allowed texts, else one that must be encoded wherever it may stand so."""
    if shape.enum:
        return str(shape.enum[0])
    return "name" if "uri" in str(shape.serialization) else "a name/with:signs"
