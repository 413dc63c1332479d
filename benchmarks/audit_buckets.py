"""What an audit of S3 buckets costs, beside a bare boto3 loop that makes the same calls.

Run it with ``python benchmarks/audit_buckets.py`` (``--quick`` for 100 buckets only, ``--help`` for more). A server in
a process of its own answers after 40 ms; audit and loop run in turn, each in a process of its own, against the same
answers and with as many threads. The aims: wall time at most 1.25 x the bound (the larger of the loop's CPU time and
calls x latency / threads), CPU time at most 1.3 x the loop's, memory at the largest size at most 1.2 x that at the
smallest. With ``--four-rules`` only four rules are selected, which read one aspect each: at most 4 calls a bucket and
2 more, and only those that the rules name.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from measuring import HERE, TRUEUP, Cost, asked_of, clean_folder, json_report, keep_results, measured, served

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SIZES = (100, 1_000, 10_000)
HEAD = ("buckets", "calls", "wall", "bound", "wall ÷ bound", "CPU a call", "loop's CPU a call", "CPU ÷ loop's",
        "loop's wall", "peak memory", "÷ smallest")  # fmt: skip

FOUR_RULES = {
    "s3-bucket-level-public-access-prohibited": "s3:GetPublicAccessBlock",
    "s3-bucket-server-side-encryption-enabled": "s3:GetBucketEncryption",
    "s3-bucket-ssl-requests-only": "s3:GetBucketPolicy",
    "s3-bucket-versioning-enabled": "s3:GetBucketVersioning",
}
"""Rules of which each reads one aspect, and by which operation."""

# Besides: whose credentials these are, and the list of buckets.
COMMON = ("sts:GetCallerIdentity", "s3:ListBuckets")


@dataclass(frozen=True, slots=True)
class Pair:
    """An audit and the loop that makes the same calls.

    Args:
        buckets: how many.
        calls: how many calls each made.
        audit: what the audit took.
        loop: what the loop took.
        bound: seconds that the calls take at least.
        by_operation: how many calls of each operation.
    """

    buckets: int
    calls: int
    audit: Cost
    loop: Cost
    bound: float
    by_operation: Mapping[str, int]


def compare(buckets: int, latency: float, workers: int, rules: Sequence[str] = ()) -> Pair:
    """Measure an audit, of all S3 rules or of some, and a loop that makes the same calls."""
    world = {"resources": {"s3": buckets}, "latency": latency}
    chosen = [f"--rule={rule}" for rule in rules] or ["--service", "s3"]
    with clean_folder(f"[audit]\nworkers = {workers}\n") as folder:
        with served(world) as url:
            options = (*chosen, "--region", "us-east-1", "--endpoint-url", url, *json_report(folder))
            audit = measured([*TRUEUP, "--state", str(folder / "state.db"), "audit", *options], folder)
            asked = asked_of(url)
        check_report(folder / "report.json", buckets)
        with served(world) as url:
            work = loop_work(asked, buckets) | {"endpoint_url": url, "workers": workers, "owner": asked["account"]}
            loop = measured([sys.executable, str(HERE / "bare_loop.py")], folder, json.dumps(work))
            again = asked_of(url)
    if asked["calls"] != again["calls"]:
        sys.exit(f"the loop made other calls than the audit: {again['calls']}, not {asked['calls']}")
    if rules:
        check_calls(asked["calls"], buckets)
    calls = sum(asked["calls"].values())
    return Pair(buckets, calls, audit, loop, max(loop.cpu, calls * latency / workers), asked["calls"])


def check_calls(calls: Mapping[str, int], buckets: int) -> None:
    """Check that four rules made at most 4n + 2 calls, and only those that they name."""
    others = set(calls) - set(FOUR_RULES.values()) - set(COMMON)
    if others or sum(calls.values()) > 4 * buckets + 2:
        sys.exit(f"expected at most {4 * buckets + 2} calls and only those that the rules name, found {dict(calls)}")


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
    parser.add_argument("--four-rules", action="store_true", help="four rules of one aspect each, not all S3 rules")
    options = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |\n|{'---:|' * len(HEAD)}", flush=True)
    rules = tuple(FOUR_RULES) if options.four_rules else ()
    compare(2, 0, options.workers, rules)  # compiles the modules
    smallest = None
    measures: list[Pair] = []
    for size in SIZES[:1] if options.quick else options.sizes:
        pairs = [compare(size, options.latency, options.workers, rules) for _ in range(options.repeat)]
        smallest = smallest or statistics.median(each.audit.peak for each in pairs)
        print(row(pairs, smallest), flush=True)
        measures += pairs
    if rules:
        print_calls(measures[-1])
    name = "audit_buckets_four_rules" if rules else "audit_buckets"
    results = {"workers": options.workers, "latency": options.latency, "runs": [asdict(each) for each in measures]}
    keep_results(name, results, quick=options.quick)


def print_calls(pair: Pair) -> None:
    """Print how often each operation was asked for."""
    print("\n| operation | calls |\n|---|---:|")
    for operation, number in sorted(pair.by_operation.items()):
        print(f"| `{operation}` | {number:,} |")


if __name__ == "__main__":
    main()
