"""Selection narrows over kinds, widens within one, and never silently selects nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UsageError
from trueup.facts.schema import FactSchema
from trueup.ruleset.load import BrokenFile, RuleSet
from trueup.ruleset.pack import Pack
from trueup.ruleset.rule import Rule
from trueup.ruleset.selection import Selection


def make_rule(name: str, severity: str, category: str, *controls: str) -> Rule:
    """Give a rule with what selection looks at."""
    service = name.partition("-")[0]
    document = {
        "id": name,
        "title": name,
        "resource": f"{service}.thing",
        "category": category,
        "severity": severity,
        "stage": "stable",
        "rationale": "why",
        "compliance": [dict(zip(("framework", "control"), control.split(":"), strict=True)) for control in controls],
        "expect": {"a.b": {"const": 1}},
    }
    schema = FactSchema({"title": f"{service}.thing", "properties": {"a": {}}})
    return Rule.from_document(document, schema)


RULES = (
    make_rule("alpha-encrypted", "high", "security", "cis:1.1", "fsbp:A.1"),
    make_rule("alpha-idle", "medium", "cost"),
    make_rule("beta-encrypted", "high", "security", "cis:1.2"),
    make_rule("beta-idle", "low", "cost", "cis:2.1"),
)
PACKS = {"cis": Pack("cis", "CIS", frameworks=("cis",)), "money": Pack("money", "Money", rules=("*-idle",))}
RULESET = RuleSet({rule.id: rule for rule in RULES}, PACKS)
BROKEN = RuleSet(RULESET.rules, PACKS, (BrokenFile("gamma-idle", "gamma-idle.json", "x", "gamma.thing", ("bad",)),))
ALL = [rule.id for rule in RULES]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), ALL),
        (Selection(rules=("alpha-idle",)), ["alpha-idle"]),
        (Selection(rules=("alpha-*",)), ["alpha-encrypted", "alpha-idle"]),
        (Selection(rules=("alpha-idle", "beta-*")), ["alpha-idle", "beta-encrypted", "beta-idle"]),
        (Selection(packs=("cis",)), ["alpha-encrypted", "beta-encrypted", "beta-idle"]),
        (Selection(packs=("money",), services=("beta",)), ["beta-idle"]),
        (Selection(controls=("cis:1.1",)), ["alpha-encrypted"]),
        (Selection(controls=("cis:1.*",)), ["alpha-encrypted", "beta-encrypted"]),
        (Selection(controls=("fsbp:A.1",)), ["alpha-encrypted"]),
        (Selection(severities=("high", "low")), ["alpha-encrypted", "beta-encrypted", "beta-idle"]),
        (Selection(categories=("cost",), severities=("medium",)), ["alpha-idle"]),
        (Selection(resources=("arn:x",), tags=("a",)), ALL),
    ],
)
def test_kinds_narrow_and_names_of_one_kind_widen(selection: Selection, expected: list[str]) -> None:
    """And between kinds, or within one."""
    assert expected == [rule.id for rule in selection.select(RULESET)]


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (Selection(rules=("alpha-encryptd",)), "unknown rule 'alpha-encryptd'; did you mean 'alpha-encrypted'"),
        (Selection(rules=("gamma-*",)), "unknown rule 'gamma-*'"),
        (Selection(packs=("ciss",)), "unknown pack 'ciss'; did you mean 'cis'"),
        (Selection(packs=("x",)), "unknown pack 'x'; known are cis, money"),
        (Selection(controls=("cis:9.9",)), "unknown control 'cis:9.9'"),
        (Selection(services=("alfa",)), "unknown service 'alfa'; did you mean 'alpha'?"),
        (Selection(severities=("hihg",)), "unknown severity 'hihg'; did you mean 'high'?"),
        (Selection(categories=("costs",)), "unknown category 'costs'; did you mean 'cost'?"),
        (
            Selection(services=("alpha",), severities=("low",)),
            "of 4 rules none matches all of services: alpha; severities: low",
        ),
    ],
)
def test_what_selects_nothing_is_refused(selection: Selection, message: str) -> None:
    """An audit of nothing would pass."""
    with pytest.raises(UsageError) as raised:
        selection.select(RULESET)

    assert message in str(raised.value)


def test_every_unknown_name_is_told() -> None:
    """Two mistakes are two lines."""
    with pytest.raises(UsageError) as raised:
        Selection(rules=("x-y",), packs=("z",)).select(RULESET)

    assert 2 == len(str(raised.value).splitlines())


def test_no_rules_at_all_is_said() -> None:
    """Without any rule there is nothing to select from."""
    with pytest.raises(UsageError, match="no rule is selected: there are no rules at all"):
        Selection().select(RuleSet({}))


@pytest.mark.parametrize("selection", [Selection(rules=("gamma-idle",)), Selection(services=("gamma",))])
def test_a_broken_rule_is_known(selection: Selection) -> None:
    """Whoever names it learns that it is broken, not that it does not exist."""
    assert () == selection.select(BROKEN)


def test_a_broken_rule_of_another_service_is_no_excuse() -> None:
    """What selects nothing is refused, whatever else is broken."""
    with pytest.raises(UsageError, match="no rule is selected"):
        Selection(services=("alpha",), severities=("low",)).select(BROKEN)


@pytest.mark.parametrize(
    ("tags", "wanted", "expected"),
    [
        ({"env": "prod"}, ("env",), True),
        ({"env": "prod"}, ("env=prod",), True),
        ({"env": "prod"}, ("env=test",), False),
        ({"env": "prod"}, ("team", "env=prod"), True),
        ({"a=b": "c=d"}, ("a=b=c=d",), True),
        ({"env": ""}, ("env=",), True),
        ({}, ("env=",), False),
        ({}, (), True),
    ],
)
def test_resources_are_taken_by_tag(tags: dict[str, str], wanted: tuple[str, ...], *, expected: bool) -> None:
    """By name or by name and value, whatever signs are in them."""
    assert expected is Selection(tags=wanted).takes_tags(tags)


def test_resources_are_taken_by_arn() -> None:
    """Any of the given ones, or all when none is given."""
    assert [True, True, False] == [
        Selection().takes_resource("arn:a"),
        Selection(resources=("arn:a", "arn:b")).takes_resource("arn:b"),
        Selection(resources=("arn:a",)).takes_resource("arn:b"),
    ]


@given(st.dictionaries(st.sampled_from(["rules", "packs", "controls", "tags"]), st.lists(st.text(), min_size=1)))
def test_a_selection_survives_the_report(kinds: dict[str, Any]) -> None:
    """What was selected is written down, and only that."""
    selection = Selection.from_json(kinds)

    assert kinds == selection.to_json()
    assert selection == Selection.from_json(json.loads(json.dumps(selection.to_json())))
