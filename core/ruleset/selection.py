"""Which rules a command is about, and which resources.

The same everywhere: several of one kind widen (``or``), several kinds narrow (``and``). A name that selects nothing is
an error, since an audit of nothing passes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from trueup.errors import UsageError
from trueup.finding import Severity
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from trueup.ruleset.load import RuleSet
    from trueup.ruleset.rule import Rule

__all__ = ["Selection"]

# More names than this help nobody in a message.
_MOST_LISTED = 12


@dataclass(frozen=True, slots=True)
class Selection:
    """What a command is about; empty is everything.

    Args:
        rules: rule ids or globs.
        packs: pack ids.
        controls: ``FRAMEWORK:ID``; the id may be a glob.
        services: e.g. ``dynamodb``.
        severities: e.g. ``high``.
        categories: e.g. ``cost``.
        resources: ARNs.
        tags: ``NAME`` or ``NAME=VALUE``.
    """

    rules: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, document: Mapping[str, Sequence[str]]) -> Selection:
        """Give the selection that ``to_json`` wrote."""
        return cls(**{name: tuple(values) for name, values in document.items()})

    def to_json(self) -> dict[str, list[str]]:
        """Give the selection for the report: only the kinds that were given."""
        return {item.name: list(getattr(self, item.name)) for item in fields(self) if getattr(self, item.name)}

    def select(self, ruleset: RuleSet) -> tuple[Rule, ...]:
        """Give the selected rules, by id.

        A name that belongs to a broken file counts as known; the file is listed in ``ruleset.broken``.

        Raises:
            UsageError: a name of any kind is not known, or all together select no rule.
        """
        self._check(ruleset)
        selected = tuple(rule for rule in ruleset.rules.values() if self._holds(rule, ruleset))
        if not selected and not self._only_broken(ruleset):
            given = "; ".join(f"{name}: {', '.join(values)}" for name, values in self.to_json().items())
            what = (
                f"of {len(ruleset.rules)} rules none matches all of {given}" if given else "there are no rules at all"
            )
            raise UsageError(f"no rule is selected: {what}")
        return selected

    def takes_resource(self, arn: str) -> bool:
        """Tell whether a resource is selected by its ARN."""
        return not self.resources or arn in self.resources

    def takes_tags(self, tags: Mapping[str, str]) -> bool:
        """Tell whether a resource is selected by its tags; ask only when they are known."""
        return not self.tags or any(_has_tag(tags, wanted) for wanted in self.tags)

    def _holds(self, rule: Rule, ruleset: RuleSet) -> bool:
        return (
            (not self.rules or any(fnmatchcase(rule.id, glob) for glob in self.rules))
            and (
                not self.packs or any(name in ruleset.packs and ruleset.packs[name].holds(rule) for name in self.packs)
            )
            and (not self.controls or any(_checks(rule, control) for control in self.controls))
            and (not self.services or rule.service in self.services)
            and (not self.severities or rule.severity in self.severities)
            and (not self.categories or rule.category in self.categories)
        )

    def _check(self, ruleset: RuleSet) -> None:
        rules = ruleset.rules.values()
        broken = [file.id for file in ruleset.broken]
        controls = [f"{item.framework}:{item.control}" for rule in rules for item in rule.compliance]
        services = {rule.service for rule in rules} | {file.resource.partition(".")[0] for file in ruleset.broken} - {
            ""
        }
        categories = {rule.category for rule in rules}
        problems = [
            *_strangers("rule", self.rules, [*ruleset.rules, *broken], _like),
            *_strangers("pack", self.packs, [*ruleset.packs, *broken], _same),
            *_strangers("control", self.controls, controls, _like),
            *_strangers("service", self.services, services, _same),
            *_strangers("severity", self.severities, [str(item) for item in Severity], _same),
            *_strangers("category", self.categories, categories, _same),
        ]
        if problems:
            raise UsageError("\n".join(problems))

    def _only_broken(self, ruleset: RuleSet) -> bool:
        """Tell whether every rule that was meant is in a broken file, which is reported as such."""
        services = set(self.services)
        names = [file.id for file in ruleset.broken if not services or file.resource.partition(".")[0] in services]
        wanted = self.rules or self.packs
        return bool(names) and (not wanted or any(fnmatchcase(name, glob) for name in names for glob in wanted))


def _strangers(
    what: str, wanted: Iterable[str], known: Iterable[str], matches: Callable[[str, str], bool]
) -> Iterable[str]:
    known = sorted(set(known))
    for name in wanted:
        if not any(matches(other, name) for other in known):
            listed = f"; known are {', '.join(known)}" if len(known) <= _MOST_LISTED and known else _where(what)
            yield f"unknown {what} {name!r}{did_you_mean(name, known) or listed}"


def _where(what: str) -> str:
    return "; `trueup rules list` shows them, and --rules adds a folder of your own" if what == "rule" else ""


def _same(known: str, wanted: str) -> bool:
    return known == wanted


def _like(known: str, wanted: str) -> bool:
    return fnmatchcase(known, wanted)


def _checks(rule: Rule, control: str) -> bool:
    return any(fnmatchcase(f"{item.framework}:{item.control}", control) for item in rule.compliance)


def _has_tag(tags: Mapping[str, str], wanted: str) -> bool:
    """Tell whether a tag is there; a name may contain ``=``, so every way to split is tried."""
    if wanted in tags:
        return True
    splits = [at for at, letter in enumerate(wanted) if letter == "="]
    return any(tags.get(wanted[:at]) == wanted[at + 1 :] for at in splits)
