"""What an audit of a whole organisation costs: 50 accounts of 17 Regions, most of them empty.

Run it with ``python benchmarks/organisation.py`` (``--quick`` for 5 accounts, ``--help`` for more). The canned AWS of a
process of its own answers after 40 ms; in two Regions of each account there are a few resources of each service, in
the others none. All shipped rules are selected. Memory and threads are sampled every 50 ms from ``/proc``; the most of
them counts. Clients are counted by ``counted_clients.py`` where botocore makes them, and held against the combinations
of account, Region and service that the server was asked about; STS's are counted apart, since roles of many accounts
are assumed with the same credentials. The aims: less than 250 MB, fewer than 80 threads, no client that is not used.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canned.world import ENABLED_REGIONS, account_ids
from measuring import HERE, Cost, asked_of, clean_folder, json_report, keep_results, measured, served

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNTS = 50
QUICK_ACCOUNTS = 5
RESOURCES = {"s3": 3, "dynamodb": 2, "lambda": 2, "ecs": 2, "rds": 1, "elasticache": 1}
ACTIVE_REGIONS = 2
ROLE = "audit"
STS = "sts"

MOST_MEMORY_MB = 250
MOST_THREADS = 80


@dataclass(frozen=True, slots=True)
class Organisation:
    """One audit of an organisation.

    Args:
        accounts: how many.
        scopes: how many accounts' Regions the report has.
        calls: how many calls were made.
        findings: how many findings there are.
        unknown: how many of them are unknown.
        clients: how many clients were made, without STS's.
        clients_of_sts: how many clients of STS were made.
        used: how many combinations of account, Region and service were asked about, without STS's.
        cost: what it took.
    """

    accounts: int
    scopes: int
    calls: int
    findings: int
    unknown: int
    clients: int
    clients_of_sts: int
    used: int
    cost: Cost


def audit(accounts: int, latency: float, more: Sequence[str]) -> Organisation:
    """Audit an organisation of so many accounts."""
    ids = account_ids(accounts)
    world = {
        "accounts": ids,
        "regions": ENABLED_REGIONS,
        "resources": RESOURCES,
        "active": ACTIVE_REGIONS,
        "latency": latency,
    }
    with clean_folder() as folder, served(world) as url:
        listed = folder / "accounts.json"
        listed.write_text(json.dumps({"accounts": [{"id": each} for each in ids]}))
        options = ("--accounts-file", str(listed), "--role", ROLE, "--region", "all", "--endpoint-url", url)
        command = [sys.executable, str(HERE / "counted_clients.py"), "--state", str(folder / "state.db"), "audit"]
        counted = folder / "clients.json"
        cost = measured([*command, *options, *more, *json_report(folder)], folder, BENCHMARK_CLIENTS=str(counted))
        asked = asked_of(url)
        report = json.loads((folder / "report.json").read_text())
        made = json.loads(counted.read_text())
    return Organisation(
        accounts=accounts,
        scopes=_scopes(report, accounts),
        calls=sum(asked["calls"].values()),
        findings=len(report["findings"]),
        unknown=report["summary"]["unknown"],
        clients=sum(number for name, number in made.items() if name.split()[0] != STS),
        clients_of_sts=sum(number for name, number in made.items() if name.split()[0] == STS),
        used=_used(asked),
        cost=cost,
    )


def _used(asked: dict[str, Any]) -> int:
    """Give how many combinations of account, Region and service were asked about, without STS's."""
    asked_for = {(account, region, operation.partition(":")[0]) for account, region, operation, _ in asked["by_scope"]}
    return sum(service != STS for _, _, service in asked_for)


def _scopes(report: dict[str, Any], accounts: int) -> int:
    """Give the number of scopes; an audit that leaves some out, or gives up early, is cheap."""
    scopes = {(each["account"], each["region"]) for each in report["scopes"] if each["complete"]}
    expected = {(account, region) for account in account_ids(accounts) for region in ENABLED_REGIONS}
    if not expected <= scopes:
        sys.exit(f"expected {len(expected)} complete scopes, found {len(expected & scopes)}")
    return len(scopes)


def main() -> None:
    """Read the options, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ACCOUNTS} accounts")
    parser.add_argument("--accounts", type=int, default=ACCOUNTS, help="how many accounts")
    parser.add_argument("--repeat", type=int, default=1, help="how often; medians are printed")
    parser.add_argument("--latency", type=float, default=0.04, help="seconds before an answer")
    parser.add_argument("more", nargs="*", help="further options of the audit, after --")
    options = parser.parse_args()
    accounts = QUICK_ACCOUNTS if options.quick else options.accounts
    runs = [audit(accounts, options.latency, options.more) for _ in range(options.repeat)]
    print(table(runs))
    keep_results(Path(__file__).stem, [asdict(each) for each in runs], quick=options.quick)


def table(runs: Sequence[Organisation]) -> str:
    """Give the table: medians, beside the aims."""
    first = runs[0]
    middle = {
        name: statistics.median(getattr(each.cost, name) for each in runs)
        for name in ("wall", "cpu", "peak", "together", "threads")
    }
    rows = (
        ("accounts x Regions", f"{first.accounts} x {len(ENABLED_REGIONS)} = {first.scopes:,} scopes", ""),
        ("calls", f"{first.calls:,}", ""),
        ("findings, unknown ones", f"{first.findings:,}, {first.unknown:,}", "none unknown"),
        ("peak memory", f"{max(middle['peak'], middle['together']):.0f} MB", f"< {MOST_MEMORY_MB} MB"),
        ("threads at once", f"{middle['threads']:.0f}", f"< {MOST_THREADS}"),
        ("clients made ÷ used", f"{first.clients:,} ÷ {first.used:,} = {first.clients / first.used:.2f}", "≤ 1"),
        ("clients of STS", f"{first.clients_of_sts:,}", ""),
        ("CPU time", f"{middle['cpu']:.1f} s, {middle['cpu'] / first.calls * 1000:.2f} ms a call", ""),
        ("wall time", f"{middle['wall']:.1f} s", ""),
    )
    return "\n".join(["| measure | found | aim |", "|---|---:|---:|", *(f"| {' | '.join(row)} |" for row in rows)])


if __name__ == "__main__":
    main()
