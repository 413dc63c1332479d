"""Recipes: which aspects of a type are read, in which order, before and after the metrics.

Worked out once for a selection, so that reading a resource is a plain walk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trueup.errors import PluginError
from trueup.ruleset.suggest import did_you_mean
from trueup.service.declarations import MetricsAspect, ReadAspect
from trueup.service.needs import of_metrics, reading_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.service.declarations import DerivedAspect, ResourceType

__all__ = ["Recipe", "checked_recipe"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the wanted aspects of a resource type are made.

    Args:
        resource_type: the type.
        before: aspects that are read, and derived from such, in order.
        metrics: aspects of metric series.
        after: aspects that are derived from metrics, in order.
        known: values of aspects that are not made again, by name.
    """

    resource_type: ResourceType
    before: tuple[ReadAspect | DerivedAspect, ...]
    metrics: tuple[MetricsAspect, ...]
    after: tuple[DerivedAspect, ...]
    known: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(
        cls, resource_type: ResourceType, wanted: Iterable[str], known: Mapping[str, Any] = MappingProxyType({})
    ) -> Recipe:
        """Give the recipe for the wanted aspects and all that they need.

        Args:
            resource_type: the type.
            wanted: names of aspects.
            known: values of aspects that are not made again; nothing is made for their sake only.

        Raises:
            KeyError: the type declares no such aspect.
        """
        before: list[ReadAspect | DerivedAspect] = []
        metrics: list[MetricsAspect] = []
        after: list[DerivedAspect] = []
        for aspect in reading_order(resource_type.aspects, wanted, known):
            if isinstance(aspect, MetricsAspect):
                metrics.append(aspect)
            elif isinstance(aspect, ReadAspect) or not of_metrics(resource_type.aspects, aspect.name):
                before.append(aspect)
            else:
                after.append(aspect)
        return cls(resource_type, tuple(before), tuple(metrics), tuple(after), known)

    @property
    def batched(self) -> tuple[ReadAspect, ...]:
        """The aspects that are read for several resources in one call."""
        return tuple(each for each in self.before if isinstance(each, ReadAspect) and each.batch > 1)

    @property
    def group(self) -> int:
        """How many resources are begun together, so that batches are full."""
        return max((each.batch for each in self.batched), default=1)


def checked_recipe(
    resource_type: ResourceType, wanted: Iterable[str], known: Mapping[str, Any] = MappingProxyType({})
) -> Recipe:
    """Give the recipe for the wanted aspects; see ``Recipe.of``.

    Raises:
        PluginError: the type declares no such aspect.
    """
    names = sorted(set(wanted))
    for name in names:
        if name not in resource_type.aspects:
            hint = did_you_mean(name, resource_type.aspects)
            message = f"{resource_type.name}: expected a declared aspect, found {name!r}{hint}"
            raise PluginError(message)
    return Recipe.of(resource_type, names, known)
