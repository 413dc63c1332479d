"""How a broken invariant is told: which one, what was found, why it matters, where to mend it.

An author meets the contract when it fails, so the failure has to teach what the invariant is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trueup.testing.plugin_contract.subject import Subject

__all__ = ["ContractError", "Invariant", "hidden", "invariant"]

_SHOWN = 12
"""So many findings are listed; who has more mends these first."""


class ContractError(AssertionError):
    """Raised when a plugin breaks an invariant.

    Attributes:
        plugin: the plugin.
        invariant: what must hold, one sentence.
        found: what was found instead, one sentence each.
        why: why it matters.
        mend: where to mend it.
    """

    def __init__(self, plugin: str, invariant: str, found: Iterable[str], why: str, mend: str) -> None:
        self.plugin = plugin
        self.invariant = invariant
        self.found = tuple(found)
        self.why = why
        self.mend = mend
        super().__init__(self._text())

    def _text(self) -> str:
        shown = [*self.found[:_SHOWN]]
        if len(self.found) > _SHOWN:
            shown.append(f"and {len(self.found) - _SHOWN} more")
        lines = [f"plugin {self.plugin} breaks the contract: {self.invariant}"]
        lines += [f"  {'found: ' if number == 0 else '       '}{each}" for number, each in enumerate(shown)]
        return "\n".join([*lines, f"  why:   {self.why}", f"  mend:  {self.mend}"])


def hidden(raised: Any) -> bool:
    """Tell pytest to leave a frame out of what it shows of a broken invariant: the message says all."""
    return bool(raised.errisinstance(ContractError))


__tracebackhide__ = hidden
"""Read by pytest in each module that a broken invariant is raised through."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """One thing that every plugin keeps; called with a subject it passes or raises.

    Args:
        says: what must hold, one sentence.
        why: why it matters.
        mend: where to mend it; ``{plugin}``, ``{facts}``, ``{rules}``, ``{estate}``, ``{simulated}`` and ``{package}``
            stand for files.
        find: yields what is found instead.
    """

    says: str
    why: str
    mend: str
    find: Callable[[Subject], Iterable[str]]

    def __call__(self, subject: Subject) -> None:
        """Check a plugin.

        Raises:
            ContractError: it breaks the invariant, or another one that must hold before this one can be looked at.
        """
        try:
            found = tuple(self.find(subject))
        except ContractError as error:
            raise error.with_traceback(None) from None
        if found:
            raise ContractError(subject.name, self.says, found, self.why, self.mend.format(**subject.places))


def invariant(says: str, *, why: str, mend: str) -> Callable[[Callable[[Subject], Iterable[str]]], Invariant]:
    """Make an invariant of a function that yields what it finds; see ``Invariant`` for the arguments."""

    def make(find: Callable[[Subject], Iterable[str]]) -> Invariant:
        return Invariant(says, why, mend, find)

    return make
