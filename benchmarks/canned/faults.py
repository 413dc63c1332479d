"""Faults: shares of an operation's requests that fail, the same ones in every run of a seed.

Which request fails follows from what it asks for and from how often that was asked before, not from when it comes:
threads send in another order each time.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from canned.request import Request

__all__ = ["KINDS", "FaultPlan"]

KINDS = ("error", "denied", "throttled", "reset", "timeout")
"""An answer of 500, a refusal, throttling, a connection that is reset, and no answer at all."""

_WHOLE = 2**64


class FaultPlan:
    """Chooses the requests that fail.

    Args:
        shares: ``service:Operation``, or ``*`` for those that are not named, to kind of fault to share, 0 to 1.
        seed: another one chooses other requests.

    Raises:
        ValueError: a kind is none.
    """

    def __init__(self, shares: Mapping[str, Mapping[str, float]], seed: int = 0) -> None:
        strange = {kind for each in shares.values() for kind in each} - set(KINDS)
        if strange:
            message = f"kinds of faults: expected some of {', '.join(KINDS)}, found {', '.join(sorted(strange))}"
            raise ValueError(message)
        self._shares = shares
        self._seed = seed
        self._asked: Counter[bytes] = Counter()

    def fault(self, request: Request, operation: str) -> str | None:
        """Give the kind of fault that befalls a request, None when it is answered."""
        shares = self._shares.get(operation, self._shares.get("*"))
        if not shares:
            return None
        subject = f"{self._seed}|{request.account}|{request.region}|{operation}|{request.target}|".encode()
        about = hashlib.blake2b(subject + request.body, digest_size=16).digest()
        self._asked[about] += 1
        number = hashlib.blake2b(about + str(self._asked[about]).encode(), digest_size=8).digest()
        drawn = int.from_bytes(number, "big") / _WHOLE
        for kind in KINDS:
            drawn -= shares.get(kind, 0.0)
            if drawn < 0:
                return kind
        return None
