"""What a failed call means: for a read, why the fact is unknown; for a write, whether it may have taken effect.

botocore raises some fifty kinds of errors and AWS answers with hundreds of codes. They become one of a dozen reasons
here and nowhere else, so that the same denied read never is a pass in one place and a fail in another.

Source: aws-sdk error codes as in botocore ``retries/standard.py`` and ``data/_retry.json``; the IAM user guide's
"is not authorized to perform" message.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from trueup.facts.unknown import Reason, Unknown

__all__ = [
    "WriteOutcome",
    "classify_write",
    "error_code",
    "error_message",
    "error_words",
    "is_throttled",
    "missing_action",
    "request_id_of",
    "unknown_of",
]

_THROTTLED = frozenset({
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
})  # fmt: skip
"""Codes that say "too fast". Not LimitExceededException: with DynamoDB that is a quota, and botocore retries it."""

_DENIED = frozenset({
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Forbidden",
    "NotAuthorized",
    "UnauthorizedAccess",
    "UnauthorizedOperation",
    "403",
})  # fmt: skip

_NOT_ACCEPTED_HERE = frozenset({
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "OptInRequired",
    "UnrecognizedClientException",
})  # fmt: skip

_TIMED_OUT = frozenset({"RequestTimeout", "RequestTimeoutException"})

_MAY_HAVE_HAPPENED = frozenset({
    *_TIMED_OUT,
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "InternalServiceError",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "TransactionInProgressException",
})  # fmt: skip

_NOT_FOUND = re.compile(r"NoSuch|NotFound|DoesNotExist|NotExist|\A404\Z")

_ACTION = re.compile(r"not authorized to perform:? ([a-z0-9-]{1,64}:[A-Za-z0-9]{1,128})(?![A-Za-z0-9*:])")

_PARAMETER = re.compile(r"parameter (?:in [\w.\[\]]+: )?\"?([\w.\[\]]+)")

# A message may hold a whole encoded authorization failure; a report needs its beginning.
_MESSAGE_LIMIT = 300


class WriteOutcome(StrEnum):
    """What is known of a write that did not answer with success."""

    REFUSED = "refused"
    """Surely no effect."""
    THROTTLED = "throttled"
    """Surely no effect, and may be sent again later."""
    AMBIGUOUS = "ambiguous"
    """It may have taken effect: read, then decide."""


def unknown_of(error: Exception, operation: str) -> Unknown:
    """Give the reason for not knowing what ``service:Operation`` would have answered."""
    reason = _reason_of(error)
    detail = error_words(error)
    if reason is not Reason.ACCESS_DENIED:
        return Unknown(reason, detail, operation)
    if error_code(error) in _NOT_ACCEPTED_HERE:
        return Unknown(reason, f"{detail}; the credentials are not accepted in this Region, is it enabled", operation)
    return Unknown(reason, detail, operation, missing_action(error, operation))


def classify_write(error: Exception) -> WriteOutcome:
    """Say whether a failed write may have taken effect; in doubt it may have."""
    import botocore.exceptions as known

    if isinstance(error, known.ClientError):
        code, status = error_code(error), _status_of(error)
        if code in _THROTTLED:
            return WriteOutcome.THROTTLED
        if code in _MAY_HAVE_HAPPENED or not 300 <= status < 500:  # noqa: PLR2004 - HTTP's own numbers
            return WriteOutcome.AMBIGUOUS
        return WriteOutcome.REFUSED
    never_sent = (
        known.ParamValidationError,
        known.EndpointConnectionError,  # the name did not resolve, or nobody listened: not a byte was sent
        known.ConnectTimeoutError,
        known.NoCredentialsError,
        known.PartialCredentialsError,
        known.CredentialRetrievalError,
        known.TokenRetrievalError,
        known.SSOError,
        getattr(known, "LoginError", known.SSOError),  # since botocore 1.41
        known.EndpointProviderError,
        known.NoRegionError,
    )
    return WriteOutcome.REFUSED if isinstance(error, never_sent) else WriteOutcome.AMBIGUOUS


def missing_action(error: Exception, operation: str) -> str | None:
    """Give the IAM action to allow: the one that AWS names, if there is such a one, else the operation's first."""
    from trueup.aws.iam.levels import canonical_action
    from trueup.aws.iam.operations import UnknownOperationError, actions_for

    named = _ACTION.search(_message_of(error))
    known = canonical_action(named[1]) if named else None
    if known:
        return known
    try:
        return actions_for(operation)[0]
    except UnknownOperationError:
        return None


def is_throttled(code: str, status: int) -> bool:
    """Tell whether a read's answer, by AWS's error code and the HTTP status, says "too fast"."""
    return code in _THROTTLED or code == "LimitExceededException" or status == 429  # noqa: PLR2004 - HTTP's own number


def request_id_of(error: Exception) -> str | None:
    """Give AWS's id of the request that it answered with this error; None when there was no such answer."""
    response: Any = getattr(error, "response", None)
    return response.get("ResponseMetadata", {}).get("RequestId") if isinstance(response, dict) else None


def error_code(error: Exception) -> str:
    """Give AWS's error code, else the name of what botocore raised."""
    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(response.get("Error", {}).get("Code") or _status_of(error))
    return type(error).__name__


def error_message(error: Exception) -> str:
    """Give the message as one line without a full stop, cut where it becomes long."""
    # A refused signature is answered with what was signed, session token included.
    message = _message_of(error).partition("The Canonical String")[0]
    words = " ".join(message.split()).rstrip(".")
    return words if len(words) <= _MESSAGE_LIMIT else words[:_MESSAGE_LIMIT].rstrip() + "…"


def error_words(error: Exception) -> str:
    """Give code and message as one line."""
    code, words = error_code(error), error_message(error)
    return f"{code}: {words}" if words and words != code else code


def _reason_of(error: Exception) -> Reason:
    import botocore.exceptions as known
    import botocore.parsers

    from trueup.aws.unmodelled import UnmodelledError

    if isinstance(error, known.ClientError):
        return _reason_of_answer(error_code(error), _status_of(error))
    if isinstance(error, known.ConnectTimeoutError | known.ReadTimeoutError):
        return Reason.TIMEOUT
    if not isinstance(error, UnmodelledError) and (
        isinstance(
            error,
            botocore.parsers.ResponseParserError
            | known.PaginationError
            | known.IncompleteReadError
            | known.ResponseStreamingError
            | known.FlexibleChecksumError,
        )
        or "IncompleteRead" in f"{error} {error.__context__}"
    ):  # before botocore 1.44 urllib3's, inside of another error
        return Reason.CUT_OFF
    if isinstance(error, known.HTTPClientError | known.ConnectionError):
        return Reason.CONNECTION
    # What is left was whole, but is not what was expected: an answer that botocore does not know all of.
    return Reason.REFUSED if isinstance(error, known.BotoCoreError) else Reason.UNEXPECTED


def _reason_of_answer(code: str, status: int) -> Reason:
    if is_throttled(code, status):
        return Reason.THROTTLED
    if code in _TIMED_OUT:
        return Reason.TIMEOUT
    if code in _DENIED or code in _NOT_ACCEPTED_HERE or status == 403:  # noqa: PLR2004
        return Reason.ACCESS_DENIED
    if status >= 500:  # noqa: PLR2004
        return Reason.SERVER_ERROR
    if _NOT_FOUND.search(code):
        return Reason.NOT_FOUND
    return Reason.REFUSED


def _status_of(error: Exception) -> int:
    response: Any = getattr(error, "response", None)
    found = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) if isinstance(response, dict) else 0
    return int(found)


def _message_of(error: Exception) -> str:
    """Give the message, but for what botocore quotes in it: an answer or a parameter may hold a secret."""
    import botocore.exceptions
    import botocore.parsers

    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(response.get("Error", {}).get("Message") or "")
    if isinstance(error, botocore.parsers.ResponseParserError):
        return str(error).partition(", invalid XML received")[0]
    if isinstance(error, botocore.exceptions.ParamValidationError):
        names = dict.fromkeys(_PARAMETER.findall(str(error)))
        return f"botocore refused {', '.join(names) or 'the parameters'}"
    return str(error)
