"""Bucket operations that the simulated S3 does not have say so, instead of doing something else.

moto takes the put of a sub-resource that it does not know for CreateBucket, its delete for DeleteBucket and its read
for ListObjects: the first two lose data, the third gives an empty answer that looks like "nothing is configured".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["REFUSED", "UNSERVED"]

UNSERVED = (
    "CreateBucketMetadataConfiguration",
    "CreateBucketMetadataTableConfiguration",
    "CreateSession",
    "DeleteBucketMetadataConfiguration",
    "DeleteBucketMetadataTableConfiguration",
    "GetBucketAbac",
    "GetBucketMetadataConfiguration",
    "GetBucketMetadataTableConfiguration",
    "GetBucketRequestPayment",
    "PutBucketAbac",
    "PutBucketRequestPayment",
    "UpdateBucketMetadataAnnotationTableConfiguration",
    "UpdateBucketMetadataInventoryTableConfiguration",
    "UpdateBucketMetadataJournalTableConfiguration",
)
"""Operations of botocore's model on a bucket's sub-resources that neither moto nor a correction answers."""


def _install(aws: Simulation) -> Undo:
    return together(*(aws.answer(f"s3:{name}", _refuse) for name in UNSERVED))


REFUSED = Correction(
    name="s3-unserved-refused",
    service="s3",
    says="an operation on a sub-resource never creates, deletes or lists the bucket; moto falls back to just these",
    source="botocore model s3 (request URIs of the operations); tried on moto: DeleteBucketMetadataConfiguration "
    "deletes the bucket",
    install=_install,
)


def _refuse(request: ApiRequest, _proceed: Proceed) -> Answer:
    raise AwsError("NotImplemented", f"the simulated S3 does not have {request.operation}", 501)
