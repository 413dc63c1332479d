"""What the sdist and the wheel hold, and what installing them costs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = {"core": "trueup", "plugins": "trueup/plugins", "reports": "trueup/reports", "rules": "trueup/rules"}

# Data of the framework that lies beside the rules.
SCHEMAS = ("trueup/rules/schema", "trueup/ruleset/schema")

# What a build needs of the repository.
SOURCES = ("LICENSE", "README.md", "pyproject.toml", "setup.cfg", *FOLDERS)

# Projects of their own, with dependencies of their own: they lie in the tree when a release is built, and stay there.
NOT_SHIPPED = ("examples",)

# The promise to whoever installs trueup beside other things.
MOST_BYTES = 60_000_000
MOST_PACKAGES = 25


@dataclass(frozen=True, slots=True)
class Distributions:
    """The two files that are published, and every file of the four folders by where it belongs in the wheel."""

    sdist: Path
    wheel: Path
    files: dict[str, str]


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """Build the sdist from a copy of the tree and the wheel from the sdist, as a release does."""
    source = tmp_path_factory.mktemp("source")
    for name in (*SOURCES, *NOT_SHIPPED):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    files = {
        in_wheel(package, path.relative_to(source / folder)): str(path.relative_to(source))
        for folder, package in FOLDERS.items()
        for path in (source / folder).rglob("*")
        if path.is_file()
    }
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--outdir", out, source], check=True, stdout=subprocess.DEVNULL)
    (sdist,) = out.glob("*.tar.gz")
    (wheel,) = out.glob("*.whl")
    return Distributions(sdist=sdist, wheel=wheel, files=files)


def in_wheel(package: str, path: Path) -> str:
    """Give where a file of a folder belongs in the wheel."""
    name = str(PurePosixPath(package, path))
    return name.replace(*SCHEMAS, 1) if name.startswith(SCHEMAS[0]) else name


def test_wheel_holds_every_file_and_nothing_else(distributions: Distributions) -> None:
    """The wheel is the four folders below trueup, whole, and no other top-level name."""
    with zipfile.ZipFile(distributions.wheel) as wheel:
        names = {name for name in wheel.namelist() if not name.endswith("/")}
    metadata = {name for name in names if PurePosixPath(name).parts[0].endswith(".dist-info")}

    assert sorted(distributions.files) == sorted(names - metadata)


def test_wheel_metadata(distributions: Distributions) -> None:
    """The metadata carry the version, the licence and exactly the dependencies of the design."""
    with zipfile.ZipFile(distributions.wheel) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(wheel.read(name).decode())
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    names = sorted(re.split(r"[^\w.-]", line)[0].lower() for line in required)

    assert version("trueup") == metadata["Version"]
    assert "Apache-2.0" == metadata["License-Expression"]
    assert ["boto3", "click", "jinja2", "jsonschema", "platformdirs", "pluggy", "rich", "structlog"] == names


def test_sdist_holds_every_file(distributions: Distributions) -> None:
    """Nothing of the four folders is missing from the sdist."""
    with tarfile.open(distributions.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}

    assert [] == sorted(set(distributions.files.values()) - names)


def test_examples_are_not_shipped(distributions: Distributions) -> None:
    """Whoever installs trueup gets no estate for the CDK, neither in the wheel nor in the sdist."""
    with tarfile.open(distributions.sdist) as sdist:
        names = [name.partition("/")[2] for name in sdist.getnames()]
    with zipfile.ZipFile(distributions.wheel) as wheel:
        names += wheel.namelist()

    assert [] == [name for name in names if "overprovisioned" in name or name.startswith(NOT_SHIPPED)]


@pytest.fixture(scope="module")
def site_packages(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel with its runtime dependencies into a folder of its own."""
    target = tmp_path_factory.mktemp("site-packages")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), str(distributions.wheel)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return target


def test_install_is_small(site_packages: Path) -> None:
    """The wheel with its runtime dependencies, byte code included, stays below the promised size."""
    size = sum(path.stat().st_size for path in site_packages.rglob("*") if path.is_file())

    assert size < MOST_BYTES


def test_install_is_few_packages(site_packages: Path) -> None:
    """The wheel with its runtime dependencies is no more than the promised number of packages."""
    packages = sorted(path.name for path in site_packages.glob("*.dist-info"))

    assert len(packages) <= MOST_PACKAGES, packages


def test_installed_copy_runs(site_packages: Path) -> None:
    """The installed copy answers to python -m trueup with nothing else on the path."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site_packages)}
    command = [sys.executable, "-S", "-m", "trueup", "--version"]

    shown = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=site_packages)

    assert version("trueup") in shown.stdout
