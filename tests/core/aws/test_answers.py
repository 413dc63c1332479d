"""Answers that are not whole: botocore takes them for empty ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import UnreadableError
from trueup.facts.unknown import Reason
from trueup.resource import Scope

if TYPE_CHECKING:
    from trueup.aws.connection import Connection

SCOPE = Scope("123456789012", "eu-west-1")


@pytest.mark.parametrize(
    ("operation", "body", "announced", "detail"),
    [
        ("dynamodb:ListTables", b'{"TableNames": ["orde', None, "its JSON does not parse"),
        ("dynamodb:ListTables", b'{"TableNames": []}', 40, "40 bytes were announced, 18 came"),
        ("dynamodb:ListTables", b"", None, "it is empty"),
        ("dynamodb:ListTables", b"<html><body>Sign in to the hotel</body></html>", None, "it is a web page"),
        ("dynamodb:ListTables", b"null", None, "its JSON is no object"),
        ("dynamodb:ListTables", b"\xff\xfe", None, "its JSON does not parse"),
        ("dynamodb:ListTables", b'{"TableNames": 3}', None, "does not have the shape"),
        ("lambda:ListFunctions", b'{"Functions": [{"Functio', None, "its JSON does not parse"),
        ("lambda:ListFunctions", b"", None, "it is empty"),
        ("s3:ListBuckets", b"", None, "it is empty"),
        ("s3:ListBuckets", b"<!DOCTYPE html><html/>", None, "it is a web page"),
        ("iam:ListUsers", b"<ListUsersResponse><ListUsersResult>", None, "Unable to parse response"),
        ("cloudwatch:DescribeAlarms", b"\xbf\x6cMetricAlar", None, ""),
    ],
)
def test_an_answer_that_is_not_whole_is_cut_off(
    scripted_aws: Any, scripted_connection: Connection, operation: str, body: bytes, announced: int | None, detail: str
) -> None:
    """It is an unknown, never "there are none"."""
    scripted_aws.say(body, announced=announced)
    with pytest.raises(UnreadableError) as caught:
        scripted_connection.reader(SCOPE, [operation]).call(operation)
    assert Reason.CUT_OFF is caught.value.unknown.reason
    assert detail in caught.value.unknown.detail
    assert "<" not in caught.value.unknown.detail


def test_a_cut_off_error_is_cut_off_too(scripted_aws: Any, scripted_connection: Connection) -> None:
    """Its code cannot be trusted: an answer of 404 that broke off does not say what was not found."""
    scripted_aws.say(b"<Error><Code>NoSuchTag", status=404, announced=200)
    with pytest.raises(UnreadableError, match="answer cut off"):
        scripted_connection.reader(SCOPE, ["s3:GetBucketTagging"]).call(
            "s3:GetBucketTagging", absent=("NoSuchTagSet", "404"), Bucket="b-1"
        )


def test_broken_xml_of_s3_is_a_server_error(scripted_aws: Any, scripted_connection: Connection) -> None:
    """The SDK itself takes it for an error of the server that came with status 200, which it may be."""
    scripted_aws.say(b"<ListAllMyBucketsResult><Buckets>")
    with pytest.raises(UnreadableError, match="server error at s3:ListBuckets"):
        scripted_connection.reader(SCOPE, ["s3:ListBuckets"]).call("s3:ListBuckets")


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        ("dynamodb:ListTables", b"{}", {}),
        ("dynamodb:ListTables", b' {"TableNames": []}\n', {"TableNames": []}),
        ("s3:GetBucketPolicy", b'{"Version": "2012-10-17"}', {"Policy": '{"Version": "2012-10-17"}'}),
        ("s3:GetBucketVersioning", b"<VersioningConfiguration/>", {}),
    ],
)
def test_a_whole_answer_is_given(
    scripted_aws: Any, scripted_connection: Connection, operation: str, body: bytes, expected: dict[str, Any]
) -> None:
    """Empty documents are whole."""
    scripted_aws.say(body)
    parameters: dict[str, Any] = {"Bucket": "b-1"} if operation.startswith("s3:") else {}
    assert expected == scripted_connection.reader(SCOPE, [operation]).call(operation, **parameters)


def test_a_head_answer_has_no_body(scripted_aws: Any, scripted_connection: Connection) -> None:
    """Its length is that of the answer to GET."""
    scripted_aws.say(b"", announced=90)
    assert {} == scripted_connection.reader(SCOPE, ["s3:HeadBucket"]).call("s3:HeadBucket", Bucket="b-1")
