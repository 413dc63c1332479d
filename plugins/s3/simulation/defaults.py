"""What a new bucket has on AWS without being asked: encryption, a public access block, a date of the simulated clock.

moto's new buckets have neither, so that a rule which must pass on every new bucket would fail on the simulated one.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.simulation.buckets import bucket_name, bucket_of, documents_of, owner_of
from trueup.testing.correction import Correction, together

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["CREATION_DATE", "DEFAULT_ENCRYPTION", "DEFAULT_PUBLIC_ACCESS_BLOCK"]

SSE_S3 = {
    "Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False},
    ],
}

_ENCRYPTION = "encryption"


def _install_encryption(aws: Simulation) -> Undo:
    return together(
        aws.answer("s3:PutBucketEncryption", _put_encryption),
        aws.answer("s3:GetBucketEncryption", _get_encryption),
        aws.answer("s3:DeleteBucketEncryption", _delete_encryption),
    )


def _install_public_access_block(aws: Simulation) -> Undo:
    return aws.answer("s3:CreateBucket", _create_blocked)


def _install_creation_date(aws: Simulation) -> Undo:
    def create(request: ApiRequest, proceed: Proceed) -> Answer:
        new = _is_new(request)
        answer = proceed(request)
        if answer.ok and new:
            bucket_of(request).creation_date = aws.clock.now()
        return answer

    return aws.answer("s3:CreateBucket", create)


DEFAULT_ENCRYPTION = Correction(
    name="s3-default-encryption",
    service="s3",
    says="S3 answers SSE-S3 (AES256) for a bucket whose encryption nobody set or whose setting was deleted, and keeps "
    "what is put whole; moto answers ServerSideEncryptionConfigurationNotFoundError and drops BlockedEncryptionTypes",
    source="botocore model s3:GetBucketEncryption (by default, all buckets have SSE-S3), s3:DeleteBucketEncryption",
    install=_install_encryption,
)

DEFAULT_PUBLIC_ACCESS_BLOCK = Correction(
    name="s3-default-public-access-block",
    service="s3",
    says="S3 turns all four settings of the public access block on for a new bucket; moto turns none on",
    source="S3 user guide, Blocking public access (new buckets since April 2023); botocore model "
    "s3:PublicAccessBlockConfiguration",
    install=_install_public_access_block,
)

CREATION_DATE = Correction(
    name="s3-creation-date",
    service="s3",
    says="a bucket is as old as the simulated clock says; moto stamps it with the real time",
    source="botocore model s3:Bucket (CreationDate)",
    install=_install_creation_date,
)


def _is_new(request: ApiRequest) -> bool:
    # In us-east-1 the owner may create a bucket again, which changes nothing (botocore model s3:CreateBucket).
    return owner_of(bucket_name(request)) is None


def _create_blocked(request: ApiRequest, proceed: Proceed) -> Answer:
    from moto.s3.models import PublicAccessBlock

    new = _is_new(request)
    answer = proceed(request)
    if answer.ok and new:
        bucket_of(request).public_access_block = PublicAccessBlock("true", "true", "true", "true")
    return answer


def _put_encryption(request: ApiRequest, proceed: Proceed) -> Answer:
    bucket = bucket_of(request)
    answer = proceed(request)
    if answer.ok:
        configuration: dict[str, Any] = deepcopy(request.parameters["ServerSideEncryptionConfiguration"])
        for rule in configuration.get("Rules", []):
            rule.setdefault("BucketKeyEnabled", False)
        documents_of(bucket)[_ENCRYPTION] = configuration
    return answer


def _get_encryption(request: ApiRequest, _proceed: Proceed) -> Answer:
    configuration = documents_of(bucket_of(request)).get(_ENCRYPTION, SSE_S3)
    return request.answer({"ServerSideEncryptionConfiguration": configuration})


def _delete_encryption(request: ApiRequest, proceed: Proceed) -> Answer:
    documents_of(bucket_of(request)).pop(_ENCRYPTION, None)
    return proceed(request)
