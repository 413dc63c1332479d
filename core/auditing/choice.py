"""Which resources a selection is about by their tags; one whose tags cannot be read stays in, unknown.

A resource that was skipped because its tags were denied would be a silent pass.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from collections.abc import Collection

    from trueup.facts.snapshot import Snapshot
    from trueup.ruleset.selection import Selection
    from trueup.service.declarations import ResourceType

__all__ = ["TAGS", "aspects_to_read", "chosen"]

TAGS = "tags"
"""The aspect that has a resource's tags, name to value."""

_NO_TAGS = Unknown(Reason.NOT_READ, "resources are selected by tag, but this type's tags cannot be read")


def aspects_to_read(
    selection: Selection, resource_type: ResourceType, wanted: Collection[str], tagged: Collection[str] = ()
) -> frozenset[str]:
    """Give the aspects to read: the wanted ones, and the tags when they decide.

    Args:
        selection: what is selected, perhaps by tag.
        resource_type: the type.
        wanted: names of aspects.
        tagged: the types whose tags decide for another reason.
    """
    decides = bool(selection.tags) or resource_type.name in tagged
    return frozenset(wanted) | ({TAGS} if decides and TAGS in resource_type.aspects else set())


def chosen(selection: Selection, snapshot: Snapshot) -> Snapshot | None:
    """Give the snapshot when it is selected, None when it is not, and all of it unknown when nobody can tell."""
    if not selection.tags:
        return snapshot
    tags = snapshot.aspects.get(TAGS, _NO_TAGS)
    if isinstance(tags, Unknown):
        return replace(snapshot, aspects=dict.fromkeys(snapshot.aspects, tags))
    return snapshot if selection.takes_tags(tags or {}) else None
