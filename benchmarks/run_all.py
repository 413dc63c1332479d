"""Runs all the benchmarks, one after the other, each with a bound on its time.

Run it with ``python benchmarks/run_all.py --quick`` (some minutes) or ``--full`` (an hour, on an idle machine). What
each prints is shown as it comes; one that fails or takes too long costs the others nothing.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

from measuring import HERE


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One of them.

    Args:
        script: its file.
        quick: its arguments in a quick round.
        full: its arguments in a full round.
        minutes: how long a full round may take.
    """

    script: str
    quick: tuple[str, ...] = ("--quick",)
    full: tuple[str, ...] = ()
    minutes: int = 10


ALL = (
    Benchmark("load.py"),
    Benchmark("audit_buckets.py", full=("100", "1000", "--repeat", "3"), minutes=15),
    Benchmark("audit_buckets.py", ("--quick", "--four-rules"), ("100", "1000", "--repeat", "3", "--four-rules")),
    Benchmark("organisation.py", minutes=15),
    Benchmark("million_findings.py", minutes=15),
    Benchmark("throttled_service.py"),
    Benchmark("dask_workers.py", minutes=20),
    Benchmark("html_report.py", ("--findings", "1000")),
    Benchmark("conditions.py", ()),
    Benchmark("startup.py", ()),
    Benchmark("clients.py", ()),
)
QUICK_MINUTES = 4


def run(benchmark: Benchmark, *, full: bool) -> int | None:
    """Run one; give its exit code, None when it took too long and was ended."""
    arguments = benchmark.full if full else benchmark.quick
    print(f"\n## python benchmarks/{' '.join([benchmark.script, *arguments])}\n", flush=True)
    minutes = benchmark.minutes if full else QUICK_MINUTES
    command = [sys.executable, str(HERE / benchmark.script), *arguments]
    # In a session of its own, so that its servers and workers end with it.
    process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - ours
    try:
        return process.wait(minutes * 60)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main() -> None:
    """Run them; end with 1 when one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--quick", action="store_true", help="small sizes, once each")
    which.add_argument("--full", action="store_true", help="the sizes of the aims")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="such as load; repeatable")
    options = parser.parse_args()
    failed = []
    for each in ALL:
        if options.only and each.script.removesuffix(".py") not in options.only:
            continue
        began = time.perf_counter()
        code = run(each, full=options.full)
        said = "took too long and was ended" if code is None else f"ended with {code}"
        print(f"\n{each.script} {said} after {time.perf_counter() - began:.0f} s", flush=True)
        failed += [] if code == 0 else [each.script]
    if failed:
        sys.exit(f"not measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
