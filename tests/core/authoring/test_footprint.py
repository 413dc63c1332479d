"""What a rule and its fix touch in AWS, from the plugin's declarations."""

from __future__ import annotations

from functools import cache

import pytest

from trueup.authoring.footprint import AspectRead, Footprint, footprint_of
from trueup.aws.iam.levels import is_read_only
from trueup.hosting.host import Host
from trueup.ruleset.load import load_rules


@cache
def footprints() -> dict[str, Footprint]:
    """Give the footprint of every installed rule."""
    host = Host()
    rules = load_rules(host.rule_sources(), host.fact_schemas()).rules.values()
    return {rule.id: footprint_of(rule.bind(), host.resource_type(rule.resource)) for rule in rules}


def test_an_aspect_that_follows_from_others_brings_theirs() -> None:
    """What is read for it is listed before it, and the fix's own reads by themselves."""
    found = footprints()["dynamodb-table-on-demand-when-idle"]

    assert ("dynamodb:ListTables",) == found.lists
    assert AspectRead("table", ("dynamodb:DescribeTable",), ()) == found.reads[0]
    assert AspectRead("capacity", (), ("table",)) in found.reads
    assert ("cloudwatch:GetMetricData", "dynamodb:DescribeTable", "dynamodb:ListTables") == found.audit_actions
    assert ("application-autoscaling:DescribeScalableTargets",) == found.plan_actions
    assert ("dynamodb:UpdateTable",) == found.write_actions
    assert [] == [each.name for each in found.fix_reads if each in found.reads]


@pytest.mark.parametrize("rule", footprints())
def test_each_rule_reads_by_reading_and_fixes_by_declared_writes(rule: str) -> None:
    """Every aspect has what it needs before it; audits ask by actions that only read, fixes by others."""
    found = footprints()[rule]
    before: set[str] = set()
    for each in (*found.reads, *found.fix_reads):
        assert set(each.needs) <= before
        before.add(each.name)

    assert [] == [action for action in (*found.audit_actions, *found.plan_actions) if not is_read_only(action)]
    assert (found.action is None) is (found.write_actions == ())
    assert found.lists


def test_programs_get_the_same() -> None:
    """A rule without a fix says so."""
    fixed = footprints()["dynamodb-table-pitr-enabled"].to_json()

    assert {
        "action": "enable-pitr",
        "risk": "safe",
        "reversible": "yes",
        "lowers_capacity": False,
        "writes": ["dynamodb:UpdateContinuousBackups"],
        "write_iam_actions": ["dynamodb:UpdateContinuousBackups"],
    }.items() <= fixed["fix"].items()
    reads = {each["aspect"]: each for each in fixed["reads"]}
    assert {
        "aspect": "table",
        "operations": ["dynamodb:DescribeTable"],
        "iam_actions": ["dynamodb:DescribeTable"],
        "needs": [],
    } == reads["table"]
    assert {"fix": None}.items() <= footprints()["ecs-containers-nonprivileged"].to_json().items()
