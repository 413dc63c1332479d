"""How much faster four Dask workers are than one, where the work is waiting.

Run it with ``python benchmarks/dask_workers.py`` (``--quick`` for a quarter of the work, ``--help`` for more); it needs
``trueup[dask]``. 8 accounts of 4 Regions with 32 buckets each, four rules of one call a bucket; the canned AWS of a
process of its own answers after a second, so that the cores are idle most of the time. The scheduler and the
workers, of one thread each, run before the audit begins; what is measured is the audit from its start to its report.
One worker and four take turns. The aim: four are at least 3.5 times as fast.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import statistics
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit_buckets import FOUR_RULES
from canned.world import ENABLED_REGIONS, account_ids
from measuring import TRUEUP, asked_of, clean_folder, environment, json_report, keep_results, measured, served

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS = 8
QUICK_ACCOUNTS = 2
REGIONS = 4
BUCKETS = 32
LATENCY = 1.0
WORKERS = (1, 4)
ROLE = "audit"
AIM = 3.5


@contextmanager
def workers(number: int) -> Iterator[str]:
    """Give the address of a scheduler with so many workers, each a process of one thread."""
    # By name, since the extra that it is part of need not be there for the other benchmarks.
    distributed = importlib.import_module("distributed")
    cluster = distributed.LocalCluster(
        n_workers=number, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
    )
    with cluster:
        yield str(cluster.scheduler_address)


def audit(accounts: int, number: int) -> dict[str, Any]:
    """Audit all accounts with so many workers."""
    ids, regions = account_ids(accounts), ENABLED_REGIONS[:REGIONS]
    world = {"accounts": ids, "regions": regions, "resources": {"s3": BUCKETS}, "latency": LATENCY}
    with clean_folder() as folder, served(world) as url, workers(number) as scheduler:
        listed = folder / "accounts.json"
        listed.write_text(json.dumps({"accounts": [{"id": each} for each in ids]}))
        where = ("--accounts-file", str(listed), "--role", ROLE, *(f"--region={each}" for each in regions))
        how = ("--engine", "dask", "--scheduler", scheduler, "--endpoint-url", url)
        rules = [f"--rule={rule}" for rule in FOUR_RULES]
        command = [*TRUEUP, "--state", str(folder / "state.db"), "audit", *where, *how, *rules, *json_report(folder)]
        cost = measured(command, folder)
        calls = sum(asked_of(url)["calls"].values())
        summary = json.loads((folder / "report.json").read_text())["summary"]
    findings = accounts * REGIONS * BUCKETS * len(FOUR_RULES)
    if summary["pass"] + summary["fail"] != findings:
        sys.exit(f"expected {findings} findings that pass or fail, found {summary}")
    return {"workers": number, "calls": calls, "findings": findings, **asdict(cost)}


def main() -> None:
    """Read the options, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"one round, {QUICK_ACCOUNTS} accounts")
    parser.add_argument("--accounts", type=int, default=ACCOUNTS, help="how many accounts")
    parser.add_argument("--repeat", type=int, default=1, help="how often; medians are printed")
    options = parser.parse_args()
    os.environ.update(environment())  # the workers' credentials, too
    accounts = QUICK_ACCOUNTS if options.quick else options.accounts
    rounds = [[audit(accounts, number) for number in WORKERS] for _ in range(1 if options.quick else options.repeat)]
    print(f"| workers | calls | wall | ÷ one worker's (aim: ≥ {AIM} x faster) |\n|---:|---:|---:|---:|")
    for place, number in enumerate(WORKERS):
        wall = statistics.median(each[place]["wall"] for each in rounds)
        faster = statistics.median(each[0]["wall"] / each[place]["wall"] for each in rounds)
        print(f"| {number} | {rounds[0][place]['calls']:,} | {wall:.1f} s | **{faster:.2f} x faster** |")
    keep_results(Path(__file__).stem, rounds, quick=options.quick)


if __name__ == "__main__":
    main()
