"""Whether a function is used by its published versions, whose configuration never changes.

Then a change of ``$LATEST`` would have no effect on what runs, and the metrics of the function would be those of
versions that keep their memory and timeout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.awslambda.configuration import LATEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["event_sources", "published_use"]


def event_sources(function: Snapshot) -> list[dict[str, Any]]:
    """Give the event source mappings of a function, those of its versions and aliases too.

    ListEventSourceMappings finds the mappings of exactly the name that it is given, so that those of an alias stay
    hidden from a question for the function; a Region's are listed once for all functions instead.

    Source: Lambda API, ListEventSourceMappings (FunctionName: name, version or alias).
    """
    arn = function.resource.arn
    return [
        {
            "uuid": each["UUID"],
            "qualifier": each["FunctionArn"][len(arn) + 1 :] or None,
            "maximum_concurrency": (each.get("ScalingConfig") or {}).get("MaximumConcurrency"),
        }
        for each in function["region_event_sources"]
        if each["FunctionArn"] == arn or each["FunctionArn"].startswith(f"{arn}:")
    ]


def published_use(function: Snapshot) -> str | None:
    """Tell by whom published versions are used, one phrase; None when everybody uses ``$LATEST``.

    Args:
        function: with ``aliases`` and ``event_sources``.
    """
    aliases = {each["Name"]: sorted(_versions(each)) for each in function["aliases"]}
    for name, versions in sorted(aliases.items()):
        if versions:
            return f"alias {name} uses version {', '.join(versions)}"
    for each in function["event_sources"]:
        qualifier = each["qualifier"]
        if qualifier is not None and qualifier != LATEST and qualifier not in aliases:
            return f"event source {each['uuid']} uses version {qualifier}"
    return None


def _versions(alias: Mapping[str, Any]) -> Iterable[str]:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return {version for version in (alias["FunctionVersion"], *weights) if version != LATEST}
