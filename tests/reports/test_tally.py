"""Findings are counted as they are, and every unknown has its cause."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings

from tests.reports.generated import runs
from tests.reports.views import MemoryView, finding, view_of
from trueup.reports.tally import rule_facts, tally


@given(runs())
@settings(deadline=None)
def test_every_finding_is_counted_once_in_every_way(view: MemoryView) -> None:
    """Severities, services and rules each add up to the run's own counts, and so do the causes of unknowns."""
    counts = tally(view)
    verdicts = Counter(record["verdict"] for record in view.findings())

    assert [verdicts] * 3 == [
        sum(group.values(), Counter()) for group in (counts.severities, counts.services, counts.rules)
    ]
    assert verdicts["unknown"] == sum(gap.findings for gap in counts.gaps)


def test_a_permission_is_one_gap_with_its_cost() -> None:
    """Findings that miss the same permission are one gap: how many resources, which operation, which rules."""
    gap = tally(view_of("audit")).gaps[0]

    assert ("s3:GetBucketPolicy", {"s3:GetBucketPolicy"}, 2, 2) == (
        gap.missing_action,
        gap.operations,
        gap.resources,
        gap.findings,
    )
    assert {"s3-bucket-tls-only"} == gap.rules


def test_a_resource_counts_once_a_gap() -> None:
    """Two rules that cannot judge the same bucket cost one resource."""
    view = view_of("audit")
    view.finding_records = [
        finding(rule, "unknown", "payroll", missing_action="s3:ListTagsForResource")
        for rule in ("s3-bucket-tls-only", "s3-bucket-public-access-blocked")
    ]

    assert [(1, 2)] == [(gap.resources, gap.findings) for gap in tally(view).gaps]


def test_a_cause_without_a_permission_is_grouped_by_its_kind() -> None:
    """The resource's own part of a reason, after the colon, does not make a cause of its own."""
    view = view_of("audit")
    view.finding_records = [
        finding("s3-bucket-tls-only", "unknown", name, reason=f"throttled at s3:GetBucketPolicy: bucket {name}")
        for name in ("a", "b")
    ]

    assert [("throttled at s3:GetBucketPolicy", 2)] == [(gap.cause, gap.resources) for gap in tally(view).gaps]


def test_causes_do_not_grow_without_bound() -> None:
    """Past fifty kinds the rest is one kind, so that a reason per resource costs no memory."""
    view = view_of("audit")
    view.finding_records = [
        finding("s3-bucket-tls-only", "unknown", f"b{number}", reason=f"odd {number}") for number in range(200)
    ]
    gaps = tally(view).gaps

    assert (51, "other reasons", 150) == (len(gaps), gaps[0].cause, gaps[0].findings)


def test_what_is_not_known_of_a_rule_is_filled_in() -> None:
    """A rule without a record, or with a severity of the future, is still shown."""
    assert ("gone", "unspecified") == (rule_facts({}, "gone")["title"], rule_facts({}, "gone")["severity"])
    assert "unspecified" == rule_facts({"new": {"severity": "apocalyptic"}}, "new")["severity"]
