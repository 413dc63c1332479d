"""Tests of lifecycle rules: what they do to objects, and that a merge loses nothing of any of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.plugins.s3.documents import LIFECYCLES, SIZES
from trueup.canonical import plain
from trueup.plugins.s3.lifecycle import configuration, covers_all, in_filter_form, merged, transition_rule

MOVE = {"ID": "move", "Status": "Enabled", "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}
V1 = {"ID": "old", "Prefix": "logs/", "Status": "Enabled", "Expiration": {"Days": 365}}
"""A rule of the form that has no filter."""


@given(rules=LIFECYCLES)
def test_a_merge_loses_and_reorders_nothing(rules: list[dict[str, Any]]) -> None:
    """Every rule stands where it stood with all its fields, the old form in a filter, and the new one last."""
    new = transition_rule(rules, 30)
    after = merged(rules, new)
    assert [*map(in_filter_form, rules), new] == after
    for before, kept in zip(rules, after, strict=False):
        moved = before.get("Prefix")
        assert {name: value for name, value in before.items() if name not in {"Prefix", "Filter"}} == {
            name: value for name, value in kept.items() if name != "Filter"
        }
        assert before.get("Filter", {"Prefix": moved}) == kept["Filter"]


@given(rules=LIFECYCLES)
def test_a_merge_changes_no_rule_that_it_was_given(rules: list[dict[str, Any]]) -> None:
    """The documents that were read stay as they were, so that the undo is what was there."""
    before = plain(rules)
    merged(rules, transition_rule(rules, 30))
    assert before == rules


@given(rules=LIFECYCLES)
def test_the_old_form_is_converted_once(rules: list[dict[str, Any]]) -> None:
    """A rule that has a filter stays as it is, so that converting twice is converting once."""
    once = [in_filter_form(rule) for rule in rules]
    assert once == [in_filter_form(rule) for rule in once]
    assert not any("Prefix" in rule for rule in once)


def test_a_new_rule_has_an_id_of_its_own() -> None:
    """IDs are unique in a bucket, and somebody may have named a rule as we do."""
    rules: list[dict[str, Any]] = []
    for _ in range(3):
        rules = merged(rules, transition_rule(rules, 30))
    name = "trueup-standard-ia-after-30-days"
    assert [name, f"{name}-2", f"{name}-3"] == [rule["ID"] for rule in rules]


def test_an_empty_filter_and_an_empty_prefix_are_the_same() -> None:
    """S3 may give either for a rule that was put with the other."""
    empty, prefix = ({"Rules": [{**MOVE, "Filter": form}]} for form in ({}, {"Prefix": ""}))
    assert configuration(empty) == configuration(prefix)


def test_a_bucket_without_a_configuration_has_no_rules() -> None:
    """None is the answer of a bucket without one; an answer without a size has the default."""
    assert {"Rules": [], "TransitionDefaultMinimumObjectSize": None} == configuration(None)
    assert configuration({"Rules": []})["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"


@pytest.mark.parametrize(
    ("form", "whole"),
    [
        ({"Prefix": ""}, True),
        ({"Prefix": "logs/"}, False),
        ({"Filter": {"Prefix": ""}}, True),
        ({"Filter": {}}, True),
        ({"Filter": {"Prefix": "logs/"}}, False),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}}, False),
        ({"Filter": {"ObjectSizeGreaterThan": 131_072}}, True),
        ({"Filter": {"ObjectSizeGreaterThan": 131_073}}, False),
        ({"Filter": {"ObjectSizeLessThan": 10**12}}, False),
        ({"Filter": {"And": {"Prefix": "", "ObjectSizeGreaterThan": 1}}}, True),
        ({"Filter": {"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}]}}}, False),
    ],
)
def test_only_a_rule_for_all_objects_covers_all(form: dict[str, Any], *, whole: bool) -> None:
    """A rule for a part of the objects leaves the others where they are."""
    assert whole is covers_all(form)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({**MOVE, "Filter": {"Prefix": ""}}, 30),
        ({**MOVE, "Filter": {"Prefix": ""}, "Status": "Disabled"}, None),
        ({**MOVE, "Filter": {"Prefix": "a"}}, None),
        (
            {
                **MOVE,
                "Filter": {"Prefix": ""},
                "Transitions": [{"Date": "2027-01-01T00:00:00Z", "StorageClass": "GLACIER"}],
            },
            None,
        ),
        (V1, None),
    ],
)
def test_objects_move_by_enabled_rules_for_all_of_them(buckets: Any, rule: dict[str, Any], days: int | None) -> None:
    """A rule that is off, for some objects only, or for a day in the year, does not let objects move as they age."""
    assert {"days": days, "intelligent": False} == buckets.with_rules(rule)["tiering"]


def test_intelligent_tiering_is_told_from_rules_and_from_archive_tiers(buckets: Any) -> None:
    """Whether objects go there by a rule, for some of them even, or archive tiers wait for those put there."""
    rule = {**MOVE, "Filter": {"Prefix": "a"}, "Transitions": [{"Days": 0, "StorageClass": "INTELLIGENT_TIERING"}]}
    assert {"days": None, "intelligent": True} == buckets.with_rules(rule)["tiering"]
    for status, used in (("Enabled", True), ("Disabled", False)):
        tiers = {"configurations": [{"Id": "archive", "Status": status, "Tierings": []}]}
        assert used is buckets.snapshot(intelligent_tiering=tiers)["tiering.intelligent"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=LIFECYCLES, size=SIZES)
def test_s3_takes_the_merged_rules_and_gives_all_back(
    simulated_aws: Any, buckets: Any, rules: list[dict[str, Any]], size: str
) -> None:
    """Over HTTP: what is read after the change is its effect, and after the undo what was read before."""
    client = simulated_aws.client("s3")
    client.create_bucket(Bucket="orders")
    client.delete_bucket_lifecycle(Bucket="orders")
    if rules:
        client.put_bucket_lifecycle_configuration(
            Bucket="orders", LifecycleConfiguration={"Rules": rules}, TransitionDefaultMinimumObjectSize=size
        )
    before = _read(client, buckets)
    assert rules == before["Rules"]
    (step,) = buckets.change("add-lifecycle-transition", buckets.snapshot(lifecycle=before)).steps
    client.put_bucket_lifecycle_configuration(**step.call.parameters)
    after = _read(client, buckets)
    assert step.effect == {f"lifecycle.{name}": value for name, value in after.items()}
    (undo,) = step.undo
    ways = {
        "PutBucketLifecycleConfiguration": client.put_bucket_lifecycle_configuration,
        "DeleteBucketLifecycle": client.delete_bucket_lifecycle,
    }
    ways[undo.operation](**undo.parameters)
    assert before == _read(client, buckets)


def _read(client: Any, buckets: Any) -> Any:
    try:
        answer = client.get_bucket_lifecycle_configuration(Bucket="orders")
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
        answer = None
    return buckets.schema.normalise("lifecycle", configuration(answer))
