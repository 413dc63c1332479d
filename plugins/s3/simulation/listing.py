"""ListBuckets as AWS pages it: by name, with a token, a Region filter and each bucket's Region.

moto cuts a page off and forgets the rest, so that an audit which never asks for the second page would look complete.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.simulation.buckets import buckets_of_account
from trueup.plugins.s3.simulation.refusals import invalid_argument
from trueup.testing.correction import Correction

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["PAGED"]

MAX_BUCKETS = 10_000
"""The largest page, and what an account may list without paging (botocore model s3:ListBuckets)."""


def _install(aws: Simulation) -> Undo:
    return aws.answer("s3:ListBuckets", _list)


PAGED = Correction(
    name="s3-list-buckets-paged",
    service="s3",
    says="S3 lists buckets by name in pages with a ContinuationToken, and gives each one's Region when the request has "
    "a valid parameter; moto ends after the first page and gives no Region",
    source="botocore model s3:ListBuckets (MaxBuckets 1 to 10000, ContinuationToken, BucketRegion), s3:Bucket",
    install=_install,
)


def _list(request: ApiRequest, _proceed: Proceed) -> Answer:
    parameters = request.parameters
    size = parameters.get("MaxBuckets", MAX_BUCKETS)
    if not 1 <= size <= MAX_BUCKETS:
        raise invalid_argument(f"Argument max-buckets must be an integer between 1 and {MAX_BUCKETS}")
    region = parameters.get("BucketRegion")
    if region is not None and region != request.region:
        # Only that this is refused is documented (s3:ListBuckets BucketRegion), not S3's words.
        raise invalid_argument(f"The bucket-region parameter {region} does not match the Region {request.region}")
    prefix = parameters.get("Prefix", "")
    after = _name_of(parameters["ContinuationToken"]) if "ContinuationToken" in parameters else ""
    names = [
        bucket
        for bucket in buckets_of_account(request)
        if bucket.name > after and bucket.name.startswith(prefix) and region in {None, bucket.region_name}
    ]
    page = names[:size]
    result: dict[str, Any] = {
        "Buckets": [_entry(bucket, with_region=bool(parameters)) for bucket in page],
        "Owner": {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"},
    }
    if "Prefix" in parameters:
        result["Prefix"] = prefix
    if len(names) > size:
        result["ContinuationToken"] = base64.urlsafe_b64encode(page[-1].name.encode()).decode()
    return request.answer(result)


def _entry(bucket: Any, *, with_region: bool) -> dict[str, Any]:
    entry = {"Name": bucket.name, "CreationDate": bucket.creation_date}
    return {**entry, "BucketRegion": bucket.region_name} if with_region else entry


def _name_of(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid_argument("The continuation token provided is incorrect") from error
