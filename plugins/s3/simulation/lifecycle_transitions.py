"""What S3 demands of a lifecycle rule's transitions: classes, first days, their order and the gaps between them."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.simulation.refusals import invalid_argument, invalid_request, malformed_xml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.testing.exchange import AwsError

__all__ = ["check_transitions", "described"]

CLASSES = ("STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
"""From warm to cold: an object only ever moves to the right (S3 user guide, considerations for transitions)."""

FIRST_DAY = {"STANDARD_IA": 30, "ONEZONE_IA": 30}
"""The earliest day of a transition to these classes (botocore model s3:Transition)."""

GAPS = {
    ("STANDARD_IA", "GLACIER_IR"): 30,
    ("STANDARD_IA", "GLACIER"): 30,
    ("STANDARD_IA", "DEEP_ARCHIVE"): 30,
    ("ONEZONE_IA", "GLACIER"): 30,
    ("ONEZONE_IA", "DEEP_ARCHIVE"): 30,
    ("GLACIER", "DEEP_ARCHIVE"): 90,
}
"""Days that an object must stay in one class before it moves to the other within one rule (same page)."""


def check_transitions(rule: Mapping[str, Any]) -> None:
    """Refuse transitions that S3 refuses.

    Raises:
        AwsError: the first fault, with S3's code and message.
    """
    transitions = rule.get("Transitions", [])
    noncurrent = rule.get("NoncurrentVersionTransitions", [])
    for transition in transitions:
        _check_one(transition, "Days", "Transition")
    for transition in noncurrent:
        _check_one(transition, "NoncurrentDays", "NoncurrentVersionTransition")
    _check_classes(rule, transitions, "Transition")
    _check_classes(rule, noncurrent, "NoncurrentVersionTransition")
    _check_units(rule, transitions)
    _check_order(rule, transitions, "Days", "Transition")
    _check_order(rule, noncurrent, "NoncurrentDays", "NoncurrentVersionTransition")
    _check_expiry(rule, transitions)


def described(rule: Mapping[str, Any]) -> str:
    """The objects of a rule as S3's messages name them: ``filter '(prefix=logs/)'``, or ``prefix 'logs/'`` without one.

    Source: messages of S3 quoted by users with ``filter '(prefix=)'`` and ``filter '()'``.
    """
    if "Filter" not in rule:
        return f"prefix '{rule['Prefix']}'"
    predicates = rule["Filter"].get("And", rule["Filter"])
    tags = [*predicates.get("Tags", []), *([predicates["Tag"]] if "Tag" in predicates else [])]
    parts = [f"prefix={predicates['Prefix']}"] if "Prefix" in predicates else []
    parts += [f"tag={{key={tag['Key']}, value={tag['Value']}}}" for tag in tags]
    parts += [
        f"{name.lower()}={predicates[name]}"
        for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
        if name in predicates
    ]
    return f"filter '({' and '.join(parts)})'"


def _check_one(transition: Mapping[str, Any], days: str, action: str) -> None:
    storage_class = transition.get("StorageClass")
    when = [name for name in (days, "Date") if name in transition]
    if storage_class not in CLASSES or len(when) != 1:
        raise malformed_xml()
    if days in transition:
        if transition[days] < 0:
            raise invalid_argument(f"'{days}' in {action} action must be nonnegative")
        first = FIRST_DAY.get(storage_class, 0)
        if transition[days] < first:
            raise invalid_argument(
                f"'{days}' in {action} action must be greater than or equal to {first} "
                f"for storageClass '{storage_class}'"
            )
    elif transition["Date"].time() != datetime.min.time():
        raise invalid_argument("'Date' must be at midnight GMT")


def _check_classes(rule: Mapping[str, Any], transitions: Sequence[Mapping[str, Any]], action: str) -> None:
    classes = [transition["StorageClass"] for transition in transitions]
    if len(set(classes)) < len(classes):
        raise invalid_request(
            f"'StorageClass' must be different for '{action}' actions in same 'Rule' with {described(rule)}"
        )


def _check_units(rule: Mapping[str, Any], transitions: Sequence[Mapping[str, Any]]) -> None:
    units = {"Date" if "Date" in transition else "Days" for transition in transitions}
    if len(units) > 1:
        raise _mixed("Transition", rule)
    expiration = units and rule.get("Expiration", {}).keys() & {"Date", "Days"}
    if expiration and expiration != units:
        raise _mixed("Expiration and Transition", rule)


def _check_order(rule: Mapping[str, Any], transitions: Sequence[Mapping[str, Any]], days: str, action: str) -> None:
    unit = "Date" if any("Date" in transition for transition in transitions) else days
    ordered = sorted(transitions, key=lambda transition: CLASSES.index(transition["StorageClass"]))
    for earlier, later in pairwise(ordered):
        warm, cold = earlier["StorageClass"], later["StorageClass"]
        if later[unit] <= earlier[unit]:
            raise invalid_argument(
                f"'{unit}' in the {action} action for StorageClass '{cold}' for {described(rule)} must be greater than "
                f"'{unit}' in the {action} action for StorageClass '{warm}' for {described(rule)}"
            )
        gap = GAPS.get((warm, cold), 0)
        if unit == days and later[unit] - earlier[unit] < gap:
            # S3's own words, odd as they are: quoted with a request ID for GLACIER and DEEP_ARCHIVE.
            raise invalid_argument(
                f"'{unit}' in the '{action}' action for StorageClass '{cold}' for {described(rule)} must be {gap} days "
                f"more than '{described(rule)}' in the '{action}' action for StorageClass '{warm}'"
            )


def _check_expiry(rule: Mapping[str, Any], transitions: Sequence[Mapping[str, Any]]) -> None:
    expiration = rule.get("Expiration", {})
    for unit in ("Days", "Date"):
        if unit in expiration and any(expiration[unit] <= transition[unit] for transition in transitions):
            raise invalid_argument(
                f"'{unit}' in the Expiration action for {described(rule)} must be "
                f"{'greater' if unit == 'Days' else 'later'} than '{unit}' in the Transition action"
            )


def _mixed(actions: str, rule: Mapping[str, Any]) -> AwsError:
    return invalid_request(
        f"Found mixed 'Date' and 'Days' based {actions} actions in lifecycle rule for {described(rule)}"
    )
