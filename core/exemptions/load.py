"""Load exemption files, telling everything that is wrong with all of them in one pass.

Strict, and before AWS is asked: an exemption that is read in another way than it was meant would hide a failure, and
one that is left out would let something be fixed that was to be left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from trueup.errors import ExemptionFileError
from trueup.exemptions.exemption import Exemption, Tag
from trueup.exemptions.exemptions import NO_EXEMPTIONS, Exemptions
from trueup.exemptions.glob import matches
from trueup.ruleset.json_file import JsonFile
from trueup.ruleset.problem import Problem
from trueup.ruleset.shipped import form_problems
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["load_exemptions"]


def load_exemptions(files: Iterable[Path], rules: Mapping[str, bool], *, today: date, max_days: int) -> Exemptions:
    """Load the exemptions of all files; a file that is named twice is read once.

    Args:
        files: the files.
        rules: the ids of all installed rules, selected or not, to whether the resources that they judge can have tags.
        today: the date in UTC.
        max_days: how many days ahead an exemption may expire at most.

    Raises:
        ExemptionFileError: a file is missing, unreadable or wrong; ``problems`` has all of all files.
    """
    once = {file.resolve(): file for file in reversed(tuple(files))}
    if not once:
        return NO_EXEMPTIONS
    checks = _Checks(rules, today, max_days)
    entries: list[Exemption] = []
    problems: list[str] = []
    for file in reversed(once.values()):
        parsed = JsonFile.read(file)
        wrong = parsed.problems or parsed.lines(checks.of_file(parsed.document))
        if wrong:
            problems += wrong
        else:
            entries += _entries(parsed)
    if problems:
        raise ExemptionFileError(problems)
    return Exemptions(entries, rules)


@dataclass(frozen=True, slots=True)
class _Checks:
    """What is wrong with a file's content."""

    rules: Mapping[str, bool]
    today: date
    max_days: int
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def of_file(self, document: Any) -> Iterator[Problem]:
        form = form_problems("exemptions", document)
        yield from form
        entries = document.get("exemptions") if isinstance(document, dict) else None
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            at = "exemptions", number
            if not isinstance(entry, dict):
                continue
            # what is wrong in form already is told once
            told = {problem.pointer[:3] for problem in form}
            for name, check in (("rule", self._rule), ("tag", self._tag), ("expires", self._expires)):
                if name in entry and (*at, name) not in told:
                    yield from (problem.inside(*at) for problem in check(entry))

    def _rule(self, entry: Mapping[str, Any]) -> Iterator[Problem]:
        glob = entry["rule"]
        if not self._matched(glob):
            message = f"expected a rule that is installed, or a glob of some, found {glob!r}"
            yield Problem(("rule",), f"{message}{did_you_mean(glob, self.rules)}")

    def _tag(self, entry: Mapping[str, Any]) -> Iterator[Problem]:
        matched = self._matched(entry["rule"]) if isinstance(entry.get("rule"), str) else ()
        if matched and not any(self.rules[rule] for rule in matched):
            message = f"expected a resource, found a tag: nothing that {entry['rule']} judges has tags to be read"
            yield Problem(("tag",), message)

    def _expires(self, entry: Mapping[str, Any]) -> Iterator[Problem]:
        text = entry["expires"]
        try:
            day = date.fromisoformat(text)
        except ValueError:
            yield Problem(("expires",), f"expected a day of the calendar as YYYY-MM-DD, found {text!r}")
            return
        if (day - self.today).days > self.max_days:
            last = self.today + timedelta(days=self.max_days)
            allowed = f"at most {self.max_days} days ahead (exemptions.max_days in trueup.toml)"
            yield Problem(("expires",), f"expected a day until {last}, {allowed}, found {day}")

    def _matched(self, glob: str) -> tuple[str, ...]:
        if glob not in self._known:
            self._known[glob] = tuple(rule for rule in self.rules if matches(glob, rule))
        return self._known[glob]


def _entries(file: JsonFile) -> Iterator[Exemption]:
    for number, entry in enumerate(file.document["exemptions"]):
        yield Exemption(
            rule=entry["rule"],
            resource=entry.get("resource"),
            tag=Tag(**entry["tag"]) if "tag" in entry else None,
            owner=entry["owner"],
            reason=entry["reason"],
            expires=date.fromisoformat(entry["expires"]),
            file=file.name,
            line=file.line_of("exemptions", number),
        )
