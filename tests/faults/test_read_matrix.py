"""Whatever goes wrong with whichever read: unknown where it was needed, all else as without it, nothing planned of it.

The operations are the ones that the built-in services' audits and plans are seen to make, so that a new one is covered
by being made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from trueup.aws.connection import connect
from trueup.aws.iam.operations import actions_for
from trueup.aws.settings import ClientSettings
from trueup.cli.exits import audit_code
from trueup.clock import clock_from_environment
from trueup.hosting.host import Host
from trueup.journal.journal import Journal
from trueup.journal.stored_run import StoredRun
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection
from trueup.running.account import Account, Target
from trueup.running.audit_run import Auditor
from trueup.running.plan_run import PlanRun
from trueup.settings import Settings
from trueup.testing.estates import BEFORE, build_estate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from trueup.testing import SimulatedAws
    from trueup.testing.faults import FaultKind

KINDS: tuple[FaultKind, ...] = ("denied", "throttled", "timeout", "reset", "server_error", "cut_off")
# What the default run tries: a list, a read of one resource, and one that only a fix needs.
SAMPLE = ("dynamodb:ListTables", "dynamodb:DescribeContinuousBackups", "dynamodb:ListTagsOfResource")
SAMPLE_RULES = ("dynamodb-table-pitr-enabled", "dynamodb-table-deletion-protection-enabled")
# Long enough for the simulated AWS on a busy machine, short enough to wait for many times.
_PATIENT = ClientSettings(workers=8, attempts=1, read_timeout_seconds=60)
_HASTY = ClientSettings(workers=8, attempts=1, read_timeout_seconds=6)
_HELD_SECONDS = 7
# Asked before anything is judged; without it the command ends at once, which tests of connections show.
_WHO = "sts:GetCallerIdentity"

# Read many resources with one call, so that a failure strikes them all.
_TOGETHER = frozenset({"cloudwatch:GetMetricData", "ecs:DescribeServices"})

# Read, but no verdict and no change of the demo hangs on it.
_WITHOUT_WEIGHT = frozenset(
    {
        # Asked again right before a write, which is held back then; nothing is planned from them.
        "cloudwatch:DescribeAlarms",
        "rds:DescribeBlueGreenDeployments",
        "rds:DescribePendingMaintenanceActions",
        # How much of a saving is certain; not known, nothing is, and the saving says so.
        "elasticache:DescribeReservedCacheNodes",
        # No bucket has an ownership under which access control lists count.
        "s3:GetBucketAcl",
    }
)

Key = tuple[str, str | None]


@dataclass(frozen=True)
class Seen:
    """What one plan gave.

    Args:
        findings: rule and ARN to the finding.
        changes: rule and ARN to the change.
        report: scopes and summary as the report has them.
        code: the exit code that an audit would have ended with.
    """

    findings: Mapping[Key, dict[str, Any]]
    changes: Mapping[Key, dict[str, Any]]
    scopes: list[dict[str, Any]]
    code: int

    def verdicts(self) -> dict[Key, str]:
        """Give the verdicts."""
        return {key: finding["verdict"] for key, finding in self.findings.items()}


class Estate:
    """The demo's account, looked at again and again."""

    def __init__(self, aws: SimulatedAws, state: Path, rules: Iterable[str]) -> None:
        self.aws = aws
        self.host = Host()
        self.clock = clock_from_environment()
        self.journal = Journal.open(state, self.clock)
        self.rules = tuple(rules)
        self.whole: dict[str, Seen] = {}
        self.calls: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
        for rule in self.rules:
            aws.calls.clear()
            self.whole[rule] = self.look((rule,))
            self.calls[rule] = {}
            for call in aws.calls:
                if call.name != _WHO:
                    self.calls[rule].setdefault(call.name, []).append(call.parameters)
        # A fix may rest on another one of the same plan.
        self.together = self.look(self.rules)

    def operations(self) -> list[str]:
        """Give every operation that was seen."""
        return sorted({operation for calls in self.calls.values() for operation in calls})

    def look(self, rules: tuple[str, ...], settings: ClientSettings = _PATIENT) -> Seen:
        """Plan by some rules."""
        run = self.journal.runs.new_id()
        account = Account(Target(), run, self.host, self.journal, self.clock, Settings())
        account.connection = connect(None, self.aws.endpoint_url, None, settings)
        selection = Selection(rules=rules)
        ruleset = load_rules(self.host.rule_sources(), self.host.fact_schemas(), tolerant=True)
        bound = {each.id: each.bind({}) for each in selection.select(ruleset)}
        planned = PlanRun(Auditor(account, bound, selection)).go()
        view = StoredRun(self.journal, self.journal.runs.get(run))
        return Seen(
            {(each["rule"], each["resource"]["arn"]): each for each in view.findings()},
            {(each["rule"], each["resource"]["arn"]): each for each in view.changes()},
            view.scopes(),
            audit_code(view.summary(), broken=planned.audited.broken),
        )

    def problems(self, operation: str, kind: FaultKind) -> Iterator[str]:
        """Let an operation fail; yield what comes of it that must not."""
        rules = tuple(rule for rule in self.rules if operation in self.calls[rule])
        name = self._struck(operation, rules)
        fault = self.aws.faults.inject(operation, kind, resource=name, seconds=_HELD_SECONDS)
        try:
            seen = self.look(rules, _HASTY if kind == "timeout" else _PATIENT)
        finally:
            self.aws.faults.clear(fault)
        found = [] if operation in _WITHOUT_WEIGHT and seen.code else [*_shown(seen, operation, kind)]
        for rule in rules:
            found += _judged(self.whole[rule], seen, rule, name)
            found += _planned((self.whole[rule], self.together), seen, rule)
        for problem in found:
            yield f"{operation} {kind} for {name or 'all'}: {problem}"

    def _struck(self, operation: str, rules: tuple[str, ...]) -> str | None:
        """Give the name of a resource with a fix that this operation reads by itself; None when there is none."""
        asked = {str(value) for rule in rules for call in self.calls[rule].get(operation, ()) for value in _texts(call)}
        arns = sorted(str(arn) for rule in rules for _, arn in (self.whole[rule].changes or self.whole[rule].findings))
        names = [arn.rpartition(":")[2].rpartition("/")[2] for arn in arns]
        alone = [name for name in names if any(name == text.rpartition(":")[2].rpartition("/")[2] for text in asked)]
        return alone[0] if alone and operation not in _TOGETHER else None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _judged(whole: Seen, seen: Seen, rule: str, name: str | None) -> Iterator[str]:
    """Yield verdicts that are neither as without the fault nor unknown because of it."""
    unlisted = seen.verdicts().get((rule, None)) == "unknown"
    found = {arn: verdict for (each, arn), verdict in seen.verdicts().items() if each == rule and arn is not None}
    before = {arn: verdict for (_, arn), verdict in whole.verdicts().items() if arn is not None}
    for arn, verdict in before.items():
        now = found.get(arn)
        may_be_unknown = name is None or name in str(arn)
        if now is None and not unlisted:
            yield f"{rule} on {arn}: expected a verdict, found none"
        elif now not in {None, verdict} and not (now == "unknown" and may_be_unknown):
            yield f"{rule} on {arn}: expected {verdict}, found {now}"
    for arn in set(found) - set(before):
        yield f"{rule} on {arn}: expected no verdict, found {found[arn]}"


def _planned(wholes: Iterable[Seen], seen: Seen, rule: str) -> Iterator[str]:
    """Yield changes that rest on what is not known, or are not as without the fault."""
    for key, change in seen.changes.items():
        if key[0] != rule:
            continue
        if seen.verdicts().get(key) != "fail":
            yield f"{key}: a change is planned for a finding that is {seen.verdicts().get(key)}"
        elif not (expected := [whole.changes[key]["steps"] for whole in wholes if key in whole.changes]):
            yield f"{key}: a change is planned that is not without the fault"
        elif change["steps"] not in expected:
            yield f"{key}: expected the steps {expected}, found {change['steps']}"


def _shown(seen: Seen, operation: str, kind: FaultKind) -> Iterator[str]:
    """Yield what the report does not say of the fault."""
    if seen.code == 0:
        yield "exit code 0"
    told = [
        each
        for each in (*seen.findings.values(), *(error for scope in seen.scopes for error in scope["errors"]))
        if each["operation"] == operation
    ]
    managed = [change["managed_by"] for change in seen.changes.values() if "tags" in (change["managed_by"] or "")]
    if not told and not managed:
        yield "expected the report to name the operation, found it nowhere"
    actions = {each["missing_action"] for each in told}
    if kind == "denied" and told and not actions & set(actions_for(operation)):
        yield f"expected {actions_for(operation)} as missing action, found {actions}"


@pytest.fixture
def estate(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the maker of the demo's account, looked at by some rules."""
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    simulated_aws.reset(start=datetime.now(UTC) - BEFORE)
    build_estate(simulated_aws)
    return lambda rules: Estate(simulated_aws, tmp_path / "state.db", rules)


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_read_makes_unknown_what_needs_it_and_nothing_else(estate: Any, kind: FaultKind) -> None:
    """A list, a read of one resource and a read for fixes only, each failing in each way."""
    looked = estate(SAMPLE_RULES)
    assert set(SAMPLE) <= set(looked.operations())
    problems = [problem for operation in SAMPLE for problem in looked.problems(operation, kind)]
    assert not problems, "\n".join(problems)


@pytest.mark.faults
@pytest.mark.parametrize("kind", KINDS)
def test_every_failed_read_makes_unknown_what_needs_it_and_nothing_else(estate: Any, kind: FaultKind) -> None:
    """Every operation that auditing and planning by the shipped rules makes, failing in each way."""
    looked = estate(rule.id for rule in load_rules(Host().rule_sources(), Host().fact_schemas()).rules.values())
    problems = [problem for operation in looked.operations() for problem in looked.problems(operation, kind)]
    assert not problems, "\n".join(problems)
