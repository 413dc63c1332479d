"""Listing the resources of a scope: what a plugin yields, made into resources.

A list that breaks off must be told from a short one: what was listed is judged, the rest is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.facts.unknown import Unknown

__all__ = ["ListingFailed"]


@dataclass(frozen=True, slots=True)
class ListingFailed:
    """The resources of a type could not all be listed.

    Args:
        resource_type: the type's name.
        unknown: why; what was listed before it is judged all the same.
    """

    resource_type: str
    unknown: Unknown
