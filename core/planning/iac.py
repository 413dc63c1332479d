"""Whether a resource is managed as code, so that writing to it would be drift.

Judged from tags; tags that cannot be read count as managed, since a wrong "no" fights a pipeline.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from trueup.errors import UsageError
from trueup.facts.unknown import Unknown
from trueup.settings import IacSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trueup.facts.snapshot import Snapshot
    from trueup.service.declarations import ResourceType

__all__ = ["managed_by", "terraform_arns"]


def managed_by(declared: ResourceType, snapshot: Snapshot, tags: tuple[str, ...] = IacSettings().tags) -> str | None:
    """Give what manages the resource as code, None when nothing says that it is.

    Args:
        declared: its type; one without tags cannot say.
        snapshot: its facts, ``tags`` among them.
        tags: tag keys that say so, ``*`` standing for any ending.
    """
    if "tags" not in declared.aspects:
        return None
    found = snapshot.get("tags")
    if isinstance(found, Unknown):
        return f"perhaps: its tags are not known ({found.sentence()})"
    for key in sorted(found or {}):
        if any(fnmatchcase(key.lower(), pattern.lower()) for pattern in tags):
            return f"tag {key}={found[key]}"
    return None


def terraform_arns(path: Path) -> frozenset[str]:
    """Give the ARNs that a ``terraform show -json`` file manages.

    Raises:
        UsageError: the file is not readable or not of that form; nothing may be taken for unmanaged then.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        return frozenset(_arns(document["values"]["root_module"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"{path}: expected the output of `terraform show -json`, found: {error!r}"
        raise UsageError(message) from error


def _arns(module: dict[str, Any]) -> Iterator[str]:
    for resource in module.get("resources", ()):
        arn = resource.get("values", {}).get("arn")
        if resource.get("mode") == "managed" and isinstance(arn, str):
            yield arn
    for child in module.get("child_modules", ()):
        yield from _arns(child)
