"""Where a page's commands run: a folder, a home and a state of their own, and a simulated AWS.

A page that begins with ``trueup demo --serve`` gets the one that it starts; the others share one that none may write
to. Nothing of whoever runs the tests is seen: neither account, nor settings, nor state.
"""

from __future__ import annotations

import configparser
import os
import subprocess
import sysconfig
import threading
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.blocks import ROOT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Sandbox", "Served"]

SERVE = "trueup demo --serve"

_SECONDS = 300
"""Longer than any command takes on a busy machine: only there so that a hanging one ends with its name."""

_PROFILES = "".join(
    f"[profile {name}]\naws_access_key_id = TRUEUPSIMULATEDAWS00\naws_secret_access_key = simulated\n"
    for name in ("audit", "change")
)
"""The profiles that pages name, with the simulated account's credentials."""


class Served:
    """A running ``trueup demo --serve``, and the environment that it printed."""

    def __init__(self, folder: Path, environment: dict[str, str], command: str = SERVE) -> None:
        """Start it and wait until its estate is built."""
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command.split(), cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if "the simulated AWS is running" in line:
                break
        else:
            self.process.communicate()
            pytest.fail(f"{command} ended:\n" + "\n".join(self.lines))
        # Whatever it still says must not fill its pipe and hold it up.
        self._reader = threading.Thread(target=self.process.stdout.read, daemon=True)
        self._reader.start()

    @property
    def environment(self) -> dict[str, str]:
        """What it printed for other shells."""
        exports = (line.removeprefix("export ").partition("=") for line in self.lines if line.startswith("export "))
        return {name: value for name, _, value in exports}

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self._reader.join()
        self.process.communicate()


class Sandbox:
    """One page's folder, home and state."""

    def __init__(self, folder: Path) -> None:
        """Make the folders."""
        self.folder = folder / "work"
        self.site = folder / "site"
        self.environment = _clean_environment(folder)
        self.served: list[Served] = []
        for path in (self.folder, self.site, folder / "home" / ".aws"):
            path.mkdir(parents=True)
        (folder / "home" / ".aws" / "config").write_text(_PROFILES, encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        """Write a file that a page shows, where it says."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def install(self, folder: str) -> None:
        """Do what ``pip install -e`` does of a project that a page shows: make it importable, tell its entry points."""
        root = self.folder / folder
        name, version, points = _project(root)
        self.environment["PYTHONPATH"] += f"{os.pathsep}{root / 'src'}"
        info = self.site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(points, encoding="utf-8")

    def use(self, served: Served) -> None:
        """Point the commands to come at a simulated AWS."""
        self.environment.update(served.environment)

    def run(self, command: str) -> tuple[int, str]:
        """Run a command of a page; give its exit code and all that it printed."""
        if command.startswith(SERVE):
            served = Served(self.folder, self.environment, command)
            self.served.append(served)
            self.use(served)
            return served.process.poll() or 0, "\n".join(served.lines)
        done: Any = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, timeout=_SECONDS, check=False, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout

    def close(self) -> None:
        """End what the page started."""
        for served in self.served:
            served.stop()


def _project(root: Path) -> tuple[str, str, str]:
    """Give a project's name, version and entry points, from pyproject.toml or, where that has none, from setup.cfg."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8")).get("project")
    if project is not None:
        groups = {
            group: "".join(f"{each} = {points[each]}\n" for each in points)
            for group, points in project["entry-points"].items()
        }
        return project["name"], project["version"], "".join(f"[{group}]\n{text}" for group, text in groups.items())
    setup = configparser.ConfigParser()
    setup.read(root / "setup.cfg", encoding="utf-8")
    points = "".join(f"[{group}]\n{text.strip()}\n" for group, text in setup["options.entry_points"].items())
    return setup["metadata"]["name"], setup["metadata"]["version"], points


def _clean_environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"])),
        "HOME": str(folder / "home"),
        "XDG_STATE_HOME": str(folder / "state"),
        "PYTHONPATH": str(folder / "site"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "REPOSITORY": str(ROOT),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "120",
    }
