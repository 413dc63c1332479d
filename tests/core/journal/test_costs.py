"""Tests of a run's costs: sums by service, what has no price, and what counts as saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.core.journal.test_runs import PLANNED, SCOPE
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Finding, Judgement, Severity, Verdict
from trueup.journal.changes import ChangeStatus
from trueup.journal.findings import finding_to_json
from trueup.journal.stored_run import Shown, StoredRun

if TYPE_CHECKING:
    from trueup.journal.journal import Journal

UNPRICED = Unknown(Reason.NO_PRICE, "nobody knows")


def _saving(likely: float, *, spread: float = 0, currency: str = "USD", one_time: float = 0) -> dict[str, Any]:
    low, high = likely - spread, likely + spread
    return {"low": low, "likely": likely, "high": high, "one_time": one_time, "currency": currency}


def _cost(likely: float, *, spread: float = 0, currency: str = "USD") -> dict[str, Any]:
    low, high = likely - spread, likely + spread
    return {"monthly": {"low": low, "likely": likely, "high": high}, "parts": {"all": likely}, "currency": currency}


class Account:
    """A run that is filled finding by finding and change by change."""

    def __init__(self, journal: Journal, kind: str) -> None:
        self.journal = journal
        self.run = journal.runs.start(kind)
        self.number = 0

    def has(self, arn: str, cost: Any, *, rules: tuple[str, ...] = ("cheap",), verdict: Verdict = Verdict.FAIL) -> None:
        """Add the findings of rules on a resource, each with what it costs."""
        service = arn.split(":")[2]
        resource = replace(PLANNED.resource, arn=arn, type=f"{service}.thing")
        with self.journal.findings(self.run, dict.fromkeys(rules, Severity.LOW)) as writer:
            writer.keep_rules({rule: {"category": "cost"} for rule in rules})
            for rule in rules:
                found = Finding(rule, resource.type, resource, Judgement(verdict), cost=cost)
                writer.add(finding_to_json(found, SCOPE, None))

    def changes(
        self, arn: str, saving: Any, status: ChangeStatus = ChangeStatus.PLANNED, *, rule: str = "cheap"
    ) -> None:
        """Add a change of a resource."""
        self.number += 1
        resource = replace(PLANNED.resource, arn=arn, type=f"{arn.split(':')[2]}.thing")
        planned = replace(PLANNED, id=f"c{self.number:010}", rule=rule, resource=resource, savings_monthly=saving)
        self.journal.changes.add(self.run, planned, status)

    def costs(self) -> Any:
        """Give ``costs``."""
        return self.stored().costs()

    def stored(self) -> StoredRun:
        """Give the run as reports see it."""
        return StoredRun(self.journal, self.journal.runs.get(self.run))


def _likely(document: dict[str, Any]) -> tuple[Any, Any, Any]:
    return tuple(
        None if document[name] is None else document[name]["likely"] for name in ("current", "optimised", "saving")
    )  # type: ignore[return-value]  # three of them


def test_each_service_has_what_it_costs_now_and_after_the_plan(journal: Journal) -> None:
    """A resource counts once, however many rules were about its cost; a pass costs too."""
    account = Account(journal, "plan")
    account.has("arn:aws:a:1", _cost(100), rules=("cheap", "cheaper"))
    account.has("arn:aws:a:2", _cost(50), verdict=Verdict.PASS)
    account.has("arn:aws:b:1", _cost(10))
    account.changes("arn:aws:a:1", _saving(60))
    costs = account.costs()
    assert {"a": (150, 90, 60), "b": (10, 10, None)} == {each["service"]: _likely(each) for each in costs["services"]}
    assert {"a": (2, 1), "b": (1, 0)} == {
        each["service"]: (each["resources"], each["changes"]) for each in costs["services"]
    }
    assert (160, 100, 60) == _likely(costs["total"])
    assert ("USD", 720) == (costs["currency"], costs["saving_annual"]["likely"])
    assert costs["estimate"] is None


def test_what_has_no_known_price_is_counted_and_never_zero(journal: Journal) -> None:
    """Neither as a cost nor as a saving; a service of which nothing is known has no sums at all."""
    account = Account(journal, "plan")
    account.has("arn:aws:a:1", _cost(100))
    account.has("arn:aws:a:2", UNPRICED)
    account.has("arn:aws:b:1", UNPRICED)
    account.changes("arn:aws:a:2", None)
    account.changes("arn:aws:b:1", _saving(5))
    costs = account.costs()
    a, b = costs["services"]
    assert ((100, 100, None), 1, 1) == (_likely(a), a["unpriced"], a["unpriced_changes"])
    assert ((None, None, 5), 1, 0) == (_likely(b), b["unpriced"], b["unpriced_changes"])
    assert ((100, 100, 5), 2, 1) == (
        _likely(costs["total"]), costs["total"]["unpriced"], costs["total"]["unpriced_changes"],
    )  # fmt: skip
    assert [{"reason": "no price: nobody knows", "resources": 2}] == costs["unpriced"]
    (finding,) = [each for each in account.stored().findings() if each["resource"]["arn"] == "arn:aws:b:1"]
    assert {"monthly": None, "parts": {}, "currency": None, "reason": "no price: nobody knows"} == finding["cost"]


def test_ranges_stay_ranges(journal: Journal) -> None:
    """The least after the plan is the least now without the most that is saved; nothing costs less than nothing."""
    account = Account(journal, "plan")
    account.has("arn:aws:a:1", _cost(100, spread=10))
    account.changes("arn:aws:a:1", _saving(80, spread=15, one_time=3))
    costs = account.costs()
    assert {"low": 90, "likely": 100, "high": 110} == costs["total"]["current"]
    assert {"low": 0, "likely": 20, "high": 45} == costs["total"]["optimised"]
    assert {"low": 65, "likely": 80, "high": 95, "one_time": 3, "currency": "USD"} == costs["total"]["saving"]
    assert {"low": 780, "likely": 960, "high": 1140, "one_time": 3, "currency": "USD"} == costs["saving_annual"]


def test_savings_on_one_resource_add_up_to_its_end_state(journal: Journal) -> None:
    """Each change's saving is on top of the ones before it, so that a total prices the end state."""
    account = Account(journal, "plan")
    account.has("arn:aws:a:1", _cost(100))
    account.changes("arn:aws:a:1", _saving(50))
    account.changes("arn:aws:a:1", _saving(25))
    assert (100, 25, 75) == _likely(account.costs()["total"])
    assert account.stored().summary()["savings_monthly"]["likely"] == 75


def test_after_an_apply_only_what_was_applied_is_saved(journal: Journal) -> None:
    """The plan's estimate stands beside it; what failed, was skipped or rolled back saves nothing."""
    account = Account(journal, "apply")
    account.has("arn:aws:a:1", _cost(40))
    for number, status in enumerate(ChangeStatus):
        account.changes(f"arn:aws:a:{number}", _saving(10), status)
    costs = account.costs()
    assert (40, None, 10) == _likely(costs["total"])
    assert costs["estimate"]["likely"] == 10 * len(ChangeStatus)
    assert account.stored().summary()["savings_monthly"]["likely"] == 10


def test_changes_that_are_not_about_cost_need_no_price(journal: Journal) -> None:
    """Their missing price is no gap, and a service that only they are about has no costs."""
    account = Account(journal, "plan")
    account.changes("arn:aws:a:1", None, rule="safe")
    costs = account.costs()
    assert [] == costs["services"]
    assert (None, None, None) == _likely(costs["total"])
    assert account.stored().summary()["savings_monthly"] is None


def test_currencies_are_not_added_up(journal: Journal) -> None:
    """Their sums would be of no currency."""
    account = Account(journal, "plan")
    account.has("arn:aws:a:1", _cost(1))
    account.has("arn:aws-cn:b:1", _cost(1, currency="CNY"))
    account.changes("arn:aws:a:1", _saving(1))
    account.changes("arn:aws-cn:b:1", _saving(1, currency="CNY"))
    costs = account.costs()
    assert costs["currency"] is None
    assert (None, None, None) == _likely(costs["total"])
    assert costs["saving_annual"] is None


def test_an_audit_knows_what_things_cost_and_no_savings(journal: Journal) -> None:
    """Savings take a plan."""
    account = Account(journal, "audit")
    account.has("arn:aws:a:1", _cost(7))
    assert (7, None, None) == _likely(account.costs()["total"])


def _shown(account: Account, **shown: Any) -> tuple[list[str], list[str]]:
    stored = StoredRun(account.journal, account.journal.runs.get(account.run), Shown(**shown))
    findings = [each["resource"]["arn"][-1] for each in stored.findings()]
    return findings, [each["resource"]["arn"][-1] for each in stored.changes()]


def _four(journal: Journal) -> Account:
    """A plan: 1 saves 5, 2 saves 50, 3 fails without a known saving, 4 passes."""
    account = Account(journal, "plan")
    account.has("arn:aws:a:1", _cost(100))
    account.has("arn:aws:a:2", _cost(60))
    account.has("arn:aws:a:3", _cost(80))
    account.has("arn:aws:a:4", _cost(900), verdict=Verdict.PASS)
    account.changes("arn:aws:a:1", _saving(5))
    account.changes("arn:aws:a:2", _saving(50))
    account.changes("arn:aws:a:3", None)
    return account


def test_findings_and_changes_are_sorted_by_what_they_save(journal: Journal) -> None:
    """Unknown last, failing ones by what they cost."""
    account = _four(journal)
    assert (["1", "2", "3", "4"], ["1", "2", "3"]) == _shown(account)
    assert (["2", "1", "3", "4"], ["2", "1", "3"]) == _shown(account, sort="savings")


def test_an_audit_is_sorted_by_what_failing_resources_cost(journal: Journal) -> None:
    """Nobody knows savings without a plan; what something costs is the most that it could save."""
    account = Account(journal, "audit")
    account.has("arn:aws:a:1", _cost(10))
    account.has("arn:aws:a:2", UNPRICED)
    account.has("arn:aws:a:3", _cost(20))
    account.has("arn:aws:a:4", _cost(900), verdict=Verdict.PASS)
    assert ["3", "1", "2", "4"] == _shown(account, sort="savings")[0]


def test_what_saves_too_little_is_left_out_and_counted(journal: Journal) -> None:
    """An unknown saving is too little; the counts by verdict are of all."""
    account = _four(journal)
    assert (["2"], ["2"]) == _shown(account, min_savings=6)
    assert (["1", "2"], ["1", "2"]) == _shown(account, min_savings=5)
    summary = StoredRun(journal, journal.runs.get(account.run), Shown(min_savings=6)).summary()
    assert {"min_savings": 6, "findings": 3, "changes": 2} == summary["left_out"]
    assert (3, 1) == (summary["fail"], summary["pass"])
    assert "left_out" not in account.stored().summary()
