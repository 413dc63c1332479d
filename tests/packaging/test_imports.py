"""What importing costs: the command line starts without the AWS SDK, and no module does work when it is imported."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import trueup

# Each costs more than the whole of `trueup --help` may: boto3 217 ms, structlog with rich 204, jsonschema 140.
HEAVY = ("boto3", "botocore", "jinja2", "jsonschema", "moto", "rich", "structlog", "werkzeug")

# What a module may not do while it is imported, as Python's audit events name it.
EVENTS = ("open", "os.listdir", "os.scandir", "os.system", "socket.__new__", "sqlite3.connect", "subprocess.Popen")

# Imports modules under an audit hook and prints who did something. The doer is the innermost frame of trueup; when the
# import system or the body of somebody else's module comes first, the event is theirs (a library's own start-up).
WATCH = """
import json, sys, threading

modules, events = json.loads(sys.argv[1])
seen = []

def doer():
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.split(".")[0] == "trueup":
            return f"{name}:{frame.f_lineno}"
        if frame.f_code.co_name == "<module>" or "importlib._bootstrap" in frame.f_code.co_filename:
            return None
        frame = frame.f_back

def watch(event, arguments):
    if event in events:
        who = doer()
        if who is not None:
            seen.append(f"{who} {event} {arguments[0]}")

sys.addaudithook(watch)
for module in modules:
    __import__(module)
seen += [f"thread {thread.name}" for thread in threading.enumerate() if thread is not threading.main_thread()]
print(json.dumps(seen))
"""


def run(code: str, *arguments: str) -> str:
    """Run code in a fresh interpreter and give the last line that it printed."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1]


def loaded_after(code: str) -> list[str]:
    """Give the heavy packages that are loaded once the code has run, whether it returned or exited."""
    indented = code.replace("\n", "\n    ")
    last = f"import json, sys\n    print('\\n' + json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    loaded: list[str] = json.loads(run(f"try:\n    {indented}\nfinally:\n    {last}"))
    return loaded


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["audit", "--help"], ["apply", "--help"]])
def test_help_is_light(arguments: list[str]) -> None:
    """Help and version load none of the heavy packages."""
    code = f"import runpy, sys\nsys.argv = ['trueup', *{arguments!r}]\nrunpy.run_module('trueup', None, '__main__')"

    assert [] == loaded_after(code)


@pytest.mark.parametrize("module", ["trueup", "trueup.errors", "trueup.cli.main"])
def test_start_is_light(module: str) -> None:
    """What every command imports loads none of the heavy packages."""
    assert [] == loaded_after(f"import {module}")


def test_heavy_packages_are_seen() -> None:
    """The measure itself sees a heavy package that is loaded."""
    assert ["jsonschema"] == [name for name in loaded_after("import jsonschema") if name == "jsonschema"]


def test_imports_do_no_work() -> None:
    """No module opens a file, starts a process or thread, or makes a connection when it is imported."""
    modules = sorted(module.name for module in pkgutil.walk_packages(trueup.__path__, "trueup."))
    modules = [module for module in modules if module != "trueup.__main__"]

    assert [] == json.loads(run(WATCH, json.dumps([modules, EVENTS])))


def test_work_at_import_is_seen() -> None:
    """The watch itself sees a module of trueup that reads a file while it is imported."""
    body = "__name__ = 'trueup.sample'; from pathlib import Path; Path(__import__('os').devnull).read_text()"
    code = WATCH.replace("for module in modules:\n    __import__(module)", f"exec({body!r}, {{}})")

    (seen,) = json.loads(run(code, json.dumps([[], EVENTS])))

    assert seen.startswith("trueup.sample:1 open")
