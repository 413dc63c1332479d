"""S3: lists of buckets, and what is known of each; half of them have a lifecycle, a policy and tags.

"There is none" is an error of S3's, and takes another way through a client.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from canned.answer import Answer

if TYPE_CHECKING:
    from canned.request import Request
    from canned.world import World

__all__ = ["bucket_page", "s3_answer"]

# S3 may give up to 10,000; with smaller pages an audit can begin while it lists.
_PAGE = 1_000


def s3_answer(world: World, request: Request) -> Answer:
    """Give the answer to a request to S3, addressed by path."""
    if request.path == "/":
        return Answer("s3:ListBuckets", bucket_page(world, request))
    name, query = unquote(request.path.strip("/")), request.target.partition("?")[2]
    subresource = query.partition("&")[0].partition("=")[0]
    return _bucket(subresource, name) if subresource == "policy" else _same(subresource, name[-1:])


def bucket_page(world: World, request: Request) -> bytes:
    """Give one page of ListBuckets: those of one Region where one is asked for, else those of every Region."""
    asked = request.query
    regions = [asked["bucket-region"]] if "bucket-region" in asked else world.regions
    buckets = [(name, region) for region in regions for name in world.names("s3", request.account, region)]
    first = int(asked.get("continuation-token", "0"))
    last = first + min(_PAGE, int(asked.get("max-buckets", _PAGE)))
    listed = "".join(
        f"<Bucket><Name>{name}</Name><CreationDate>2024-01-01T00:00:00.000Z</CreationDate>"
        f"<BucketRegion>{region}</BucketRegion></Bucket>"
        for name, region in buckets[first:last]
    )
    token = f"<ContinuationToken>{last}</ContinuationToken>" if last < len(buckets) else ""
    return (
        '<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>0f1e2d3c</ID></Owner>'
        f"<Buckets>{listed}</Buckets>{token}</ListAllMyBucketsResult>"
    ).encode()


@cache
def _same(subresource: str, digit: str) -> Answer:
    """Give what is the same for every second bucket."""
    return _bucket(subresource, digit)


def _bucket(subresource: str, name: str) -> Answer:
    about = _subresources().get(subresource)
    if about is None:
        return Answer(f"s3:?{subresource}", _error("NotImplemented"), 501)
    operation = f"s3:{about['operation']}"
    has_it = about["document"] and (not about["none"] or name[-1] in "02468")
    if not has_it:
        return Answer(operation, _error(about["none"]), 404)
    return Answer(operation, about["document"].replace("NAME", name).encode())


@cache
def _subresources() -> dict[str, Any]:
    """Give what is known of each subresource: operation, document, and the error of those that have none."""
    return dict(json.loads(Path(__file__).with_name("answers").joinpath("s3.json").read_text(encoding="utf-8")))


def _error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>there is none</Message><RequestId>0</RequestId></Error>".encode()
