"""ExpectedBucketOwner: the guard against a bucket that was deleted and taken by somebody else under the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.s3.simulation.buckets import bucket_name, operations_with, owner_of
from trueup.plugins.s3.simulation.refusals import access_denied
from trueup.testing.correction import Correction, together

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["EXPECTED"]


def _install(aws: Simulation) -> Undo:
    return together(*(aws.answer(f"s3:{name}", _check) for name in operations_with("Bucket", "ExpectedBucketOwner")))


EXPECTED = Correction(
    name="s3-expected-bucket-owner",
    service="s3",
    says="S3 answers 403 when a bucket's owner is not the account that ExpectedBucketOwner names; moto ignores it",
    source="botocore model s3, member ExpectedBucketOwner of 90 operations: fails with 403 Forbidden (access denied)",
    install=_install,
)


def _check(request: ApiRequest, proceed: Proceed) -> Answer:
    # From the header, so that the body of an upload is not decoded for nothing.
    expected = request.headers.get("x-amz-expected-bucket-owner")
    if expected is not None:
        owner = owner_of(bucket_name(request))
        if owner is not None and owner != expected:
            raise access_denied()
    return proceed(request)
