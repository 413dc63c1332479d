"""The refusals that several corrections of S3 raise, with S3's own codes and words."""

from __future__ import annotations

from trueup.testing.exchange import AwsError

__all__ = ["access_denied", "invalid_argument", "invalid_request", "malformed_xml", "no_such_bucket"]


def invalid_request(message: str) -> AwsError:
    """The request cannot be carried out as it is."""
    return AwsError("InvalidRequest", message, 400)


def invalid_argument(message: str) -> AwsError:
    """One value of the request is not allowed."""
    return AwsError("InvalidArgument", message, 400)


def malformed_xml() -> AwsError:
    """The document breaks S3's schema."""
    return AwsError(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
        400,
    )


def access_denied(message: str = "Access Denied") -> AwsError:
    """The caller may not do this."""
    return AwsError("AccessDenied", message, 403)


def no_such_bucket(name: str) -> AwsError:
    """There is no bucket of this name."""
    return AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
