"""What a loaded plugin says of itself held against its fact schemas and AWS's access levels.

The rules were checked against the schemas before any code ran; where the code does not agree with them, a rule would
judge what nobody reads. And what is declared as a read must be one long before the guard refuses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.aws.iam.operations import is_read_only_operation
from trueup.errors import PluginError
from trueup.service.check import check_resource_type
from trueup.service.declarations import MetricsAspect, ReadAspect, ResourceType
from trueup.service.needs import needs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trueup.facts.schema import FactSchema
    from trueup.hosting.installed import EntryPoint

__all__ = ["agreed_types", "declared_reads"]


def agreed_types(
    entry: EntryPoint, given: Sequence[ResourceType], schemas: Mapping[str, FactSchema]
) -> Mapping[str, ResourceType]:
    """Give a plugin's resource types by name.

    Args:
        entry: the plugin.
        given: what its ``resource_types`` hooks gave.
        schemas: its fact schemas by resource type.

    Raises:
        PluginError: a declaration is wrong, or does not agree with the schemas; names every problem.
    """
    types: dict[str, ResourceType] = {}
    problems: list[str] = []
    for each in given:
        if each.service != entry.name or each.name in types:
            problems.append(f"expected resource types named {entry.name}.<noun>, each once, found {each.name!r}")
        else:
            types[each.name] = each
            problems += check_resource_type(each)
            problems += (f"{each.name}: {problem}" for problem in _against_schema(each, schemas.get(each.name)))
            problems += (f"{each.name}: {problem}" for problem in _against_levels(each))
            problems += (f"{each.name}: {problem}" for problem in _against_kinds(each, schemas.get(each.name)))
    problems += (f"{name}: has a fact schema, but is not declared" for name in schemas if name not in types)
    if problems:
        message = f"{entry.title()}: hook resource_types(): {'; '.join(problems)}"
        raise PluginError(message)
    return types


def declared_reads(resource_type: ResourceType) -> frozenset[str]:
    """Give every operation that listing and reading the type may call."""
    reads = (each.reads for each in resource_type.aspects.values() if isinstance(each, ReadAspect))
    return frozenset(resource_type.lists).union(*reads)


def _against_schema(resource_type: ResourceType, schema: FactSchema | None) -> Iterable[str]:
    if schema is None:
        yield f"expected its facts in facts/{resource_type.name.partition('.')[2]}.schema.json, found no such file"
        return
    for name in sorted(set(resource_type.aspects) - set(schema.aspects)):
        yield f"aspect {name!r} is not in {schema.origin}"
    for name in sorted(set(schema.aspects) - set(resource_type.aspects)):
        yield f"aspect {name!r} of {schema.origin} is not declared"
    for name in sorted(set(resource_type.actions) ^ set(schema.actions)):
        yield f"action {name!r} is not both declared and in x-actions of {schema.origin}"


def _against_levels(resource_type: ResourceType) -> Iterable[str]:
    for operation in sorted(declared_reads(resource_type)):
        if not is_read_only_operation(operation):
            yield f"expected declared reads to list or read by AWS's access levels, found {operation}"
    for operation in sorted({each for action in resource_type.actions.values() for each in action.writes}):
        if is_read_only_operation(operation):
            yield f"expected declared writes to write by AWS's access levels, found {operation}"


def _against_kinds(resource_type: ResourceType, schema: FactSchema | None) -> Iterable[str]:
    """Name configuration that is made of metric series: it could not be made again of those of before a write."""
    for name in sorted(set(resource_type.aspects) & set(schema.aspects if schema else ())):
        needs = needs_of(resource_type.aspects[name])
        series = [each for each in needs if isinstance(resource_type.aspects.get(each), MetricsAspect)]
        if schema is not None and series and schema.kind(name) != "observed":
            yield (
                f"aspect {name!r} is configuration and needs the metrics {', '.join(series)}; make it of an observed "
                "aspect that is made of them, which is kept over a write"
            )
