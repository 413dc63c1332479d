"""What the person or job that applies a plan allows, kept with the run so that a resume allows the same."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from trueup.change import Reversible, Risk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.planning.planned import PlannedChange

__all__ = ["ApplyOptions"]


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What is allowed beyond safe and reversible changes.

    Args:
        allow: risks that may be taken, besides ``safe``.
        allow_irreversible: whether what does not wholly come back may be done.
        include_managed: whether resources managed as code may be written.
        accept_unobserved: whether waves go on after a canary of which no data came.
    """

    allow: tuple[str, ...] = ()
    allow_irreversible: bool = False
    include_managed: bool = False
    accept_unobserved: bool = False

    def refusal(self, change: PlannedChange) -> str | None:
        """Give why a change is not allowed, None when it is."""
        if change.risk is not Risk.SAFE and change.risk not in self.allow:
            return f"{change.risk} ({change.risk_reason}): needs --allow {change.risk}"
        if change.reversible is not Reversible.YES and not self.allow_irreversible:
            word = "irreversible" if change.reversible is Reversible.NO else "partly reversible"
            return f"{word} ({change.reversible_reason}): needs --allow-irreversible"
        return None

    def to_json(self) -> dict[str, Any]:
        """Give the JSON form."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ApplyOptions:
        """Give the options that ``to_json`` wrote."""
        known = {name: document[name] for name in cls.__slots__ if name in document}
        return cls(**{**known, "allow": tuple(known.get("allow", ()))})
