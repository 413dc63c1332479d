"""What the exemptions say of one failed finding, and the sentences for people that follow from it.

Three answers, never two: exempt, not exempt, and not known, since whose tags cannot be read may be exempt. What is not
known stays a failure and is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trueup.exemptions.exemption import Exemption
    from trueup.facts.unknown import Unknown

__all__ = ["Ruling"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """The exemptions that are about a failed finding.

    Args:
        holding: those that hold; the finding is exempt when there are any.
        expired: those that held once.
        undecided: those of which nobody can tell, because the tags are not known.
        unread: why the tags are not known, when some are undecided.
    """

    holding: tuple[Exemption, ...] = ()
    expired: tuple[Exemption, ...] = ()
    undecided: tuple[Exemption, ...] = ()
    unread: Unknown | None = None

    @property
    def exemption(self) -> Exemption | None:
        """The exemption to name: of those that hold the one that lasts longest, else the one that expired last."""
        return max(self.holding or self.expired, key=lambda each: each.expires, default=None)

    @property
    def exempt(self) -> bool:
        """Whether the finding is exempt."""
        return bool(self.holding)

    @property
    def open(self) -> Unknown | None:
        """Why it is not known whether the finding is exempt, None when it is known."""
        return None if self.holding else self.unread

    def sentence(self) -> str | None:
        """Give what a report says of it beside the finding, None when there is nothing to say."""
        named = self.exemption
        if self.holding and named:
            return f"exempt until {named.expires}, owner {named.owner}: {named.reason}"
        if self.open:
            return f"whether a tag exempts it is not known: {self.open.sentence()}"
        if named:
            return f"its exemption expired on {named.expires} (owner {named.owner}, {named.place})"
        return None

    def refusal(self) -> str | None:
        """Give why the finding must not be fixed, None when it may be."""
        named = self.exemption
        if self.holding and named:
            return f"exempt until {named.expires} (owner {named.owner}, {named.place}): {named.reason}"
        if self.open:
            return f"whether a tag exempts it is not known, and what is exempt is not fixed: {self.open.sentence()}"
        return None

    def to_json(self) -> dict[str, Any] | None:
        """Give the exemption that the report names, None when there is none."""
        named = self.exemption
        return {**named.to_json(), "expired": not self.holding} if named else None
