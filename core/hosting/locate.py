"""Where a module lies, without importing it or any of its packages.

Rules and fact schemas are data of packages whose code must not run to read them; ``importlib.util.find_spec`` imports
the parents of a dotted name, so the finders are asked component by component instead. Works for regular packages,
namespace packages and setuptools' editable installs, whose finders and path hooks are on ``sys`` like any other.
"""

from __future__ import annotations

import pkgutil
import sys
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed.importlib import MetaPathFinderProtocol

__all__ = ["find_module", "module_folders", "package_folders"]


def module_folders(name: str) -> tuple[Path, ...]:
    """Give the folders of a package: one, or several for a namespace package; none for what is no package."""
    found = find_module(name)
    # A path hook's placeholder may stand between the folders of a namespace package.
    return () if found is None else tuple(Path(each) for each in found[1] if Path(each).is_dir())


def package_folders(name: str) -> tuple[Path, ...]:
    """Give the folders of the package that a module lies in; of the package itself when it is one."""
    found = find_module(name)
    if found is None:
        return ()
    return module_folders(name if found[1] else name.rpartition(".")[0])


def find_module(name: str) -> tuple[ModuleSpec, tuple[str, ...]] | None:
    """Give a module's spec and its folders (none unless it is a package); None when there is no such module.

    The spec's own ``submodule_search_locations`` are not to be used: those of a namespace package import its parent.
    """
    found: tuple[ModuleSpec, tuple[str, ...]] | None = None
    path: Sequence[str] | None = None
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        if count > 1 and not path:
            return None
        found = _find_component(".".join(parts[:count]), path)
        if found is None:
            return None
        path = found[1]
    return found


def _find_component(name: str, path: Sequence[str] | None) -> tuple[ModuleSpec, tuple[str, ...]] | None:
    for finder in sys.meta_path:
        if finder is PathFinder:
            found = _search_path(name, sys.path if path is None else path)
        else:
            spec = _ask(finder, name, path)
            found = None if spec is None else (spec, _locations(spec))
        if found is not None:
            return found
    return None


def _search_path(name: str, path: Sequence[str]) -> tuple[ModuleSpec, tuple[str, ...]] | None:
    """Do what ``PathFinder`` does, but leave the portions of a namespace package a plain list."""
    portions: list[str] = []
    namespace: ModuleSpec | None = None
    for entry in path:
        finder = pkgutil.get_importer(entry or str(Path.cwd()))
        spec = finder.find_spec(name) if finder is not None else None
        if spec is None:
            continue
        if spec.loader is not None:
            return spec, _locations(spec)
        namespace = namespace or spec
        portions += _locations(spec)
    return None if namespace is None else (namespace, tuple(dict.fromkeys(portions)))


def _ask(finder: MetaPathFinderProtocol, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    try:
        return finder.find_spec(name, path)
    except KeyError:
        # A finder that hands over to PathFinder may meet a namespace package whose parent is not imported.
        return None


def _locations(spec: ModuleSpec) -> tuple[str, ...]:
    locations = spec.submodule_search_locations
    # A namespace package's list computes itself from its parent in sys.modules, which is not there; the plain list of
    # its portions is beneath, in all of Python 3.11 to 3.13.
    return tuple(getattr(locations, "_path", locations) or ())
