"""Modules are found where the import system would find them, and nothing is imported for it."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from typing import TYPE_CHECKING

import pytest

from trueup.hosting.locate import find_module, module_folders, package_folders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType

    from tests.core.hosting.conftest import Site

NOT_TO_BE_RUN = "raise AssertionError('this code must not run')"


def test_regular_package_is_found_without_running_it(site: Site) -> None:
    """A package's folder is found though its code, and its parent's, would fail if it ran."""
    site.write("acme/__init__.py", NOT_TO_BE_RUN)
    site.write("acme/rules/__init__.py", NOT_TO_BE_RUN)
    assert (site.folder / "acme" / "rules",) == module_folders("acme.rules")
    assert "acme" not in sys.modules


def test_package_of_a_module_is_found_without_running_it(site: Site) -> None:
    """The folder in which a module lies is found, as is that of a package itself."""
    site.write("acme/__init__.py", NOT_TO_BE_RUN)
    site.write("acme/plugin.py", NOT_TO_BE_RUN)
    assert (site.folder / "acme",) == package_folders("acme.plugin")
    assert (site.folder / "acme",) == package_folders("acme")


def test_folder_without_init_is_found(site: Site) -> None:
    """A folder of data alone, below a regular package, counts as a package."""
    site.write("acme/__init__.py", NOT_TO_BE_RUN)
    site.write("acme/rules/one.json", "{}")
    assert (site.folder / "acme" / "rules",) == module_folders("acme.rules")


def test_nested_namespace_packages_give_all_their_folders(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Portions of a namespace package in two places are both found, two levels deep."""
    other = tmp_path / "other"
    site.write("acme/cloud/rules/one.json", "{}")
    (other / "acme" / "cloud" / "rules").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(other)])
    expected = (site.folder / "acme" / "cloud" / "rules", other / "acme" / "cloud" / "rules")
    assert expected == module_folders("acme.cloud.rules")
    assert "acme" not in sys.modules


def test_regular_package_in_front_hides_a_namespace(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A regular package is the package, whatever folders of the same name come before or after it on the path."""
    other = tmp_path / "other"
    (other / "acme").mkdir(parents=True)
    site.write("acme/__init__.py", "")
    monkeypatch.setattr(sys, "path", [str(other), *sys.path])
    assert (site.folder / "acme",) == module_folders("acme")


class EditableFinder:
    """What setuptools puts on ``sys.meta_path`` for an editable install: package name to source folder."""

    def __init__(self, mapping: dict[str, Path]) -> None:
        self.mapping = mapping

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for mapped packages and, as setuptools' finder does, ask PathFinder for their children."""
        del path, target
        if fullname in self.mapping:
            return spec_from_file_location(fullname, self.mapping[fullname] / "__init__.py")
        parent = fullname.rpartition(".")[0]
        return PathFinder.find_spec(fullname, [str(self.mapping[parent])]) if parent in self.mapping else None


@pytest.mark.parametrize("name", ["acme.rules", "acme.rules.data"])
def test_editable_install_is_found(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages that only a finder of an editable install knows are found, and data folders below them."""
    source = tmp_path / "src" / "anything"
    (source / "data").mkdir(parents=True)
    for folder in (source.parent, source):
        (folder / "__init__.py").write_text(NOT_TO_BE_RUN, encoding="utf-8")
    finder = EditableFinder({"acme": source.parent, "acme.rules": source})
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, finder])
    expected = source / "data" if name.endswith("data") else source
    assert (expected,) == module_folders(name)


def test_finder_that_needs_an_imported_parent_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a finder stumbles over a namespace whose parent is not imported, the next one is asked."""
    (tmp_path / "deep").mkdir()
    finder = EditableFinder({"acme": tmp_path})
    (tmp_path / "__init__.py").write_text(NOT_TO_BE_RUN, encoding="utf-8")
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    assert (tmp_path / "deep",) == module_folders("acme.deep")


@pytest.mark.parametrize("name", ["no_such_package", "no_such_package.rules", "json.tool.rules", "json.nothing"])
def test_what_is_not_there_is_not_found(name: str) -> None:
    """A module that is not installed has no folders, nor has anything below a plain module."""
    assert () == module_folders(name)
    assert () == package_folders(name)
    assert find_module(name) is None


def test_own_folders_are_found_by_name() -> None:
    """The package's own mapped folders are found like a stranger's, installed or editable."""
    assert ["aws"] == [each.name for each in module_folders("trueup.aws")]
