"""Listing the resources of a scope: what a plugin yields, made into resources.

A list that breaks off must be told from a short one: what was listed is judged, the rest is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.errors import CredentialsError, UnreadableError
from trueup.facts.unknown import Reason, Unknown
from trueup.service.arn import identify, match_arn, may_be, tells_resource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from trueup.auditing.reading import ScopeReading
    from trueup.resource import Resource
    from trueup.service.declarations import ResourceType

__all__ = ["ListingFailed", "list_resources", "select_resources"]


@dataclass(frozen=True, slots=True)
class ListingFailed:
    """The resources of a type could not all be listed.

    Args:
        resource_type: the type's name.
        unknown: why; what was listed before it is judged all the same.
    """

    resource_type: str
    unknown: Unknown


def list_resources(reading: ScopeReading, resource_type: ResourceType) -> Iterator[Resource | ListingFailed]:
    """Yield the resources of a type in a scope as they are listed, and last of all that the list broke off, if it did.

    Raises:
        CredentialsError: every further read would fail alike.
    """
    try:
        for item in resource_type.list(reading.reader(resource_type, resource_type.lists)):
            yield identify(resource_type, item, reading.scope)
    except UnreadableError as error:
        yield ListingFailed(resource_type.name, error.unknown)
    except CredentialsError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the border of the resource: it costs the rest of the list
        detail = f"plugin {resource_type.service}, list of {resource_type.name}: {type(error).__name__}: {error}"
        yield ListingFailed(resource_type.name, Unknown(Reason.BROKEN_PLUGIN, detail))


def select_resources(
    reading: ScopeReading, resource_type: ResourceType, arns: Collection[str]
) -> Iterator[Resource | ListingFailed]:
    """Yield those of the named resources that are of a type and in the scope; lists only when ARNs do not tell.

    Args:
        reading: the scope.
        resource_type: the type.
        arns: the ARNs; none means every resource.
    """
    if not arns:
        yield from list_resources(reading, resource_type)
        return
    wanted = {arn for arn in arns if may_be(resource_type, arn)}
    if tells_resource(resource_type):
        for resource in (match_arn(resource_type, arn) for arn in sorted(wanted)):
            if resource and (resource.account, resource.region) == (reading.scope.account, reading.scope.region):
                yield resource
        return
    listed = list_resources(reading, resource_type) if wanted else iter(())
    for each in listed:
        if isinstance(each, ListingFailed):
            yield each
        elif each.arn in wanted:
            yield each
            wanted.remove(each.arn)
            if not wanted:
                return
