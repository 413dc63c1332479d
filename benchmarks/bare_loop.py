"""A bare boto3 loop over buckets: the same calls as an audit, by as many threads, and nothing done with the answers.

What it costs is botocore's own cost; what an audit costs beyond it is ours. Run by ``audit_buckets.py``, which gives
the calls as JSON on stdin.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTED_BY = {"max-buckets": ("MaxBuckets", int), "bucket-region": ("BucketRegion", str), "prefix": ("Prefix", str)}


def listed(s3: Any, asked: dict[str, str]) -> Iterator[str]:
    """Yield the buckets' names, page by page as they were asked for."""
    given = {name: kind(asked[key]) for key, (name, kind) in _LISTED_BY.items() if key in asked}
    for page in s3.get_paginator("list_buckets").paginate(**given):
        yield from (each["Name"] for each in page["Buckets"])


def read_bucket(s3: Any, methods: list[str], bucket: str, owner: str) -> None:
    """Make the calls about one bucket, one after the other."""
    from botocore.exceptions import ClientError

    for method in methods:
        with suppress(ClientError):  # an answer like any other: there is none
            getattr(s3, method)(Bucket=bucket, ExpectedBucketOwner=owner)


def metric_calls(buckets: list[str], asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the parameters of the calls of one window."""
    queries = [each for bucket in buckets for each in of_bucket(asked["of_one"], bucket)]
    a_call = -(-len(queries) // asked["calls"])
    for at in range(0, len(queries), a_call):
        chosen = [{**query, "Id": f"m{number}"} for number, query in enumerate(queries[at : at + a_call])]
        yield {
            "MetricDataQueries": chosen,
            "StartTime": datetime.fromtimestamp(asked["start"], UTC),
            "EndTime": datetime.fromtimestamp(asked["end"], UTC),
            "ScanBy": "TimestampAscending",
        }


def of_bucket(queries: list[dict[str, Any]], bucket: str) -> list[dict[str, Any]]:
    """Give the queries of the first bucket for another one."""
    made = []
    for query in queries:
        stat = query["MetricStat"]
        dimensions = [
            {"Name": each["Name"], "Value": bucket if each["Name"] == "BucketName" else each["Value"]}
            for each in stat["Metric"]["Dimensions"]
        ]
        metric = {**stat["Metric"], "Dimensions": dimensions}
        made.append({**query, "MetricStat": {**stat, "Metric": metric}})
    return made


def main() -> None:
    """Make the calls."""
    work = json.load(sys.stdin)

    import boto3
    from botocore import xform_name
    from botocore.config import Config

    config = Config(max_pool_connections=work["workers"], s3={"addressing_style": "path"})
    session = boto3.Session(region_name="us-east-1")

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=work["endpoint_url"], config=config)

    client("sts").get_caller_identity()
    s3, cloudwatch = client("s3"), client("cloudwatch")
    methods = [xform_name(name) for name in work["operations"]]
    with ThreadPoolExecutor(work["workers"]) as pool:
        buckets = list(listed(s3, work["listed_by"]))
        pending = [pool.submit(read_bucket, s3, methods, bucket, work["owner"]) for bucket in buckets]
        for asked in work["metrics"]:
            pending += [pool.submit(cloudwatch.get_metric_data, **each) for each in metric_calls(buckets, asked)]
        for each in pending:
            each.result()


if __name__ == "__main__":
    main()
