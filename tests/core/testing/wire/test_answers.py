"""What the simulated AWS answers is what botocore's own parsers read, in every protocol."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser

from trueup.testing import Answer, ApiRequest, AwsError
from trueup.testing.fault_answers import denied, server_error, throttled
from trueup.testing.wire.models import service_model
from trueup.testing.wire.operation import Operation

STAMP = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

EACH_PROTOCOL = [
    ("dynamodb", "DescribeTable", "json", {"Table": {"TableName": "t", "ItemCount": 3, "CreationDateTime": STAMP}}),
    ("cloudwatch", "DescribeAlarms", "json", {"MetricAlarms": [{"AlarmName": "a", "Threshold": 0.5}]}),
    ("cloudwatch", "DescribeAlarms", "query", {"MetricAlarms": [{"AlarmName": "a", "Threshold": 0.5}]}),
    (
        "cloudwatch",
        "DescribeAlarms",
        "smithy-rpc-v2-cbor",
        {"MetricAlarms": [{"AlarmName": "a", "Threshold": 0.5, "StateUpdatedTimestamp": STAMP}]},
    ),
    ("lambda", "GetFunctionConfiguration", "rest-json", {"FunctionName": "f", "Timeout": 3, "Environment": {}}),
    ("s3", "GetBucketVersioning", "rest-xml", {"Status": "Enabled"}),
    ("sts", "GetCallerIdentity", "query", {"Account": "1", "Arn": "a<&>"}),
    ("ec2", "DescribeRegions", "ec2", {"Regions": [{"RegionName": "eu-west-1"}]}),
]

CODES = [
    ("dynamodb", "DescribeTable", "json", "AccessDeniedException", "ThrottlingException"),
    ("application-autoscaling", "DescribeScalableTargets", "json", "AccessDeniedException", "ThrottlingException"),
    ("cloudwatch", "GetMetricData", "json", "AccessDenied", "Throttling"),
    ("cloudwatch", "GetMetricData", "query", "AccessDenied", "Throttling"),
    ("cloudwatch", "GetMetricData", "smithy-rpc-v2-cbor", "AccessDenied", "Throttling"),
    ("lambda", "GetFunction", "rest-json", "AccessDeniedException", "TooManyRequestsException"),
    ("s3", "GetBucketTagging", "rest-xml", "AccessDenied", "SlowDown"),
    ("iam", "GetRole", "query", "AccessDenied", "Throttling"),
    ("ec2", "DescribeRegions", "ec2", "UnauthorizedOperation", "RequestLimitExceeded"),
]


@pytest.mark.parametrize(("service", "name", "protocol", "result"), EACH_PROTOCOL)
def test_a_result_is_read_back(service: str, name: str, protocol: str, result: dict[str, Any]) -> None:
    """A result is the same after the wire, timestamps and markup too."""
    asked = request_of(service, name, protocol)
    assert result == asked.result(asked.answer(result)) | {key: value for key, value in result.items() if value == {}}


@pytest.mark.parametrize(("service", "name", "protocol", "refusal", "throttling"), CODES)
def test_the_codes_are_the_service_s_own(service: str, name: str, protocol: str, refusal: str, throttling: str) -> None:
    """A denial and a throttling carry the code, and the denial the action, that the service would give."""
    asked = request_of(service, name, protocol)
    code, message = parsed(asked, asked.refusal(denied(asked)))
    assert (refusal, True) == (code, f"is not authorized to perform: {service}:{name} on resource" in message)
    assert throttling == parsed(asked, asked.refusal(throttled(asked)))[0]
    assert "InternalFailure" == parsed(asked, asked.refusal(server_error()))[0]


def test_a_denial_names_the_iam_action() -> None:
    """An operation may need an action of another name, and one of no known action is named itself."""
    asked = request_of("s3", "ListBuckets", "rest-xml")
    assert "perform: s3:ListAllMyBuckets on" in denied(asked).message
    assert "perform: s3:NoSuchOperation on" in denied(replace(asked, operation="NoSuchOperation")).message


@pytest.mark.parametrize(("service", "name", "protocol"), [row[:3] for row in CODES])
def test_a_message_arrives_as_it_is(service: str, name: str, protocol: str) -> None:
    """Markup, quotes, long and foreign text in a message do no harm."""
    asked = request_of(service, name, protocol)
    words = "<b>&\"'ü" + "x" * 300
    assert ("SomeCode", words) == parsed(asked, asked.refusal(AwsError("SomeCode", words)))


def test_a_modelled_error_has_its_status() -> None:
    """The status of an error is the model's, and 400 when the model says nothing."""
    asked = request_of("lambda", "UpdateFunctionConfiguration", "rest-json")
    assert 412 == asked.refusal(AwsError("PreconditionFailedException", "")).status
    assert 400 == asked.refusal(AwsError("SomethingElse", "")).status
    assert 409 == asked.refusal(AwsError("PreconditionFailedException", "", 409)).status


def test_a_code_on_the_wire_may_differ_from_its_shape() -> None:
    """CloudWatch's ValidationException is called ValidationError on the wire, in all of its protocols."""
    for protocol in ("json", "query", "smithy-rpc-v2-cbor"):
        asked = request_of("cloudwatch", "GetMetricData", protocol)
        assert "ValidationError" == parsed(asked, asked.refusal(AwsError("ValidationError", "")))[0]


def test_the_fields_of_an_error_arrive() -> None:
    """S3 tells the bucket beside code and message."""
    asked = request_of("s3", "GetBucketTagging", "rest-xml")
    answer = asked.refusal(AwsError("NoSuchTagSet", "none", 404, BucketName="b"))
    assert b"<BucketName>b</BucketName>" in answer.body


def test_a_head_has_no_body() -> None:
    """The answer to a HEAD carries its status alone."""
    asked = request_of("s3", "HeadBucket", "rest-xml", method="HEAD")
    assert (403, b"") == (asked.refusal(denied(asked)).status, asked.refusal(denied(asked)).body)


def test_an_error_is_read_back() -> None:
    """What another operation refused can be passed on."""
    asked = request_of("dynamodb", "DescribeTable", "json")
    error = asked.known.error(asked.refusal(AwsError("ResourceNotFoundException", "no table")))
    assert ("ResourceNotFoundException", "no table", 400) == (error.code, error.message, error.status)


@pytest.mark.parametrize(
    ("service", "name", "protocol", "given"),
    [
        ("dynamodb", "DescribeTable", "json", {"TableName": "t"}),
        ("cloudwatch", "DescribeAlarms", "smithy-rpc-v2-cbor", {"AlarmNames": ["a"], "MaxRecords": 5}),
        ("cloudwatch", "DescribeAlarms", "query", {"AlarmNames": ["a"], "MaxRecords": 5}),
    ],
)
def test_other_parameters_are_sent_on(service: str, name: str, protocol: str, given: dict[str, Any]) -> None:
    """A correction may proceed with other parameters than it was asked with."""
    changed = request_of(service, name, protocol).with_parameters(given)
    assert given == changed.parameters
    assert str(len(changed.body)) == changed.headers["content-length"]


def test_what_names_no_operation_has_no_model() -> None:
    """Nothing can be answered in the place of an operation that is not known."""
    asked = ApiRequest("?", "?", "us-east-1", "1", "GET", "/", "", {}, b"")
    with pytest.raises(LookupError, match="names no operation that botocore knows"):
        asked.answer({})


def request_of(service: str, name: str, protocol: str, method: str = "POST") -> ApiRequest:
    """A request of an operation, in a protocol."""
    operation = Operation(service, service_model(service).operation_model(name), protocol)
    return ApiRequest(service, name, "us-east-1", "123456789012", method, "/", "", {}, b"", operation)


def parsed(asked: ApiRequest, answer: Answer) -> tuple[str, str]:
    """Code and message, as botocore reads them."""
    response = {"status_code": answer.status, "headers": HeadersDict(dict(answer.headers)), "body": answer.body}
    error = create_parser(asked.known.protocol).parse(response, asked.known.model.output_shape)["Error"]
    return error["Code"], error["Message"]
