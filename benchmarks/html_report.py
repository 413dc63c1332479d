"""What a report of many findings costs: its size, the CPU time to write it, and the memory that takes.

Run it with ``python benchmarks/html_report.py``. Each report is written by ``trueup report`` in a process of its own,
from a state that ``many_findings.py`` made before; the aims are at most 300 bytes a finding as HTML, and memory that
does not grow with the number of findings. ``--out`` keeps the largest page, for ``html_browser.py``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from many_findings import make_state

FORMATS = ("html", "jsonl", "json")


def written(state: Path, form: str, out: Path) -> tuple[float, float]:
    """Write a report and give the CPU time in seconds and the peak memory in MB of the process."""
    command = [sys.executable, "-m", "trueup", "--state", str(state), "report", "last", "--format", form]
    process = subprocess.Popen([*command, "--out", str(out)], stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Print a row a format and number of findings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--format", dest="formats", choices=FORMATS, nargs="+", default=["html", "jsonl"])
    parser.add_argument("--out", type=Path, help="keep the page of the largest number here")
    chosen = parser.parse_args()
    print("| findings | format | size | a finding | CPU time | peak memory |\n|---:|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for count in chosen.findings:
            state = Path(folder, f"{count}.db")
            make_state(state, count)
            for form in chosen.formats:
                out = Path(folder, f"report.{form}")
                seconds, peak = written(state, form, out)
                size = out.stat().st_size
                row = f"{size / 1e6:.2f} MB | {size / count:.0f} bytes | {seconds:.1f} s | {peak:.0f} MB"
                print(f"| {count:,} | {form} | {row} |", flush=True)
                if form == "html" and chosen.out and count == max(chosen.findings):
                    chosen.out.write_bytes(out.read_bytes())
            state.unlink()


if __name__ == "__main__":
    main()
