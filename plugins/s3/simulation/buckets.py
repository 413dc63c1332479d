"""The simulated buckets, as the corrections of S3 reach them, and what they keep beside moto's own data.

moto drops fields of the documents that clients put on a bucket. The corrections keep the whole documents on the
bucket's own object, so that they vanish with the bucket and with every reset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.simulation.refusals import no_such_bucket

if TYPE_CHECKING:
    from trueup.testing.exchange import ApiRequest

__all__ = ["bucket_name", "bucket_of", "buckets_of_account", "documents_of", "operations_with", "owner_of"]

_DOCUMENTS = "_trueup_documents"


def bucket_name(request: ApiRequest) -> str:
    """The name of the bucket that a request is for, from its path: the body need not be read for it."""
    return request.known.labels["Bucket"]


def bucket_of(request: ApiRequest) -> Any:
    """Moto's object of the bucket that a request names.

    Raises:
        AwsError: NoSuchBucket.
    """
    from moto.s3.models import s3_backends

    name = bucket_name(request)
    if name not in s3_backends.bucket_accounts:
        raise no_such_bucket(name)
    partition, account = s3_backends.bucket_accounts[name]
    return s3_backends[account][partition].get_bucket(name)


def owner_of(name: str) -> str | None:
    """The account that owns a bucket; None when there is no such bucket."""
    from moto.s3.models import s3_backends

    place = s3_backends.bucket_accounts.get(name)
    return None if place is None else str(place[1])


def buckets_of_account(request: ApiRequest) -> list[Any]:
    """The buckets of the caller's account, by name, as AWS lists them."""
    from moto.s3.models import s3_backends
    from moto.utilities.utils import get_partition

    backend = s3_backends[request.account][get_partition(request.region)]
    return [backend.buckets[name] for name in sorted(backend.buckets)]


def operations_with(*members: str) -> list[str]:
    """The operations of S3 that take all of these parameters."""
    from trueup.testing.wire.models import service_model

    model = service_model("s3")
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return [name for name, shape in shapes.items() if shape is not None and set(members) <= shape.members.keys()]


def documents_of(bucket: Any) -> dict[str, Any]:
    """The documents that the corrections keep for a bucket, by kind; empty for a new bucket."""
    kept: dict[str, Any] = bucket.__dict__.setdefault(_DOCUMENTS, {})
    return kept
