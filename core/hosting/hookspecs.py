"""Every hook that a plugin can implement: what it is for, when it is called, what it gives.

This file is the manual for authors of plugins. A hook is implemented by a function marked with
``trueup.hosting.markers.hookimpl``, in the module (or on the object) that an entry point of the group
``trueup.plugins`` names; ``trueup.service.plugin.ServicePlugin`` implements the first three over declarations.
Each plugin is called alone: what it raises costs its own rules and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.hosting.markers import hookspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.auditing.scope import AuditScope
    from trueup.change import Change, Refusal
    from trueup.engines.engine import AuditEngine
    from trueup.facts.snapshot import Snapshot
    from trueup.finding import Finding
    from trueup.report_format import ReportFormat
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType

__all__ = ["audit", "audit_engines", "remediate", "report_formats", "resource_types"]


@hookspec
def resource_types() -> Sequence[ResourceType]:  # type: ignore[empty-body]  # a hook's specification has no body
    """Give the resource types that the plugin audits: aspects, IAM actions, fixes.

    Called once, when a selected rule is about one of the plugin's types. Each type's name begins with the name of the
    plugin's entry point and a dot; its facts are described in ``facts/<noun>.schema.json`` beside the plugin's module.

    Example::

        @hookimpl
        def resource_types():
            return [ResourceType("sqs.queue", "QueueUrl", "arn:...", queues, ("sqs:ListQueues",), {"attributes": ...})]
    """


@hookspec
def audit(scope: AuditScope, rules: Sequence[BoundRule]) -> Iterator[Finding]:  # type: ignore[empty-body]  # as above
    """Judge the plugin's resources of one scope by the rules about them.

    Called once a scope, for this plugin alone; the findings are taken one by one while it runs, so it should yield
    rather than collect. It reads through ``scope`` only: there is no session to be had.

    Args:
        scope: account and Region, and ``snapshots()``, which reads each wanted aspect once for each resource.
        rules: the selected rules about this plugin's resource types, parameters filled in.

    Returns:
        A finding for each rule and resource; one without resource, with verdict unknown, for each rule whose
        resources could not all be listed.

    Example::

        @hookimpl
        def audit(scope, rules):
            for snapshot in scope.snapshots({"sqs.queue": {"attributes"}}):
                for rule in rules:
                    yield Finding(rule.id, "sqs.queue", snapshot.resource, rule.judge(snapshot.aspects))
    """


@hookspec
def remediate(resource: Snapshot, finding: Finding, rule: BoundRule) -> Change | Refusal:  # type: ignore[empty-body]  # as above
    """Plan the fix of one failed finding, as data; nothing is sent.

    Called once for each failed finding that is to be fixed, in ``plan``, and again right before it is applied.

    Args:
        resource: a frozen snapshot with every aspect in the action's ``needs``, account-level ones included.
        finding: the failed finding.
        rule: the rule that failed; it names the action and its parameters.

    Returns:
        The change, or why there is none.

    Example::

        @hookimpl
        def remediate(resource, finding, rule):
            call = Call("sqs", "SetQueueAttributes", {"QueueUrl": resource.resource.id, "Attributes": {...}})
            return Change("encrypt the queue", (Step(call, undo=(...,)),), Risk.SAFE, "no effect on running load")
    """


@hookspec
def report_formats() -> Sequence[ReportFormat]:  # type: ignore[empty-body]  # as above
    """Give the report formats that the plugin can write.

    Called when a report is written, on the plugins that have no ``facts`` folder (those cannot audit) and on those
    that were loaded anyway.

    Example::

        @hookimpl
        def report_formats():
            return [ReportFormat("csv", "csv", "one line a finding", write_csv)]
    """


@hookspec
def audit_engines() -> Sequence[AuditEngine]:  # type: ignore[empty-body]  # as above
    """Give the engines that the plugin can have scopes audited by.

    Called when an audit begins, on the plugins that have no ``facts`` folder (those cannot audit) and on those that
    were loaded anyway. An engine only carries: it gets the scopes and an audit as plain data, has each scope audited
    by ``trueup.engines.brief.audit_elsewhere`` wherever it likes, and yields what comes back.

    Example::

        @hookimpl
        def audit_engines():
            return [AuditEngine("batch", "jobs of AWS Batch", run_as_jobs)]
    """
