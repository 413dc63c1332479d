"""Exemption files, and the shop of queues with an operator who knows exemptions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import ARN, Shop, open_shop
from trueup.exemptions.exemption import Exemption, Tag
from trueup.exemptions.exemptions import NO_EXEMPTIONS, Exemptions
from trueup.journal.stored_run import StoredRun
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection
from trueup.running.apply_plan import PlanApplier, resume
from trueup.running.audit_run import Auditor
from trueup.running.plan_run import PlanRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from trueup.planning.plan_file import Plan
    from trueup.ruleset.load import RuleSet
    from trueup.running.plan_run import Planned
    from trueup.testing import SimulatedAws

ENTRY: dict[str, Any] = {
    "rule": "dynamodb-table-pitr-enabled",
    "resource": "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
    "owner": "orders team",
    "reason": "the table is rebuilt from its stream",
    "expires": "2027-01-31",
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file with entries, each the usual one but for what is given; a value of None leaves its name out."""

    def written(*entries: Mapping[str, Any], name: str = "exemptions.json") -> Path:
        file = tmp_path / name
        made = [{key: value for key, value in {**ENTRY, **each}.items() if value is not None} for each in entries]
        file.write_text(json.dumps({"exemptions": made}, indent=1), encoding="utf-8")
        return file

    return written


def exemption(rule: str = "sqs-*", on: str | tuple[str, str] = ARN.format("*"), **more: Any) -> Exemption:
    """Give an exemption of queues, by ARN or by tag; it holds for some days unless told otherwise."""
    given = {"owner": "queues team", "reason": "they are drained on Friday", "file": "exemptions.json", "line": 3}
    resource, tag = (on, None) if isinstance(on, str) else (None, Tag(*on))
    expires = datetime.now(UTC).date() + timedelta(days=more.pop("days", 10))
    return Exemption(rule, resource, tag, expires=expires, **{**given, **more})


@dataclass
class ExemptShop(Shop):
    """A shop in which some things may fail."""

    exemptions: Exemptions = NO_EXEMPTIONS
    selection: Selection = field(default_factory=Selection)

    def exempt(self, *entries: Exemption) -> None:
        """Let these and no others be the exemptions from now on."""
        self.exemptions = Exemptions(entries, self._ruleset().rules)

    def audited(self, *rules: str) -> StoredRun:
        """Audit by rules; give the run as the reports see it."""
        return self._view(self.auditor(*rules).go().run)

    def planned_view(self, *rules: str) -> tuple[Planned, StoredRun]:
        """Plan by rules; give the plan and the run as the reports see it."""
        planned = PlanRun(self.auditor(*rules)).go()
        return planned, self._view(planned.run)

    def auditor(self, *rules: str) -> Auditor:
        """Give the audit by rules."""
        loaded = self._ruleset().rules
        bound = {rule: loaded[rule].bind({}) for rule in rules}
        return Auditor(self.account(), bound, self.selection, exemptions=self.exemptions)

    def apply(self, plan: Plan) -> str:
        """Apply a plan; give the run."""
        applier = PlanApplier(self.account(), plan, self.options, self.said.append, self.exemptions)
        return applier.go(applier.check(plan.digest))

    def resume(self, run: str) -> str:
        """Go on with a run."""
        account = self.account()
        account.run = run
        return resume(account, self.journal.runs.get(run), self.said.append, self.exemptions)

    def _ruleset(self) -> RuleSet:
        return load_rules(self.host.rule_sources(), self.host.fact_schemas(), tolerant=True)

    def _view(self, run: str) -> StoredRun:
        return StoredRun(self.journal, self.journal.runs.get(run))


@pytest.fixture
def shop(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExemptShop]:
    """An operator of an account without queues, and without exemptions."""
    for shop in open_shop(simulated_aws, tmp_path / "site", monkeypatch, tmp_path / "state.db"):
        made = ExemptShop(simulated_aws, tmp_path / "exempt.db", folder=shop.folder)
        yield made
        made.journal.store.close()
