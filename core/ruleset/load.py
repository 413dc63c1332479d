"""Load rules and packs from all their sources, telling everything that is wrong in one pass.

Strict for whoever writes rules: any problem is an error. Tolerant for audits: a broken file costs only itself, and
is listed, so that it is never silent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.errors import RuleFileError
from trueup.ruleset.json_file import JsonFile
from trueup.ruleset.pack import Pack
from trueup.ruleset.problem import Problem
from trueup.ruleset.rule import Rule
from trueup.ruleset.shipped import form_problems
from trueup.ruleset.source import PACK_SUFFIX, RuleSource
from trueup.ruleset.suggest import did_you_mean
from trueup.ruleset.validation import rule_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

    from trueup.facts.schema import FactSchema

__all__ = ["BrokenFile", "RuleSet", "load_rules"]

_RULE_SUFFIX = ".json"

# What a rule is told by: a document with none of these is something else that lies among the rules.
_TELLING = frozenset({"expect", "id", "resource", "title"})


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A rule or pack file that cannot be used.

    Args:
        id: the rule's or pack's id, by the file's name.
        origin: the file.
        distribution: who ships it.
        resource: the resource type that the rule names, empty when even that cannot be read.
        problems: what is wrong, one line each.
    """

    id: str
    origin: str
    distribution: str
    resource: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules that were loaded.

    Args:
        rules: by id, sorted.
        packs: by id, sorted.
        broken: what was left out; empty after a strict load.
    """

    rules: Mapping[str, Rule]
    packs: Mapping[str, Pack] = field(default_factory=dict)
    broken: tuple[BrokenFile, ...] = ()


def load_rules(sources: Iterable[RuleSource], schemas: Mapping[str, FactSchema], *, tolerant: bool = False) -> RuleSet:
    """Load every rule and pack of the sources.

    Args:
        sources: where to look; an id in two of them is a problem of both. A file is read once, for the first of them.
        schemas: the fact schemas by resource type.
        tolerant: whether broken files of distributions are left out and listed instead of raised; a user's own
            files are always held to be right, since a typo there must never silently drop a rule.

    Raises:
        RuleFileError: files are broken that must not be; ``problems`` has all of all such files.
    """
    loader = _Loader(schemas)
    for source in sources:
        loader.read(source)
    loader.refuse_duplicates()
    loader.check_packs()
    broken = sorted(loader.broken, key=lambda file: file.origin)
    raised = [file for file in broken if not tolerant or file.distribution in loader.own]
    if raised:
        raise RuleFileError([problem for file in raised for problem in file.problems])
    return RuleSet(
        {name: loader.rules[name][0] for name in sorted(loader.rules)},
        {name: loader.packs[name][0] for name in sorted(loader.packs)},
        tuple(broken),
    )


class _Loader:
    """Collects rules, packs and broken files over all sources."""

    def __init__(self, schemas: Mapping[str, FactSchema]) -> None:
        self.schemas = schemas
        self.rules: dict[str, list[Rule]] = {}
        self.packs: dict[str, list[Pack]] = {}
        self.broken: list[BrokenFile] = []
        self.own: set[str] = set()
        self._pack_files: dict[str, JsonFile] = {}
        self._seen: set[Path] = set()

    def read(self, source: RuleSource) -> None:
        """Read every file of a source."""
        if source.service is None:
            self.own.add(source.distribution)
        for file in source.rule_files():
            if self._is_new(file):
                self._read_rule(source, file)
        for file in source.pack_files():
            if self._is_new(file):
                self._read_pack(source, file)

    def refuse_duplicates(self) -> None:
        """Take out every id that stands in two sources: which one was meant is not for us to guess."""
        for loaded in (self.rules, self.packs):
            for name in [name for name, same in loaded.items() if len(same) > 1]:
                same = loaded.pop(name)
                for one in same:
                    others = ", ".join(f"{other.origin} ({other.distribution})" for other in same if other is not one)
                    message = f"{one.origin}:1:1: expected an id that nobody else has, found {name!r} also in {others}"
                    resource = one.resource if isinstance(one, Rule) else ""
                    self.broken.append(BrokenFile(name, one.origin, one.distribution, resource, (message,)))

    def check_packs(self) -> None:
        """Take out every pack that names a rule that is not there, unless that rule is only broken."""
        known = {*self.rules, *(file.id for file in self.broken)}
        for name, (pack,) in list(self.packs.items()):
            strangers = pack.strangers(known)
            if strangers:
                wrong = [
                    Problem(("rules", pack.rules.index(glob)), f"no rule is called {glob!r}{did_you_mean(glob, known)}")
                    for glob in strangers
                ]
                lines = self._pack_files[pack.origin].lines(wrong)
                self.broken.append(BrokenFile(name, pack.origin, pack.distribution, "", tuple(lines)))
                del self.packs[name]

    def _is_new(self, file: Path | Traversable) -> bool:
        """Tell whether a file was not read yet: a folder that is named twice has no id twice."""
        if not isinstance(file, Path):
            return True
        path = file.resolve()
        known = path in self._seen
        self._seen.add(path)
        return not known

    def _read_rule(self, source: RuleSource, file: Path | Traversable) -> None:
        name = file.name.removesuffix(_RULE_SUFFIX)
        parsed = JsonFile.read(file)
        problems = [*parsed.problems, *_no_rule(parsed)]
        if not problems:
            wrong = [
                *rule_problems(parsed.document, self.schemas, service=source.service),
                *_wrong_id(parsed.document, name, _RULE_SUFFIX),
            ]
            problems = parsed.lines(wrong) if wrong else []
        if problems:
            document = parsed.document if isinstance(parsed.document, dict) else {}
            resource = str(document.get("resource", ""))
            self.broken.append(BrokenFile(name, parsed.name, source.distribution, resource, tuple(problems)))
            return
        rule = Rule.from_document(
            parsed.document,
            self.schemas[parsed.document["resource"]],
            origin=parsed.name,
            distribution=source.distribution,
            cases=source.cases_file(name),
        )
        self.rules.setdefault(rule.id, []).append(rule)

    def _read_pack(self, source: RuleSource, file: Path | Traversable) -> None:
        name = file.name.removesuffix(PACK_SUFFIX)
        parsed = JsonFile.read(file)
        problems = list(parsed.problems)
        if not problems:
            wrong = [*form_problems("pack", parsed.document), *_wrong_id(parsed.document, name, PACK_SUFFIX)]
            problems = parsed.lines(wrong) if wrong else []
        if problems:
            self.broken.append(BrokenFile(name, parsed.name, source.distribution, "", tuple(problems)))
            return
        pack = Pack.from_document(parsed.document, origin=parsed.name, distribution=source.distribution)
        self.packs.setdefault(pack.id, []).append(pack)
        self._pack_files[pack.origin] = parsed


def _no_rule(parsed: JsonFile) -> Iterable[str]:
    """Say of a document that has nothing of a rule that it is none, and not all that it lacks to be one."""
    document = parsed.document
    if not parsed.problems and isinstance(document, dict) and not _TELLING.intersection(document):
        yield (
            f"{parsed.name}:1:1: expected a rule, found a document without {', '.join(sorted(_TELLING))}; "
            f"keep files that are no rules outside of a folder of rules"
        )


def _wrong_id(document: object, name: str, suffix: str) -> Iterable[Problem]:
    found = document.get("id") if isinstance(document, dict) else None
    if isinstance(found, str) and found != name:
        yield Problem(
            ("id",), f"expected {name!r}, as the file is called, found {found!r}; rename it to {found}{suffix}"
        )
