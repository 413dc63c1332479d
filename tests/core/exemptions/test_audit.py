"""What an audit makes of exemptions: what is exempt, what fails again, and which exemptions it had use for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import ARN, fix
from tests.core.exemptions.conftest import exemption
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from tests.core.exemptions.conftest import ExemptShop
    from trueup.journal.stored_run import StoredRun

TIMEOUT, DELAY = "sqs-queue-timeout", "sqs-queue-delay"


@pytest.fixture
def shop(shop: ExemptShop) -> ExemptShop:
    """A shop with three queues, of which one passes the first rule, and two rules."""
    shop.queue("a", tags={"team": "legacy-billing"})
    shop.queue("b", tags={"team": "web"})
    shop.queue("right", VisibilityTimeout=10)
    shop.rule(fix(TIMEOUT))
    shop.rule(fix(DELAY, to={"DelaySeconds": 5}))
    shop.aws.calls.clear()
    return shop


def _verdicts(view: StoredRun) -> dict[str, str]:
    return {str(each["resource"]["id"]): each["verdict"] for each in view.findings()}


def _finding(view: StoredRun, name: str) -> dict[str, Any]:
    (found,) = [each for each in view.findings() if each["resource"]["id"] == name]
    return found


def _states(view: StoredRun) -> list[list[int]]:
    """Give the lines of the exemptions: used, unused, expired, undecided."""
    return [[each["line"] for each in told] for told in view.exemptions().values()]


def test_a_failure_that_is_exempt_is_shown_as_exempt(shop: ExemptShop) -> None:
    """With its evidence, and with owner, reason, end and place of the exemption; others fail as before."""
    entry = exemption(TIMEOUT, ARN.format("a"))
    shop.exempt(entry)
    view = shop.audited(TIMEOUT)

    assert {"a": "exempt", "b": "fail", "right": "pass"} == _verdicts(view)
    found, other = _finding(view, "a"), _finding(view, "b")
    assert {**entry.to_json(), "expired": False} == found["exemption"]
    assert f"exempt until {entry.expires}, owner queues team: they are drained on Friday" == found["reason"]
    assert [("attributes.VisibilityTimeout", 30, False)] == [
        (leaf["path"], leaf["actual"], leaf["holds"]) for leaf in found["evidence"]
    ]
    assert (None, None, None) == (found["fix"], other["exemption"], other["reason"])
    assert (1, 1, 1) == tuple(view.summary()[name] for name in ("exempt", "fail", "pass"))


def test_what_passes_or_is_unknown_stays_so(shop: ExemptShop) -> None:
    """An exemption permits a failure; it says nothing of what nobody knows."""
    shop.exempt(exemption())
    shop.aws.faults.inject("sqs:GetQueueAttributes", "denied", resource="/b")
    view = shop.audited(TIMEOUT)

    assert {"a": "exempt", "b": "unknown", "right": "pass"} == _verdicts(view)
    assert [None, None] == [_finding(view, name)["exemption"] for name in ("b", "right")]
    assert "access denied" in _finding(view, "b")["reason"]


def test_the_exemption_that_lasts_longest_is_named(shop: ExemptShop) -> None:
    """Several may be about one failure: all of them are used."""
    shop.exempt(exemption(days=5, line=3), exemption(days=7, line=9), exemption(days=-1, line=15))
    view = shop.audited(TIMEOUT)

    assert 9 == _finding(view, "a")["exemption"]["line"]
    assert [[3, 9], [], [15], []] == _states(view)
    assert [2, 2, 0] == [each["findings"] for told in view.exemptions().values() for each in told]


def test_an_expired_exemption_lets_the_finding_fail_again_and_is_named(shop: ExemptShop) -> None:
    """Its last day is in UTC and still counts; the day after does not."""
    last, over = exemption(TIMEOUT, ARN.format("a"), days=0), exemption(TIMEOUT, ARN.format("b"), days=-1, line=9)
    shop.exempt(last, over)
    view = shop.audited(TIMEOUT)

    assert {"a": "exempt", "b": "fail", "right": "pass"} == _verdicts(view)
    found = _finding(view, "b")
    assert {**over.to_json(), "expired": True} == found["exemption"]
    assert f"its exemption expired on {over.expires} (owner queues team, exemptions.json:9)" == found["reason"]
    assert [[3], [], [9], []] == _states(view)


def test_by_tag_the_tags_decide_and_are_read_for_that_only(shop: ExemptShop) -> None:
    """One read a resource of the types concerned; none at all where no selected rule is exempt by tag."""
    shop.exempt(exemption(TIMEOUT, ("team", "legacy-*")))
    view = shop.audited(TIMEOUT)
    reads = [call.name for call in shop.aws.calls].count("sqs:ListQueueTags")

    assert ({"a": "exempt", "b": "fail", "right": "pass"}, 3) == (_verdicts(view), reads)
    shop.aws.calls.clear()
    assert {"a": "fail", "b": "fail", "right": "fail"} == _verdicts(shop.audited(DELAY))
    shop.exempt(exemption(TIMEOUT, ARN.format("a")))
    shop.audited(TIMEOUT)
    assert "sqs:ListQueueTags" not in [call.name for call in shop.aws.calls]


def test_whose_tags_cannot_be_read_fails_and_says_which_permission_is_missing(shop: ExemptShop) -> None:
    """Nobody knows whether it is exempt, which is no exemption; where the ARN tells, tags do not matter."""
    shop.exempt(exemption(TIMEOUT, ("team", "legacy-*")), exemption(TIMEOUT, ARN.format("b"), line=9))
    shop.aws.faults.inject("sqs:ListQueueTags", "denied")
    view = shop.audited(TIMEOUT)

    assert {"a": "fail", "b": "exempt", "right": "pass"} == _verdicts(view)
    found = _finding(view, "a")
    assert ("sqs:ListQueueTags", "sqs:ListQueueTags", None) == (
        found["missing_action"], found["operation"], found["exemption"],
    )  # fmt: skip
    assert found["reason"].startswith("whether a tag exempts it is not known: access denied at sqs:ListQueueTags")
    assert [[9], [], [], [3]] == _states(view)


LEFT_OUT = (
    ("used", exemption(TIMEOUT, ARN.format("a")), None),
    ("unused", exemption(TIMEOUT, ARN.format("gone")), None),
    ("unused", exemption(TIMEOUT, ARN.format("right")), None),
    ("unused", exemption(TIMEOUT, "arn:aws:sqs:*:*:gone"), None),
    ("unused", exemption(TIMEOUT, ("team", "none")), None),
    ("undecided", exemption("sqs-*", ARN.format("gone")), f"not audited: rule {DELAY}"),
    ("undecided", exemption(DELAY, ARN.format("a")), f"not audited: rule {DELAY}"),
    ("undecided", exemption(TIMEOUT, "arn:aws:sqs:eu-*:123456789012:gone"), "not audited: Region eu-*"),
    (
        "undecided",
        exemption(TIMEOUT, "arn:aws:sqs:us-east-1:999999999999:gone"),
        "not audited: account 999999999999",
    ),
    ("expired", exemption(DELAY, ARN.format("gone"), days=-1), None),
)


def test_only_what_was_looked_at_is_called_unused(shop: ExemptShop) -> None:
    """Each exemption is one of four; where the selection left something out, the report says what."""
    shop.exempt(*(replace(entry, line=line) for line, (_, entry, _) in enumerate(LEFT_OUT)))
    told = shop.audited(TIMEOUT).exemptions()

    expected = {line: (state, why) for line, (state, _, why) in enumerate(LEFT_OUT)}
    assert expected == {each["line"]: (state, each["why"]) for state, listed in told.items() for each in listed}


@pytest.mark.parametrize(
    "selection", [Selection(resources=(ARN.format("a"),)), Selection(tags=("team=legacy-billing",))]
)
def test_among_some_resources_only_nothing_is_called_unused(shop: ExemptShop, selection: Selection) -> None:
    """What the others do is not known then."""
    shop.exempt(exemption(TIMEOUT, ARN.format("a")), exemption(TIMEOUT, ARN.format("b"), line=9))
    shop.selection = selection
    view = shop.audited(TIMEOUT)

    assert [[3], [], [], [9]] == _states(view)
    why = "not audited: resources other than those that --resource and --tag name"
    assert [why] == [each["why"] for each in view.exemptions()["undecided"]]


@pytest.mark.parametrize(
    ("operation", "resource", "why"),
    [
        ("sqs:GetQueueAttributes", "/a", f"{TIMEOUT} could not judge {ARN.format('a')}"),
        ("sqs:ListQueues", None, f"{TIMEOUT} could not judge every sqs.queue"),
    ],
)
def test_what_could_not_be_judged_is_not_called_unused(
    shop: ExemptShop, operation: str, resource: str | None, why: str
) -> None:
    """Whoever removed the exemption then would be surprised by the next audit."""
    shop.exempt(exemption(TIMEOUT, ARN.format("a")))
    shop.aws.faults.inject(operation, "denied", resource=resource)

    assert [why] == [each["why"] for each in shop.audited(TIMEOUT).exemptions()["undecided"]]


def test_without_exemptions_a_run_says_nothing_of_them(shop: ExemptShop) -> None:
    """All four lists are there, and empty."""
    view = shop.audited(TIMEOUT)

    assert [[], [], [], []] == _states(view)
    assert {None} == {each["exemption"] for each in view.findings()}
