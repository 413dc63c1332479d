"""The host finds, loads and calls plugins of other distributions, each alone and only when it is needed."""

from __future__ import annotations

import importlib
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from trueup.change import Refusal
from trueup.errors import CredentialsError, PluginError, UsageError
from trueup.facts.snapshot import Snapshot
from trueup.finding import Finding, Judgement, Verdict
from trueup.hosting.host import Host
from trueup.resource import Resource
from trueup.ruleset.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.core.hosting.conftest import Site
    from trueup.ruleset.rule import BoundRule

QUEUE = Resource("sqs.queue", "arn:aws:sqs:us-east-1:123456789012:q", "https://q", "123456789012", "us-east-1")
SNAPSHOT = Snapshot(QUEUE, {"attributes": {"SqsManagedSseEnabled": "false"}}, datetime(2026, 1, 1, tzinfo=UTC))

HOOKS = """
    from trueup.facts.unknown import Reason, Unknown
    from trueup.finding import Finding, Judgement, Verdict
    from trueup.hosting.markers import hookimpl
    from trueup.service.declarations import ReadAspect, ResourceType

    @hookimpl
    def resource_types():
        return [
            ResourceType("sqs.queue", "QueueUrl", "arn:{key}", lambda aws: [], ("sqs:ListQueues",),
                         {"attributes": ReadAspect("attributes", ("sqs:GetQueueAttributes",), lambda aws, queue: {})})
        ]
"""


def finding(rule: str = "r") -> Finding:
    """Give a failed finding."""
    return Finding(rule, QUEUE.type, QUEUE, Judgement(Verdict.FAIL))


def rule(host: Host, action: str = "encrypt") -> BoundRule:
    """Give a rule about queues with a fix."""
    document: dict[str, Any] = {
        "id": "r",
        "title": "t",
        "resource": "sqs.queue",
        "category": "security",
        "severity": "low",
        "stage": "stable",
        "rationale": "why",
        "expect": {"attributes.SqsManagedSseEnabled": {"const": "true"}},
        "remediation": {"action": action, "parameters": {"key": "k"}},
    }
    return Rule.from_document(document, host.fact_schemas()["sqs.queue"]).bind()


def statuses(host: Host) -> Mapping[str, str]:
    """Give plugin name to status, without trueup's own."""
    return {each.name: each.status for each in host.plugins() if each.distribution != "trueup"}


def test_data_is_read_and_nothing_is_imported(site: Site) -> None:
    """Plugins, rule folders and fact schemas are known though every line of the plugin's code would fail."""
    site.plugin("raise AssertionError('this code must not run')")
    site.write("trueup_sqs/__init__.py", "raise AssertionError('this code must not run')")
    site.write("trueup_sqs/rules/one.json", "{}")
    site.distribution("trueup-sqs", "1.0", plugins={"sqs": "trueup_sqs.plugin"}, rules={"sqs": "trueup_sqs.rules"})
    host = Host()
    assert "sqs.queue" in host.fact_schemas()
    assert "sqs" in host.services()
    sources = [(each.service, each.distribution, each.folder) for each in host.rule_sources()]
    assert ("sqs", "trueup-sqs", site.folder / "trueup_sqs" / "rules") in sources
    described = [(each.kind, each.version, each.origin, each.status) for each in host.plugins() if each.name == "sqs"]
    assert [
        ("plugin", "1.0", "trueup_sqs.plugin", "available"),
        ("rules", "1.0", "trueup_sqs.rules", "available"),
    ] == described
    assert "trueup_sqs" not in sys.modules
    assert not any("sqs" in name for name in host.broken)


def test_plugin_is_imported_when_its_type_is_asked_for(site: Site) -> None:
    """Asking for a resource type imports its plugin and no other."""
    site.plugin()
    site.write("other/__init__.py", "")
    site.write("other/plugin.py", "raise AssertionError('nobody needs it')")
    site.write("other/facts/thing.schema.json", '{"title": "other.thing", "properties": {}}')
    site.distribution("other", "2", plugins={"other": "other.plugin"})
    host = Host()
    resource_type = host.resource_type("sqs.queue")
    assert ("sqs.queue", ["attributes"], ["encrypt"]) == (
        resource_type.name,
        list(resource_type.aspects),
        list(resource_type.actions),
    )
    assert {"sqs": "loaded", "other": "available"} == statuses(host)
    assert "other.plugin" not in sys.modules


def test_unknown_type_and_plugin_are_named_with_near_ones(site: Site) -> None:
    """A type or service that nobody has is a usage error that suggests what was probably meant."""
    site.plugin()
    host = Host()
    with pytest.raises(UsageError, match=r"found 'sqs\.queu'; did you mean 'sqs\.queue'\?"):
        host.resource_type("sqs.queu")
    with pytest.raises(UsageError, match=r"plugin sq: .* not installed; did you mean 'sqs'"):
        host.resource_types("sq")


@pytest.mark.parametrize(
    ("options", "environment", "expected"),
    [
        ((), {}, "available"),
        (("no:sqs",), {}, "blocked"),
        (("no:sqs", "sqs"), {}, "available"),
        (("sqs", "no:sqs"), {}, "blocked"),
        ((), {"TRUEUP_DISABLE_PLUGIN_AUTOLOAD": "1"}, "disabled"),
        ((), {"TRUEUP_DISABLE_PLUGIN_AUTOLOAD": ""}, "available"),
        (("sqs",), {"TRUEUP_DISABLE_PLUGIN_AUTOLOAD": "1"}, "available"),
        (("no:absent",), {}, "available"),
    ],
)
def test_plugins_can_be_blocked_and_chosen(
    site: Site, options: tuple[str, ...], environment: dict[str, str], expected: str
) -> None:
    """A plugin takes part unless it is blocked, or a stranger's in a run that only has the strangers it names."""
    site.plugin()
    host = Host(options, environment)
    assert {"sqs": expected} == statuses(host)
    assert ("sqs.queue" in host.fact_schemas()) == (expected == "available")


def test_own_plugins_stay_without_autoload() -> None:
    """Switching strangers off leaves what trueup brings; blocking takes that away too."""
    names = {
        each.name for each in Host((), {"TRUEUP_DISABLE_PLUGIN_AUTOLOAD": "1"}).plugins() if each.status == "available"
    }
    assert "dynamodb" in names
    blocked = {each.name for each in Host(["no:dynamodb"]).plugins() if each.status == "blocked"}
    assert {"dynamodb"} == blocked


def test_blocked_plugin_is_not_used(site: Site) -> None:
    """A blocked plugin is not imported, whoever asks."""
    site.plugin()
    with pytest.raises(UsageError, match="plugin sqs: expected one that takes part, found one that is blocked"):
        Host(["no:sqs"]).resource_type("sqs.queue")
    assert "trueup_sqs" not in sys.modules


def test_plugin_asked_for_must_be_installed(site: Site) -> None:
    """``-p`` with a name that is not installed is an error with a suggestion."""
    site.plugin()
    with pytest.raises(UsageError, match=r"-p sqz: expected the name of an installed plugin.*did you mean 'sqs'"):
        Host(["sqz"])


def test_one_name_of_two_distributions_is_refused_naming_both(site: Site) -> None:
    """Two distributions with one name are an error that names both, unless the name is blocked."""
    site.plugin()
    site.distribution("acme-sqs", "3.1", plugins={"sqs": "acme_sqs.plugin"})
    with pytest.raises(PluginError) as raised:
        Host()
    for part in ("'sqs'", "trueup-sqs 1.0 (trueup_sqs.plugin)", "acme-sqs 3.1 (acme_sqs.plugin)", "-p no:sqs"):
        assert part in str(raised.value)
    assert {"sqs": "blocked"} == statuses(Host(["no:sqs"]))


def test_distribution_without_metadata_is_listed(site: Site) -> None:
    """What is left of a half-removed distribution is broken, and nothing else is."""
    site.write("left-1.0.dist-info/entry_points.txt", "[trueup.plugins]\nleft = left.plugin\n")
    importlib.invalidate_caches()
    host = Host((), {"TRUEUP_DISABLE_PLUGIN_AUTOLOAD": ""})
    assert "dynamodb.table" in host.fact_schemas()
    assert [("unknown distribution", "without version", "broken")] == [
        (each.distribution, each.version, each.status) for each in host.plugins() if each.name == "left"
    ]


def test_rules_and_plugin_of_one_name_may_come_from_two_distributions(site: Site) -> None:
    """Somebody may ship rules for somebody else's plugin."""
    site.plugin()
    site.write("acme_rules/one.json", "{}")
    site.distribution("acme-rules", "3.1", rules={"sqs": "acme_rules"})
    assert ("sqs", "acme-rules") in [(each.service, each.distribution) for each in Host().rule_sources()]


def test_rules_that_are_not_there_are_broken_and_cost_nothing_else(site: Site) -> None:
    """A distribution without the rule folder that it names is noted, and the others' rules are read."""
    site.distribution("acme-rules", "3.1", rules={"sqs": "acme_rules"})
    host = Host()
    own = {each.service for each in host.rule_sources()}
    assert "dynamodb" in own
    expected = "plugin sqs (acme-rules 3.1): expected a package acme_rules with rules, found none; reinstall it"
    assert expected == str(host.broken["trueup.rules:sqs"])
    assert "broken" == statuses(host)["sqs"]


def test_remediate_hands_over_a_frozen_snapshot(site: Site) -> None:
    """The action gets a snapshot that cannot be changed and the rule's parameters."""
    site.plugin()
    host = Host()
    assert Refusal("false FrozenDict {'key': 'k'}") == host.remediate(SNAPSHOT, finding(), rule(host))


def test_action_that_needs_an_unknown_fact_refuses_with_it(site: Site) -> None:
    """A fact that is not known is the reason of the refusal, with what to allow."""
    site.plugin()
    host = Host()
    snapshot = Snapshot(QUEUE, {}, SNAPSHOT.read_at)
    refusal = host.remediate(snapshot, finding(), rule(host))
    assert isinstance(refusal, Refusal)
    assert refusal.unknown is not None
    assert "attributes.SqsManagedSseEnabled is not known: not read" in refusal.reason


def test_rule_with_an_action_that_the_plugin_has_not(site: Site) -> None:
    """An unknown action is an error that names the rule, the type and its actions."""
    site.plugin()
    host = Host()
    with pytest.raises(PluginError, match=r"rule r: expected an action of sqs\.queue \(encrypt\), found 'erase'"):
        host.remediate(SNAPSHOT, finding(), rule(host, "erase"))


def test_one_plugin_is_called_at_a_time(site: Site, sqs_facts: dict[str, Any]) -> None:
    """A hook of one plugin is not called when another one is asked, and no answer is not taken for an empty one."""
    site.plugin(HOOKS, without_actions(sqs_facts))
    site.write("other/__init__.py", "")
    site.write(
        "other/plugin.py",
        """
        from trueup.hosting.markers import hookimpl

        @hookimpl
        def resource_types():
            return []

        @hookimpl(tryfirst=True)
        def audit(scope, rules):
            raise AssertionError("nobody asked")

        @hookimpl(wrapper=True)
        def remediate(resource, finding, rule):
            raise AssertionError("nobody asked")
            yield
        """,
    )
    site.distribution("other", "2", plugins={"other": "other.plugin"})
    host = Host()
    assert {} == dict(host.resource_types("other"))
    with pytest.raises(PluginError, match=r"hook audit\(scope, rules\): expected an answer, found none"):
        list(host.audit("sqs", None, []))  # type: ignore[arg-type]  # nobody looks at it
    with pytest.raises(PluginError, match=r"plugin sqs .*: expected an answer, found none"):
        host.remediate(SNAPSHOT, finding(), rule(host))


def test_plain_functions_make_a_plugin(site: Site, sqs_facts: dict[str, Any]) -> None:
    """A module of functions marked with ``hookimpl`` is a plugin, and may ask for fewer arguments."""
    site.plugin(
        HOOKS
        + """
    @hookimpl
    def audit(rules):
        yield from (Finding(rule, "sqs.queue", None, Judgement(Verdict.PASS)) for rule in rules)
    """,
        without_actions(sqs_facts),
    )
    found = list(Host().audit("sqs", None, ["a", "b"]))  # type: ignore[list-item,arg-type]  # the hook only hands them on
    assert ["a", "b"] == [each.rule for each in found]


@pytest.mark.parametrize(
    "ending",
    ["plugin = SqsPlugin()", "", "class Base(SqsPlugin):\n    service = ''"],
    ids=["instance", "class", "base"],
)
def test_plugin_class_is_registered_once(site: Site, sqs_plugin: str, ending: str) -> None:
    """A ServicePlugin is used whether the module has an instance of it or only the class."""
    site.plugin(f"{sqs_plugin}\n{ending}\n")
    assert ["sqs.queue"] == list(Host().resource_types("sqs"))


def test_entry_point_may_name_an_attribute(site: Site, sqs_plugin: str) -> None:
    """``module:attribute`` names an instance or a class inside a module."""
    site.plugin(f"{sqs_plugin}\nclass Made:\n    plugin = SqsPlugin()\n")
    for attribute in ("SqsPlugin", "Made.plugin"):
        site.distribution("trueup-sqs", "1.0", plugins={"sqs": f"trueup_sqs.plugin:{attribute}"})
        assert ["sqs.queue"] == list(Host().resource_types("sqs"))


def test_plugin_of_corrections_only_is_no_error(site: Site) -> None:
    """A package that only brings corrections for the simulated AWS has no hooks and is not broken."""
    site.plugin("", None)
    site.write("trueup_sqs/simulated.py", "CORRECTIONS = ()")
    host = Host()
    assert "sqs" not in host.services()
    host.report_formats()
    assert {"sqs": "loaded"} == statuses(host)


def test_report_formats_of_all_that_audit_nothing(site: Site) -> None:
    """Formats come from the plugins without facts; one that raises is noted and takes no other's format away."""
    site.plugin("raise AssertionError('no report needs it')")
    for name, code in (("csv", 'ReportFormat("csv", "csv", "lines", print)'), ("bad", "1 / 0")):
        site.write(f"{name}_format/__init__.py", "")
        site.write(
            f"{name}_format/plugin.py",
            f"""
            from trueup.hosting.markers import hookimpl
            from trueup.report_format import ReportFormat

            @hookimpl
            def report_formats():
                return [{code}]
            """,
        )
        site.distribution(name, "1", plugins={name: f"{name}_format.plugin"})
    host = Host()
    assert "csv" in host.report_formats()
    assert {"sqs": "available", "csv": "loaded", "bad": "broken"} == statuses(host)
    assert "hook report_formats(): ZeroDivisionError: division by zero" in str(host.broken["trueup.plugins:bad"])


def test_second_format_of_a_name_is_refused(site: Site) -> None:
    """Two plugins with one format: the first keeps it, the second is broken."""
    for name in ("first", "second"):
        site.write(f"{name}/__init__.py", "")
        site.write(
            f"{name}/plugin.py",
            f"""
            from trueup.hosting.markers import hookimpl
            from trueup.report_format import ReportFormat

            @hookimpl
            def report_formats():
                yield ReportFormat("csv", "csv", "{name}", print)
            """,
        )
        site.distribution(name, "1", plugins={name: f"{name}.plugin"})
    host = Host()
    assert "first" == host.report_formats()["csv"].description
    assert "expected a report format of a new name, found 'csv'" in str(host.broken["trueup.plugins:second"])


def test_findings_before_a_break_are_kept(site: Site, sqs_facts: dict[str, Any]) -> None:
    """What a plugin yielded before it raised stands; the error names plugin, distribution and hook."""
    site.plugin(
        HOOKS
        + """
    @hookimpl
    def audit(scope, rules):
        yield Finding("r", "sqs.queue", None, Judgement(Verdict.PASS))
        raise KeyError("attributes")
    """,
        without_actions(sqs_facts),
    )
    host = Host()
    found = host.audit("sqs", None, [])  # type: ignore[arg-type]
    assert "r" == next(found).rule
    with pytest.raises(PluginError, match=r"plugin sqs \(trueup-sqs 1\.0\): hook audit\(scope, rules\): KeyError"):
        next(found)
    assert ["trueup.plugins:sqs"] == list(host.broken)


@pytest.mark.parametrize("error", [KeyboardInterrupt, CredentialsError])
def test_what_stops_the_run_passes_the_border(
    site: Site, sqs_facts: dict[str, Any], error: type[BaseException]
) -> None:
    """Ctrl-C and refused credentials are no plugin's fault and go through."""
    site.plugin(
        HOOKS
        + f"""
    from trueup.errors import CredentialsError

    @hookimpl
    def audit(scope, rules):
        raise {error.__name__}
    """,
        without_actions(sqs_facts),
    )
    host = Host()
    with pytest.raises(error):
        list(host.audit("sqs", None, []))  # type: ignore[arg-type]
    assert {} == dict(host.broken)


def test_answer_to_remediate_must_be_a_change(site: Site, sqs_facts: dict[str, Any]) -> None:
    """Anything but a change or a refusal is an error, and so are two answers."""
    site.plugin(
        HOOKS
        + """
    @hookimpl
    def remediate(resource):
        return "fixed"
    """,
        without_actions(sqs_facts),
    )
    host = Host()
    with pytest.raises(PluginError, match=r"hook remediate\(resource, finding, rule\): expected one Change or Refusal"):
        host.remediate(SNAPSHOT, finding(), rule(host))


def without_actions(facts: dict[str, Any]) -> dict[str, Any]:
    """Give the facts of a type that has no fixes."""
    return {key: value for key, value in facts.items() if key != "x-actions"}
