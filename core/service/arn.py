"""ARN templates: from a listed item to its ARN, and back from an ARN to the resource without listing.

The way back is what lets ``--resource ARN``, apply and rollback read one resource with no other call.
"""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter
from typing import TYPE_CHECKING, Any

from trueup.resource import GLOBAL, Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.resource import Scope
    from trueup.service.declarations import ResourceType

__all__ = ["identify", "match_arn", "may_be", "tells_resource", "template_fields"]

_TOLD = frozenset({"partition", "region", "account", "key"})


def template_fields(template: str) -> tuple[str, ...]:
    """Give the names in braces of a template.

    Raises:
        ValueError: the braces do not match, or hold anything but a plain name.
    """
    names: list[str] = []
    for _, name, form, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            message = f"expected a plain name in braces, found {{{name}}} in {template!r}"
            raise ValueError(message)
        names.append(name)
    return tuple(names)


def identify(resource_type: ResourceType, item: Mapping[str, Any] | str, scope: Scope) -> Resource:
    """Give the resource that a listed item is.

    Raises:
        KeyError: the item lacks the key or a field of the ARN's template.
        TypeError: the item is neither a string nor a mapping, or its key is no string.
    """
    key: Any
    fields = {"partition": scope.partition, "region": scope.region, "account": scope.account}
    if isinstance(item, str):
        key = item
        arn = resource_type.arn.format_map(fields | {resource_type.key: key, "key": key})
    else:
        key = item[resource_type.key]
        arn = resource_type.arn.format_map({**item, **fields, "key": key})
    if not isinstance(key, str):
        message = f"expected a string as {resource_type.key}, found {key!r}"
        raise TypeError(message)
    return Resource(resource_type.name, arn, key, scope.account, scope.region)


def match_arn(resource_type: ResourceType, arn: str) -> Resource | None:
    """Give the resource of an ARN when the type's template alone tells it, else None.

    It does when the template is made of partition, region, account and the key only; a bucket's ARN says neither its
    account nor its Region, so buckets have to be listed.
    """
    if not tells_resource(resource_type):
        return None
    found = _pattern(resource_type.arn, resource_type.key).fullmatch(arn)
    if found is None:
        return None
    region = found["region"] if resource_type.regional else GLOBAL
    return Resource(resource_type.name, arn, found["key"], found["account"], region)


def tells_resource(resource_type: ResourceType) -> bool:
    """Say whether an ARN of the type tells account, Region and key, so that nothing need be listed to find it.

    What is not regional needs no Region in its ARN.
    """
    fields = {"key" if name == resource_type.key else name for name in template_fields(resource_type.arn)}
    needed = _TOLD - {"partition"} if resource_type.regional else _TOLD - {"partition", "region"}
    return needed <= fields <= _TOLD


def may_be(resource_type: ResourceType, arn: str) -> bool:
    """Say whether an ARN could be one of the type, as far as the literal parts of its template tell."""
    return _pattern(resource_type.arn, resource_type.key).fullmatch(arn) is not None


@lru_cache(maxsize=1024)
def _pattern(template: str, key: str) -> re.Pattern[str]:
    parts: list[str] = []
    seen: set[str] = set()
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(literal))
        if name is None:
            continue
        group = "key" if name == key else name
        inside = "[^:]+" if group in _TOLD - {"key"} else ".+"
        parts.append(f"(?P={group})" if group in seen else f"(?P<{group}>{inside})")
        seen.add(group)
    return re.compile("".join(parts), re.DOTALL)
