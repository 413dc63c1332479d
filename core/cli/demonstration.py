"""The demo: the whole way of the data on a simulated AWS, told step by step.

Nothing in it is made up for show: it calls what the commands call, and what it leaves are real files.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.applying.options import ApplyOptions
from trueup.canonical import canonical
from trueup.cli.chosen import choose
from trueup.cli.output import format_named, write_report
from trueup.cli.show import UNDO
from trueup.cli.start import Start
from trueup.clock import RemoteClock
from trueup.errors import UsageError
from trueup.journal.changes import ChangeStatus
from trueup.journal.stored_run import StoredRun
from trueup.planning.plan_file import write_private
from trueup.running.account import Account, Target
from trueup.running.apply_plan import PlanApplier
from trueup.running.audit_run import Auditor
from trueup.running.plan_run import PlanRun
from trueup.running.undo_run import UndoRun
from trueup.running.watch_run import WatchRun
from trueup.testing.estates import BEFORE, build_estate, make_trouble
from trueup.testing.server import SimulatedAws
from trueup.watching.watch import WatchOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trueup.cli.chosen import Chosen
    from trueup.planning.plan_file import Plan
    from trueup.running.plan_run import Planned

__all__ = ["demonstrate", "serve"]


def serve(port: int, say: Callable[[str], None], out: Callable[[str], None]) -> None:
    """Leave the simulated AWS running until Ctrl-C; print the environment for any AWS client."""
    with _simulated(port, say) as aws:
        for name, value in aws.environment().items():
            out(f"export {name}={value}")
        say("the simulated AWS is running; set this environment in another shell, end it here with Ctrl-C")
        threading.Event().wait()


def demonstrate(start: Start, folder: Path, port: int, say: Callable[[str], None]) -> None:
    """Audit, plan, apply, verify, watch and roll back on a simulated AWS; leave plan and reports in ``folder``.

    Raises:
        UsageError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"--out {folder}: expected a folder that can be written ({error.strerror}); choose another"
        raise UsageError(message) from error
    with tempfile.TemporaryDirectory(prefix="trueup-demo-") as hidden, _simulated(port, say) as aws:
        own = Start(state=Path(hidden) / "state.db", plugins=start.plugins, config=start.config)
        own.clock = RemoteClock(aws.environment()["TRUEUP_SIMULATED_CLOCK"])
        with _only_simulated(aws.environment()), closing(own):
            _Demo(own, aws, folder, say).go()


@contextmanager
def _simulated(port: int, say: Callable[[str], None]) -> Iterator[SimulatedAws]:
    say("starting a simulated AWS on this machine and filling it with an over-provisioned estate")
    with SimulatedAws(start=datetime.now(UTC) - BEFORE, port=port) as aws:
        build_estate(aws, lambda name: say(f"  building {name}"))
        yield aws


@contextmanager
def _only_simulated(environment: dict[str, str]) -> Iterator[None]:
    """Keep every AWS setting of the user's out while the demo runs: it must never reach a real account."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in kept:
        del os.environ[name]
    os.environ.update(environment, AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
    try:
        yield
    finally:
        for name in (*environment, "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            os.environ.pop(name, None)
        os.environ.update(kept)


# Three of the periods that a watch looks at.
_TROUBLED_SECONDS = 15 * 60


class _Demo:
    """The steps of the demo."""

    def __init__(self, start: Start, aws: SimulatedAws, folder: Path, say: Callable[[str], None]) -> None:
        self._start, self._aws, self._folder, self._say = start, aws, folder, say
        self._target = Target(endpoint_url=aws.endpoint_url)
        self._chosen: Chosen = choose(start, {})

    def go(self) -> None:
        self._head("1. audit: judge every resource by every rule")
        self._told(self._auditor().go().run)
        self._head("2. plan: each fix as exact API calls, in plan.json")
        planned, plan = self._plan()
        for change in plan.changes():
            self._say(f"  {change.summary}   [{change.risk}, {UNDO[change.reversible]}]")
            for step in change.steps:
                self._say(f"    {step.call.name} {json.dumps(step.call.parameters, sort_keys=True)}")
        self._left_alone(planned.run)
        self._money(planned.run)
        self._say(f"all of it, with undo and projection: trueup show {self._folder / 'plan.json'}")
        self._head("3. apply: canary, soak on the simulated clock, waves; each change verified")
        self._say("with --allow disruptive and --allow-irreversible, which a real account would have to be given, too")
        options = ApplyOptions(allow=("disruptive",), allow_irreversible=True)
        applier = PlanApplier(self._account(), plan, options, self._say)
        run = applier.go(applier.check(plan.digest))
        self._left_alone(run)
        self._head("4. watch: a limit that is breached now, and was not before, is rolled back")
        self._watch(run)
        self._head("5. roll one change back by hand")
        self._undo_one(run)
        self._head("6. audit again, with the changes beside it in report.json and report.html")
        self._audit_into(run)
        self._told(run)
        self._write(run)

    def _account(self) -> Account:
        start = self._start
        run = start.journal.runs.new_id()
        return Account(self._target, run, start.host, start.journal, start.clock, start.settings)

    def _auditor(self) -> Auditor:
        return Auditor(self._account(), self._chosen.rules, self._chosen.selection, self._chosen.broken)

    def _plan(self) -> tuple[Planned, Plan]:
        planned = PlanRun(self._auditor(), say=self._say).go()
        if planned.plan is None:
            message = (
                "the demo's estate has nothing to fix: expected the built-in plugins and rules, found none of them"
            )
            raise UsageError(message)
        write_private(self._folder / "plan.json", canonical(planned.plan.document) + "\n")
        return planned, planned.plan

    def _left_alone(self, run: str) -> None:
        """Say of what failed and stays so, why."""
        view = self._view(run)
        for finding in view.findings():
            why = (finding["fix"] or finding).get("reason")
            if finding["verdict"] == "fail" and why:
                self._say(f"not planned: {finding['resource']['id']}: {why}")
        for change in view.changes():
            if change["status"] in (ChangeStatus.SKIPPED, ChangeStatus.STALE):
                self._say(f"{change['status']}: {change['summary']}: {change['reason']}")

    def _money(self, run: str) -> None:
        """Say what a month costs now and after the plan, by service."""
        costs = self._view(run).costs()
        self._say(f"costs a month in {costs['currency']}, now and after the plan:")
        for name, each in [*((each["service"], each) for each in costs["services"]), ("all", costs["total"])]:
            now, after = (each[when]["likely"] if each[when] else None for when in ("current", "optimised"))
            if now is not None and after is not None:
                self._say(f"  {name:<12}{now:>10,.2f}{after:>10,.2f}")
        if saving := costs["total"]["saving"]:
            year = costs["saving_annual"]["likely"]
            bounds = f"{saving['low']:,.2f} to {saving['high']:,.2f}"
            self._say(f"likely saves {saving['likely']:,.2f} a month ({bounds}), {year:,.2f} a year")

    def _watch(self, run: str) -> None:
        """Let something go wrong, and look a quarter of an hour later, as a job that looks every so often does."""
        for trouble in make_trouble(self._aws):
            self._say(f"meanwhile: {trouble}")
        self._start.clock.sleep(_TROUBLED_SECONDS)
        self._say(f"a quarter of an hour later: trueup watch {run} --once --yes")
        options = WatchOptions(once=True, yes=True)
        WatchRun(self._account(), self._start.journal.runs.get(run), options, self._say).go()

    def _undo_one(self, run: str) -> None:
        journal = self._start.journal
        applied = [each.change for each in journal.changes.of(run) if each.status is ChangeStatus.APPLIED]
        if not applied:
            self._say("nothing was applied")
            return
        change = next((each for each in applied if each.capacity), applied[0])
        self._say(f"rolling back {change.id} on {change.resource.id}: {change.summary}")
        undo = UndoRun(self._account(), journal.runs.get(run), self._say)
        undo.go(undo.plan(change=change.id))

    def _audit_into(self, run: str) -> None:
        """Audit again, as part of the apply's own run, so that one report has findings and changes."""
        auditor = self._auditor()
        auditor.account.run = run
        self._start.journal.forget_findings(run)
        with self._start.journal.findings(run, auditor.severities()) as writer:
            auditor.audit(writer)
        self._start.journal.history.record(run, auditor.selection.to_json())

    def _write(self, run: str) -> None:
        view = self._view(run)
        for form, name in (("json", "report.json"), ("html", "report.html")):
            write_report(view, format_named(self._start, form), self._folder / name)
        written = ", ".join(str(self._folder / name) for name in ("plan.json", "report.json", "report.html"))
        self._say(f"wrote {written}; open report.html in a browser")

    def _told(self, run: str) -> None:
        summary = self._view(run).summary()
        self._say(f"{summary['fail']} fail, {summary['unknown']} unknown, {summary['pass']} pass")

    def _view(self, run: str) -> StoredRun:
        return StoredRun(self._start.journal, self._start.journal.runs.get(run))

    def _head(self, text: str) -> None:
        self._say("")
        self._say(text)
