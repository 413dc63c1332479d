"""The closer look that planning takes at failing resources: everything their fixes need, read once for each resource.

Read together, so that metrics are packed and reads overlap; each rule then sees only what it declared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.change import Risk
from trueup.errors import PluginError
from trueup.planning.concrete import action_of, needed_aspects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trueup.applying.bench import FactReader, Plugins
    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.ruleset.rule import BoundRule

__all__ = ["closer_look"]

# So many resources are held in memory at once, however many fail.
TOGETHER = 200


def closer_look(
    plugins: Plugins, reader: FactReader, failed: Iterable[tuple[BoundRule, Resource]]
) -> Iterator[tuple[BoundRule, Resource, Snapshot | PluginError]]:
    """Yield each failed rule and resource with the facts that its fix needs, or why they could not be asked for.

    All rules of one resource come together, in the order in which its first one failed; the fixes with the least risk
    first, since a later one rests on an earlier one, and must not on one that may not be approved.
    """
    by_resource: dict[str, list[tuple[BoundRule, Resource]]] = {}
    for rule, resource in failed:
        by_resource.setdefault(resource.arn, []).append((rule, resource))
    groups = list(by_resource.values())
    for begin in range(0, len(groups), TOGETHER):
        yield from _look(plugins, reader, groups[begin : begin + TOGETHER])


def _look(
    plugins: Plugins, reader: FactReader, groups: Sequence[Sequence[tuple[BoundRule, Resource]]]
) -> Iterator[tuple[BoundRule, Resource, Snapshot | PluginError]]:
    needed: dict[tuple[str, str], frozenset[str] | PluginError] = {}
    for rule, resource in (each for group in groups for each in group):
        try:
            needed[rule.id, resource.arn] = needed_aspects(plugins.resource_type(resource.type), rule)
        except PluginError as error:
            needed[rule.id, resource.arn] = error
    wanted = []
    for group in groups:
        resource = group[0][1]
        found = (needed[rule.id, resource.arn] for rule, _ in group)
        together = frozenset[str]().union(*(each for each in found if not isinstance(each, PluginError)))
        if together:
            wanted.append((plugins.resource_type(resource.type), resource, together))
    read = {snapshot.resource.arn: snapshot for snapshot in reader.read_all(wanted)}
    in_order = (sorted(group, key=lambda each: _risk(plugins, *each)) for group in groups)
    for rule, resource in (each for group in in_order for each in group):
        aspects = needed[rule.id, resource.arn]
        if isinstance(aspects, PluginError):
            yield rule, resource, aspects
        else:
            snapshot = read[resource.arn]
            only = {name: value for name, value in snapshot.aspects.items() if name in aspects}
            yield rule, resource, replace(snapshot, aspects=only)


def _risk(plugins: Plugins, rule: BoundRule, resource: Resource) -> int:
    """Give the place of a fix's least risk among the risks; without a fix there is none."""
    try:
        return tuple(Risk).index(action_of(plugins.resource_type(resource.type), rule).risk)
    except PluginError:
        return 0
