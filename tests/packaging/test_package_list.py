"""The hand-kept lists of setup.cfg agree with the tree, so that nothing is missing from the wheel."""

from __future__ import annotations

import configparser
import importlib.util
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "core": "trueup",
    "plugins": "trueup.plugins",
    "reports": "trueup.reports",
    "rules": "trueup.rules",
    "rules/schema": "trueup.ruleset.schema",
}


def read_setup() -> configparser.ConfigParser:
    """Read setup.cfg as setuptools does."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return setup


def mapped_folder(path: Path) -> str:
    """Give the folder of the map that a file lies in: the innermost."""
    return max((folder for folder in FOLDERS if path.is_relative_to(ROOT / folder)), key=len)


def test_every_package_is_listed() -> None:
    """Each directory with code or data below the four folders is in the list, and nothing else is."""
    listed = read_setup()["options"]["packages"].split()
    found = {
        ".".join([package, *path.parent.relative_to(ROOT / folder).parts])
        for folder, package in FOLDERS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and folder == mapped_folder(path)
    }

    assert sorted(found) == listed


def test_folders_are_mapped() -> None:
    """The map is the design's four folders and the schemas among them, which keeps other names out of site-packages."""
    lines = read_setup()["options"]["package_dir"].strip().splitlines()
    mapped = {folder.strip(): package.strip() for package, _, folder in (line.partition("=") for line in lines)}

    assert FOLDERS == mapped


def test_every_data_file_is_matched() -> None:
    """Each file that is no Python has a pattern in package_data."""
    patterns = read_setup()["options.package_data"]["*"].split()
    unmatched = [
        str(path.relative_to(ROOT))
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and path.suffix not in {".py", ".pyc"}
        and not any(path.match(pattern) for pattern in patterns)
    ]

    assert [] == unmatched


def test_built_in_plugins_register_as_strangers_do() -> None:
    """Each folder of plugins/ with a plugin or corrections is an entry point under its own name, and so is reports."""
    folders = {path.parent.name for name in ("plugin.py", "simulated.py") for path in ROOT.glob(f"plugins/*/{name}")}
    registered = {
        point.name: point.value for point in entry_points(group="trueup.plugins") if point.value.startswith("trueup.")
    }

    assert {name: f"trueup.plugins.{name}.plugin" for name in folders} | {
        "engines": "trueup.engines.plugin",
        "reports": "trueup.reports.plugin",
    } == registered


def test_built_in_rules_register_as_strangers_do() -> None:
    """Each folder of rules/ with rules or packs is an entry point under its own name."""
    folders = {path.parent.name for kind in ("cases", "pack") for path in ROOT.glob(f"rules/*/*.{kind}.json")}
    registered = {
        point.name: point.value for point in entry_points(group="trueup.rules") if point.value.startswith("trueup.")
    }

    assert {name: f"trueup.rules.{name}" for name in folders} == registered


def test_plugins_exist() -> None:
    """Each module that an entry point of trueup.plugins names is there."""
    missing = [
        point.value
        for point in entry_points(group="trueup.plugins")
        if point.value.startswith("trueup.") and importlib.util.find_spec(point.value) is None
    ]

    assert [] == missing


def test_rules_exist() -> None:
    """Each package that an entry point of trueup.rules names has rules in it."""
    empty = [
        point.value
        for point in entry_points(group="trueup.rules")
        if point.value.startswith("trueup.")
        and not any(child.name.endswith(".json") for child in files(point.value).iterdir())
    ]

    assert [] == empty


def test_console_script() -> None:
    """The command trueup is the same as python -m trueup's."""
    (script,) = entry_points(group="console_scripts", name="trueup")

    assert "trueup.cli.main:main" == script.value


def test_the_lowest_versions_are_those_that_are_allowed() -> None:
    """What `tox -e lowest` runs with; botocore, which boto3 asks for by its minor version, as boto3."""
    setup = read_setup()
    extras = setup["options.extras_require"]
    needed = setup["options"]["install_requires"] + extras["demo"] + extras["dask"]
    wanted = [Requirement(line) for line in needed.split()]
    lowest = {each.name: next(str(one.version) for one in each.specifier if one.operator == ">=") for each in wanted}
    lines = (ROOT / "tests" / "lowest-versions.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))

    assert pinned.pop("botocore") == pinned["boto3"]
    assert {name: Version(version) for name, version in lowest.items()} == {
        name: Version(version) for name, version in pinned.items()
    }
