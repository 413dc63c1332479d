"""The printed policies on the whole of the demo's estate: every shipped rule, every fix, with IAM enforced."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.permissions.plan import plan_grants
from trueup.permissions.policy import divided, policy
from trueup.permissions.selection import audit_grants, planning_grants
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection
from trueup.running.audit_run import Auditor
from trueup.running.plan_run import PlanRun
from trueup.running.watch_run import WatchRun
from trueup.testing.estates import BEFORE, build_estate
from trueup.testing.operator import Operator
from trueup.watching.watch import WatchOptions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from trueup.permissions.grant import Grant
    from trueup.testing import SimulatedAws

pytestmark = pytest.mark.faults

EVERYTHING = Selection()
EVERY_RISK = ApplyOptions(allow=("disruptive", "destructive"), allow_irreversible=True)
ASKED = "iam:SimulatePrincipalPolicy"
"""Optional, and so in no policy."""


def _verdicts(operator: Operator, run: str) -> dict[tuple[str, str], tuple[str, str | None]]:
    return {
        (each["rule"], (each["resource"] or {}).get("arn", "")): (each["verdict"], each["missing_action"])
        for each in operator.findings(run)
    }


def _refused(aws: SimulatedAws) -> Counter[str]:
    """Give how often which call was refused for want of a permission, and forget it."""
    refused = Counter(call.name for call in aws.calls if not call.took_effect)
    aws.calls.clear()
    return refused


def test_every_rule_and_fix_goes_as_with_all_permissions(
    simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same verdicts; what is planned is applied, audited, watched and rolled back, and nothing is refused."""
    simulated_aws.reset(start=datetime.now(UTC) - BEFORE)
    build_estate(simulated_aws)

    def become(grants: Iterable[Grant]) -> None:
        for name, value in simulated_aws.enforce(*divided(policy(grants))).items():
            monkeypatch.setenv(name, value)

    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    operator = Operator(simulated_aws, tmp_path / "state.db", options=EVERY_RISK)
    host = operator.host
    rules = {name: rule.bind({}) for name, rule in load_rules(host.rule_sources(), host.fact_schemas()).rules.items()}

    def auditor() -> Auditor:
        return Auditor(operator.account(), rules, EVERYTHING)

    # The estate has a bucket that nobody may read: what is refused to an administrator, too, is no matter of policies.
    simulated_aws.calls.clear()
    everything = _verdicts(operator, auditor().go().run)
    hidden = _refused(simulated_aws)
    become(audit_grants(tuple(rules.values()), host, EVERYTHING))
    assert everything == _verdicts(operator, auditor().go().run)
    assert hidden == _refused(simulated_aws)

    become(planning_grants(tuple(rules.values()), host, EVERYTHING))
    plan: Any = PlanRun(auditor()).go().plan
    assert hidden == _refused(simulated_aws)
    assert 6 <= len({change.resource.type for change in plan.changes()})

    become(plan_grants(plan.changes(), rules, host))
    run = operator.apply(plan)
    unapplied = {str(each.status): each.reason for each in operator.changes(run) if str(each.status) != "applied"}
    assert {ASKED: 1} == _refused(simulated_aws)
    # Two fixes of one service: the second finds it moving still.
    assert {"skipped"} >= unapplied.keys()
    assert all("busy: the resource is being changed" in str(reason) for reason in unapplied.values())

    simulated_aws.clock.advance(timedelta(hours=1).total_seconds())
    WatchRun(operator.account(), operator.journal.runs.get(run), WatchOptions(once=True)).go()
    assert simulated_aws.calls.of("cloudwatch:GetMetricData")
    assert {} == _refused(simulated_aws)

    undone = operator.changes(operator.rollback(run))
    assert {"rolled_back"} == {str(each.status) for each in undone}
    assert {} == _refused(simulated_aws)
