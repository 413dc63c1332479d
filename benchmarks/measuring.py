"""What the benchmarks share: the canned AWS in a process of its own, commands measured, results kept.

A measured command gets nothing of the machine's AWS configuration, and its modules are compiled once, before.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "HERE", "TRUEUP", "Cost", "asked_of", "clean_folder", "environment", "json_report", "keep_results", "measured",
    "served",
]  # fmt: skip

HERE = Path(__file__).parent
TRUEUP = (sys.executable, "-m", "trueup")

_SAMPLE_SECONDS = 0.05

# No run of any benchmark is meant to take longer; one that does is ended.
_LONGEST_SECONDS = 900.0

_AWS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIEXAMPLE",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took, with all the processes that it waited for.

    Args:
        wall: seconds.
        cpu: seconds of all threads, in user and system mode.
        peak: MB of memory, of the process that took most; as the kernel noted it since the command began (VmHWM), not
            as ``getrusage`` has it, which also counts what the process that started it had when it did.
        together: MB of memory of all its processes at once, as sampled; pages that they share count in each.
        threads: the most threads of all its processes at once, as sampled; 0 where there is no ``/proc``.
    """

    wall: float
    cpu: float
    peak: float
    together: float = 0.0
    threads: int = 0


def environment(**more: str) -> dict[str, str]:
    """Give the environment of a measured command: nothing of how AWS or trueup are used on the machine, and more."""
    dropped = ("AWS_", "TRUEUP_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)} | _AWS | more


def measured(command: Sequence[str], folder: Path, given: str = "", **more: str) -> Cost:
    """Run a command to its end and give what it took.

    Args:
        command: the command.
        folder: where it runs; its errors are kept there.
        given: its standard input.
        more: variables of its environment.

    Raises:
        SystemExit: it failed, or took longer than a quarter of an hour; the message has the end of what it said.
    """
    (folder / "stdin").write_text(given)
    said = folder / "stderr"
    began = time.perf_counter()
    with (folder / "stdin").open() as stdin, said.open("w") as stderr:
        process = subprocess.Popen(  # noqa: S603 - ours
            command, cwd=folder, env=environment(**more), stdin=stdin, stdout=subprocess.DEVNULL, stderr=stderr
        )
        limit = threading.Timer(_LONGEST_SECONDS, process.kill)
        limit.start()
        with _sampled(process.pid) as samples:
            _, status, used = os.wait4(process.pid, 0)
        limit.cancel()
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {said.read_text()[-2000:]}")
    sampled = samples or [(used.ru_maxrss / 1024, 0.0, 0)]
    peak, together, threads = (max(values) for values in zip(*sampled, strict=True))
    return Cost(wall, used.ru_utime + used.ru_stime, peak, together, int(threads))


@contextmanager
def _sampled(pid: int) -> Iterator[list[tuple[float, float, int]]]:
    """Sample peak, memory and threads of a process and of those that it started, every 50 ms."""
    samples: list[tuple[float, float, int]] = []
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            found = [_status(each) for each in _family(pid)]
            peaks, now, threads = zip(*found, strict=True)
            samples.append((max(peaks) / 1024, sum(now) / 1024, sum(threads)))

    thread = threading.Thread(target=sample, daemon=True)
    if Path("/proc/self/status").exists():
        thread.start()
    try:
        yield samples
    finally:
        ended.set()
        if thread.is_alive():
            thread.join()


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in children:
        yield from _family(int(child))


def _status(pid: int) -> tuple[int, int, int]:
    """Give kB of memory at most so far and now, and number of threads; of a process that has just ended, none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0, 0
    values = dict(line.split(":", 1) for line in lines if ":" in line)
    peak, now = (int(values.get(name, "0 kB").split()[0]) for name in ("VmHWM", "VmRSS"))
    return peak, now, int(values.get("Threads", "0"))


@contextmanager
def served(world: Mapping[str, Any], core: int | None = None) -> Iterator[str]:
    """Give the URL of a canned AWS that runs meanwhile.

    Args:
        world: its description, as of ``canned.world.World``.
        core: the one core that it may use, where the system lets one choose.
    """
    with tempfile.TemporaryDirectory() as name:
        described = Path(name) / "world.json"
        described.write_text(json.dumps(world))
        command = [sys.executable, str(HERE / "canned_aws.py"), "--world", str(described)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
            assert process.stdout is not None  # noqa: S101 - it was asked for
            if core is not None and hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(process.pid, {core})
            try:
                yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
            finally:
                process.kill()


def asked_of(url: str) -> dict[str, Any]:
    """Give what the canned AWS was asked so far."""
    with urllib.request.urlopen(f"{url}/_asked") as answer:  # noqa: S310 - the server above
        return dict(json.load(answer))


@contextmanager
def clean_folder(settings: str = "") -> Iterator[Path]:
    """Give an empty folder with a settings file, for one run's state and reports."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "trueup.toml").write_text(settings)
        yield folder


def json_report(folder: Path) -> tuple[str, ...]:
    """Give the options that write the report into a folder, and let findings be no failure."""
    return "--exit-zero", "--format", "json", "--out", str(folder / "report.json")


def keep_results(name: str, results: Any, *, quick: bool = False) -> None:
    """Write raw results beside those of the other benchmarks; those of quick rounds apart, and not kept in git."""
    from importlib.metadata import version

    folder = HERE / "results" / "quick" if quick else HERE / "results"
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "boto3": version("boto3"),
        "load_before": os.getloadavg()[0],
    }
    document = json.dumps({"about": about, "results": results}, indent=1, sort_keys=True)
    (folder / f"{name}.json").write_text(document + "\n", encoding="utf-8")
