"""What S3 demands of a lifecycle configuration: number and names of rules, their form, filters and expirations.

The rules of transitions are in ``lifecycle_transitions``. Each check names where S3's answer was recorded; the first
fault found is the answer.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.simulation.lifecycle_transitions import check_transitions
from trueup.plugins.s3.simulation.refusals import invalid_argument, invalid_request, malformed_xml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

__all__ = ["check"]

Rule = dict[str, Any]
"""A decoded ``LifecycleRule``, its members as boto3 names them."""

MAX_RULES = 1000
MAX_ID_LENGTH = 255
MAX_OBJECT_SIZE = 1_099_511_627_776_000
"""The largest size that a filter may name, in bytes (hashicorp/terraform-provider-aws#41521)."""

ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransitions",
    "AbortIncompleteMultipartUpload",
)


def check(rules: Sequence[Rule]) -> None:
    """Refuse what S3 refuses.

    Raises:
        AwsError: the first fault, with S3's code and message.
    """
    if not rules:
        raise invalid_request("At least one lifecycle rule must be specified.")
    if len(rules) > MAX_RULES:
        raise invalid_request(f"The number of lifecycle rules must not exceed the allowed limit of {MAX_RULES} rules.")
    _check_ids(rules)
    # A configuration is "Lifecycle V2" when its first rule has a Filter (ansible/ansible#53751 for the one order,
    # hashicorp/terraform-provider-aws#23299 for the other).
    filtered = "Filter" in rules[0]
    for rule in rules:
        _check_form(rule, filtered=filtered)
        _check_filter(rule.get("Filter", {}))
        _check_expirations(rule, filtered=filtered)
        _check_companions(rule)
        check_transitions(rule)
    if not filtered:
        _check_overlaps(rules)


def _check_ids(rules: Sequence[Rule]) -> None:
    names = [rule["ID"] for rule in rules if rule.get("ID")]
    if any(len(name) > MAX_ID_LENGTH for name in names):
        # noobaa/noobaa-core#8628
        raise invalid_argument(f"ID length should not exceed allowed limit of {MAX_ID_LENGTH}")
    if len(set(names)) < len(names):
        # pingcap/tiflash#9889
        raise invalid_argument("Rule ID must be unique. Found same ID for more than one rule")


def _check_form(rule: Rule, *, filtered: bool) -> None:
    has_filter, has_prefix = "Filter" in rule, "Prefix" in rule
    if rule.get("Status") not in {"Enabled", "Disabled"} or has_filter == has_prefix:
        raise malformed_xml()
    if has_filter and not filtered:
        raise invalid_request("Filter element can only be used in Lifecycle V2.")
    if has_prefix and filtered:
        raise invalid_request(
            "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter."
        )
    if not any(action in rule for action in ACTIONS):
        raise invalid_request("At least one action needs to be specified in a rule")


def _check_filter(predicates: Mapping[str, Any]) -> None:
    if len(predicates) > 1:
        raise malformed_xml()
    together = predicates.get("And")
    if together is not None:
        tags = together.get("Tags", [])
        # An And of one predicate is malformed (hashicorp/terraform-provider-aws#23882).
        if len(tags) + len([name for name in together if name != "Tags"]) <= 1:
            raise malformed_xml()
        if len({tag["Key"] for tag in tags}) < len(tags):
            raise invalid_request("Duplicate Tag Keys are not allowed.")
        predicates = together
    larger, smaller = predicates.get("ObjectSizeGreaterThan"), predicates.get("ObjectSizeLessThan")
    if larger is not None and not 0 <= larger <= MAX_OBJECT_SIZE:
        raise invalid_request(f"'ObjectSizeGreaterThan' should be between 0 and {MAX_OBJECT_SIZE}.")
    if smaller is not None and not 1 <= smaller <= MAX_OBJECT_SIZE:
        raise invalid_request(f"'ObjectSizeLessThan' should be between 1 and {MAX_OBJECT_SIZE}.")
    if larger is not None and smaller is not None and smaller <= larger:
        raise invalid_request("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")


def _check_expirations(rule: Rule, *, filtered: bool) -> None:
    expiration = rule.get("Expiration")
    if expiration is not None:
        # Exactly one of Date, Days and ExpiredObjectDeleteMarker (aws/aws-cli#8239).
        if len(expiration) != 1:
            raise malformed_xml()
        if expiration.get("Days", 1) < 1:
            raise invalid_argument("'Days' for Expiration action must be a positive integer")
        if "Date" in expiration and not _is_midnight(expiration["Date"]):
            raise invalid_argument("'Date' must be at midnight GMT")
    noncurrent = rule.get("NoncurrentVersionExpiration")
    if noncurrent is not None:
        _check_noncurrent_expiration(noncurrent, filtered=filtered)
    abort = rule.get("AbortIncompleteMultipartUpload")
    if abort is not None:
        if "DaysAfterInitiation" not in abort:
            raise malformed_xml()
        if abort["DaysAfterInitiation"] < 1:
            raise invalid_argument(
                "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer"
            )


def _check_noncurrent_expiration(noncurrent: Mapping[str, Any], *, filtered: bool) -> None:
    if "NoncurrentDays" not in noncurrent:
        raise malformed_xml()
    if noncurrent["NoncurrentDays"] < 1:
        # hashicorp/terraform-provider-aws#35328
        raise invalid_argument("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer")
    if "NewerNoncurrentVersions" in noncurrent and not filtered:
        # hashicorp/terraform-provider-aws#23228
        raise invalid_request("NewerNoncurrentVersions element can only be used in Lifecycle V2.")


def _check_companions(rule: Rule) -> None:
    """Delete markers and incomplete uploads have neither tags nor a size (cloudposse/terraform-aws-s3-bucket#137)."""
    predicates = rule.get("Filter", {})
    predicates = predicates.get("And", predicates)
    unfit = {
        "Tags": bool(predicates.keys() & {"Tag", "Tags"}),
        "Object Size": bool(predicates.keys() & {"ObjectSizeGreaterThan", "ObjectSizeLessThan"}),
    }
    actions = {
        "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker" in rule.get("Expiration", {}),
        "AbortIncompleteMultipartUpload": "AbortIncompleteMultipartUpload" in rule,
    }
    for action, present in actions.items():
        for predicate, given in unfit.items():
            if present and given:
                raise invalid_request(f"{action} cannot be specified with {predicate}.")


def _check_overlaps(rules: Sequence[Rule]) -> None:
    """Without filters one prefix must not begin another's for the same action (noobaa/noobaa-core#8341)."""
    for first, second in combinations(rules, 2):
        one, other = first["Prefix"], second["Prefix"]
        if not (one.startswith(other) or other.startswith(one)):
            continue
        for action in ACTIONS:
            if action in first and action in second:
                kind = action.removesuffix("s")
                raise invalid_request(f"Found overlapping prefixes '{one}' and '{other}' for same action type '{kind}'")


def _is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
