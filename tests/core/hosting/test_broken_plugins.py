"""A plugin that is broken in any way is one sentence that names it, and costs nobody else anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import PluginError
from trueup.hosting.host import Host

if TYPE_CHECKING:
    from tests.core.hosting.conftest import Site

MARKER = "from trueup.hosting.markers import hookimpl\n"
TYPES = MARKER + "@hookimpl\ndef resource_types():\n    "
QUEUE = (
    "from trueup.service.declarations import ReadAspect, ResourceType\n"
    + TYPES
    + 'return [ResourceType("{name}", "Url", "{arn}", lambda aws: [], ("{lists}",), '
    '{{"attributes": ReadAspect("attributes", ("{reads}",), lambda aws, queue: {{}})}})]\n'
)
SOUND = {"name": "sqs.queue", "arn": "arn:{{key}}", "lists": "sqs:ListQueues", "reads": "sqs:GetQueueAttributes"}


def queue(**changed: str) -> str:
    """Give the code of a plugin with one type, something about it changed."""
    return QUEUE.format(**(SOUND | changed)).replace("{{", "{").replace("}}", "}")


BROKEN = {
    "syntax": ("def (", "could not be loaded from trueup_sqs.plugin: SyntaxError"),
    "import": ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    "raises": ("raise RuntimeError('why')", "could not be loaded from trueup_sqs.plugin: RuntimeError: why"),
    "exits": ("import sys; sys.exit(3)", "could not be loaded from trueup_sqs.plugin: SystemExit: 3"),
    "nothing": ("x = 1", "expected a ServicePlugin or a function marked with hookimpl, found neither"),
    "unknown hook": (
        MARKER + "@hookimpl\ndef audits(scope): ...",
        "expected one of audit, audit_engines, remediate, report_formats, resource_types; did you mean 'audit'",
    ),
    "wrong signature": (
        MARKER + "@hookimpl\ndef audit(scope, rulez): ...",
        "hook audit: expected the signature audit(scope, rules), found audit(scope, rulez)",
    ),
    "keyword only": (
        MARKER + "@hookimpl\ndef audit(*, scope): ...",
        "hook audit: expected the signature audit(scope, rules), found audit(*, scope)",
    ),
    "no wrapper": (
        MARKER + "@hookimpl(wrapper=True)\ndef audit(scope): ...",
        "could not be registered: PluginValidationError: Plugin 'trueup_sqs.plugin' for hook 'audit'",
    ),
    "hook raises": (TYPES + "1 / 0", "hook resource_types(): ZeroDivisionError: division by zero"),
    "hook exits": (TYPES + "raise SystemExit", "hook resource_types(): SystemExit"),
    "no iterable": (TYPES + "return 5", "hook resource_types(): expected an iterable of ResourceType, found 5"),
    "no types": (TYPES + "return ['queue']", "hook resource_types(): expected ResourceType records, found 'queue'"),
    "generator raises": (TYPES + "yield 1 / 0", "hook resource_types(): ZeroDivisionError"),
    "foreign prefix": (
        queue(name="sns.topic"),
        "expected resource types named sqs.<noun>, each once, found 'sns.topic'",
    ),
    "no prefix": (queue(name="queue"), "expected resource types named sqs.<noun>, each once, found 'queue'"),
    "no facts": (
        queue(name="sqs.letter"),
        "sqs.letter: expected its facts in facts/letter.schema.json, found no such file",
    ),
    "undeclared facts": (queue(name="sqs.letter"), "sqs.queue: has a fact schema, but is not declared"),
    "reads that write": (
        queue(reads="sqs:DeleteQueue"),
        "expected declared reads to list or read by AWS's access levels, found sqs:DeleteQueue",
    ),
    "lists that write": (
        queue(lists="sqs:PurgeQueue"),
        "expected declared reads to list or read by AWS's access levels, found sqs:PurgeQueue",
    ),
    "no operation": (queue(reads="GetQueue"), "reads: expected an operation such as sqs:ListQueues, found 'GetQueue'"),
    "wrong template": (queue(arn="arn:{0}"), "expected a plain name in braces, found {0}"),
}


@pytest.mark.parametrize(("code", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_plugin_is_named(site: Site, sqs_facts: dict[str, Any], code: str, expected: str) -> None:
    """The error names plugin, distribution, hook, what was expected and what was found, each time it is asked for."""
    sqs_facts.pop("x-actions")
    site.plugin(code, sqs_facts)
    host = Host()
    for _ in range(2):
        with pytest.raises(PluginError) as raised:
            host.resource_types("sqs")
        assert str(raised.value).startswith("plugin sqs (trueup-sqs 1.0): ")
        assert expected in str(raised.value)
    assert ["broken"] == [each.status for each in host.plugins() if each.name == "sqs"]
    assert expected in str(host.broken["trueup.plugins:sqs"])
    assert "dynamodb.table" in host.resource_types("dynamodb")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"properties": {}}, "aspect 'attributes' is not in "),
        ({"x-actions": {}}, "action 'encrypt' is not both declared and in x-actions of "),
        ({"title": "sqs.line"}, "queue.schema.json: expected the title 'sqs.queue', found 'sqs.line'"),
    ],
)
def test_facts_that_disagree_with_the_code(
    site: Site, sqs_plugin: str, sqs_facts: dict[str, Any], change: dict[str, Any], expected: str
) -> None:
    """Rules were checked against the schema, so code that does not agree with it is broken."""
    site.plugin(sqs_plugin, sqs_facts | change)
    with pytest.raises(PluginError) as raised:
        Host().resource_types("sqs")
    assert expected in str(raised.value)


def test_write_that_only_reads(site: Site, sqs_plugin: str, sqs_facts: dict[str, Any]) -> None:
    """An action that declares a read among its writes is told so: a step that changes nothing cannot be undone."""
    site.plugin(sqs_plugin.replace("sqs:SetQueueAttributes", "sqs:GetQueueUrl"), sqs_facts)
    expected = "expected declared writes to write by AWS's access levels, found sqs:GetQueueUrl"
    with pytest.raises(PluginError, match=expected):
        Host().resource_types("sqs")


def test_configuration_that_is_made_of_metrics(site: Site, sqs_plugin: str, sqs_facts: dict[str, Any]) -> None:
    """After a write it would be made of metrics of the size before and of the size after: the author is told."""
    methods = """
    @metrics("queue", name="load")
    def measured(self, queue):
        return ()

    @derived("queue", needs=("attributes", "load"))
    def fit(self, queue):
        return {}
"""
    described = {"description": "d", "type": "object", "properties": {}}
    sqs_facts["properties"]["load"] = {**described, "x-kind": "observed"}
    sqs_facts["properties"]["fit"] = {**described, "x-kind": "configuration"}
    code = sqs_plugin.replace("aspect, resource", "aspect, derived, metrics, resource") + methods
    site.plugin(code, sqs_facts)
    with pytest.raises(PluginError, match="aspect 'fit' is configuration and needs the metrics load; make it of an"):
        Host().resource_types("sqs")
    sqs_facts["properties"]["fit"]["x-kind"] = "observed"
    site.plugin(code, sqs_facts)
    assert ["sqs.queue"] == list(Host().resource_types("sqs"))


def test_aspect_that_nobody_reads(site: Site, sqs_plugin: str, sqs_facts: dict[str, Any]) -> None:
    """A fact that the schema promises and no code reads is an error, not an unknown for ever."""
    sqs_facts["properties"]["age"] = {"type": "number", "description": "d"}
    site.plugin(sqs_plugin, sqs_facts)
    with pytest.raises(PluginError, match=r"aspect 'age' of .* is not declared"):
        Host().resource_types("sqs")


def test_facts_that_are_no_json_cost_their_plugin_only(site: Site) -> None:
    """A fact schema that cannot be read is noted, and the others' facts are there."""
    site.plugin()
    site.write("trueup_sqs/facts/queue.schema.json", "{")
    host = Host()
    schemas = host.fact_schemas()
    assert ("dynamodb.table" in schemas, "sqs.queue" in schemas) == (True, False)
    assert "expected a fact schema in JSON" in str(host.broken["trueup.plugins:sqs"])


def test_module_that_is_not_installed(site: Site) -> None:
    """An entry point whose module is gone says so, and what to do."""
    site.distribution("trueup-sqs", "1.0", plugins={"sqs": "trueup_gone.plugin"})
    host = Host()
    host.fact_schemas()
    expected = (
        "plugin sqs (trueup-sqs 1.0): expected a module trueup_gone.plugin to be installed, found none; reinstall it"
    )
    assert expected == str(host.broken["trueup.plugins:sqs"])


def test_service_must_be_the_entry_points_name(site: Site, sqs_plugin: str, sqs_facts: dict[str, Any]) -> None:
    """The plugin's service is the name under which it is found."""
    site.plugin(sqs_plugin.replace('service = "sqs"', 'service = "sns"'), sqs_facts)
    with pytest.raises(PluginError, match="expected its service to be the entry point's name 'sqs', found 'sns'"):
        Host().resource_types("sqs")


def test_optional_hook_of_another_version_is_left_alone(site: Site, sqs_plugin: str, sqs_facts: dict[str, Any]) -> None:
    """A hook marked as optional may be one that this trueup does not have."""
    code = sqs_plugin + MARKER + "@hookimpl(optionalhook=True)\ndef forecast(scope): ...\n"
    site.plugin(code, sqs_facts)
    assert ["sqs.queue"] == list(Host().resource_types("sqs"))
