"""How many requests a second the canned AWS answers on one core.

Run it with ``python benchmarks/load.py`` (``--help`` for more). The requests are those that boto3 sends, signed, of
three services; raw sockets of this process, on another core where there is one, send them again and again. What is
measured is the server, so nothing is done with the answers but to count them and to look at their status.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from measuring import asked_of, keep_results, served

WORLD = {"resources": {"s3": 1_000, "dynamodb": 20, "lambda": 20}}
CONNECTIONS = 16
SECONDS = 5.0
MOST = 200_000
AIM = 3_000

_BUCKET = "bucket-123456789012-us-east-1-000001"
_KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "canned"}

_CALLS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("s3", "get_bucket_versioning", {"Bucket": _BUCKET}),
    ("s3", "get_bucket_encryption", {"Bucket": _BUCKET}),
    ("s3", "get_bucket_policy", {"Bucket": _BUCKET}),
    ("s3", "get_public_access_block", {"Bucket": _BUCKET}),
    ("dynamodb", "describe_table", {"TableName": "dynamodb-000001"}),
    ("dynamodb", "list_tables", {}),
    ("lambda", "list_functions", {}),
    ("sts", "get_caller_identity", {}),
)


def signed_requests(url: str) -> list[bytes]:
    """Give the bytes of the calls as boto3 sends them; each is sent once, to get them."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    made: list[bytes] = []

    def keep(request: Any, **_details: Any) -> None:
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        headers = {"Host": parts.netloc, "Accept-Encoding": "identity", **request.headers}
        headers["Content-Length"] = str(len(body))
        lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {_text(each)}" for name, each in headers.items())]
        made.append(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)

    for service, method, parameters in _CALLS:
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        client = boto3.client(service, "us-east-1", endpoint_url=url, config=config, **_KEYS)
        client.meta.events.register_last("before-send", keep)
        try:
            getattr(client, method)(**parameters)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:  # noqa: PLR2004 - there is none of it
                raise
    return made


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


async def load(url: str, requests: list[bytes], connections: int, seconds: float, most: int) -> tuple[int, float]:
    """Send requests, one after the other on each connection, until the time or the number is over.

    Returns:
        How many were answered, and in how many seconds.

    Raises:
        ConnectionError: an answer was not one of HTTP, or the server failed.
    """
    where = urlsplit(url)
    left = most
    began = time.perf_counter()

    async def connection(first: int) -> int:
        nonlocal left
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        answered = 0
        while left > 0 and time.perf_counter() - began < seconds:
            left -= 1
            writer.write(requests[(first + answered) % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            status, length = head[9:12], head.rpartition(b"Content-Length: ")[2]
            if status not in (b"200", b"404"):
                message = f"expected an answer of 200 or 404, found {head[:40]!r}"
                raise ConnectionError(message)
            await reader.readexactly(int(length))
            answered += 1
        writer.close()
        await writer.wait_closed()
        return answered

    counted = await asyncio.gather(*(connection(each) for each in range(connections)))
    return sum(counted), time.perf_counter() - began


def measure(seconds: float, most: int, latency: float) -> dict[str, float]:
    """Load a server on one core, from another one where there is one, and check that it counts the same."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
    with served({**WORLD, "latency": latency}, core=cores[0]) as url:
        if len(cores) > 1:
            os.sched_setaffinity(0, set(cores[1:]))
        try:
            requests = signed_requests(url)
            before = asked_of(url)
            connections = CONNECTIONS if not latency else CONNECTIONS * 16
            answered, taken = asyncio.run(load(url, requests, connections, seconds, most))
            after = asked_of(url)
        finally:
            if len(cores) > 1:
                os.sched_setaffinity(0, set(cores))
    counted = sum(after["calls"].values()) - sum(before["calls"].values())
    cpu = after["cpu_seconds"] - before["cpu_seconds"]
    return {"latency": latency, "answered": answered, "counted": counted, "seconds": taken, "server_cpu_seconds": cpu}


def main() -> None:
    """Read the options, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2 seconds each time")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long at most, each time")
    parser.add_argument("--requests", type=int, default=MOST, help="how many at most, each time")
    options = parser.parse_args()
    seconds = 2.0 if options.quick else options.seconds
    rows = [measure(seconds, options.requests, latency) for latency in (0.0, 0.04)]
    print("| latency | requests answered | counted by the server | a second (aim: over 3,000) | a second of its CPU |")
    print("|---:|---:|---:|---:|---:|")
    for row in rows:
        rate = row["answered"] / row["seconds"]
        of_cpu = row["answered"] / row["server_cpu_seconds"]
        counts = f"{row['answered']:,.0f} | {row['counted']:,.0f}"
        print(f"| {row['latency'] * 1000:.0f} ms | {counts} | **{rate:,.0f}** | {of_cpu:,.0f} |")
    keep_results(Path(__file__).stem, rows, quick=options.quick)


if __name__ == "__main__":
    main()
