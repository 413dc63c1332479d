"""A small local server that answers as S3, CloudWatch and STS would, after a fixed time, at next to no cost.

The simulated AWS of the tests is faithful and slow; a benchmark of the client needs a server that is never what it
waits for. It keeps nothing but counts of its calls, so that another client can make the same ones. Half of its
buckets have a lifecycle, a policy and tags, the others none: "there is none" is an error of S3's, and takes another
way through a client. Run by ``audit_buckets.py``, which reads the port from its first line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

ACCOUNT = "123456789012"

# S3 may give up to 10,000; with smaller pages an audit can begin while it lists.
_PAGE = 1_000
_POINT = 1.5e9
_TYPES_WITH_POINTS = "StandardStorage", "AllStorageTypes"

_IDENTITY = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{ACCOUNT}:user/audit</Arn><UserId>AIDAEXAMPLE</UserId><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


class Canned:
    """What the server answers, and what it was asked.

    Args:
        buckets: how many buckets there are.
    """

    def __init__(self, buckets: int) -> None:
        self._buckets = buckets
        self._calls: Counter[str] = Counter()
        self._listed_by: dict[str, str] = {}
        self._windows: dict[tuple[float, float, int], dict[str, Any]] = {}

    def answer(self, method: str, target: str, body: bytes) -> bytes:
        """Give the whole HTTP answer to a request."""
        path, _, query = target.partition("?")
        if path == "/_asked":
            asked = {"account": ACCOUNT, "calls": self._calls, "listed_by": self._listed_by}
            return _http("200 OK", json.dumps(asked | {"metrics": [*self._windows.values()]}).encode())
        operation, status, document = self._answer(method, path, query, body)
        self._calls[operation] += 1
        return _http(status, document)

    def _answer(self, method: str, path: str, query: str, body: bytes) -> tuple[str, str, bytes]:
        """Give operation, status and document."""
        if body.startswith(b"{"):
            return "cloudwatch:GetMetricData", "200 OK", self._series(json.loads(body))
        if method == "POST":
            return "sts:GetCallerIdentity", "200 OK", _IDENTITY.encode()
        if path == "/":
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            self._listed_by = self._listed_by or asked
            return "s3:ListBuckets", "200 OK", bucket_page(self._buckets, asked)
        name, subresource = unquote(path.strip("/")), query.partition("&")[0].partition("=")[0]
        return bucket_answer("policy", name) if subresource == "policy" else same_answer(subresource, name[-1:])

    def _series(self, asked: dict[str, Any]) -> bytes:
        queries = asked["MetricDataQueries"]
        start, end, period = asked["StartTime"], asked["EndTime"], queries[0]["MetricStat"]["Period"]
        bucket = dimensions(queries[0])["BucketName"]
        # From the queries about one bucket follow those about all.
        of_one = [each for each in queries if dimensions(each)["BucketName"] == bucket]
        new = {"start": start, "end": end, "calls": 0, "of_one": of_one}
        self._windows.setdefault((start, end, period), new)["calls"] += 1
        results = ",".join(series(each, start, end) for each in queries)
        return f'{{"MetricDataResults":[{results}],"Messages":[]}}'.encode()


def bucket_page(buckets: int, asked: dict[str, str]) -> bytes:
    """Give one page of ListBuckets."""
    first = int(asked.get("continuation-token", "0"))
    last = min(first + min(_PAGE, int(asked.get("max-buckets", _PAGE))), buckets)
    listed = "".join(
        f"<Bucket><Name>bucket-{number:06d}</Name><CreationDate>2024-01-01T00:00:00.000Z</CreationDate>"
        "<BucketRegion>us-east-1</BucketRegion></Bucket>"
        for number in range(first, last)
    )
    token = f"<ContinuationToken>{last}</ContinuationToken>" if last < buckets else ""
    return (
        '<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>0f1e2d3c</ID></Owner>'
        f"<Buckets>{listed}</Buckets>{token}</ListAllMyBucketsResult>"
    ).encode()


@cache
def same_answer(subresource: str, digit: str) -> tuple[str, str, bytes]:
    """Give what is the same for every second bucket."""
    return bucket_answer(subresource, digit)


def bucket_answer(subresource: str, name: str) -> tuple[str, str, bytes]:
    """Give operation, status and document of a subresource."""
    about = subresources().get(subresource)
    if about is None:
        return f"s3:?{subresource}", "501 Not Implemented", s3_error("NotImplemented")
    has_it = about["document"] and (not about["none"] or name[-1] in "02468")
    if not has_it:
        return f"s3:{about['operation']}", "404 Not Found", s3_error(about["none"])
    return f"s3:{about['operation']}", "200 OK", about["document"].replace("NAME", name).encode()


@cache
def subresources() -> dict[str, Any]:
    """Give what is known of each subresource: operation, document, and the error of those that have none."""
    return dict(json.loads(Path(__file__).with_name("canned_s3.json").read_text(encoding="utf-8")))


def s3_error(code: str) -> bytes:
    """Give an error of S3's."""
    return f"<Error><Code>{code}</Code><Message>there is none</Message><RequestId>0</RequestId></Error>".encode()


def dimensions(query: dict[str, Any]) -> dict[str, str]:
    """Give a query's dimensions by name."""
    return {each["Name"]: each["Value"] for each in query["MetricStat"]["Metric"]["Dimensions"]}


def series(query: dict[str, Any], start: float, end: float) -> str:
    """Give the same value for every period, and nothing for storage types that are not used."""
    used = dimensions(query).get("StorageType", _TYPES_WITH_POINTS[0]) in _TYPES_WITH_POINTS
    return f'{{"Id":"{query["Id"]}",{points(start, end if used else start, query["MetricStat"]["Period"])}}}'


@cache
def points(start: float, end: float, period: int) -> str:
    """Give the points of a series as JSON."""
    times = [*range(int(start), int(end), period)]
    values = {"Label": "label", "StatusCode": "Complete", "Timestamps": times, "Values": [_POINT] * len(times)}
    return json.dumps(values)[1:-1]


class Connection(asyncio.Protocol):
    """One kept-alive connection.

    Args:
        canned: the answers.
        latency: seconds before an answer.
    """

    def __init__(self, canned: Canned, latency: float) -> None:
        self._canned = canned
        self._latency = latency
        self._received = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to answer with."""
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - what a protocol of TCP is given
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request, later."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n") + 4) >= 4:  # noqa: PLR2004 - the blank line
            head = self._received[:end].decode("latin-1")
            whole = end + _length(head)
            if len(self._received) < whole:
                return
            body, self._received = self._received[end:whole], self._received[whole:]
            method, target, _ = head.partition("\r\n")[0].split(" ")
            answer = self._canned.answer(method, target, body)
            asyncio.get_running_loop().call_later(self._latency, self._transport.write, answer)


def _length(head: str) -> int:
    lines = (line.partition(":") for line in head.split("\r\n")[1:])
    return next((int(value) for name, _, value in lines if name.lower() == "content-length"), 0)


def _http(status: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def serve(canned: Canned, latency: float) -> None:
    """Serve until the process is ended; the first line of stdout is the port."""
    server = await asyncio.get_running_loop().create_server(partial(Connection, canned, latency), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buckets", type=int, required=True)
    parser.add_argument("--latency", type=float, required=True, help="seconds")
    options = parser.parse_args()
    asyncio.run(serve(Canned(options.buckets), options.latency))


if __name__ == "__main__":
    main()
