"""An audit from start to finish: judged, streamed into the journal, ended with a status whatever happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.auditing.audit import audit
from trueup.errors import PluginError, UsageError
from trueup.exemptions.exemptions import NO_EXEMPTIONS
from trueup.exemptions.judging import exempted
from trueup.exemptions.usage import Usage
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Finding, Severity, Verdict
from trueup.journal.findings import finding_to_json
from trueup.journal.lock import audit_lock
from trueup.journal.run_history import BASELINE
from trueup.journal.stored_run import EXEMPTIONS
from trueup.running.carrier import ONLY_ACCOUNT, THIS_PROCESS
from trueup.service.judging import unknown_finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from trueup.accounts.account_spec import AccountSpec
    from trueup.auditing.job import ScopeAudit
    from trueup.engines.engine import EngineWork
    from trueup.exemptions.exemptions import Exemptions
    from trueup.exemptions.ruling import Ruling
    from trueup.journal.findings import FindingsWriter
    from trueup.resource import Resource, Scope
    from trueup.ruleset.load import BrokenFile
    from trueup.ruleset.rule import BoundRule
    from trueup.ruleset.selection import Selection
    from trueup.running.account import Account
    from trueup.running.carrier import Carrier

__all__ = ["Audited", "Auditor", "rule_to_json"]


@dataclass(slots=True)
class Audited:
    """What an audit gave, besides what it put into the journal.

    Args:
        run: its id.
        failed: the failed findings that were held back for planning, by scope and service, as their lists have them.
        matched: rule id to the number of resources that the rule applies to.
        costs: (rule, ARN) of a held finding to what the resource costs, where that was asked for.
        rulings: (rule, ARN) of a held finding to what the exemptions say of it, where they say anything.
        broken: whether a plugin or a rule file is broken.
    """

    run: str
    failed: list[tuple[BoundRule, Resource]] = field(default_factory=list)
    matched: Counter[str] = field(default_factory=Counter)
    costs: dict[tuple[str, str], Mapping[str, Any] | Unknown] = field(default_factory=dict)
    rulings: dict[tuple[str, str], Ruling] = field(default_factory=dict)
    broken: bool = False

    def arrange(self, scopes: Sequence[Scope]) -> None:
        """Put what failed into an order that does not depend on which scope and service was faster."""
        order = {(each.account, each.region): number for number, each in enumerate(scopes)}
        self.failed.sort(key=lambda each: (order.get((each[1].account, each[1].region), 0), each[0].rule.service))


@dataclass(frozen=True, slots=True)
class Auditor:
    """Audits accounts with one set of rules.

    Args:
        account: whose credentials are in hand; it is what is audited, unless other accounts are named.
        rules: the selected rules by id.
        selection: the selection, for the report, and for the resources that are meant.
        broken: rule files that could not be used.
        progress: told of every finding.
        exemptions: what may fail; a failure that is exempt is never held back for planning.
        baseline: the run whose failures are known already, for the report.
        accounts: what is audited instead of the account of the credentials in hand.
        carrier: the engine that has scopes audited, and what it is told; this process, unless one is given.
    """

    account: Account
    rules: Mapping[str, BoundRule]
    selection: Selection
    broken: tuple[BrokenFile, ...] = ()
    progress: Callable[[Finding], None] = lambda _finding: None
    exemptions: Exemptions = NO_EXEMPTIONS
    baseline: str | None = None
    accounts: tuple[AccountSpec, ...] = ONLY_ACCOUNT
    carrier: Carrier = THIS_PROCESS

    def go(self, options: Mapping[str, Any] | None = None) -> Audited:
        """Audit, and put everything into the journal.

        Args:
            options: kept with the run until it has finished, for whoever resumes it.
        """
        self.start("audit", options)
        return self._finished(frozenset())

    def resume(self) -> Audited:
        """Go on with the account's run, which was interrupted or killed: scopes that were read are not read again.

        Raises:
            StateError: another process still audits it.
        """
        journal, run = self.account.journal, self.account.run
        journal.runs.reopen(run)
        return self._finished(journal.forget_unfinished(run))

    def start(self, kind: str, options: Mapping[str, Any] | None = None) -> None:
        """Begin the run in the journal, once it is known whose credentials these are."""
        identity = self.account.connection.identity()
        self.account.journal.runs.start(
            kind,
            run=self.account.run,
            account=identity.account,
            principal=identity.arn,
            selection=self.selection.to_json(),
            options={**(options or {}), **self._known()} or None,
        )

    def _known(self) -> dict[str, str]:
        return {BASELINE: self.baseline} if self.baseline else {}

    def _finished(self, done: frozenset[tuple[str, str]]) -> Audited:
        journal, run = self.account.journal, self.account.run
        status = "failed"
        try:
            with audit_lock(journal.store.path, run), journal.findings(run, self.severities()) as writer:
                audited = self.audit(writer, done=done)
            journal.history.record(run, self.selection.to_json())
            journal.runs.keep_options(run, self._known())
            status = "finished"
        except KeyboardInterrupt:
            status = "interrupted"
            raise
        finally:
            journal.runs.finish(run, status)
        return audited

    def audit(
        self, writer: FindingsWriter, *, hold_failed: bool = False, done: frozenset[tuple[str, str]] = frozenset()
    ) -> Audited:
        """Judge everything that is selected; findings go to ``writer`` as they come.

        Args:
            writer: takes the findings.
            hold_failed: keep failed findings that have a fix back, for who plans them; they are in ``failed`` only.
            done: account id and Region of scopes that were audited before.
        """
        audited = Audited(self.account.run)
        work = self._work(done)
        scopes: list[Scope] = []
        fixes = {rule: self.fix(bound) for rule, bound in self.rules.items()}
        usage = Usage(self.exemptions, self.rules, self.selection, scopes)
        if done:
            usage.resumed()
        now = self.account.clock.now()

        def sink(found: Finding, scope: Scope | None) -> None:
            finding = exempted(found, self.exemptions, now)
            self.progress(finding)
            usage.note(finding)
            if finding.judgement.verdict is not Verdict.NOT_APPLICABLE and finding.resource is not None:
                audited.matched[finding.rule] += 1
            fix = fixes.get(finding.rule)
            if hold_failed and fix is not None and _to_be_fixed(finding):
                self._hold(audited, finding)
            else:
                writer.add(finding_to_json(finding, scope or self._home(), _unfixed(fix, finding)), scope)

        def ended(found: ScopeAudit) -> None:
            scopes.append(found.scope)
            writer.end_scope(found.to_json())

        writer.keep_rules({rule: rule_to_json(bound) for rule, bound in self.rules.items()} | self._broken_rules())
        if not done:
            for finding in self._of_broken_files():
                sink(finding, None)
        known = self.account.scopes if work.opening.one else None
        audit(work.job, self.carrier.engine.run(work), sink=sink, ended=ended, scopes=known)
        audited.arrange(known or ())
        if self.exemptions:
            self.account.journal.changes.note(self.account.run, EXEMPTIONS, **usage.to_json(now))
        audited.broken = bool(self.broken) or bool(self.account.host.broken)
        return audited

    def _work(self, done: frozenset[tuple[str, str]]) -> EngineWork:
        tagged = self.exemptions.tagged({rule: bound.rule.resource for rule, bound in self.rules.items()})
        return self.carrier.work(
            self.account, self.accounts, rules=self.rules.values(), selection=self.selection, tagged=tagged, done=done
        )

    def _home(self) -> Scope:
        """Give the scope that findings of no scope stand in: those of rule files that cannot be used."""
        connection = self.account.connection
        return connection.scope(connection.region)

    def severities(self) -> dict[str, Severity]:
        """Give the severity of each rule, which orders the findings."""
        return {rule: bound.rule.severity for rule, bound in self.rules.items()}

    def fix(self, bound: BoundRule) -> dict[str, Any] | None:
        """Give what the report says of a rule's fix, None when it has none that works."""
        fix = bound.rule.remediation
        if fix is None:
            return None
        try:
            action = self.account.host.resource_type(bound.rule.resource).actions[fix.action]
        except (PluginError, UsageError, KeyError):
            return None
        return {"action": fix.action, "risk": str(action.risk), "reversible": str(action.reversible)}

    def _hold(self, audited: Audited, finding: Finding) -> None:
        if finding.resource is None:
            return
        key = finding.rule, finding.resource.arn
        audited.failed.append((self.rules[finding.rule], finding.resource))
        if finding.cost is not None:
            audited.costs[key] = finding.cost
        if finding.exemption is not None and finding.exemption.expired:
            audited.rulings[key] = finding.exemption

    def _of_broken_files(self) -> Iterable[Finding]:
        for file in self.broken:
            why = Unknown(Reason.BROKEN_PLUGIN, f"its rule file cannot be used: {file.problems[0]}")
            yield unknown_finding(file.id, file.resource or "unknown", why)

    def _broken_rules(self) -> dict[str, dict[str, Any]]:
        return {
            file.id: {
                "title": "A rule file that cannot be used",
                "severity": str(Severity.MEDIUM),
                "category": "operations",
                "resource": file.resource or "unknown",
                "rationale": "; ".join(file.problems),
                "references": [],
                "compliance": [],
                "parameters": {},
                "broken": True,
            }
            for file in self.broken
        }


def _to_be_fixed(finding: Finding) -> bool:
    failed = finding.judgement.verdict is Verdict.FAIL and finding.resource is not None
    return failed and (finding.exemption is None or finding.exemption.refusal() is None)


def _unfixed(fix: dict[str, Any] | None, finding: Finding) -> dict[str, Any] | None:
    """Give what the report says of a fix; of one that the exemptions leave open, why there is none."""
    why = finding.exemption.refusal() if finding.exemption else None
    return {**fix, "reason": why} if fix and why else fix


def rule_to_json(bound: BoundRule) -> dict[str, Any]:
    """Give a rule as the report has it, once a run."""
    rule = bound.rule
    return {
        "title": rule.title,
        "severity": str(rule.severity),
        "category": rule.category,
        "resource": rule.resource,
        "rationale": rule.rationale,
        "references": list(rule.references),
        "compliance": [{"framework": each.framework, "control": each.control} for each in rule.compliance],
        "parameters": dict(bound.parameters),
    }
