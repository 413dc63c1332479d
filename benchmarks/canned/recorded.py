"""Recorded answers: documents of the simulated AWS, in which account, Region and name are put in the place of others.

One file a service: operation to ``document``, and for lists and descriptions to ``item``, of which there is one a
resource where ``document`` says ``ITEMS``. ``named`` is the parameter that names the resources, all of them without
it; ``part`` is which part of such a name counts; ``once`` is there once, if there are any resources at all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from canned.request import Request
    from canned.world import World

__all__ = ["recorded"]

_FOLDER = Path(__file__).with_name("answers")

# Their files are of another shape, and read by modules of their own.
_OTHERS = frozenset({"cloudwatch", "s3"})


@dataclass(frozen=True, slots=True)
class _Recorded:
    document: str
    item: str = ""
    once: str = ""
    named: str = ""
    part: int = -1


def recorded(world: World, request: Request) -> bytes | None:
    """Give the recorded document for a request, None where none was recorded."""
    found = _of_service(request.service).get(request.operation)
    if found is None:
        return None
    if not found.item and not found.once:
        return _filled(found.document, request).encode()
    names: Sequence[str] = [_name(each, found.part) for each in request.named(found.named)] if found.named else ()
    names = names or world.names(request.service, request.account, request.region)
    between = "" if found.document.startswith("<") else ","
    items = found.once if found.once and names else between.join(found.item.replace("NAME", each) for each in names)
    return _filled(found.document.replace("ITEMS", items), request).encode()


@cache
def _of_service(service: str) -> dict[str, _Recorded]:
    file = _FOLDER / f"{service}.json"
    if service in _OTHERS or not file.exists():
        return {}
    return {name: _Recorded(**about) for name, about in json.loads(file.read_text(encoding="utf-8")).items()}


def _filled(document: str, request: Request) -> str:
    return document.replace("REGION", request.region).replace("ACCOUNT", request.account)


def _name(given: str, part: int) -> str:
    """Give the resource's own name of an ARN, a name, or a name and its revision."""
    parts = given.split("/")
    return parts[max(part, -len(parts))].partition(":")[0] if len(parts) > 1 else given.rpartition(":")[2]
