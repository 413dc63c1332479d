"""Whether a throttled service keeps the others waiting: one of them takes 5 requests a second, as AWS counts them.

Run it with ``python benchmarks/throttled_service.py`` (``--quick`` for one pair, ``--help`` for more). One account and
Region with resources of six services; the shipped rules that read no metrics, so that the work is waiting; the canned
AWS of a process of its own answers after 100 ms. The throttled service makes one call in twenty, so that what it leaves
to the others is little. Audits with and without the throttle take turns. The server's own clock tells when each service
was asked last, since the first request. The aim: the others take as long as without the throttle, ± 10 %.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

from measuring import TRUEUP, asked_of, clean_folder, json_report, keep_results, measured, served

RATE = 5.0
RESOURCES = {"dynamodb": 20, "ecs": 100, "elasticache": 100, "lambda": 200, "rds": 80, "s3": 80}
QUICK_SHARE = 5
LATENCY = 0.1

# Rules about cost look at metrics.
CATEGORIES = ("operations", "reliability", "security")


def audit(resources: dict[str, int], throttles: dict[str, float]) -> dict[str, Any]:
    """Audit once; give when each service was asked last, and what it was asked."""
    world = {"resources": resources, "latency": LATENCY, "throttles": throttles}
    with clean_folder() as folder, served(world) as url:
        options = ("--region", "us-east-1", "--endpoint-url", url, *json_report(folder))
        chosen = [f"--category={each}" for each in CATEGORIES]
        cost = measured([*TRUEUP, "--state", str(folder / "state.db"), "audit", *chosen, *options], folder)
        asked = asked_of(url)["services"]
        unknown = json.loads((folder / "report.json").read_text())["summary"]["unknown"]
    if missing := set(resources) - set(asked):
        sys.exit(f"expected every service to be asked, found nothing asked of {', '.join(sorted(missing))}")
    return {
        "throttles": throttles,
        "wall": cost.wall,
        "cpu": cost.cpu,
        "unknown": unknown,
        "asked": asked,
        "last": {service: asked[service]["last"] for service in resources},
    }


def main() -> None:
    """Read the options, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one pair, with a fifth of the resources")
    parser.add_argument("--repeat", type=int, default=3, help="how many pairs; medians are printed")
    parser.add_argument("--service", choices=sorted(RESOURCES), default="dynamodb", help="the one that is throttled")
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second that it takes")
    options = parser.parse_args()
    share = QUICK_SHARE if options.quick else 1
    resources = {name: number // share for name, number in RESOURCES.items()}
    audit(dict.fromkeys(resources, 1), {})  # compiles the modules
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for number in range(1 if options.quick else options.repeat):
        # Each goes first every other time.
        rounds: list[dict[str, float]] = [{}, {options.service: options.rate}]
        made = {bool(each): audit(resources, each) for each in rounds[:: -1 if number % 2 else 1]}
        pairs.append((made[False], made[True]))
    print(table(pairs, options.service))
    keep_results(Path(__file__).stem, pairs, quick=options.quick)


def table(pairs: list[tuple[dict[str, Any], dict[str, Any]]], throttled: str) -> str:
    """Give the table: medians of the times, and of the ratios of the pairs."""
    lines = ["| service | last call without the throttle | with it | ratio (aim: 0.9 to 1.1) |", "|---|---:|---:|---:|"]
    for service in sorted(RESOURCES, key=lambda each: (each == throttled, each)):
        free = statistics.median(each["last"][service] for each, _ in pairs)
        slow = statistics.median(each["last"][service] for _, each in pairs)
        ratio = statistics.median(with_it["last"][service] / without["last"][service] for without, with_it in pairs)
        if service == throttled:
            refused = statistics.median(each["asked"][service]["outcomes"].get("throttled", 0) for _, each in pairs)
            words = f"{service}, throttled ({refused:.0f} refused)"
            lines.append(f"| {words} | {free:.1f} s | {slow:.1f} s | {ratio:.2f}, as it should |")
        else:
            lines.append(f"| {service} | {free:.1f} s | {slow:.1f} s | **{ratio:.2f}** |")
    unknown = max(each["unknown"] for pair in pairs for each in pair)
    return "\n".join([*lines, "", f"At most {unknown} findings are unknown."])


if __name__ == "__main__":
    main()
