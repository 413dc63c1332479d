"""Scopes that wait for a worker: each is taken once, those of an account that the worker knows first."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.accounts.account_spec import AccountSpec
from trueup.accounts.opening import OpenScope
from trueup.auditing.job import ScopeAudit
from trueup.engines.ahead import ScopesAhead
from trueup.errors import CredentialsError
from trueup.facts.unknown import Reason, Unknown
from trueup.resource import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FIRST, SECOND, THIRD = (AccountSpec(str(digit) * 12) for digit in (1, 2, 3))


def opened(account: AccountSpec, *regions: str) -> list[OpenScope]:
    """Give scopes of an account."""
    return [OpenScope(account, Scope(account.id or "", region)) for region in regions]


def all_opened(scopes: Sequence[OpenScope | ScopeAudit]) -> tuple[ScopesAhead, threading.Event]:
    """Give what opens the scopes, and what is set when all wait."""
    done = threading.Event()

    def giving() -> Iterator[OpenScope | ScopeAudit]:
        yield from scopes
        done.set()

    return ScopesAhead(giving(), len(scopes) + 1), done


def taken(ahead: ScopesAhead, known: AccountSpec | None = None, under_way: dict[AccountSpec, int] | None = None) -> str:
    """Take one; gives account and Region."""
    found = ahead.take(known, under_way or {})
    assert found is not None
    return f"{found.scope.account[0]} {found.scope.region}"


def test_a_worker_goes_on_with_the_account_that_it_knows() -> None:
    """One that knows none, or has read all of its own, gets an account that nobody reads."""
    scopes = [*opened(FIRST, "a", "b", "c"), *opened(SECOND, "a", "b"), *opened(THIRD, "a")]
    ahead, done = all_opened(scopes)
    with ahead:
        assert done.wait(30)
        assert "1 a" == taken(ahead)
        assert "2 a" == taken(ahead, None, {FIRST: 1})
        assert "1 b" == taken(ahead, FIRST, {FIRST: 3, SECOND: 1})
        assert "3 a" == taken(ahead, None, {FIRST: 1, SECOND: 1})
        assert "2 b" == taken(ahead, SECOND, {FIRST: 1})
        # Nothing else is left: better two in one account than one that waits.
        assert "1 c" == taken(ahead, SECOND, {FIRST: 1})
        assert ahead.take(FIRST, {}) is None


def test_what_could_not_be_opened_is_told_first() -> None:
    """It costs no worker anything."""
    unread = ScopeAudit.unreadable(Scope("9" * 12, "*"), Unknown(Reason.ACCESS_DENIED, "no"))
    ahead, done = all_opened([*opened(FIRST, "a"), unread])
    with ahead:
        assert done.wait(30)
        assert ahead.take(FIRST, {}) is unread


@given(
    numbers=st.lists(st.integers(0, 5), max_size=6),
    most=st.integers(1, 8),
    choices=st.lists(st.integers(0, 5), max_size=30),
)
def test_each_scope_is_taken_once(numbers: list[int], most: int, choices: list[int]) -> None:
    """Whoever takes them, and however many may wait; never more are opened than may."""
    accounts = [AccountSpec(f"{index:012}") for index in range(6)]
    named = zip(accounts, numbers, strict=False)
    scopes = [scope for account, number in named for scope in opened(account, *"abcde"[:number])]
    given_out = Counter[OpenScope]()
    ahead_of = 0

    def giving() -> Iterator[OpenScope]:
        nonlocal ahead_of
        for number, scope in enumerate(scopes):
            ahead_of = max(ahead_of, number - given_out.total())
            yield scope

    with ScopesAhead(giving(), most) as ahead:
        wanted = iter(choices)
        while (found := ahead.take(accounts[next(wanted, 0)], {})) is not None:
            assert isinstance(found, OpenScope)
            given_out[found] += 1
    assert Counter(scopes) == given_out
    # One may be in the hands of the opener, and one in those of the taker.
    assert ahead_of <= most + 1


def test_an_error_comes_after_what_was_opened_before_it() -> None:
    """It is the taker's, and none is lost."""

    def giving() -> Iterator[OpenScope]:
        yield from opened(FIRST, "a")
        message = "expired"
        raise CredentialsError(message)

    with ScopesAhead(giving(), 10) as ahead:
        assert "1 a" == taken(ahead)
        with pytest.raises(CredentialsError, match="expired"):
            ahead.take(None, {})


def test_nobody_wants_the_rest() -> None:
    """The thread ends, though more could be opened."""
    with ScopesAhead(iter(opened(FIRST, *"abcdefgh")), 2) as ahead:
        assert "1 a" == taken(ahead)
    assert "trueup-open" not in {each.name for each in threading.enumerate()}
