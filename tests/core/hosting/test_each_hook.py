"""Each hook, called by the host on a stranger's plugin: no hook is without its entry here, and so without its test."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from trueup.facts.snapshot import Snapshot
from trueup.finding import Finding, Judgement, Verdict
from trueup.hosting import hookspecs
from trueup.hosting.host import Host
from trueup.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.hosting.conftest import Site

QUEUE = Resource("sqs.queue", "arn:aws:sqs:us-east-1:123456789012:q", "https://q", "123456789012", "us-east-1")
FAILED = Finding("r", QUEUE.type, QUEUE, Judgement(Verdict.FAIL))
SNAPSHOT = Snapshot(QUEUE, {"attributes": {"SqsManagedSseEnabled": "false"}}, datetime(2026, 1, 1, tzinfo=UTC)).frozen()
SCOPE: Any = "a scope"
RULE: Any = "a rule"

IMPORTS = """
from trueup.change import Refusal
from trueup.engines.engine import AuditEngine
from trueup.finding import Finding, Judgement, Verdict
from trueup.hosting.markers import hookimpl
from trueup.report_format import ReportFormat
from trueup.service.declarations import ReadAspect, ResourceType

CALLS = []
"""


@dataclass(frozen=True, slots=True)
class Way:
    """How the host comes to call a hook, and what comes of it.

    Args:
        answer: what the plugin's function gives, as Python.
        call: what makes the host call it; gives a short form of the plugin's answer.
        arguments: what the plugin's function must be given, in the specification's order.
        expected: the short form that must come back.
    """

    answer: str
    call: Callable[[Host], Any]
    arguments: tuple[Any, ...]
    expected: Any


WAYS = {
    "audit": Way(
        answer='iter([Finding("r", "sqs.queue", None, Judgement(Verdict.UNKNOWN))])',
        call=lambda host: [str(each.judgement.verdict) for each in host.audit("sqs", SCOPE, [RULE])],
        arguments=(SCOPE, [RULE]),
        expected=["unknown"],
    ),
    "audit_engines": Way(
        answer='[AuditEngine("batch", "jobs of a batch system", iter)]',
        # Engines of a plugin that audits are asked for once it is loaded.
        call=lambda host: (host.resource_types("sqs"), "batch" in host.audit_engines())[1],
        arguments=(),
        expected=True,
    ),
    "remediate": Way(
        answer='Refusal("not this one")',
        call=lambda host: host.remediate(SNAPSHOT, FAILED, RULE).reason,  # type: ignore[union-attr]  # the answer above
        arguments=(SNAPSHOT, FAILED, RULE),
        expected="not this one",
    ),
    "report_formats": Way(
        answer='[ReportFormat("csv", "csv", "one line a finding", print)]',
        # Formats of a plugin that audits are asked for once it is loaded.
        call=lambda host: (host.resource_types("sqs"), "csv" in host.report_formats())[1],
        arguments=(),
        expected=True,
    ),
    "resource_types": Way(
        answer="""[
        ResourceType("sqs.queue", "QueueUrl", "arn:{key}", lambda aws: [], ("sqs:ListQueues",),
                     {"attributes": ReadAspect("attributes", ("sqs:GetQueueAttributes",), lambda aws, queue: {})})
    ]""",
        call=lambda host: list(host.resource_types("sqs")),
        arguments=(),
        expected=["sqs.queue"],
    ),
}


def plugin_code() -> str:
    """Give a plugin that implements every hook with all the arguments of its specification, and notes each call."""
    parts = [IMPORTS]
    for hook in hookspecs.__all__:
        names = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)
        noted = f"CALLS.append(({hook!r}, [{names}]))"
        parts.append(f"@hookimpl\ndef {hook}({names}):\n    {noted}\n    return {WAYS[hook].answer}\n")
    return "\n".join(parts)


@pytest.mark.parametrize("hook", hookspecs.__all__)
def test_hook_is_called_with_its_arguments_and_answers(hook: str, site: Site, sqs_facts: dict[str, Any]) -> None:
    """The host gives a plugin's function all that the specification names, and takes what it gives."""
    site.plugin("", {**sqs_facts, "x-actions": {}})
    site.write("trueup_sqs/plugin.py", plugin_code())
    way = WAYS[hook]

    assert way.expected == way.call(Host())
    calls = importlib.import_module("trueup_sqs.plugin").CALLS
    assert [(hook, list(way.arguments))] == [each for each in calls if each[0] == hook]
