"""Whether memory grows with the number of findings: audits that make 10,000 and 1,000,000 of them.

Run it with ``python benchmarks/million_findings.py`` (``--quick`` for 1,000 and 10,000, ``--help`` for more).

Real are the command line, the engine with its threads, the judging of rules, the state file with every finding in it,
and the JSON report. Synthetic is what is audited: a plugin and ten rules of a distribution that is made in a temporary
folder, found by its entry points as any stranger's. Its resources are listed without a call, each with one small
aspect; one in ten fails each rule. AWS is the canned one, and only asked whose credentials these are.

The plugin itself looks at the process's peak memory when the last resource was judged: memory while auditing. The peak
of the whole process, with the report of every finding, is shown beside it. The aim: at 1,000,000 findings no more than
at 10,000 and 10 %, while auditing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import statistics
import sys
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from measuring import HERE, TRUEUP, Cost, clean_folder, json_report, keep_results, measured, served

SIZES = (10_000, 1_000_000)
QUICK_SIZES = (1_000, 10_000)
RULES = 10
_JUDGED = "select count(*) from finding where verdict in ('pass', 'fail')"


@dataclass(frozen=True, slots=True)
class Findings:
    """One audit.

    Args:
        findings: how many findings are in the state file.
        auditing: MB of memory at most until the last resource was judged.
        seconds: from the first resource to the last one.
        state: MB of the state file.
        cost: what the whole process took, with its report.
    """

    findings: int
    auditing: float
    seconds: float
    state: float
    cost: Cost


def audit(findings: int) -> Findings:
    """Audit resources that make so many findings."""
    with clean_folder() as folder, served({}) as url:
        site, looked, state = folder / "site", folder / "looked.json", folder / "state.db"
        make_distribution(site)
        command = (*TRUEUP, "--state", str(state), "audit", "--service", "synthetic", "--region", "us-east-1")
        cost = measured(
            [*command, "--endpoint-url", url, *json_report(folder)],
            folder,
            PYTHONPATH=str(site),
            SYNTHETIC_RESOURCES=str(findings // RULES),
            SYNTHETIC_LOOKED=str(looked),
        )
        with closing(sqlite3.connect(state)) as database:
            (kept,) = database.execute(_JUDGED).fetchone()
        if kept != findings:
            sys.exit(f"expected {findings:,} findings judged in the state file, found {kept:,}")
        found = json.loads(looked.read_text())
        size = sum(each.stat().st_size for each in folder.glob("state.db*")) / 2**20
    # The peak is sampled, and what the plugin saw itself is as good an observation.
    cost = replace(cost, peak=max(cost.peak, found["peak_mb"]))
    return Findings(kept, found["peak_mb"], found["seconds"], size, cost)


def make_distribution(site: Path) -> None:
    """Put the synthetic plugin and its rules into a folder as an installed distribution has them."""
    shutil.copytree(HERE / "synthetic", site / "synthetic_plugin", ignore=shutil.ignore_patterns("__pycache__"))
    rules = site / "synthetic_plugin" / "rules"
    rules.mkdir()
    (rules / "__init__.py").touch()
    for number in range(RULES):
        (rules / f"synthetic-thing-rule-{number}.json").write_text(json.dumps(rule(number)))
    about = site / "synthetic_plugin-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: synthetic-plugin\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        "[trueup.plugins]\nsynthetic = synthetic_plugin.plugin\n\n[trueup.rules]\nsynthetic = synthetic_plugin.rules\n"
    )


def rule(number: int) -> dict[str, object]:
    """Give one of the rules; another tenth of the resources fails each."""
    return {
        "id": f"synthetic-thing-rule-{number}",
        "title": f"Things do not end with {number}",
        "resource": "synthetic.thing",
        "category": "operations",
        "severity": "low",
        "stage": "stable",
        "rationale": "A benchmark of many findings.",
        "expect": {"about.digit": {"not": {"const": number}}},
    }


def main() -> None:
    """Read the options, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, help="numbers of findings, the smallest first")
    parser.add_argument("--quick", action="store_true", help="1,000 and 10,000 findings only")
    parser.add_argument("--repeat", type=int, default=1, help="how often each; medians are printed")
    options = parser.parse_args()
    sizes = QUICK_SIZES if options.quick else options.sizes
    print(
        "| findings | memory while auditing | ÷ smallest (aim: ≤ 1.10) | findings a second | state file | with report |"
    )
    print("|---:|---:|---:|---:|---:|---:|", flush=True)
    audit(RULES)  # compiles the modules
    runs: dict[int, list[Findings]] = {size: [] for size in sizes}
    for _ in range(options.repeat):
        for size in sizes:
            runs[size].append(audit(size))
    smallest = statistics.median(each.auditing for each in runs[sizes[0]])
    for size, measures in runs.items():
        auditing, state, peak, rate = (
            statistics.median(values)
            for values in zip(*((m.auditing, m.state, m.cost.peak, size / m.seconds) for m in measures), strict=True)
        )
        ratio = f"**{auditing / smallest:.2f}**"
        print(f"| {size:,} | {auditing:.0f} MB | {ratio} | {rate:,.0f} | {state:,.0f} MB | {peak:.0f} MB |")
    results = {str(size): [asdict(each) for each in measures] for size, measures in runs.items()}
    keep_results(Path(__file__).stem, results, quick=options.quick)


if __name__ == "__main__":
    main()
