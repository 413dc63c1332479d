"""Every fix that lowers capacity can be watched: its rule says what a regression is, in metrics of minutes."""

from __future__ import annotations

import pytest

from trueup.hosting.host import Host
from trueup.ruleset.load import load_rules
from trueup.service.declarations import MetricsAspect
from trueup.service.needs import reading_order

HOST = Host()
DAY_SECONDS = 86_400


def _lowering() -> dict[str, tuple[str, str]]:
    """Give the shipped rules whose fix lowers capacity, with their type and action."""
    rules = load_rules(HOST.rule_sources(), HOST.fact_schemas(), tolerant=False).rules.values()
    found = {rule.id: (rule.resource, rule.remediation.action) for rule in rules if rule.remediation}
    return {
        rule: (kind, action)
        for rule, (kind, action) in found.items()
        if HOST.resource_type(kind).actions[action].capacity
    }


LOWERING = _lowering()


def test_there_are_some() -> None:
    """The others of this file would pass without any."""
    assert LOWERING


@pytest.mark.parametrize("rule", LOWERING)
def test_a_fix_that_lowers_capacity_can_be_watched(rule: str) -> None:
    """Its regression condition looks at metrics, none of which is measured but once a day, and waits for no history."""
    bound = load_rules(HOST.rule_sources(), HOST.fact_schemas(), tolerant=False).rules[rule].bind({})
    assert bound.regression is not None
    declared = HOST.resource_type(LOWERING[rule][0])
    read = reading_order(declared.aspects, bound.regression.aspects)
    periods = [each.period for each in read if isinstance(each, MetricsAspect)]
    assert periods
    assert max(periods) < DAY_SECONDS
    assert "history" not in {each.name for each in read}
