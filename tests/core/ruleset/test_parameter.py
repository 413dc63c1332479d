"""Parameters are overridden by people, checked, and shown with where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import UsageError
from trueup.ruleset.parameter import (
    EffectiveParameter,
    ParameterOverrides,
    check_value,
    fill_parameters,
    parameter_names,
)
from trueup.ruleset.rule import Rule

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20", 20),
        ("0.5", 0.5),
        ("true", True),
        ('"a b"', "a b"),
        ("plain", "plain"),
        ("[1, 2]", [1, 2]),
        ("NaN", "NaN"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_value_is_json_or_else_text(text: str, value: Any) -> None:
    """A number is a number, and what is no JSON is taken as it stands."""
    overrides = ParameterOverrides.from_options([f"some-rule.gate={text}"])

    assert {"some-rule": {"gate": (value, "--param")}} == overrides.values


@pytest.mark.parametrize("option", ["gate=1", "some-rule.gate", ".gate=1", "some-rule.=1", ""])
def test_an_option_of_another_form_is_refused(option: str) -> None:
    """The message shows the form."""
    with pytest.raises(UsageError, match=r"expected RULE\.NAME=VALUE"):
        ParameterOverrides.from_options([option])


def test_an_option_wins_over_the_settings_file(rule: Rule) -> None:
    """What is typed now is stronger than what was written down, parameter by parameter."""
    settings = ParameterOverrides.from_settings({rule.id: {"gate": 30, "other": 1}})
    both = ParameterOverrides.from_options([f"{rule.id}.gate=40"]).over(settings)

    assert {"gate": 40, "other": 1} == both.of(rule)


def test_the_settings_file_has_a_table_for_each_rule() -> None:
    """A value where a table belongs is refused with the form."""
    with pytest.raises(UsageError, match=r'expected a table \[parameters."some-rule"\], found 5'):
        ParameterOverrides.from_settings({"some-rule": 5})


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            "example-thing-used.gate=20%",
            'example-thing-used.gate: expected a number of at least 0 and of at most 100 (percent), found "20%"',
        ),
        ("example-thing-used.gate=101", "found 101"),
        ("example-thing-used.gate=true", "found true"),
        ("example-thing-used.gaet=1", "unknown parameter 'gaet': expected one of gate; did you mean 'gate'?"),
        ("example-thing-usd.gate=1", "--param: unknown rule 'example-thing-usd'; did you mean 'example-thing-used'?"),
    ],
)
def test_every_override_is_checked(rule: Rule, option: str, message: str) -> None:
    """A wrong value, name or rule says what was expected and what is near."""
    with pytest.raises(UsageError) as raised:
        ParameterOverrides.from_options([option]).check({rule.id: rule})

    assert message in str(raised.value)


def test_what_the_action_cannot_take_is_refused(document: dict[str, Any], schema: FactSchema) -> None:
    """A value that the rule allows may still be wrong for its fix."""
    del document["parameters"]["gate"]["minimum"]
    rule = Rule.from_document(document, schema)
    with pytest.raises(UsageError) as raised:
        ParameterOverrides.from_options([f"{rule.id}.gate=-1"]).check({rule.id: rule})

    expected = "example-thing-used: the action set-mode cannot take limit: expected a number of at least 0, found -1"
    assert expected == str(raised.value)


def test_what_makes_no_condition_is_refused(document: dict[str, Any], schema: FactSchema) -> None:
    """A text may be no pattern where it is used as one."""
    document["parameters"]["name"] = {"type": "string", "default": "a"}
    document["when"] = {"thing.Name": {"pattern": {"$param": "name"}}}
    rule = Rule.from_document(document, schema)
    with pytest.raises(UsageError, match=r"thing\.Name/pattern: 'pattern': expected a regular expression, found '\('"):
        ParameterOverrides.from_options([f"{rule.id}.name=("]).check({rule.id: rule})


def test_all_wrong_overrides_are_told_at_once(rule: Rule) -> None:
    """Two mistakes are two lines."""
    overrides = ParameterOverrides.from_options([f"{rule.id}.gate=-1", f"{rule.id}.x=1", "no-such-rule.y=1"])

    with pytest.raises(UsageError) as raised:
        overrides.check({rule.id: rule})
    assert 3 == len(str(raised.value).splitlines())


def test_good_overrides_pass(rule: Rule) -> None:
    """Nothing is said of what is right."""
    ParameterOverrides.from_options([f"{rule.id}.gate=0"]).check({rule.id: rule})


@pytest.mark.parametrize(
    ("overrides", "value", "source"),
    [
        (ParameterOverrides(), 20, "default"),
        (ParameterOverrides.from_options(["example-thing-used.gate=40"]), 40, "--param"),
        (ParameterOverrides.from_settings({"example-thing-used": {"gate": 30}}), 30, "trueup.toml"),
    ],
)
def test_the_value_in_force_is_shown_with_its_source(
    rule: Rule, overrides: ParameterOverrides, value: int, source: str
) -> None:
    """A reader sees value, default, unit, and who set it."""
    assert (EffectiveParameter("gate", value, 20, "percent", source),) == overrides.effective(rule)


def test_a_reference_is_replaced_wherever_it_stands() -> None:
    """Deep inside too; what only looks like one is left."""
    value = {"a": [{"$param": "x"}], "b": {"$param": "x", "c": 1}, "d": {"$param": 5}}

    assert {"a": [7], "b": {"$param": "x", "c": 1}, "d": {"$param": 5}} == fill_parameters(value, {"x": 7})
    assert ["x"] == list(parameter_names(value))


def test_an_unknown_reference_is_refused() -> None:
    """A rule without parameters says so."""
    with pytest.raises(UsageError, match="unknown parameter 'x': the rule declares no parameters"):
        fill_parameters({"$param": "x"}, {})


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"type": "string", "enum": ["a", "b"]}, "c", 'expected a string one of "a", "b", found "c"'),
        (
            {"type": "array", "items": {"type": "string"}, "default": []},
            [1],
            'expected an array items {"type": "string"}, found [1]',
        ),
        (
            {"type": "integer", "exclusiveMinimum": 1, "multipleOf": 2},
            3,
            "an integer above 1 and that is a multiple of 2",
        ),
        ({"default": 1}, "anything", None),
    ],
)
def test_a_value_is_held_against_its_schema(schema: dict[str, Any], value: Any, message: str | None) -> None:
    """What is expected is told in words."""
    found = check_value(schema, value)

    assert (message is None and found is None) or (message or "-") in (found or "")
