"""A program that runs ``trueup`` again and again, each time in a process of its own that kills itself at a given point.

A journal is proven by the worst moment to die. The points are before and after every transaction of the journal and
every call that is sent; they are put around these two choke points here, and nowhere in the product. Everything is
imported once, and AWS's models are read once, and each run is a fork of that, since a thousand cold starts would take
an hour.

Each line on stdin is a request ``{"arguments": [...], "point": N, "environment": {...}}``; each line on stdout its
answer ``{"code": ..., "killed": ..., "points": [...]}``, with the points that were passed. Point 0 kills nothing.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["serve"]

# What a run imports on its way, so that its forks need not.
_MODULES = (
    "boto3", "jsonschema", "structlog",
    "trueup.applying.undo_script", "trueup.aws.writer", "trueup.cli.apply", "trueup.cli.resume",
    "trueup.cli.rollback", "trueup.cli.working", "trueup.running.apply_plan", "trueup.running.undo_run",
    "trueup.plugins.dynamodb.plugin", "trueup.plugins.ecs.plugin", "trueup.plugins.elasticache.plugin",
    "trueup.plugins.rds.plugin",
)  # fmt: skip


# The services that runs ask, whose models take longer to read than a run takes.
_SERVICES = (
    "application-autoscaling", "cloudwatch", "dynamodb", "ec2", "ecs", "elasticache", "iam", "rds", "sts",
)  # fmt: skip


class _Points:
    """Counts the points of one run, and kills the process at one of them."""

    def __init__(self, fatal: int, passed: Path) -> None:
        self._fatal = fatal
        self._passed = passed.open("a", encoding="utf-8")
        self._count = 0

    def reach(self, what: str) -> None:
        self._count += 1
        self._passed.write(f"{what}\n")
        self._passed.flush()
        if self._count == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        from trueup.aws.writer import Writer
        from trueup.journal.store import Store

        write, send = Store.write, Writer.send

        @contextmanager
        def killable_write(store: Store) -> Iterator[Any]:
            self.reach("before a journal write")
            with write(store) as connection:
                yield connection
            self.reach("after a journal write")

        def killable_send(writer: Writer, call: Any, *, rule: str) -> Any:
            self.reach(f"before {call.name}")
            sent = send(writer, call, rule=rule)
            self.reach(f"after {call.name}")
            return sent

        store_class: Any = Store
        writer_class: Any = Writer
        store_class.write, writer_class.send = killable_write, killable_send


def serve() -> None:
    """Answer requests until stdin ends."""
    from importlib import import_module

    for name in _MODULES:
        import_module(name)
    _read_models()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_run(**json.loads(line))) + "\n")
        sys.stdout.flush()


def _read_models() -> None:
    """Read the models that botocore keeps for each session once for all, and work out what patterns of them mean."""
    import boto3
    from botocore.loaders import JSONFileLoader

    from trueup.aws.patterns import compile_pattern

    loader_class: Any = JSONFileLoader
    load = cache(JSONFileLoader().load_file)
    loader_class.load_file = lambda _loader, path: load(path)
    session = boto3.Session(region_name="us-east-1")
    for service in _SERVICES:
        session.client(service)
    compile_pattern(r"[\p{L}\p{Z}\p{N}]*")


def _run(arguments: list[str], point: int, passed: str, environment: dict[str, str]) -> dict[str, Any]:
    path = Path(passed)
    path.write_text("", "utf-8")
    child = os.fork()
    if child == 0:
        os.environ.update(environment)
        _child(arguments, point, path)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return {
        "code": None if killed else os.waitstatus_to_exitcode(status),
        "killed": killed,
        "points": path.read_text("utf-8").splitlines(),
    }


def _child(arguments: list[str], point: int, passed: Path) -> None:
    from trueup.cli.main import main

    sink = os.open(passed.with_suffix(".log"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(sink, stream)
    code = 99
    try:
        _Points(point, passed).install()
        code = main(arguments)
    except BaseException:  # noqa: BLE001 - a fork must never return into its parent's loop
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
