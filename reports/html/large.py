"""A page of more findings than a browser likes as markup: the first of each rule stand on it, all are packed into it.

Without a script it lists the first of each rule and says where the others are; the script unpacks all, and filters,
sorts and shows them page by page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trueup.display import UNSEEN
from trueup.reports import wording
from trueup.reports.html.links import is_link
from trueup.reports.html.packed import packed
from trueup.reports.record_line import RecordLine, report_schema
from trueup.reports.tally import rule_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.journal.view import RunView
    from trueup.reports.tally import Tally

__all__ = ["MOST_WHOLE", "Sample", "all_packed"]

MOST_WHOLE = 1_000
"""A page with no more findings has all of them as markup, and is whole without a script."""

# Of each rule and verdict so many are markup on a larger page, and of each verdict so many in all: they are kept while
# the findings are counted.
_MOST_OF_A_RULE = 20
_MOST_OF_A_VERDICT = 500


class Sample:
    """The first findings of each rule that fail, are unknown or exempt: what a large page lists without a script."""

    def __init__(self) -> None:
        """Keep none so far."""
        self._kept: dict[str, dict[str, list[dict[str, Any]]]] = {"fail": {}, "unknown": {}, "exempt": {}}

    def add(self, finding: dict[str, Any]) -> None:
        """Keep the finding, if it is one of the first."""
        rules = self._kept.get(finding["verdict"])
        if rules is None:
            return
        kept = rules.setdefault(finding["rule"], [])
        if len(kept) < _MOST_OF_A_RULE and sum(map(len, rules.values())) < _MOST_OF_A_VERDICT:
            kept.append(finding)

    def of(self, verdict: str, rule: str) -> list[dict[str, Any]]:
        """Give what was kept of a rule's findings with the verdict."""
        return self._kept.get(verdict, {}).get(rule, [])


def all_packed(view: RunView, counts: Tally) -> Iterator[str]:
    """Yield all findings of the run, packed, after what the script has to know of its rules and words."""
    line = RecordLine(report_schema())
    return packed(_header(view, counts), (line.arranged(finding, "finding") for finding in view.findings()))


def _header(view: RunView, counts: Tally) -> dict[str, Any]:
    rules = view.rules()
    return {
        "total": sum(map(counts.total, wording.VERDICTS)),
        "rules": {rule_id: _told(rule_facts(rules, rule_id)) for rule_id in counts.rules},
        "unseen": _in_javascript(UNSEEN.pattern),
        "verdicts": wording.VERDICTS,
    }


def _told(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Give a rule as the script shows it."""
    return {
        **{name: rule[name] for name in ("title", "severity", "category", "rationale")},
        "references": [[reference, is_link(reference)] for reference in rule["references"]],
        "compliance": [f"{entry['framework']} {entry['control']}" for entry in rule["compliance"]],
        "parameters": [[name, wording.value(value)] for name, value in rule["parameters"].items()],
    }


def _in_javascript(pattern: str) -> str:
    """Give a class of characters as a regular expression of JavaScript, to be used with the flag ``u``."""
    return re.sub(r"\\U000([0-9a-f]{5})", r"\\u{\1}", pattern)
