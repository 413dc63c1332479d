"""What an audit of S3 buckets costs, beside a bare boto3 loop that makes the same calls.

Run it with ``python benchmarks/audit_buckets.py`` (``--quick`` for 100 buckets only, ``--help`` for more). A server in
a process of its own answers after 40 ms; audit and loop run in turn, each in a process of its own, against the same
answers and with as many threads. The aims: wall time at most 1.25 x the bound (the larger of the loop's CPU time and
calls x latency / threads), CPU time at most 1.3 x the loop's, memory at the largest size at most 1.2 x that at the
smallest.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HERE = Path(__file__).parent
SIZES = (100, 1_000, 10_000)
HEAD = ("buckets", "calls", "wall", "bound", "wall ÷ bound", "CPU a call", "loop's CPU a call", "CPU ÷ loop's",
        "loop's wall", "peak memory", "÷ smallest")  # fmt: skip

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIEXAMPLE",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took.

    Args:
        wall: seconds.
        cpu: seconds of all its threads, in user and system mode.
        peak: MB of memory.
    """

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Pair:
    """An audit and the loop that makes the same calls.

    Args:
        buckets: how many.
        calls: how many calls each made.
        audit: what the audit took.
        loop: what the loop took.
        bound: seconds that the calls take at least.
    """

    buckets: int
    calls: int
    audit: Cost
    loop: Cost
    bound: float


def measured(command: Sequence[str], folder: Path, given: str = "") -> Cost:
    """Run a command to its end, modules compiled but nothing else kept from before, and give what it took.

    Raises:
        SystemExit: it failed.
    """
    (folder / "stdin").write_text(given)
    began = time.perf_counter()
    with (folder / "stdin").open() as stdin:
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdin=stdin, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def environment() -> dict[str, str]:
    """Give the environment of both: nothing of the machine's AWS configuration, and modules are compiled once."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | ENVIRONMENT


@contextmanager
def served(buckets: int, latency: float) -> Iterator[str]:
    """Give the URL of a server that runs meanwhile."""
    command = [sys.executable, str(HERE / "canned_aws.py"), "--buckets", str(buckets), "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None  # noqa: S101 - it was asked for
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def asked_of(url: str) -> dict[str, Any]:
    """Give what the server was asked so far."""
    with urllib.request.urlopen(f"{url}/_asked") as answer:  # noqa: S310 - the server above
        return dict(json.load(answer))


def compare(buckets: int, latency: float, workers: int) -> Pair:
    """Measure an audit and a loop that makes the same calls."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "trueup.toml").write_text(f"[audit]\nworkers = {workers}\n")
        with served(buckets, latency) as url:
            options = ("--service", "s3", "--region", "us-east-1", "--endpoint-url", url, "--exit-zero")
            report = ("--format", "json", "--out", "report.json")
            state = ("--state", str(folder / "state.db"))
            audit = measured([sys.executable, "-m", "trueup", *state, "audit", *options, *report], folder)
            asked = asked_of(url)
        check_report(folder / "report.json", buckets)
        with served(buckets, latency) as url:
            work = loop_work(asked, buckets) | {"endpoint_url": url, "workers": workers, "owner": asked["account"]}
            loop = measured([sys.executable, str(HERE / "bare_loop.py")], folder, json.dumps(work))
            again = asked_of(url)
    if asked["calls"] != again["calls"]:
        sys.exit(f"the loop made other calls than the audit: {again['calls']}, not {asked['calls']}")
    calls = sum(asked["calls"].values())
    return Pair(buckets, calls, audit, loop, max(loop.cpu, calls * latency / workers))


def loop_work(asked: Mapping[str, Any], buckets: int) -> dict[str, Any]:
    """Give the calls that the loop is to make."""
    about_buckets = [
        name.partition(":")[2] for name, made in asked["calls"].items() if name.startswith("s3:Get") or made == buckets
    ]
    return {
        "operations": [name for name in about_buckets if name != "ListBuckets"],
        "listed_by": asked["listed_by"],
        "metrics": asked["metrics"],
    }


def check_report(path: Path, buckets: int) -> None:
    """Check that every bucket was judged; an audit that gives up early is cheap."""
    report = json.loads(path.read_text())
    judged = {finding["resource"]["arn"] for finding in report["findings"]}
    summary = report["summary"]
    if len(judged) != buckets or summary["unknown"]:
        sys.exit(f"expected {buckets} buckets judged and nothing unknown, found {len(judged)} and {summary}")


def row(pairs: Sequence[Pair], smallest: float) -> str:
    """Give a line of the table: medians of the runs of one size."""

    def middle(values: Iterator[float]) -> float:
        return statistics.median(values)

    first = pairs[0]
    peak = middle(each.audit.peak for each in pairs)
    return " | ".join(
        [
            f"| {first.buckets:,}",
            f"{first.calls:,} ({first.calls / first.buckets:.2f} a bucket)",
            f"{middle(each.audit.wall for each in pairs):.1f} s",
            f"{middle(each.bound for each in pairs):.1f} s",
            f"**{middle(each.audit.wall / each.bound for each in pairs):.2f}**",
            f"{middle(each.audit.cpu / each.calls for each in pairs) * 1000:.2f} ms",
            f"{middle(each.loop.cpu / each.calls for each in pairs) * 1000:.2f} ms",
            f"**{middle(each.audit.cpu / each.loop.cpu for each in pairs):.2f}**",
            f"{middle(each.loop.wall for each in pairs):.1f} s",
            f"{peak:.0f} MB",
            f"**{peak / smallest:.2f}** |",
        ]
    )


def main() -> None:
    """Read the options, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, help="numbers of buckets")
    parser.add_argument("--quick", action="store_true", help="100 buckets only")
    parser.add_argument("--repeat", type=int, default=1, help="how often each size is measured; medians are printed")
    parser.add_argument("--latency", type=float, default=0.04, help="seconds before an answer")
    parser.add_argument("--workers", type=int, default=16, help="threads of audit and loop")
    options = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |\n|{'---:|' * len(HEAD)}", flush=True)
    compare(2, 0, options.workers)  # compiles the modules
    smallest = None
    for size in SIZES[:1] if options.quick else options.sizes:
        pairs = [compare(size, options.latency, options.workers) for _ in range(options.repeat)]
        smallest = smallest or statistics.median(each.audit.peak for each in pairs)
        print(row(pairs, smallest), flush=True)


if __name__ == "__main__":
    main()
