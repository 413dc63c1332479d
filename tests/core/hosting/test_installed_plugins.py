"""What trueup brings is held to what a stranger's plugin is held to."""

from __future__ import annotations

import pytest

from trueup.hosting.host import Host

SERVICES = Host().services()


def test_nothing_that_is_brought_is_broken() -> None:
    """Every entry point of trueup's own is found, and its facts and rules are read."""
    host = Host()
    host.fact_schemas()
    host.rule_sources()
    host.report_formats()
    assert {} == {name: str(error) for name, error in host.broken.items()}


@pytest.mark.parametrize("service", SERVICES)
def test_plugin_agrees_with_its_facts(service: str) -> None:
    """A plugin loads, and what rules may give its actions is what the actions take."""
    host = Host()
    schemas = host.fact_schemas()
    for name, resource_type in host.resource_types(service).items():
        promised = {action: dict(each.get("parameters", {})) for action, each in schemas[name].actions.items()}
        assert promised == {action: dict(each.parameters) for action, each in resource_type.actions.items()}


@pytest.mark.parametrize("service", SERVICES)
def test_aspects_read_what_their_facts_say(service: str) -> None:
    """The operations that a fact schema names for an aspect are those that the aspect declares."""
    host = Host()
    for name, resource_type in host.resource_types(service).items():
        properties = host.fact_schemas()[name].document["properties"]
        said = {aspect: sorted(each.get("x-reads", ())) for aspect, each in properties.items()}
        declared = {aspect: sorted(_reads(each)) for aspect, each in resource_type.aspects.items()}
        assert said == declared


def _reads(aspect: object) -> tuple[str, ...]:
    if hasattr(aspect, "reads"):
        reads: tuple[str, ...] = aspect.reads
        return reads
    return ("cloudwatch:GetMetricData",) if hasattr(aspect, "queries") else ()
