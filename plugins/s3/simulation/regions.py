"""A bucket answers in its own Region only; elsewhere S3 sends the client there.

A client that asks the wrong Region follows by itself after one HeadBucket; an audit that reads every bucket from one
Region pays for it, and its reading client must allow just that one call.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.plugins.s3.simulation.buckets import bucket_name, bucket_of, operations_with, owner_of
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["REDIRECTED"]

FIRST_REGION = "us-east-1"


def _install(aws: Simulation) -> Undo:
    return together(*(aws.answer(f"s3:{name}", _check) for name in operations_with("Bucket") if name != "CreateBucket"))


REDIRECTED = Correction(
    name="s3-region-redirect",
    service="s3",
    says="S3 answers 301 PermanentRedirect, with the Region in a header, to a request at another Region; "
    "moto serves every bucket everywhere",
    source="S3 API reference, error responses (PermanentRedirect); botocore.utils.S3RegionRedirectorv2, which follows it",
    install=_install,
)


def _check(request: ApiRequest, proceed: Proceed) -> Answer:
    name = bucket_name(request)
    if owner_of(name) is None:
        return proceed(request)
    region = bucket_of(request).region_name
    if request.region == region or (request.operation == "GetBucketLocation" and request.region == FIRST_REGION):
        return proceed(request)
    moved = AwsError(
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all "
        "future requests to this endpoint.",
        301,
        Endpoint=f"{name}.s3.{region}.amazonaws.com",
        Bucket=name,
    )
    answer = request.refusal(moved)
    return replace(answer, headers=(*answer.headers, ("x-amz-bucket-region", region)))
