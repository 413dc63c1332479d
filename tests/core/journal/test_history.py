"""What fails is followed from audit to audit, and nothing is called fixed that nobody looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.journal.audits import arn_of, audit, events, report_of
from tests.core.journal.conftest import StandingClock
from trueup.journal.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

A, B = ("encrypted", "a"), ("encrypted", "b")
EVERY = ("encrypted", "")


def _row(journal: Journal, name: str = "a") -> dict[str, Any]:
    (row,) = journal.store.rows("SELECT * FROM history WHERE arn = ?", (arn_of(name),))
    return dict(row)


def test_a_failure_is_followed(journal: Journal) -> None:
    """New, open, fixed, gone quiet, returned: what each audit says, and what is kept of it."""
    runs = [audit(journal, {A: verdict, B: "pass"}) for verdict in ("fail", "fail", "pass", "pass", "fail")]
    assert [{"new": {"a"}}, {"open": {"a"}}, {"fixed": {"a"}}, {}, {"returned": {"a"}}] == [
        events(journal, run) for run in runs
    ]
    row = _row(journal)
    assert ("open", "fail", 1, runs[0], runs[4], None) == tuple(
        row[name] for name in ("state", "verdict", "returned", "first_run", "last_run", "fixed_by")
    )
    assert ("2026-11-23T10:01:00Z", "2026-11-23T10:05:00Z") == (row["first_seen"], row["last_seen"])
    assert [] == journal.store.rows("SELECT * FROM history WHERE arn = ?", (arn_of("b"),))


def test_what_was_fixed_is_told_whole(journal: Journal) -> None:
    """By whom, when, and what was seen: that it passes, that the rule does not apply, that it is gone."""
    names = ("a", "b", "c")
    first = audit(journal, {("encrypted", name): "fail" for name in names})
    second = audit(journal, {A: "pass", B: "not_applicable"})
    fixed = list(report_of(journal, second).fixed())
    assert [("pass", second), ("not_applicable", second), (None, second)] == [
        (each["verdict"], each["fixed_by"]) for each in fixed
    ]
    assert {"2026-11-23T10:01:00Z"} == {each["first_seen"] for each in fixed}
    assert {"2026-11-23T10:02:00Z"} == {each["fixed_at"] for each in fixed}
    assert {"run": first, "finished_at": "2026-11-23T10:01:00Z"} == report_of(journal, second).history()[
        "compared_with"
    ]


NOT_FIXED: dict[str, tuple[Mapping[tuple[str, str], str], dict[str, Any]]] = {
    "unknown": ({A: "unknown"}, {}),
    "exempt": ({A: "exempt"}, {}),
    "its list broke off": ({EVERY: "unknown"}, {"complete": False}),
    "its list broke off, in a scope that says otherwise": ({EVERY: "unknown"}, {}),
    "something else could not be listed": ({}, {"complete": False}),
    "another rule": ({}, {"rules": ("tagged",)}),
    "another resource": ({B: "pass"}, {"selection": {"resources": [arn_of("b")]}}),
    "by tag": ({}, {"selection": {"tags": ["team=a"]}}),
    "a rule file that cannot be used": ({}, {"broken": ("encrypted",)}),
    "broken off": ({A: "pass"}, {"status": "interrupted"}),
}


@pytest.mark.parametrize(("verdicts", "more"), NOT_FIXED.values(), ids=NOT_FIXED.keys())
def test_what_was_not_judged_is_not_fixed(
    journal: Journal, verdicts: Mapping[tuple[str, str], str], more: dict[str, Any]
) -> None:
    """A run that did not look, or could not, leaves the failure as it was."""
    audit(journal, {A: "fail"})
    narrow = audit(journal, verdicts, **more)
    assert set() == {each["arn"] for each in report_of(journal, narrow).fixed()}
    assert "fixed" != _row(journal)["state"]
    assert {"open": {"a"}} == events(journal, audit(journal, {A: "fail"}))


def test_unknown_opens_nothing(journal: Journal) -> None:
    """What is not known is no failure, and is new when it turns out to be one."""
    runs = [audit(journal, {A: "unknown"}), audit(journal, {A: "fail"})]
    assert [{}, {"new": {"a"}}] == [events(journal, run) for run in runs]


def test_an_exemption_is_kept_apart(journal: Journal) -> None:
    """Exempt is neither open nor fixed; when the exemption ends, what was never open is new."""
    first, second, third, fourth = (audit(journal, {A: v, B: w}) for v, w in (
        ("fail", "exempt"), ("exempt", "exempt"), ("fail", "fail"), ("exempt", "pass")))  # fmt: skip
    assert [{"new": {"a"}}, {}, {"open": {"a"}, "new": {"b"}}, {"fixed": {"b"}}] == [
        events(journal, run) for run in (first, second, third, fourth)
    ]
    assert "exempt" == _row(journal)["state"]
    gone = audit(journal, {})
    assert [] == list(report_of(journal, gone).fixed())
    assert "fixed" == _row(journal)["state"]


def test_a_narrower_audit_in_between(journal: Journal) -> None:
    """What an audit of one queue saw first, or saw fixed, is told by the next audit of all of them, too."""
    audit(journal, {A: "fail"})
    between = audit(journal, {A: "pass", B: "fail"}, selection={"resources": [arn_of("a"), arn_of("b")]})
    after = audit(journal, {A: "pass", B: "fail"})
    assert {"new": {"b"}, "fixed": {"a"}} == events(journal, after)
    assert [between] == [each["fixed_by"] for each in report_of(journal, after).fixed()]
    assert None is report_of(journal, between).history()["compared_with"]


def test_the_report_of_an_old_run_stays_what_it_was(journal: Journal) -> None:
    """Whatever later audits find."""
    run = audit(journal, {A: "fail", B: "fail"})
    before = list(report_of(journal, run).findings()), report_of(journal, run).history()
    audit(journal, {A: "pass"})
    audit(journal, {A: "fail"})
    assert before == (list(report_of(journal, run).findings()), report_of(journal, run).history())


def test_an_audit_that_was_broken_off_says_nothing(journal: Journal) -> None:
    """Neither of its failures nor of others."""
    run = audit(journal, {A: "fail"}, status="interrupted")
    report = report_of(journal, run)
    assert {"compared_with": None, "counts": None, "baseline": None, "trend": []} == report.history()
    assert [(None, None)] == [(each["history"], each["first_seen"]) for each in report.findings()]


def test_of_two_findings_the_worse_counts(journal: Journal) -> None:
    """A rule may judge a resource twice, as a global one in two Regions."""
    run = journal.runs.start("audit")
    with journal.findings(run, {}) as writer:
        for verdict in ("pass", "fail", "unknown"):
            writer.add({**_document(), "verdict": verdict})
    journal.history.record(run, {})
    assert ("open", "fail") == (_row(journal)["state"], _row(journal)["verdict"])


def _document() -> dict[str, Any]:
    resource = {"type": "sqs.queue", "arn": arn_of("a"), "account": "1", "region": "r"}
    return {"rule": "encrypted", "resource": resource}


def test_the_trend_is_of_audits_alike(journal: Journal) -> None:
    """The last thirty of the same selection in the same scopes, oldest first, up to the run itself."""
    runs = [audit(journal, {A: "fail", B: "unknown"}) for _ in range(32)]
    audit(journal, {A: "fail"}, selection={"rules": ["encrypted"]})
    audit(journal, {A: "fail"}, kind="apply")
    runs.append(audit(journal, {A: "pass"}, kind="plan"))
    trend = report_of(journal, runs[-1]).history()["trend"]
    assert runs[-30:] == [point["run"] for point in trend]
    assert runs[:5] == [point["run"] for point in report_of(journal, runs[4]).history()["trend"]]
    numbers = {"pass": 0, "fail": 1, "unknown": 1, "exempt": 0, "not_applicable": 0}
    assert {"run": runs[-2], "kind": "audit", "at": "2026-11-23T10:32:00Z", **numbers} == trend[-2]


def test_what_an_apply_saw_fixed(journal: Journal) -> None:
    """Its closing audit is about what it changed; its own report tells of it, and so does the next audit's."""
    audit(journal, {A: "fail", B: "fail"})
    apply = audit(journal, {A: "pass"}, kind="apply", selection={"resources": [arn_of("a")]})
    after = audit(journal, {A: "pass", B: "fail"})
    assert [{"fixed": {"a"}}, {"fixed": {"a"}, "open": {"b"}}] == [events(journal, run) for run in (apply, after)]


def test_a_baseline(journal: Journal) -> None:
    """What failed there is known; what passed, was unknown, exempt or absent there is new."""
    names = ("a", "b", "c", "d", "e")
    there = dict(zip(names, ("fail", "pass", "unknown", "exempt"), strict=False))
    known = audit(journal, {("encrypted", name): verdict for name, verdict in there.items()})
    run = audit(journal, {("encrypted", name): "fail" for name in names}, options={"baseline": known})
    report = report_of(journal, run)
    assert {"run": known, "new": 4, "known": 1} == report.history()["baseline"]
    assert {"a": "known", "b": "new", "c": "new", "d": "new", "e": "new"} == {
        each["resource"]["arn"].rpartition(":")[2]: each["baseline"] for each in report.findings()
    }


def test_a_baseline_that_is_not_here(journal: Journal) -> None:
    """A run that came from another state without it: nothing is said against it."""
    run = audit(journal, {A: "fail"}, options={"baseline": "elsewhere"})
    report = report_of(journal, run)
    assert {"run": "elsewhere", "new": None, "known": None} == report.history()["baseline"]
    assert [None] == [each["baseline"] for each in report.findings()]


RULES, NAMES = ("r", "s"), ("a", "b", "c")
_verdicts = st.dictionaries(
    st.tuples(st.sampled_from(RULES), st.sampled_from(NAMES)),
    st.sampled_from(["pass", "fail", "unknown", "exempt", "not_applicable"]),
)
_audits = st.fixed_dictionaries(
    {
        "verdicts": _verdicts,
        "rules": st.sampled_from([RULES, ("r",), ("s",)]),
        "only": st.sampled_from([None, None, "a", "b"]),
        "complete": st.sampled_from([True, True, False]),
        "status": st.sampled_from(["finished", "finished", "finished", "interrupted"]),
    }
)


@given(st.lists(_audits, max_size=7))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_audits_one_after_the_other(tmp_path: Path, audits: list[dict[str, Any]]) -> None:
    """The history is what a reader of the rules works out by hand."""
    path = tmp_path / "any.db"
    journal = Journal.open(path, StandingClock())
    expected: dict[tuple[str, str], dict[str, Any]] = {}
    for each in audits:
        seen = {
            key: verdict
            for key, verdict in each["verdicts"].items()
            if key[0] in each["rules"] and each["only"] in {None, key[1]}
        }
        run = audit(
            journal, seen, rules=each["rules"], complete=each["complete"], status=each["status"],
            selection={"resources": [arn_of(each["only"])]} if each["only"] else {},
        )  # fmt: skip
        if each["status"] == "finished":
            _by_hand(expected, seen, each, run)
    rows = journal.store.rows("SELECT * FROM history")
    found = {(row["rule"], row["arn"].rpartition(":")[2]): {name: row[name] for name in _KEPT} for row in rows}
    journal.store.close()
    for file in tmp_path.iterdir():
        file.unlink()
    assert {key: {name: old[name] for name in _KEPT} for key, old in expected.items()} == found


_KEPT = ("state", "verdict", "returned", "first_run", "last_run", "fixed_by")


def _by_hand(kept: dict[Any, dict[str, Any]], seen: Mapping[Any, str], each: Mapping[str, Any], run: str) -> None:
    """Follow each queue of each rule by itself, as the page about the history says."""
    for key in ((rule, name) for rule in RULES for name in NAMES):
        verdict, old = seen.get(key), kept.get(key)
        looked = key[0] in each["rules"] and each["only"] is None and each["complete"]
        if verdict in {"fail", "exempt"}:
            old = kept.setdefault(key, {"state": "none", "returned": 0, "first_run": run, "ever": False})
            failing = verdict == "fail"
            old["returned"] += failing and old["ever"] and old["state"] == "fixed"
            old["ever"] |= failing
            old.update(state="open" if failing else "exempt", verdict=verdict, last_run=run, fixed_by=None)
        elif old and verdict == "unknown":
            old["verdict"] = verdict
        elif old and (verdict or (looked and old["state"] != "fixed")):
            old["verdict"] = verdict
            if old["state"] != "fixed":
                old.update(state="fixed", fixed_by=run)
