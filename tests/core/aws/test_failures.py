"""What a failed call means, by code and kind."""

from __future__ import annotations

from typing import Any

import botocore.exceptions as known
import pytest
from botocore.parsers import ResponseParserError

from trueup.aws.failures import WriteOutcome, classify_write, error_words, unknown_of
from trueup.facts.unknown import Reason

DENIED_MESSAGE = (
    "User: arn:aws:sts::123456789012:assumed-role/audit/x is not authorized to perform: {} on resource: arn:aws:s3:::b"
)


def answered(code: str | None, status: int, message: str = "words") -> known.ClientError:
    """An error that AWS answered."""
    body: dict[str, Any] = {"Error": {"Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    if code:
        body["Error"]["Code"] = code
    return known.ClientError(body, "GetBucketEncryption")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (answered("AccessDenied", 403), Reason.ACCESS_DENIED),
        (answered("AccessDeniedException", 400), Reason.ACCESS_DENIED),
        (answered("UnauthorizedOperation", 403), Reason.ACCESS_DENIED),
        (answered("AuthorizationError", 403), Reason.ACCESS_DENIED),
        (answered("AllAccessDisabled", 403), Reason.ACCESS_DENIED),
        (answered("403", 403), Reason.ACCESS_DENIED),
        (answered(None, 403), Reason.ACCESS_DENIED),
        (answered("UnrecognizedClientException", 400), Reason.ACCESS_DENIED),
        (answered("ThrottlingException", 400), Reason.THROTTLED),
        (answered("RequestLimitExceeded", 503), Reason.THROTTLED),
        (answered("SlowDown", 503), Reason.THROTTLED),
        (answered("LimitExceededException", 400), Reason.THROTTLED),
        (answered("Whatever", 429), Reason.THROTTLED),
        (answered("RequestTimeout", 400), Reason.TIMEOUT),
        (answered("InternalError", 500), Reason.SERVER_ERROR),
        (answered("503", 503), Reason.SERVER_ERROR),
        (answered("NoSuchBucket", 404), Reason.NOT_FOUND),
        (answered("ResourceNotFoundException", 400), Reason.NOT_FOUND),
        (answered("DBClusterNotFoundFault", 404), Reason.NOT_FOUND),
        (answered("404", 404), Reason.NOT_FOUND),
        (answered("ValidationException", 400), Reason.REFUSED),
        (known.ReadTimeoutError(endpoint_url="x"), Reason.TIMEOUT),
        (known.ConnectTimeoutError(endpoint_url="x"), Reason.TIMEOUT),
        (known.EndpointConnectionError(endpoint_url="x"), Reason.CONNECTION),
        (known.ConnectionClosedError(endpoint_url="x"), Reason.CONNECTION),
        (known.SSLError(endpoint_url="x", error="y"), Reason.CONNECTION),
        (known.HTTPClientError(error="IncompleteRead(5 bytes read)"), Reason.CUT_OFF),
        (known.ResponseStreamingError(error="x"), Reason.CUT_OFF),
        (known.PaginationError(message="x"), Reason.CUT_OFF),
        (ResponseParserError("x"), Reason.CUT_OFF),
        (known.ParamValidationError(report="x"), Reason.REFUSED),
        (known.NoRegionError(), Reason.REFUSED),
        (OSError("x"), Reason.UNEXPECTED),
    ],
)
def test_each_error_has_its_reason(error: Exception, reason: Reason) -> None:
    """One table, for every plugin."""
    unknown = unknown_of(error, "s3:GetBucketEncryption")
    assert (reason, "s3:GetBucketEncryption") == (unknown.reason, unknown.operation)
    assert unknown.detail


@pytest.mark.parametrize(
    ("message", "action"),
    [
        (DENIED_MESSAGE.format("s3:GetEncryptionConfiguration"), "s3:GetEncryptionConfiguration"),
        (DENIED_MESSAGE.format("kms:Decrypt"), "kms:Decrypt"),
        ("You are not authorized to perform this operation", "s3:GetEncryptionConfiguration"),
        (DENIED_MESSAGE.format("s3:<script>"), "s3:GetEncryptionConfiguration"),
        (DENIED_MESSAGE.format("s3:NoSuchAction"), "s3:GetEncryptionConfiguration"),
        ("Access Denied", "s3:GetEncryptionConfiguration"),
    ],
)
def test_the_missing_action_is_the_one_that_aws_names_or_the_operations(message: str, action: str) -> None:
    """A message is only believed when it names an action that there is."""
    assert action == unknown_of(answered("AccessDenied", 403, message), "s3:GetBucketEncryption").missing_action


def test_only_a_denied_access_has_a_missing_action() -> None:
    """A permission does not mend a timeout, nor a Region that is not enabled."""
    assert unknown_of(answered("InternalError", 500), "s3:GetBucketEncryption").missing_action is None
    assert unknown_of(answered("InvalidClientTokenId", 403), "s3:GetBucketEncryption").missing_action is None


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (answered("AccessDenied", 403), WriteOutcome.REFUSED),
        (answered("ValidationException", 400), WriteOutcome.REFUSED),
        (answered("ResourceInUseException", 400), WriteOutcome.REFUSED),
        (answered("LimitExceededException", 400), WriteOutcome.REFUSED),
        (answered("ExpiredToken", 400), WriteOutcome.REFUSED),
        (answered("PermanentRedirect", 301), WriteOutcome.REFUSED),
        (answered("ThrottlingException", 400), WriteOutcome.THROTTLED),
        (answered("RequestLimitExceeded", 503), WriteOutcome.THROTTLED),
        (answered("SlowDown", 503), WriteOutcome.THROTTLED),
        (answered("InternalError", 500), WriteOutcome.AMBIGUOUS),
        (answered("InternalFailure", 400), WriteOutcome.AMBIGUOUS),
        (answered("ServiceUnavailable", 503), WriteOutcome.AMBIGUOUS),
        (answered("RequestTimeout", 400), WriteOutcome.AMBIGUOUS),
        (answered("TransactionInProgressException", 400), WriteOutcome.AMBIGUOUS),
        (answered(None, 0), WriteOutcome.AMBIGUOUS),
        (known.EndpointConnectionError(endpoint_url="x"), WriteOutcome.REFUSED),
        (known.ConnectTimeoutError(endpoint_url="x"), WriteOutcome.REFUSED),
        (known.NoCredentialsError(), WriteOutcome.REFUSED),
        (known.ParamValidationError(report="x"), WriteOutcome.REFUSED),
        (known.ReadTimeoutError(endpoint_url="x"), WriteOutcome.AMBIGUOUS),
        (known.ConnectionClosedError(endpoint_url="x"), WriteOutcome.AMBIGUOUS),
        (known.ProxyConnectionError(proxy_url="x"), WriteOutcome.AMBIGUOUS),
        (known.SSLError(endpoint_url="x", error="y"), WriteOutcome.AMBIGUOUS),
        (known.HTTPClientError(error="x"), WriteOutcome.AMBIGUOUS),
        (ResponseParserError("x"), WriteOutcome.AMBIGUOUS),
        (OSError("x"), WriteOutcome.AMBIGUOUS),
    ],
)
def test_a_write_is_only_called_refused_when_it_surely_had_no_effect(error: Exception, outcome: WriteOutcome) -> None:
    """In doubt it may have happened."""
    assert outcome is classify_write(error)


def test_words_are_one_line_without_a_full_stop_and_not_too_long() -> None:
    """An encoded authorization failure is thousands of letters."""
    words = error_words(answered("AccessDenied", 403, "No.\nEncoded: " + "x" * 5000 + "."))
    assert words.startswith("AccessDenied: No. Encoded: xxx")
    assert words.endswith("…")
    assert len(words) < 330
    assert "AccessDenied: no" == error_words(answered("AccessDenied", 403, " no. "))
    assert "403" == error_words(answered(None, 403, ""))


def test_an_answer_that_cannot_be_parsed_is_not_quoted() -> None:
    """It may hold an environment variable."""
    error = ResponseParserError(
        "Unable to parse response (x), invalid XML received. Further retries: b'<Secret>hunter2'"
    )
    assert "ResponseParserError: Unable to parse response (x)" == error_words(error)
