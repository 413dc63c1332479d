"""Near misses: what a person probably meant by a name that is not known.

One place, so that every "did you mean" of the tool reads and weighs the same.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]

# difflib's own cutoff of 0.6 misses dropped prefixes such as `pitr-enabled` for `dynamodb-table-pitr-enabled`.
_CUTOFF = 0.55
_MOST = 3
# When one candidate is clearly meant, the lesser ones only distract.
_SPREAD = 0.15


def nearest(word: str, candidates: Iterable[str], *, most: int = _MOST) -> tuple[str, ...]:
    """Give the candidates that are most like ``word``, best first; none when nothing is near.

    A candidate that contains the word (or the other way round) is near too. Upper and lower case count as equal.
    """
    folded = word.casefold()
    matcher = SequenceMatcher(b=folded, autojunk=False)
    scored: list[tuple[float, str]] = []
    for candidate in set(candidates):
        other = candidate.casefold()
        matcher.set_seq1(other)
        score = matcher.ratio() if matcher.quick_ratio() >= _CUTOFF else 0.0
        if len(folded) > 2 and (folded in other or (len(other) > 2 and other in folded)):  # noqa: PLR2004 - two letters are in everything
            score = max(score, _CUTOFF)
        if score >= _CUTOFF:
            scored.append((-score, candidate))
    scored.sort()
    return tuple(candidate for score, candidate in scored[:most] if score <= scored[0][0] + _SPREAD)


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Give ``"; did you mean 'x' or 'y'?"`` to end a message with, or nothing when nothing is near."""
    near = [repr(candidate) for candidate in nearest(word, candidates)]
    if not near:
        return ""
    listed = near[0] if len(near) == 1 else f"{', '.join(near[:-1])} or {near[-1]}"
    return f"; did you mean {listed}?"
