"""A new package for a service: everything that a plugin needs to be installed, tested and published, in one folder.

It works before its author has changed a line, so that each change is tried against tests that passed; it is written
beside its place first and then moved, so that a failure leaves nothing behind.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.authoring.rendering import render
from trueup.authoring.starting_point import StartingPoint, starting_point
from trueup.aws.iam.operations import prefix_of
from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.authoring.package_name import PackageName

__all__ = ["NewPackage"]

TEMPLATES = "trueup.authoring.templates"

_PLACES = {
    ".gitignore": "gitignore",
    "README.md": "README.md",
    "pyproject.toml": "pyproject.toml",
    "setup.cfg": "setup.cfg",
    "tox.ini": "tox.ini",
    "src/{package}/plugin.py": "plugin.py",
    "src/{package}/actions.py": "actions.py",
    "src/{package}/estate.py": "estate.py",
    "tests/conftest.py": "conftest.py",
    "tests/test_contract.py": "test_contract.py",
    "tests/test_fix.py": "test_fix.py",
}
"""Where each template's file goes."""

_EMPTY = (
    "src/{package}/__init__.py",
    "src/{package}/facts/__init__.py",
    "src/{package}/py.typed",
    "src/{package}/rules/__init__.py",
)
"""A package whose ``__init__`` is empty gives its facts and rules without any code being run."""


@dataclass(frozen=True, slots=True)
class NewPackage:
    """A package that is not yet written.

    Args:
        name: what its parts are called.
        start: what it begins with.
    """

    name: PackageName
    start: StartingPoint

    @classmethod
    def of(cls, name: PackageName) -> NewPackage:
        """Give the package of a service."""
        return cls(name, starting_point(name.client))

    def files(self) -> Mapping[str, str]:
        """Give the text of each file by its path below the package's folder."""
        simulated = {"src/{package}/simulated.py": "simulated.py"} if self.start.simulated else {}
        names = self._names()
        made = {path: render(TEMPLATES, f"{template}.j2", **names) for path, template in (_PLACES | simulated).items()}
        facts = f"src/{{package}}/facts/{self.start.noun}.schema.json"
        texts = {**made, **dict.fromkeys(_EMPTY, ""), facts: _json(self._facts()), **self._rule_files()}
        return {path.format(package=self.name.package): text for path, text in sorted(texts.items())}

    def write(self, folder: Path) -> tuple[str, ...]:
        """Write every file, or none; give their paths below the folder.

        Args:
            folder: where to: not there yet, or empty.

        Raises:
            UsageError: the folder holds something, or cannot be written.
        """
        folder = folder.absolute()
        made, above = self.files(), [each for each in folder.parents if not each.exists()]
        try:
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                message = "expected no such folder yet or an empty one, found more"
                raise UsageError(f"{folder}: {message}; choose another --out")
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
                whole = Path(beside) / folder.name
                for path, text in made.items():
                    (whole / path).parent.mkdir(parents=True, exist_ok=True)
                    (whole / path).write_text(text, encoding="utf-8")
                _move(whole, folder)
        except OSError as error:
            for each in above:
                with suppress(OSError):
                    each.rmdir()
            raise UsageError(f"{folder}: cannot be written ({error.strerror}); choose another --out") from error
        return tuple(made)

    def _names(self) -> dict[str, Any]:
        """Give what the templates may use."""
        return {
            "class_name": self.name.class_name,
            "client": self.name.client,
            "distribution": self.name.distribution,
            "function": self.start.action["name"].replace("-", "_"),
            "lists": self.start.lists,
            "package": self.name.package,
            "prefix": prefix_of(self.name.client),
            "read_by_rule": self._owner()["reads"],
            "rule_prefix": self.name.rule_prefix,
            "rules": [rule for rule, _ in self._rules()],
            "service": self.name.service,
            "start": self.start,
        }

    def _owner(self) -> Mapping[str, Any]:
        owned = self.start.action["fact"].partition(".")[0]
        return next(each for each in self.start.aspects if each["name"] == owned)

    def _facts(self) -> dict[str, Any]:
        action = self.start.action
        aspects = [
            *((each, {"x-reads": [each["reads"]]}) for each in self.start.aspects),
            *((each, {"x-reads": []}) for each in self.start.derived),
        ]
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"{self.name.service}.{self.start.noun}",
            "description": self.start.description,
            "type": "object",
            "x-actions": {
                action["name"]: {
                    "description": action["says"],
                    "parameters": {"type": "object", "additionalProperties": False},
                }
            },
            "properties": {each["name"]: _aspect(each, reads) for each, reads in aspects},
        }

    def _rules(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Yield the rules and their cases."""
        for each in self.start.rules:
            kept = {name: value for name, value in each.items() if name not in {"id", "title", "cases"}}
            head = {
                "id": f"{self.name.rule_prefix}-{each['id']}",
                "title": each["title"],
                "resource": f"{self.name.service}.{self.start.noun}",
                "stage": "experimental",
            }
            yield head | kept, {"cases": each["cases"]}

    def _rule_files(self) -> dict[str, str]:
        folder = "src/{package}/rules"
        made: dict[str, str] = {}
        for rule, cases in self._rules():
            made[f"{folder}/{rule['id']}.json"] = _json(rule)
            made[f"{folder}/{rule['id']}.cases.json"] = _json(cases)
        return made


def _aspect(aspect: Mapping[str, Any], reads: Mapping[str, Any]) -> dict[str, Any]:
    values = {"additionalProperties": aspect["values"]} if "values" in aspect else {"properties": aspect["facts"]}
    head = {"type": "object", "description": aspect["description"], "x-kind": "configuration"}
    return {**head, **reads, "x-source": aspect["source"], **values}


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _move(whole: Path, folder: Path) -> None:
    """Put what was written in its place; into a folder that is there piece by piece, since somebody may stand in it."""
    if not folder.exists():
        whole.rename(folder)
        return
    moved: list[Path] = []
    try:
        for each in sorted(whole.iterdir()):
            each.rename(folder / each.name)
            moved.append(folder / each.name)
    except OSError:
        for each in moved:
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        raise
