"""What is said of exemptions that have expired, or that nothing needs any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.core.exemptions.conftest import exemption
from trueup.exemptions.usage import no_usage
from trueup.exemptions.warnings import meant, warnings

if TYPE_CHECKING:
    from trueup.exemptions.exemption import Exemption

QUEUE = "arn:aws:sqs:us-east-1:123456789012:a"


def _used(state: str, entry: Exemption, findings: int) -> dict[str, list[dict[str, Any]]]:
    return {**no_usage(), state: [{**entry.to_json(), "findings": findings, "why": None}]}


@pytest.mark.parametrize(
    ("findings", "again"),
    [
        (0, "nothing that was audited fails by it"),
        (1, "1 finding fails again"),
        (7, "7 findings fail again"),
    ],
)
def test_an_expired_exemption_says_what_fails_again(findings: int, again: str) -> None:
    """Whose it was, for what, since when, and what to do."""
    entry = exemption("sqs-*", QUEUE, days=-1)

    expected = (
        f"exemptions.json:3: exemption of queues team from sqs-* for {QUEUE} expired on {entry.expires}: {again}; "
        "fix what it is about, or renew or remove it"
    )
    assert [expected] == list(warnings(_used("expired", entry, findings)))


@pytest.mark.parametrize(
    ("on", "words", "hint"),
    [
        (QUEUE, QUEUE, "remove it"),
        (QUEUE.replace("us-east-1", "us-*"), "arn:aws:sqs:us-*:123456789012:a", "unless another Region needs it"),
        ("arn:aws:s3:::logs", "arn:aws:s3:::logs", "unless another Region needs it"),
        (("team", "web*"), "tag team=web*", "unless another Region needs it"),
    ],
)
def test_an_unused_exemption_is_to_be_removed(on: str | tuple[str, str], words: str, hint: str) -> None:
    """At once where it names its Region; else after a look at the others."""
    entry = exemption("sqs-*", on)
    (said,) = warnings(_used("unused", entry, 0))

    assert words == meant(entry.to_json())
    assert f"for {words} is unused: nothing that was audited fails by it; remove it" in said
    assert said.endswith(hint)


def test_what_is_used_or_undecided_is_no_warning() -> None:
    """Neither needs anybody; and what makes findings fail again is said first."""
    entry = exemption()
    told = [_used(state, entry, 1) for state in ("used", "undecided")]
    both = {**_used("expired", exemption(days=-1, line=1), 0), "unused": told[0]["used"]}
    both["expired"].append({**both["expired"][0], "line": 2, "findings": 1})

    assert [] == [said for each in told for said in warnings(each)]
    assert ["exemptions.json:2", "exemptions.json:1", "exemptions.json:3"] == [
        said.partition(": ")[0] for said in warnings(both)
    ]
