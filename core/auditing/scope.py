"""``AuditScope``: what a plugin's ``audit`` hook reads with, one account and one Region of one run.

It reads; it cannot write, and it has no session to give away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.auditing.choice import TAGS, aspects_to_read, chosen
from trueup.auditing.listing import ListingFailed, select_resources
from trueup.auditing.pipeline import Pipeline
from trueup.auditing.recipe import checked_recipe
from trueup.errors import PluginError
from trueup.facts.unknown import Reason, Unknown
from trueup.ruleset.selection import Selection
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from trueup.auditing.pool import Lane, WorkerPool
    from trueup.auditing.reading import ScopeReading
    from trueup.auditing.recipe import Recipe
    from trueup.facts.snapshot import Snapshot
    from trueup.finding import Finding
    from trueup.resource import Resource, Scope
    from trueup.service.declarations import ResourceType

__all__ = ["AuditScope"]

_EVERY_RESOURCE = Selection()

_NOT_AT_HAND = Unknown(Reason.NOT_READ, "the plugin's finding came without the tags of its resource")


class AuditScope:
    """One scope of one plugin's audit.

    Args:
        reading: what is read in the scope.
        types: the plugin's resource types by name.
        pool: the run's threads, or a lane of them.
        selection: which resources are selected, by ARN and by tag.
        tagged: the types whose tags are read whatever a plugin wants of them.

    Attributes:
        complete: whether every list came to its end, so far.
    """

    def __init__(
        self,
        reading: ScopeReading,
        types: Mapping[str, ResourceType],
        pool: WorkerPool | Lane,
        selection: Selection = _EVERY_RESOURCE,
        tagged: Collection[str] = (),
    ) -> None:
        self.complete = True
        self._reading = reading
        self._types = types
        self._pool = pool
        self._selection = selection
        self._tagged = tagged
        self._last: Snapshot | None = None

    @property
    def scope(self) -> Scope:
        """The account and Region."""
        return self._reading.scope

    def declares(self, resource_type: str, aspect: str) -> bool:
        """Say whether a resource type of the plugin has an aspect."""
        return resource_type in self._types and aspect in self._types[resource_type].aspects

    def snapshots(self, wanted: Mapping[str, Collection[str]]) -> Iterator[Snapshot | ListingFailed]:
        """Yield a snapshot of each selected resource with the wanted aspects and all that they need.

        What cannot be read is ``Unknown`` in its place. When a list breaks off, what was listed comes all the same,
        and a ``ListingFailed`` for the rest. When resources are selected by tag, one whose tags cannot be read comes
        with every aspect unknown for that reason: nobody can say that it was not meant.

        Args:
            wanted: resource type to the names of aspects.

        Raises:
            PluginError: a resource type or an aspect is not declared.
            CredentialsError: every further read would fail alike.
        """
        recipes = [self._recipe(name, aspects) for name, aspects in wanted.items()]
        for read in Pipeline(self._reading, self._pool).run(self._listed(recipes)):
            if isinstance(read, ListingFailed):
                self.complete = False
                yield read
                continue
            snapshot = chosen(self._selection, read)
            if snapshot is not None:
                self._last = snapshot
                yield snapshot

    def with_tags(self, finding: Finding) -> Finding:
        """Give a finding of the plugin with its resource's tags, where they are needed and it left them out.

        Only the tags of the resource that was read last are at hand: all of them would fill the memory.
        """
        resource = finding.resource
        if finding.tags is not None or resource is None or resource.type not in self._tagged:
            return finding
        if not self.declares(resource.type, TAGS):
            return finding
        last = self._last
        tags = last.aspects.get(TAGS) if last is not None and last.resource.arn == resource.arn else _NOT_AT_HAND
        return replace(finding, tags=tags or {})

    def _recipe(self, name: str, aspects: Collection[str]) -> Recipe:
        if name not in self._types:
            message = f"expected a resource type of the plugin, found {name!r}{did_you_mean(name, self._types)}"
            raise PluginError(message)
        wanted = aspects_to_read(self._selection, self._types[name], aspects, self._tagged)
        return checked_recipe(self._types[name], wanted)

    def _listed(self, recipes: Collection[Recipe]) -> Iterator[tuple[Recipe, Resource] | ListingFailed]:
        for recipe in recipes:
            for each in select_resources(self._reading, recipe.resource_type, self._selection.resources):
                yield each if isinstance(each, ListingFailed) else (recipe, each)
