"""Scopes audited side by side: the same findings whatever the number of threads, none lost and none invented."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.auditing.letters import DENIED, SCHEMAS, SCOPE, TYPES, Post
from tests.core.auditing.test_audit import BOXED, LIGHT, SMALL, PostHost, StandingClock, rule
from trueup.auditing.job import AuditJob, Found, Place, ScopeAudit
from trueup.auditing.schedule import home_of
from trueup.auditing.together import audit_places
from trueup.errors import CredentialsError, UnreadableError
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.auditing.job import AuditEvent
    from trueup.resource import Scope
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType

HEAVY = rule("heavy", {"rate.peak": {"minimum": 60}})
RULES = (LIGHT, SMALL, BOXED, HEAVY)
OPERATIONS = ("post:ListLetters", "post:ListBoxes", "post:GetLetter", "cloudwatch:GetMetricData")
THROTTLED = UnreadableError(Unknown(Reason.THROTTLED, "too fast", "post:GetLetter"))

Seen = dict[tuple[str, str, str | None], str]


def _job(*rules: BoundRule, workers: int = 4, host: Any = None, **more: Any) -> AuditJob:
    chosen: Any = host or PostHost()
    return AuditJob(chosen, rules, StandingClock(), workers=workers, **more)


def _scopes(number: int) -> list[Scope]:
    return [replace(SCOPE, account=f"{each:012d}") for each in range(number)]


def _seen(events: Iterator[AuditEvent]) -> tuple[Seen, list[ScopeAudit]]:
    """Give what was found by account, rule and resource, and what became of the scopes; nothing may come twice."""
    seen: Seen = {}
    ended: list[ScopeAudit] = []
    for event in events:
        if isinstance(event, ScopeAudit):
            assert event.scope not in {each.scope for each in ended}
            ended.append(event)
            continue
        assert event.scope not in {each.scope for each in ended}
        for finding in event.findings:
            key = event.scope.account, finding.rule, finding.resource.id if finding.resource else None
            assert key not in seen
            seen[key] = str(finding.judgement)
    return seen, ended


@st.composite
def _posts(draw: st.DrawFn) -> list[tuple[int, list[tuple[str, Any, bool]]]]:
    """For each scope how many letters there are, and which reads fail: denied, or throttled past retries."""
    fault = st.tuples(st.sampled_from(OPERATIONS), st.sampled_from((None, "l0", "l3", 2)), st.booleans())
    return draw(st.lists(st.tuples(st.integers(0, 12), st.lists(fault, max_size=3)), min_size=1, max_size=5))


def _places(posts: list[tuple[int, list[tuple[str, Any, bool]]]]) -> Iterator[Place]:
    for scope, (letters, faults) in zip(_scopes(len(posts)), posts, strict=True):
        post = Post(letters)
        for operation, key, throttled in faults:
            post.fail(operation, key, THROTTLED if throttled else None)
        yield Place(scope, post)


@settings(max_examples=60, deadline=None)
@given(posts=_posts(), chosen=st.sets(st.sampled_from(RULES), min_size=1))
def test_the_same_is_found_by_one_thread_and_by_many_and_beside_other_rules(
    posts: list[tuple[int, list[tuple[str, Any, bool]]]], chosen: set[BoundRule]
) -> None:
    """Under denied and throttled reads too: what one rule finds depends on neither threads nor rules beside it."""
    alone, ended = _seen(audit_places(_job(*sorted(chosen, key=lambda each: each.id), workers=1), _places(posts)))
    among, ended_among = _seen(audit_places(_job(*RULES, workers=64), _places(posts)))
    ids = {each.id for each in chosen}
    assert alone == {key: value for key, value in among.items() if key[1] in ids}
    assert set(_scopes(len(posts))) == {each.scope for each in ended} == {each.scope for each in ended_among}


def test_each_scope_has_its_own_readers_and_is_left_once() -> None:
    """What a scope keeps is let go when its last service has ended."""
    left: list[Scope] = []
    scopes = _scopes(40)
    places = (Place(scope, Post(1), lambda scope=scope: left.append(scope)) for scope in scopes)  # type: ignore[misc]
    seen, ended = _seen(audit_places(_job(*RULES), places))
    assert 40 * 4 == len(seen)
    assert sorted(scopes, key=str) == sorted(left, key=str)
    assert 40 == len(ended)


def test_scopes_are_opened_as_others_end() -> None:
    """With a thousand scopes to come, only so many are open."""
    open_now: set[Scope] = set()
    most = 0
    lock = threading.Lock()

    def places() -> Iterator[Place]:
        nonlocal most
        for scope in _scopes(200):
            with lock:
                open_now.add(scope)
                most = max(most, len(open_now))

            def leave(scope: Scope = scope) -> None:
                with lock:
                    open_now.discard(scope)

            yield Place(scope, Post(1), leave)

    seen, _ = _seen(audit_places(_job(LIGHT, BOXED), places()))
    assert 400 == len(seen)
    assert most <= 25


def test_a_scope_that_cannot_be_read_is_unknown_for_each_rule() -> None:
    """With its reason, and the others are judged."""
    why = Unknown(Reason.ACCESS_DENIED, "no such role", "sts:AssumeRole", "sts:AssumeRole")
    first, second = _scopes(2)
    places = (ScopeAudit.unreadable(first, why), Place(second, Post(1)))
    seen, ended = _seen(audit_places(_job(LIGHT, BOXED), places))
    assert {("light", None), ("boxed", None)} == {key[1:] for key in seen if key[0] == first.account}
    assert {("light", "l0"), ("boxed", "l0")} == {key[1:] for key in seen if key[0] == second.account}
    assert [(first, False), (second, True)] == sorted(((each.scope, each.complete) for each in ended), key=str)


REFUSED = CredentialsError("the default profile: expected valid credentials, found them expired")


def test_refused_credentials_stop_the_audit_of_one_account() -> None:
    """Every further read would fail alike."""
    post = Post(3)
    post.fail("post:GetLetter", "l1", REFUSED)
    with pytest.raises(CredentialsError, match="found them expired"):
        _seen(audit_places(_job(LIGHT), [Place(SCOPE, post)]))
    assert not [each.name for each in threading.enumerate() if each.name.startswith("trueup-")]


def test_refused_credentials_of_one_account_among_several_cost_that_account() -> None:
    """Its rules are unknown there with the reason; the others are judged, and nothing is complete that is not."""
    first, second = _scopes(2)
    broken = Post(3)
    broken.fail("post:ListLetters", None, REFUSED)
    places = [Place(first, broken), Place(second, Post(3))]
    seen, ended = _seen(audit_places(_job(LIGHT, tolerant=True), places))
    assert {("light", None)} == {key[1:] for key in seen if key[0] == first.account}
    assert "found them expired" in seen[first.account, "light", None]
    assert 3 == len([key for key in seen if key[0] == second.account])
    assert {first: False, second: True} == {each.scope: each.complete for each in ended}


def test_who_wants_no_more_is_waited_for() -> None:
    """A consumer that stops in the middle leaves no thread, even when others wait for it to take what they found."""
    events = audit_places(_job(LIGHT, BOXED), [Place(scope, Post(300)) for scope in _scopes(30)])
    assert isinstance(next(events), Found)
    events.close()
    assert not [each.name for each in threading.enumerate() if each.name.startswith("trueup-")]


class OnceHost(PostHost):
    """A host whose boxes are of the account, not of a Region."""

    def resource_types(self, service: str) -> Mapping[str, ResourceType]:
        """Give the post's types."""
        return {name: replace(each, regional=name != "post.box") for name, each in TYPES.items() if service == "post"}


def test_what_an_account_has_once_is_audited_in_its_own_scope_only() -> None:
    """Boxes in scope ``global``, letters in the Regions; each rule once for each."""
    job = _job(LIGHT, BOXED, host=OnceHost())
    assert {"post": {True: [BOXED], False: [LIGHT]}} == home_of(job)
    regions = [replace(SCOPE, region=name) for name in ("eu-west-1", "us-east-1", "global")]
    found: set[tuple[str, str]] = set()
    for event in audit_places(job, [Place(scope, Post(1)) for scope in regions]):
        if isinstance(event, Found):
            found |= {(event.scope.region, each.rule) for each in event.findings}
    assert {("eu-west-1", "light"), ("us-east-1", "light"), ("global", "boxed")} == found


def test_schemas_are_those_of_the_post() -> None:
    """The host of these tests knows what its rules look at."""
    assert set(SCHEMAS) == set(TYPES)
    assert DENIED.missing_action == "post:GetLetter"
