"""A fact that is not known, and why.

Kept apart from ``None`` and from every verdict: what could not be read is never a pass and never a fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Reason", "Unknown"]


class Reason(StrEnum):
    """Why a fact is not known."""

    ACCESS_DENIED = "access denied"
    THROTTLED = "throttled"
    TIMEOUT = "timed out"
    CONNECTION = "connection lost"
    SERVER_ERROR = "server error"
    CUT_OFF = "answer cut off"
    REFUSED = "refused"
    NOT_FOUND = "not found"
    NO_DATA = "no data"
    INSUFFICIENT_HISTORY = "insufficient history"
    UNEXPECTED = "unexpected value"
    NOT_READ = "not read"
    BROKEN_PLUGIN = "broken plugin"
    NO_PRICE = "no price"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a fact is not known.

    Args:
        reason: the kind of failure.
        detail: one sentence for a person, without a full stop; may be empty.
        operation: the API operation that failed, ``service:Operation``, if one did.
        missing_action: the IAM action to allow, when access was denied.
    """

    reason: Reason
    detail: str = ""
    operation: str | None = None
    missing_action: str | None = None

    def sentence(self) -> str:
        """Give the reason as one line: what failed, how, and which permission is missing."""
        parts = [str(self.reason)]
        if self.operation:
            parts.append(f"at {self.operation}")
        text = " ".join(parts)
        if self.detail:
            text = f"{text}: {self.detail}"
        if self.missing_action:
            text = f"{text} (allow {self.missing_action})"
        return text
