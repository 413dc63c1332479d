"""Which exemptions an audit used, which it did not, and which have expired.

An exemption that is needed no more must not lie in wait for the next failure; but one that the audit did not look at
must not be called unused either. So each is one of four: ``expired``; ``used``, when a finding is exempt by it;
``undecided``, when the selection left out something that it is about, or something could not be judged; else
``unused``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from trueup.exemptions.glob import matches
from trueup.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from trueup.exemptions.exemption import Exemption
    from trueup.exemptions.exemptions import Exemptions
    from trueup.finding import Finding
    from trueup.resource import Scope
    from trueup.ruleset.selection import Selection

__all__ = ["Usage", "no_usage"]


def no_usage() -> dict[str, list[dict[str, Any]]]:
    """Give what a report says of the exemptions of a run without any."""
    return {"used": [], "unused": [], "expired": [], "undecided": []}


class Usage:
    """What one audit made of each exemption; it keeps a count an exemption, whatever the number of findings.

    Args:
        exemptions: the exemptions of the run.
        rules: the ids of the selected rules.
        selection: which resources were selected.
        scopes: where was looked.
    """

    def __init__(
        self, exemptions: Exemptions, rules: Collection[str], selection: Selection, scopes: Sequence[Scope]
    ) -> None:
        self._exemptions = exemptions
        self._rules = frozenset(rules)
        self._selection = selection
        self._scopes = scopes
        self._findings: Counter[Exemption] = Counter()
        self._open: dict[Exemption, str] = {}

    def note(self, finding: Finding) -> None:
        """Take notice of a finding, exempt or not."""
        verdict, resource, ruling = finding.judgement.verdict, finding.resource, finding.exemption
        if ruling is not None:
            self._findings.update(ruling.holding or ruling.expired)
            if ruling.unread:
                self._leave_open(ruling.undecided, f"whose tags it is about is not known: {ruling.unread.sentence()}")
        elif verdict is Verdict.UNKNOWN and resource is None:
            about = (each for each in self._exemptions.entries if each.is_about(finding.rule))
            self._leave_open(about, f"{finding.rule} could not judge every {finding.resource_type}")
        elif verdict is Verdict.UNKNOWN and resource is not None:
            perhaps = self._exemptions.about(finding.rule, resource.arn)
            about = (each for each in perhaps if each.matches(resource.arn, finding.tags) is not False)
            self._leave_open(about, f"{finding.rule} could not judge {resource.arn}")

    def resumed(self) -> None:
        """Take notice that a part was audited before the run was interrupted: what was used there is forgotten."""
        self._leave_open(self._exemptions.entries, "a part was audited before the run was interrupted")

    def to_json(self, now: datetime) -> dict[str, Any]:
        """Give the exemptions of the run as the report has them, in the order of their files."""
        told = no_usage()
        for each in self._exemptions.entries:
            findings = self._findings[each]
            record = {**each.to_json(), "findings": findings, "why": None}
            why = self._open.get(each) or self._left_out(each)
            if each.expired(now):
                told["expired"].append(record)
            elif findings:
                told["used"].append(record)
            elif why:
                told["undecided"].append({**record, "why": why})
            else:
                told["unused"].append(record)
        return told

    def _leave_open(self, exemptions: Iterable[Exemption], why: str) -> None:
        for each in exemptions:
            self._open.setdefault(each, why)

    def _left_out(self, exemption: Exemption) -> str | None:
        """Give what the selection left out that the exemption is about, None when it was all looked at.

        One that names no Region, or several, is held against the Regions that were audited: a report says which.
        """
        unselected = sorted(each for each in self._exemptions.known_rules - self._rules if exemption.is_about(each))
        if unselected:
            more = f" and {len(unselected) - 1} more" if len(unselected) > 1 else ""
            return f"not audited: rule {unselected[0]}{more}"
        if self._selection.resources or self._selection.tags:
            return "not audited: resources other than those that --resource and --tag name"
        _, _, _, region, account, *_ = (exemption.resource or ":::::").split(":")
        if region and not any(matches(region, each.region) for each in self._scopes):
            return f"not audited: Region {region}"
        if account and not any(matches(account, each.account) for each in self._scopes):
            return f"not audited: account {account}"
        return None
