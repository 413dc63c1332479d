"""Applying a plan file from start to finish: every check first, then the run under the account's lock.

Whatever is refused is refused before the first call is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trueup.applying.apply_run import ApplyRun
from trueup.applying.options import ApplyOptions
from trueup.applying.rollback import go_on
from trueup.aws.permissions import simulate
from trueup.errors import RefusedError, UsageError
from trueup.exemptions.exemptions import NO_EXEMPTIONS
from trueup.journal.bundle import IMPORTED
from trueup.journal.changes import ChangeStatus
from trueup.journal.lock import account_lock
from trueup.permissions.plan import asked_together
from trueup.planning.limits import over_limits
from trueup.planning.plan_file import Plan
from trueup.running.closing_audit import audit_changed
from trueup.running.held import check_held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from trueup.applying.bench import Bench
    from trueup.exemptions.exemptions import Exemptions
    from trueup.journal.journal import Journal
    from trueup.journal.runs import RunRecord
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule
    from trueup.running.account import Account

__all__ = ["PlanApplier", "resume"]

# Where a run keeps the exemptions that it began with, among its options.
EXEMPTIONS = "exemptions"


@dataclass(frozen=True, slots=True)
class PlanApplier:
    """Applies one plan to one account.

    Args:
        account: the account.
        plan: the plan.
        options: what is allowed.
        say: tells a person what happens.
        exemptions: what is not to be fixed, whatever the plan holds.
    """

    account: Account
    plan: Plan
    options: ApplyOptions
    say: Callable[[str], None] = field(default=lambda _line: None)
    exemptions: Exemptions = NO_EXEMPTIONS

    def check(self, digest: str | None = None) -> dict[str, BoundRule]:
        """Check all that can be checked before anything is asked or sent; give the plan's rules.

        Args:
            digest: what the caller expects the plan's digest to be.

        Raises:
            RefusedError: edited, expired, used, for another account, frozen, over the limits, or not permitted.
        """
        journal, plan = self.account.journal, self.plan
        if digest is not None and digest not in {plan.digest, plan.digest.removeprefix("sha256:")}:
            message = f"plan {plan.id}: expected the digest {digest}, found {plan.digest}; review it again"
            raise RefusedError(message)
        journal.plans.check(plan.id, plan.digest)
        self._check_now(self.account.bench(self.say))
        self.account.check_account(plan.account, f"plan {plan.id}")
        changes = plan.changes()
        rules = plan.rules(self.account.host.fact_schemas())
        check_held(self.account, f"plan {plan.id}", changes)
        if strange := sorted({change.rule for change in changes} - rules.keys()):
            message = f"plan {plan.id}: expected the rules of its changes in it, found none of {', '.join(strange)}"
            raise RefusedError(message)
        if over := over_limits([c for c in changes if self._allowed(c)], plan.matched, self.account.settings.plan):
            raise RefusedError("\n".join(over))
        self._check_permissions(changes)
        return rules

    def go(self, rules: Mapping[str, BoundRule]) -> str:
        """Apply the plan; give the id of the run."""
        account, journal = self.account, self.account.journal
        bench = account.bench(self.say)
        with account_lock(journal.store.path, self.plan.account), bench.interrupt.catching_signals():
            # asked again: a person may have taken long to answer, and another process may have been quicker
            self._check_now(bench)
            journal.plans.keep(self.plan.document, None)
            run = journal.runs.start(
                "apply",
                run=account.run,
                account=self.plan.account,
                principal=account.connection.identity().arn,
                selection=self.plan.document["selection"],
                plan_digest=self.plan.digest,
                options={**self.options.to_json(), EXEMPTIONS: self.exemptions.to_json()},
            )
            _claim(journal, self.plan, run)
            for change in self.plan.changes():
                refusal = self.options.refusal(change)
                status = ChangeStatus.SKIPPED if refusal else ChangeStatus.PLANNED
                journal.changes.add(run, change, status, refusal)
            if ApplyRun(bench, run, rules, self.options, self.exemptions).go() != "interrupted":
                audit_changed(account, run, rules, self.say, self.exemptions)
        return run

    def exempt(self, change: PlannedChange) -> str | None:
        """Give why a change is exempt, as far as its resource's ARN tells; tags are read right before it is sent."""
        now = self.account.clock.now()
        return self.exemptions.rule_on(change.rule, change.resource.arn, None, now).refusal()

    def _check_now(self, bench: Bench) -> None:
        self.plan.check_expiry(self.account.clock.now())
        if why := bench.interrupt.frozen():
            message = f"plan {self.plan.id} is not applied: {why}"
            raise RefusedError(message)

    def _allowed(self, change: PlannedChange) -> bool:
        managed = change.managed_by is not None and not self.options.include_managed
        return self.options.refusal(change) is None and not managed

    def _check_permissions(self, changes: list[PlannedChange]) -> None:
        """Where IAM may be asked, ask whether everything may be done, undo included."""
        connection = self.account.connection
        asked = (
            (change, together)
            for change in changes
            if self._allowed(change)
            for together in asked_together(change, self.account.host)
        )
        for change, (arns, passed_to, actions) in asked:
            context = {"iam:PassedToService": passed_to} if passed_to else {}
            on = () if "*" in arns else arns
            answer = simulate(connection, connection.identity().arn, actions, on, context)
            if answer.why_unknown is not None:
                why = answer.why_unknown
                hint = f"; allow {why.missing_action} to have it asked" if why.missing_action else ""
                self.say(f"whether all calls are permitted could not be asked: {why.reason}{hint}")
                return
            if denied := answer.denied():
                message = (
                    f"plan {self.plan.id} is not applied: {change.resource.arn} needs {', '.join(denied)}"
                    f"{_on(arns, change)}, which IAM denies; allow it, or leave the change out"
                )
                raise RefusedError(message)


def resume(
    account: Account, record: RunRecord, say: Callable[[str], None], exemptions: Exemptions = NO_EXEMPTIONS
) -> str:
    """Go on with an apply or a rollback that was stopped or killed; give its id.

    What was exempt when the run began stays so, and what the given exemptions hold besides is not begun either.

    Raises:
        UsageError: it is neither.
        RefusedError: the credentials are for another account, or the run holds calls that no action declares.
    """
    if record.kind not in {"apply", "rollback"}:
        message = f"run {record.id}: expected an apply or a rollback to resume, found {record.kind}"
        raise UsageError(message)
    exemptions = exemptions.joined(record.options.get(EXEMPTIONS, ()), f"run {record.id}")
    account.check_account(record.account, f"run {record.id}")
    bench = account.bench(say)
    journal = account.journal
    with account_lock(journal.store.path, record.account or ""), bench.interrupt.catching_signals():
        check_held(account, f"run {record.id}", (each.change for each in journal.changes.of(record.id)))
        journal.runs.reopen(record.id)
        if record.kind == "rollback":
            go_on(bench, record.id)
            return record.id
        plan = Plan(journal.plans.get(record.plan_digest or ""))
        options = ApplyOptions.from_json(record.options)
        rules = plan.rules(account.host.fact_schemas())
        check_held(account, f"plan {plan.id}", plan.changes())
        _claim(journal, plan, record.id)
        for change in _unrecorded(account, record, plan):
            refusal = options.refusal(change)
            journal.changes.add(record.id, change, ChangeStatus.SKIPPED if refusal else ChangeStatus.PLANNED, refusal)
        if record.options.get(IMPORTED):
            _skip_planned(account, record, "the run was brought in from elsewhere: plan anew what it did not begin")
        _skip_expired(account, record, plan)
        if ApplyRun(bench, record.id, rules, options, exemptions).go() != "interrupted":
            audit_changed(account, record.id, rules, say, exemptions)
    return record.id


def _on(arns: tuple[str, ...], change: PlannedChange) -> str:
    return "" if arns == (change.resource.arn,) else f" on {', '.join(arns)}"


def _claim(journal: Journal, plan: Plan, run: str) -> None:
    """Take the plan for a run, which ends here when another one has it; a killed run may not have come so far."""
    try:
        journal.plans.claim(plan.digest, run)
    except RefusedError:
        journal.runs.finish(run, "failed")
        raise


def _unrecorded(account: Account, record: RunRecord, plan: Plan) -> Iterator[PlannedChange]:
    """Yield the changes that a kill kept from being put into the run."""
    known = {each.change.id for each in account.journal.changes.of(record.id)}
    return (change for change in plan.changes() if change.id not in known)


def _skip_expired(account: Account, record: RunRecord, plan: Plan) -> None:
    """What was begun is brought to its end; what was not is skipped once the plan has expired."""
    try:
        plan.check_expiry(account.clock.now())
    except RefusedError as error:
        _skip_planned(account, record, str(error))


def _skip_planned(account: Account, record: RunRecord, why: str) -> None:
    for each in account.journal.changes.of(record.id):
        if each.status is ChangeStatus.PLANNED:
            account.journal.changes.mark(record.id, each.change.id, ChangeStatus.SKIPPED, why)
