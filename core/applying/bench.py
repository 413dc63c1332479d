"""What applying works with: the journal, the clock, and the host's ways to read, to send and to ask plugins.

Protocols and not classes where the other side is AWS or a plugin: this folder says exactly what it needs of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta

    from trueup.applying.interrupt import Interrupt
    from trueup.aws.windows import Window
    from trueup.change import Call, Change, Condition, Refusal
    from trueup.clock import Clock
    from trueup.facts.schema import FactSchema
    from trueup.facts.snapshot import Snapshot
    from trueup.facts.unknown import Unknown
    from trueup.finding import Finding
    from trueup.journal.journal import Journal
    from trueup.planning.planned import PlannedChange
    from trueup.resource import Resource
    from trueup.ruleset.condition import CompiledCondition
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType
    from trueup.settings import Settings

__all__ = ["Bench", "FactReader", "Plugins", "Sender", "Sent"]


class Sent(Protocol):
    """AWS's answer to a write."""

    @property
    def request_id(self) -> str | None:
        """AWS's id of the request."""

    @property
    def response(self) -> Any:
        """The response; it may hold secrets, so only what later steps refer to is ever kept."""


class Sender(Protocol):
    """Sends one planned call at a time, and nothing else."""

    def send(self, call: Call, *, rule: str) -> Sent:
        """Send a call once.

        Raises:
            CallRefusedError: AWS refused it, surely without effect.
            ThrottledWriteError: AWS throttled it, surely without effect.
            AmbiguousWriteError: no answer, or one that does not say whether it had effect.
        """


class FactReader(Protocol):
    """Reads one resource with the same code as the audit."""

    def read(
        self,
        resource_type: ResourceType,
        resource: Resource,
        aspects: Collection[str],
        *,
        known: Mapping[str, Any] | None = None,
        window: timedelta | None = None,
        period: int | None = None,
    ) -> Snapshot:
        """Read aspects afresh.

        Args:
            resource_type: the resource's type.
            resource: the resource.
            aspects: names of declared aspects; what they need is read, too.
            known: values of aspects that are not read again; what follows from them is derived from these.
            window: how far back metrics go, instead of as declared.
            period: seconds a point of them.
        """

    def read_all(
        self,
        wanted: Iterable[tuple[ResourceType, Resource, Collection[str]]],
        *,
        window: timedelta | None = None,
        period: int | None = None,
    ) -> Iterator[Snapshot]:
        """Read several resources together, in any order; see ``read``."""

    def read_slices(
        self, wanted: Iterable[tuple[ResourceType, Resource, Collection[str]]], slices: Sequence[Window]
    ) -> Iterator[tuple[Snapshot, ...]]:
        """Read several resources together, each once; one snapshot a slice of time of each."""


class Plugins(Protocol):
    """The plugin host, as far as applying asks it."""

    def resource_type(self, name: str) -> ResourceType:
        """Give a declared resource type."""

    def fact_schemas(self) -> Mapping[str, FactSchema]:
        """Give the fact schemas by resource type."""

    def remediate(self, resource: Snapshot, finding: Finding, rule: BoundRule) -> Change | Refusal:
        """Ask the plugin for the change of one failed finding."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that applying, rollback and resume work with.

    Args:
        journal: where everything is written first.
        clock: the time, and the only way to wait.
        settings: the numbers of safety.
        plugins: the plugin host.
        reader: reads facts.
        sender: gives the sender for a resource's Region.
        alarms: gives the names of alarms in ALARM on any of some sets of dimensions where a resource is, or why that is
            not known.
        interrupt: whether to stop.
        say: tells a person what happens, one line a call.
    """

    journal: Journal
    clock: Clock
    settings: Settings
    plugins: Plugins
    reader: FactReader
    sender: Callable[[Resource], Sender]
    alarms: Callable[[Resource, Sequence[Mapping[str, str]]], tuple[str, ...] | Unknown]
    interrupt: Interrupt
    say: Callable[[str], None]

    def type_of(self, change: PlannedChange) -> ResourceType:
        """Give the resource type of a change's resource."""
        return self.plugins.resource_type(change.resource.type)

    def schema_of(self, change: PlannedChange) -> FactSchema:
        """Give the fact schema of a change's resource."""
        return self.plugins.fact_schemas()[change.resource.type]

    def compile(self, change: PlannedChange, condition: Condition) -> CompiledCondition:
        """Compile a condition over the facts of a change's resource."""
        from trueup.ruleset.condition import compile_condition

        return compile_condition(condition, schema=self.schema_of(change))
