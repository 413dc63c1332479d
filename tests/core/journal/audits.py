"""Audits without AWS: verdicts put into a journal as an audit puts them, and taken into its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.finding import Severity
from trueup.journal.stored_run import StoredRun
from trueup.resource import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.journal.journal import Journal

__all__ = ["ACCOUNT", "REGION", "arn_of", "audit", "document", "events", "report_of"]

ACCOUNT, REGION = "123456789012", "eu-west-1"


def arn_of(name: str) -> str:
    """Give the ARN of a queue."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}" if name else ""


def document(rule: str, name: str, verdict: str, region: str = REGION) -> dict[str, Any]:
    """Give a finding in the report's shape; of every queue, without a name."""
    return {
        "rule": rule,
        "verdict": verdict,
        "reason": None,
        "resource": {"type": "sqs.queue", "arn": arn_of(name) or None, "account": ACCOUNT, "region": region},
        "evidence": [],
    }


def audit(  # noqa: PLR0913 - what an audit may be like
    journal: Journal,
    verdicts: Mapping[tuple[str, str], str],
    *,
    rules: Sequence[str] = ("encrypted",),
    selection: Mapping[str, Sequence[str]] | None = None,
    complete: bool = True,
    broken: Sequence[str] = (),
    kind: str = "audit",
    status: str = "finished",
    options: Mapping[str, Any] | None = None,
) -> str:
    """Put an audit into the journal that judged (rule, queue) so; give its run."""
    journal.clock.sleep(60)
    run = journal.runs.start(kind, account=ACCOUNT, selection=selection, options=options)
    with journal.findings(run, dict.fromkeys(rules, Severity.HIGH)) as writer:
        for (rule, name), verdict in verdicts.items():
            writer.add(document(rule, name, verdict), Scope(ACCOUNT, REGION))
        writer.keep_rules({rule: {"title": rule, **({"broken": True} if rule in broken else {})} for rule in rules})
        writer.end_scope({"account": ACCOUNT, "region": REGION, "complete": complete})
    if status == "finished":
        journal.history.record(run, selection or {})
    journal.runs.finish(run, status)
    return run


def report_of(journal: Journal, run: str) -> StoredRun:
    """Give a run as its report sees it."""
    return StoredRun(journal, journal.runs.get(run))


def events(journal: Journal, run: str) -> dict[str, set[str]]:
    """Give the queues of a run's report that are new, open, returned and fixed."""
    report = report_of(journal, run)
    told: dict[str, set[str]] = {"new": set(), "open": set(), "returned": set(), "fixed": set()}
    for finding in report.findings():
        if finding["history"]:
            told[finding["history"]].add(finding["resource"]["arn"].rpartition(":")[2])
    told["fixed"] = {each["arn"].rpartition(":")[2] for each in report.fixed()}
    assert report.history()["counts"] == {word: len(names) for word, names in told.items()}
    return {word: names for word, names in told.items() if names}
