"""``ServicePlugin``: a service as decorated methods; the hooks are implemented once, here.

So that a new service is mostly data: the author says how resources are listed and what is read of them, and the
host does the reading, judging and sending.

Example::

    class SqsPlugin(ServicePlugin):
        service = "sqs"

        @resource("queue", key="QueueUrl", arn="arn:{partition}:sqs:{region}:{account}:{Name}", lists="sqs:ListQueues")
        def queues(self, aws):
            for url in aws.paginate("sqs:ListQueues", "QueueUrls[]"):
                yield {"QueueUrl": url, "Name": url.rpartition("/")[2]}

        @aspect("queue", reads="sqs:GetQueueAttributes")
        def attributes(self, aws, queue):
            return aws.call("sqs:GetQueueAttributes", QueueUrl=queue.id, AttributeNames=["All"])["Attributes"]

        @action("queue", "enable-encryption", needs=("attributes",), owned=("attributes.SqsManagedSseEnabled",),
                writes=("sqs:SetQueueAttributes",), risk="safe")
        def enable_encryption(self, queue, parameters):
            ...
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from trueup.change import Refusal
from trueup.errors import PluginError, UnknownFactError
from trueup.hosting.markers import hookimpl
from trueup.service.assembly import assemble, mark_problems, marked_methods
from trueup.service.check import check_resource_type
from trueup.service.decorators import action, aspect, derived, metrics, resource
from trueup.service.judging import judge_resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.auditing.scope import AuditScope
    from trueup.change import Change
    from trueup.facts.snapshot import Snapshot
    from trueup.finding import Finding
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType
    from trueup.service.marks import Mark

__all__ = ["ServicePlugin", "action", "aspect", "derived", "metrics", "resource"]


class ServicePlugin:
    """The base of a plugin that is declared with decorators.

    A subclass with ``service`` set is checked when it is made; one without is a base for others.

    Attributes:
        service: the plugin's name: its entry point, and the prefix of its resource types.

    Raises:
        PluginError: the declarations contradict each other; the message names each problem.
    """

    service: ClassVar[str] = ""
    _marked: ClassVar[tuple[tuple[str, Mark], ...]] = ()

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Collect the declarations and check them."""
        super().__init_subclass__(**keywords)
        if not cls.service:
            return
        cls._marked = marked_methods(cls)
        problems = mark_problems(cls._marked)
        for each in assemble(cls.service, cls._marked, lambda name: getattr(cls, name)):
            problems += check_resource_type(each)
        if problems:
            message = f"plugin {cls.service} ({cls.__module__}.{cls.__qualname__}): {'; '.join(problems)}"
            raise PluginError(message)

    @cached_property
    def types(self) -> tuple[ResourceType, ...]:
        """The declared resource types."""
        return assemble(self.service, self._marked, lambda name: getattr(self, name))

    @hookimpl
    def resource_types(self) -> Sequence[ResourceType]:
        """Give the declared types."""
        return self.types

    @hookimpl
    def audit(self, scope: AuditScope, rules: Sequence[BoundRule]) -> Iterator[Finding]:
        """Judge each resource by each rule about its type, reading only the aspects that the rules name."""
        return judge_resources(scope, rules)

    @hookimpl
    def remediate(self, resource: Snapshot, finding: Finding, rule: BoundRule) -> Change | Refusal:
        """Ask the rule's action; a fact that it needs and that is not known is the reason to change nothing."""
        name = rule.rule.remediation.action if rule.rule.remediation else ""
        actions = next((each.actions for each in self.types if each.name == finding.resource_type), {})
        if name not in actions:
            message = (
                f"rule {finding.rule}: expected an action of {finding.resource_type} "
                f"({', '.join(sorted(actions)) or 'it has none'}), found {name!r}"
            )
            raise PluginError(message)
        try:
            return actions[name].plan(resource, rule.action_parameters)
        except UnknownFactError as error:
            return Refusal(f"{error.path} is not known: {error.unknown.sentence()}", unknown=error.unknown)
