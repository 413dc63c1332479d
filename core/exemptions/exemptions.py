"""All exemptions of a run, and what they say of a failed finding.

Asked by audits, by plans and right before each change is sent: one answer for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UsageError
from trueup.exemptions.exemption import Exemption
from trueup.exemptions.glob import is_literal
from trueup.exemptions.ruling import Ruling
from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

__all__ = ["NO_EXEMPTIONS", "Exemptions"]


class Exemptions:
    """The exemptions of a run; never changed once made.

    Args:
        entries: the exemptions, in the order of their files.
        known_rules: the ids of all rules that there are, selected or not.
    """

    def __init__(self, entries: Iterable[Exemption] = (), known_rules: Iterable[str] = ()) -> None:
        self.entries = tuple(entries)
        self.known_rules = frozenset(known_rules)
        self._about: dict[str, _About] = {}

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self.entries)

    def joined(self, stored: Sequence[Mapping[str, Any]], what: str) -> Exemptions:
        """Give these and those that ``to_json`` wrote, each once.

        Raises:
            UsageError: they are no exemptions; ``what`` says where they were found.
        """
        try:
            found = [Exemption.from_json(each) for each in stored]
        except (KeyError, TypeError, ValueError) as error:
            message = f"{what}: expected its exemptions as they were written, found {type(error).__name__}: {error}"
            raise UsageError(message) from error
        return Exemptions(dict.fromkeys((*self.entries, *found)), self.known_rules)

    def to_json(self) -> list[dict[str, Any]]:
        """Give all of them, to be kept with a run."""
        return [each.to_json() for each in self.entries]

    def needs_tags(self, rule: str) -> bool:
        """Say whether tags decide what is exempt from a rule, so that they have to be read."""
        return any(each.tag is not None for each in self._of(rule).others)

    def tagged(self, resource_types: Mapping[str, str]) -> frozenset[str]:
        """Give the resource types of some rules, id to type, whose tags have to be read."""
        return frozenset(name for rule, name in resource_types.items() if self.needs_tags(rule))

    def about(self, rule: str, arn: str) -> Iterator[Exemption]:
        """Yield the exemptions of a rule that may be about a resource."""
        of_rule = self._of(rule)
        yield from of_rule.by_arn.get(arn, ())
        yield from of_rule.others

    def rule_on(self, rule: str, arn: str, tags: Mapping[str, str] | Unknown | None, now: datetime) -> Ruling:
        """Give what is to be said of a failed finding.

        Args:
            rule: the id of the rule that failed.
            arn: the resource.
            tags: its tags, why they are not known, or None for a type that has none.
            now: the time, aware.
        """
        holding: list[Exemption] = []
        expired: list[Exemption] = []
        undecided: list[Exemption] = []
        for each in self.about(rule, arn):
            found = each.matches(arn, tags)
            if isinstance(found, Unknown):
                # one that has expired changes nothing, whatever the tags are
                undecided += [] if each.expired(now) else [each]
            elif found:
                (expired if each.expired(now) else holding).append(each)
        unread = tags if undecided and isinstance(tags, Unknown) else None
        return Ruling(tuple(holding), tuple(expired), tuple(undecided), unread)

    def _of(self, rule: str) -> _About:
        if rule not in self._about:
            self._about[rule] = _About([each for each in self.entries if each.is_about(rule)])
        return self._about[rule]


class _About:
    """The exemptions of one rule, those of exactly one resource found without a look at the others."""

    __slots__ = ("by_arn", "others")

    def __init__(self, entries: Iterable[Exemption]) -> None:
        self.by_arn: dict[str, list[Exemption]] = {}
        self.others: list[Exemption] = []
        for each in entries:
            if each.resource is not None and is_literal(each.resource):
                self.by_arn.setdefault(each.resource, []).append(each)
            else:
                self.others.append(each)


NO_EXEMPTIONS = Exemptions()
"""Nothing is exempt."""
