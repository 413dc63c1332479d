"""What importing a plugin may do: nothing but define things.

A plugin is imported in the middle of an audit, perhaps of production: a call, a file or a thread at import is seen by
no guard and belongs to no run.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from trueup.testing.plugin_contract.broken import invariant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trueup.testing.plugin_contract.subject import Subject

__all__ = ["environment_of_its_own", "import_does_nothing", "init_is_empty", "no_client_is_made"]

_SECONDS = 60

# Modules that can reach AWS, or anything else, past the host's guards: the host's own that make clients, too.
_WAYS_OUT = ("aioboto3", "aiobotocore", "aiohttp", "asyncio", "awscrt", "boto3", "botocore", "ctypes", "http", "httpx",
             "requests", "s3transfer", "socket", "subprocess", "trueup.applying", "trueup.aws", "trueup.cli",
             "trueup.journal", "trueup.running", "urllib.request", "urllib3")  # fmt: skip

# What of ``os`` starts another program, such as the AWS CLI.
_PROGRAMS = re.compile("system|popen|fork|forkpty|exec[a-z]+|spawn[a-z]+|posix_spawnp?")

# Parts of a package that serve the simulated AWS only: the demo's estate makes resources as a user would.
_SIMULATED = ("simulated", "simulation", "estate")

# Imports a module in an interpreter of its own, with an ear on what Python says it does (PEP 578), and prints that.
# Source: Python Library Reference, "Audit events table".
_WATCH = """
import json, os, sys, threading

module, folder = sys.argv[1:]
seen = []
QUIET = {"socket.gethostname"}
WATCHED = ("socket.", "subprocess.", "shutil.", "urllib.", "http.client.", "sqlite3.", "_thread.", "os.")
READING = {"os.listdir", "os.scandir", "os.walk", "os.fwalk", "os.add_dll_directory"}

def place():
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.startswith(folder):
            return f"{frame.f_code.co_filename}:{frame.f_lineno}: "
        frame = frame.f_back
    return ""

def writes(arguments):
    mode, flags = arguments[1], arguments[2]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool((flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))

def watch(event, arguments):
    if event == "open":
        if writes(arguments):
            seen.append(f"{place()}opens {arguments[0]} for writing")
    elif event.startswith(WATCHED) and event not in QUIET | READING:
        seen.append(f"{place()}{event} {arguments[0] if arguments else ''}".rstrip())

import botocore.session

def refuse(self, service_name, *arguments, **options):
    seen.append(f"{place()}makes a client of {service_name}")
    raise RuntimeError("a plugin makes no client")

botocore.session.Session.create_client = refuse
before = set(threading.enumerate())
environment = dict(os.environ)
sys.addaudithook(watch)
failed = ""
try:
    __import__(module)
except BaseException as error:
    failed = f"{type(error).__name__}: {error}"
seen += [f"thread {each.name} runs" for each in threading.enumerate() if each not in before]
changed = sorted(name for name in {*environment, *os.environ} if environment.get(name) != os.environ.get(name))
seen += [f"environment variable {name} is changed" for name in changed]
sys.stdout.write("\\n" + json.dumps({"seen": list(dict.fromkeys(seen)), "failed": failed}) + "\\n")
sys.stdout.flush()
os._exit(0)
"""


@invariant(
    "importing the plugin does nothing: no network, no file written, no thread, no client",
    why="it is imported in the middle of a run, where nothing guards or records what it does",
    mend="{plugin}: move the work into the method that needs it; the host reads and sends for you",
)
def import_does_nothing(subject: Subject) -> Iterator[str]:
    """Import the plugin's module in an interpreter of its own and listen to what it does."""
    done = subprocess.run(  # noqa: S603 - this interpreter, and the module that is being tested
        [sys.executable, "-B", "-c", _WATCH, subject.entry.module, str(subject.folder)],
        env=environment_of_its_own(),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    *said, last = done.stdout.rstrip("\n").rsplit("\n", 1) if "\n" in done.stdout else ("", "")
    try:
        told = json.loads(last)
    except ValueError:
        yield f"importing {subject.entry.module} ended the interpreter with code {done.returncode}: {done.stderr:.500}"
        return
    yield from told["seen"]
    if told["failed"] and not told["seen"]:
        yield f"importing {subject.entry.module} alone fails: {told['failed']}"
    printed = "".join(said).strip()
    if printed:
        yield f"importing {subject.entry.module} prints {printed:.80}"


@invariant(
    "every `__init__` of the plugin's packages is empty",
    why="facts and rules are read as data before any plugin is needed, and reading them must run no code",
    mend="{package}: move the code of the file that is named into a module; a docstring may stay",
)
def init_is_empty(subject: Subject) -> Iterator[str]:
    """Look at each ``__init__.py`` of the plugin and of its rules."""
    folders = [subject.folder, *([subject.rules_folder] if subject.rules_folder else [])]
    for file in sorted({file for folder in folders for file in folder.rglob("__init__.py")}):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        code = [node for node in body if not _is_text(node)]
        if code:
            yield f"{file}:{code[0].lineno}: expected nothing, found {ast.unparse(code[0]).splitlines()[0]}"


@invariant(
    "the plugin makes no client: it has no way to AWS but the host's",
    why="what the host sends is declared, guarded, counted and journalled; a call past it may do anything, unseen",
    mend="{plugin}: read with `aws.call` and `aws.paginate` of the method's argument, and write by returning a Change",
)
def no_client_is_made(subject: Subject) -> Iterator[str]:
    """Look for imports of the AWS SDK, and of other ways out, in each module but those for the simulated AWS."""
    for file in subject.sources():
        parts = file.relative_to(subject.folder).with_suffix("").parts
        if parts[0] not in _SIMULATED:
            yield from _ways_out(file)


def environment_of_its_own() -> dict[str, str]:
    """Give this process's environment, with the module search path that it has now and keys that open nothing."""
    import os

    from trueup.testing.credentials import ACCESS_KEY, SECRET_KEY

    keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_DEFAULT_REGION": "us-east-1"}
    return {**os.environ, **keys, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}


def _ways_out(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        named: list[str] = []
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            module = node.module or ""
            named = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            named = [f"{node.value.id}.{node.attr}"] if node.value.id == "os" else []
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            named = [node.args[0].value] if _imports(node.func) and isinstance(node.args[0].value, str) else []
        found = next((name for name in named if _is_way_out(name)), None)
        if found is not None:
            does = "uses" if isinstance(node, ast.Attribute) else "imports"
            yield f"{file}:{getattr(node, 'lineno', 1)}: {does} {found}"


def _is_way_out(module: str) -> bool:
    above, _, last = module.rpartition(".")
    if above == "os" and _PROGRAMS.fullmatch(last):
        return True
    return any(module == name or module.startswith(f"{name}.") for name in _WAYS_OUT)


def _imports(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in {"import_module", "__import__"}


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
