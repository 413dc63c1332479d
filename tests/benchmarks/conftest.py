"""Canned AWSs in processes of their own, and clients of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from measuring import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

REGIONS = ("us-east-1", "eu-west-1")

WORLD = {
    "accounts": 45,
    "regions": REGIONS,
    "resources": {"s3": 3, "dynamodb": 2, "lambda": 2, "ecs": 2, "rds": 1, "elasticache": 1},
    "active": 1,
}


class MakeClient(Protocol):
    """Makes clients of a service, of the first account unless credentials are given."""

    def __call__(
        self, service: str, url: str = ..., region: str = ..., keys: dict[str, str] | None = None, **config: Any
    ) -> AbstractContextManager[Any]:
        """Give a client that is closed at the end."""


@pytest.fixture(scope="session")
def canned() -> Iterator[str]:
    """Give the URL of the canned AWS of ``WORLD``."""
    with served(WORLD) as url:
        yield url


@pytest.fixture
def client(canned: str) -> MakeClient:
    """Give what makes clients that send each call once."""
    import boto3
    from botocore.config import Config

    session = boto3.Session()

    @contextmanager
    def make(
        service: str, url: str = canned, region: str = REGIONS[0], keys: dict[str, str] | None = None, **config: Any
    ) -> Iterator[Any]:
        given = keys or {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "canned"}
        behaviour = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **config)
        made = session.client(service, region_name=region, endpoint_url=url, config=behaviour, **given)
        try:
            yield made
        finally:
            made.close()

    return make
