"""What the log is told of an audit: its scopes, its plugins, what fails, and what it came to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.auditing import audit_rules
from tests.core.auditing.letters import SCOPE, Post
from tests.core.auditing.test_audit import LIGHT, SMALL, PostHost, StandingClock
from trueup.errors import CredentialsError, PluginError
from trueup.events import listen
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.resource import Scope

WHO = {"run": "run-7", "account": SCOPE.account, "region": SCOPE.region}
OTHER = replace(SCOPE, region="us-east-1")
Heard = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Every event from here on, without what differs from run to run."""
    events: Heard = []

    def sink(name: str, fields: Mapping[str, Any]) -> None:
        events.append((name, {key: value for key, value in fields.items() if key != "seconds"}))

    listen(sink, "debug")
    yield events
    listen(None)


def audit(post: Post, *scopes: Scope, host: PostHost | None = None, **more: Any) -> None:
    """Audit the post by two rules."""
    audit_rules(
        host or PostHost(),  # type: ignore[arg-type]  # as a host
        [LIGHT, SMALL],
        scopes or (SCOPE,),
        post,
        sink=lambda _finding: None,
        clock=StandingClock(),
        selection=Selection(),
        workers=2,
        run="run-7",
        **more,
    )


def test_an_audit_tells_of_its_scopes_and_plugins_in_order(heard: Heard) -> None:
    """With the numbers that it came to; failures are told one by one to whoever listens that closely."""
    audit(Post(3))
    zero = {"calls": 0, "retries": 0, "throttles": 0}
    failed = [fields for name, fields in heard if name == "finding_failed"]
    assert [
        ("audit_started", {"run": "run-7", "services": 1, "rules": 2}),
        ("scope_started", WHO | {"services": 1}),
        ("service_started", WHO | {"service": "post", "rules": 2}),
        ("service_finished", WHO | {"service": "post", "complete": True}),
        ("scope_finished", WHO | {"complete": True, "findings": 6} | zero),
        ("audit_finished", {"run": "run-7", "scopes": 1, "findings": 6} | zero),
    ] == [(name, fields) for name, fields in heard if name != "finding_failed"]
    assert {"light", "small"} >= {fields["rule"] for fields in failed}
    assert [WHO | {"service": "post"}] * len(failed) == [
        {key: value for key, value in fields.items() if key not in {"rule", "resource"}} for fields in failed
    ]
    assert "light" in {fields["rule"] for fields in failed}


def test_findings_are_counted_for_their_scope(heard: Heard) -> None:
    """Two scopes are counted apart, and together in the end."""
    audit(Post(2), SCOPE, OTHER)
    counted = [
        (fields.get("region"), fields["findings"])
        for name, fields in heard
        if name in {"scope_finished", "audit_finished"}
    ]
    assert [(SCOPE.region, 4), ("us-east-1", 4), (None, 8)] == [*sorted(counted[:-1]), counted[-1]]


@pytest.mark.parametrize("host", [PostHost(load=PluginError("secret words")), PostHost(after=1)], ids=["load", "audit"])
def test_a_broken_plugin_is_told_without_its_words(heard: Heard, host: PostHost) -> None:
    """What it raised may quote anything; the findings say it, the log only that it broke."""
    audit(Post(2), host=host)
    assert [WHO | {"service": "post"}] == [fields for name, fields in heard if name == "plugin_broken"]
    assert [False] == [fields["complete"] for name, fields in heard if name == "scope_finished"]
    assert "secret words" not in str(heard)


def test_an_audit_that_is_broken_off_lets_waiting_reads_give_up(heard: Heard) -> None:
    """Before the threads are waited for; an audit that ends well does not need it."""
    given_up: list[str] = []

    def stop(_finding: object) -> None:
        message = "expired"
        raise CredentialsError(message)

    audit(Post(1), give_up=lambda: given_up.append("well"))
    with pytest.raises(CredentialsError):
        audit_rules(
            PostHost(),  # type: ignore[arg-type]  # as a host
            [LIGHT],
            [SCOPE],
            Post(1),
            sink=stop,
            clock=StandingClock(),
            selection=Selection(),
            give_up=lambda: given_up.append("broken off"),
        )
    assert ["broken off"] == given_up
    assert ["audit_finished"] == [name for name, _ in heard if name == "audit_finished"]
