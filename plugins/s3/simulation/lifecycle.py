"""Lifecycle configurations kept whole: what was put is what is read, field for field and in its order.

moto forgets object sizes and the number of noncurrent versions to keep, so that a merge which loses them would pass
every test. Here the decoded document itself is kept, and checked as S3 checks it.
"""

from __future__ import annotations

import base64
import uuid
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.simulation.buckets import bucket_name, bucket_of, documents_of
from trueup.plugins.s3.simulation.lifecycle_rules import check
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["CHECKED", "KEPT_WHOLE"]

DEFAULT_MINIMUM_SIZE = "all_storage_classes_128K"
"""What S3 takes when a request does not say which small objects stay where they are."""

MINIMUM_SIZES = (DEFAULT_MINIMUM_SIZE, "varies_by_storage_class")

_KIND = "lifecycle"


def _install_whole(aws: Simulation) -> Undo:
    return together(
        aws.answer("s3:PutBucketLifecycleConfiguration", _put),
        aws.answer("s3:GetBucketLifecycleConfiguration", _get),
        aws.answer("s3:DeleteBucketLifecycle", _delete),
    )


def _install_checks(aws: Simulation) -> Undo:
    return aws.answer("s3:PutBucketLifecycleConfiguration", _checked)


KEPT_WHOLE = Correction(
    name="s3-lifecycle-kept-whole",
    service="s3",
    says="S3 gives a lifecycle configuration back with every field that was put and with an ID for each rule; moto "
    "loses object sizes, the number of noncurrent versions, the default minimum object size, and makes no ID",
    source="botocore model s3:BucketLifecycleConfiguration, s3:PutBucketLifecycleConfiguration; generated IDs as "
    "recorded in aws/aws-sdk-go-v2#3165; ceph s3-tests test_lifecycle_get_no_id",
    install=_install_whole,
)

CHECKED = Correction(
    name="s3-lifecycle-checked",
    service="s3",
    says="S3 refuses a lifecycle configuration that breaks its rules; moto takes nearly all of them",
    source="S3 API reference, error responses; answers of S3 recorded in LocalStack's snapshots of 2026-02-21 "
    "(TestS3BucketLifecycle) and in the threads that the checks name",
    install=_install_checks,
)


def _put(request: ApiRequest, _proceed: Proceed) -> Answer:
    bucket = bucket_of(request)
    size = request.parameters.get("TransitionDefaultMinimumObjectSize", DEFAULT_MINIMUM_SIZE)
    rules: list[dict[str, Any]] = deepcopy(request.parameters.get("LifecycleConfiguration", {}).get("Rules", []))
    for rule in rules:
        if not rule.get("ID"):
            rule["ID"] = _generated_id()
    documents_of(bucket)[_KIND] = {"Rules": rules, "TransitionDefaultMinimumObjectSize": size}
    return request.answer({"TransitionDefaultMinimumObjectSize": size})


def _get(request: ApiRequest, _proceed: Proceed) -> Answer:
    document = documents_of(bucket_of(request)).get(_KIND)
    if document is None:
        raise AwsError(
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist",
            404,
            BucketName=bucket_name(request),
        )
    return request.answer(document)


def _delete(request: ApiRequest, _proceed: Proceed) -> Answer:
    documents_of(bucket_of(request)).pop(_KIND, None)
    return request.answer()


def _checked(request: ApiRequest, proceed: Proceed) -> Answer:
    size = request.parameters.get("TransitionDefaultMinimumObjectSize", DEFAULT_MINIMUM_SIZE)
    if size not in MINIMUM_SIZES:
        # Recorded in LocalStack's snapshots, 2026-02-21.
        raise AwsError("InvalidRequest", f"Invalid TransitionDefaultMinimumObjectSize found: {size}", 400)
    bucket_of(request)
    check(request.parameters.get("LifecycleConfiguration", {}).get("Rules", []))
    return proceed(request)


def _generated_id() -> str:
    # 48 characters of base64 that hold a version 4 UUID, as recorded in aws/aws-sdk-go-v2#3165.
    return base64.b64encode(str(uuid.uuid4()).encode()).decode()
