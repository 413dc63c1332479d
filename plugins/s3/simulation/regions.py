"""A bucket answers in its own Region only; elsewhere S3 sends the client there.

A client that asks the wrong Region follows by itself after one HeadBucket; an audit that reads every bucket from one
Region pays for it, and its reading client must allow just that one call.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.plugins.s3.simulation.buckets import bucket_name, bucket_of, documents_of, operations_with, owner_of
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["OLD_NAME", "REDIRECTED"]

FIRST_REGION = "us-east-1"

EUROPE = ("EU", "eu-west-1")
"""How the first Region of Europe is called in a LocationConstraint of old, and by its name."""

_LOCATION = "location"


def _install_old_name(aws: Simulation) -> Undo:
    return together(aws.answer("s3:CreateBucket", _create), aws.answer("s3:GetBucketLocation", _location))


def _install_redirect(aws: Simulation) -> Undo:
    return together(*(aws.answer(f"s3:{name}", _check) for name in operations_with("Bucket") if name != "CreateBucket"))


OLD_NAME = Correction(
    name="s3-location-eu",
    service="s3",
    says="a bucket made with the LocationConstraint EU is in eu-west-1; moto has a Region EU",
    source="botocore model s3:GetBucketLocation; S3 API reference, CreateBucketConfiguration: EU stands for eu-west-1",
    install=_install_old_name,
)

REDIRECTED = Correction(
    name="s3-region-redirect",
    service="s3",
    says="S3 answers 301 PermanentRedirect, with the Region in a header, to a request at another Region; "
    "moto serves every bucket everywhere",
    source="S3 API reference, error responses (PermanentRedirect); botocore.utils.S3RegionRedirectorv2 follows it",
    install=_install_redirect,
)


def _create(request: ApiRequest, proceed: Proceed) -> Answer:
    answer = proceed(request)
    old, region = EUROPE
    if answer.ok and bucket_of(request).region_name == old:
        bucket = bucket_of(request)
        bucket.region_name = region
        documents_of(bucket)[_LOCATION] = old
    return answer


def _location(request: ApiRequest, proceed: Proceed) -> Answer:
    old = documents_of(bucket_of(request)).get(_LOCATION)
    return proceed(request) if old is None else request.answer({"LocationConstraint": old})


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
