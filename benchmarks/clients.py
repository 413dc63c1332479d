"""What thirty clients cost beside one: those of a connection, and those of thirty boto3 sessions.

Run it with ``python benchmarks/clients.py``. An audit of many Regions and services makes many clients; a service's
model is megabytes, so they share one loader. The aim: thirty cost about as much as one.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time

REPEAT = 5
MANY = 30
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIEXAMPLE",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def make_clients(kind: str, number: int) -> None:
    """Make clients of S3, each in another Region, and keep them all."""
    import boto3

    from trueup.aws.connection import connect
    from trueup.aws.regions import regions_of

    chosen = regions_of("aws")[:number]
    before = peak()
    began = time.process_time()
    if kind == "connection":
        connection = connect(region="us-east-1")
        kept = [connection.reading_client("s3", region) for region in chosen]
    else:
        kept = [boto3.Session().client("s3", region_name=region) for region in chosen]
    taken, added = time.process_time() - began, peak() - before
    whole = {"process_seconds": time.process_time(), "process_mb": peak()}
    print(json.dumps({"seconds": taken, "mb": added, "clients": len(kept), **whole}))


def peak() -> float:
    """Give the most memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(kind: str, number: int) -> tuple[float, ...]:
    """Give CPU seconds and MB of making the clients, and of the whole process of its own that made them."""
    command = [sys.executable, __file__, kind, str(number)]
    output = subprocess.check_output(command, env=os.environ | ENVIRONMENT)  # noqa: S603 - ours
    found = json.loads(output)
    return found["seconds"], found["mb"], found["process_seconds"], found["process_mb"]


def main() -> None:
    """Print a table of medians; with two arguments, make the clients."""
    if len(sys.argv) > 1:
        make_clients(sys.argv[1], int(sys.argv[2]))
        return
    print("| clients | CPU time | memory | whole process, CPU time | memory |\n|---|---:|---:|---:|---:|")
    for kind, words in (("connection", "of a connection"), ("sessions", "of as many boto3 sessions")):
        for number in (1, MANY):
            runs = [measured(kind, number) for _ in range(REPEAT)]
            seconds, mb, process, peak_mb = (statistics.median(values) for values in zip(*runs, strict=True))
            made = f"{seconds * 1000:.0f} ms | {mb:.0f} MB"
            print(f"| {number} {words} | {made} | {process * 1000:.0f} ms | {peak_mb:.0f} MB |", flush=True)


if __name__ == "__main__":
    main()
