"""Each fix in five ways: the audit fails, a plan writes nothing, apply fixes, a second apply does nothing, rollback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Trueup

ENCRYPTED = "sqs-queue-encrypted"
KEPT = "sqs-queue-retention-sufficient"


@pytest.mark.parametrize(
    ("rule", "attribute", "before", "after", "allowed"),
    [
        (ENCRYPTED, "SqsManagedSseEnabled", "false", "true", ("--allow", "disruptive")),
        (KEPT, "MessageRetentionPeriod", "3600", "345600", ()),
    ],
)
def test_fix_goes_there_and_back(
    trueup: Trueup,
    queue: Callable[..., dict[str, str]],
    rule: str,
    attribute: str,
    before: str,
    after: str,
    allowed: tuple[str, ...],
) -> None:
    """A rule fails, its plan writes nothing, apply makes it pass once, rollback brings the attribute back."""
    queue("events", **{attribute: before})
    queue("orders", **{attribute: after})

    assert {"events": "fail", "orders": "pass"} == trueup.verdicts(rule)
    assert 0 == trueup.run("plan", "--rule", rule)
    assert [] == trueup.writes()
    code, run = trueup.apply(*allowed)
    assert (0, after) == (code, queue("events")[attribute])
    assert {"events": "pass", "orders": "pass"} == trueup.verdicts(rule)
    assert 5 == trueup.apply(*allowed)[0]
    assert ["SetQueueAttributes"] == trueup.writes()
    assert 0 == trueup.run("rollback", run, "--yes")
    assert before == queue("events")[attribute]


def test_encryption_is_not_applied_unasked(trueup: Trueup, queue: Callable[..., dict[str, str]]) -> None:
    """What may refuse somebody's requests waits for the word that allows it."""
    queue("events", SqsManagedSseEnabled="false")

    assert 0 == trueup.run("plan", "--rule", ENCRYPTED)
    assert 5 == trueup.apply()[0]
    assert [] == trueup.writes()


def test_retention_is_never_shortened(trueup: Trueup, queue: Callable[..., dict[str, str]]) -> None:
    """A queue that keeps its messages longer than asked passes and is left alone."""
    queue("archive", MessageRetentionPeriod="1209600")

    assert {"archive": "pass"} == trueup.verdicts(KEPT)


def test_other_attributes_are_kept(trueup: Trueup, queue: Callable[..., dict[str, str]]) -> None:
    """A fix changes the one attribute that it is about."""
    kept = queue("events", MessageRetentionPeriod="3600", VisibilityTimeout="77", SqsManagedSseEnabled="false")
    assert 0 == trueup.run("plan", "--rule", KEPT)
    trueup.apply()
    changed = {"MessageRetentionPeriod", "LastModifiedTimestamp"}

    def rest(attributes: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in attributes.items() if name not in changed}

    assert rest(kept) == rest(queue("events"))


def test_what_cannot_be_read_is_unknown(trueup: Trueup, queue: Callable[..., dict[str, str]]) -> None:
    """A queue whose attributes cannot be read neither passes nor fails."""
    queue("events")
    trueup.aws.faults.inject("sqs:GetQueueAttributes", "denied")

    assert {"events": "unknown"} == trueup.verdicts(ENCRYPTED)
