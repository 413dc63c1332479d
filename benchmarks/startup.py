"""How long ``trueup --help`` takes, beside importing boto3 and starting Python.

Run it with ``python benchmarks/startup.py``. The command line imports none of boto3, jsonschema, structlog and rich
before they are needed, so it should cost less than boto3 alone.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

REPEAT = 15
COMMANDS = {
    "python -c pass": ("-c", "pass"),
    "trueup --help": ("-m", "trueup", "--help"),
    "python -c 'import boto3'": ("-c", "import boto3"),
}


def cpu_seconds(arguments: tuple[str, ...]) -> float:
    """Run Python and give its CPU time, which other processes disturb less than the clock on the wall."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen([sys.executable, *arguments], env=kept, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"python {' '.join(arguments)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print medians, each command once a round, so that all have the same neighbours."""
    for arguments in COMMANDS.values():
        cpu_seconds(arguments)  # compiles the modules
    rounds = [{name: cpu_seconds(arguments) for name, arguments in COMMANDS.items()} for _ in range(REPEAT)]
    print("| command | CPU time | ÷ boto3 |\n|---|---:|---:|")
    for name in COMMANDS:
        taken = statistics.median(each[name] for each in rounds)
        ratio = statistics.median(each[name] / each["python -c 'import boto3'"] for each in rounds)
        print(f"| `{name}` | {taken * 1000:.0f} ms | {ratio:.2f} |")


if __name__ == "__main__":
    main()
