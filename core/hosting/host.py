"""The host: every installed plugin, loaded when it is needed and called alone.

Rules and fact schemas are located without running a plugin's code; a plugin is imported when a selected rule is about
one of its resource types; and what a broken one costs is its own rules.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from trueup.change import Change, Refusal
from trueup.engines.engine import AuditEngine
from trueup.errors import PluginError, UsageError
from trueup.finding import Finding
from trueup.hosting.agreement import agreed_types
from trueup.hosting.border import signature_of
from trueup.hosting.calling import PluginCaller
from trueup.hosting.choice import PluginChoice
from trueup.hosting.facts import fact_schemas_of
from trueup.hosting.info import PluginInfo, Status
from trueup.hosting.installed import PLUGINS, RULES, EntryPoint, installed_entry_points
from trueup.hosting.locate import module_folders
from trueup.report_format import ReportFormat
from trueup.ruleset.source import RuleSource
from trueup.ruleset.suggest import did_you_mean
from trueup.service.declarations import ResourceType

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

    from trueup.auditing.scope import AuditScope
    from trueup.facts.schema import FactSchema
    from trueup.facts.snapshot import Snapshot
    from trueup.ruleset.rule import BoundRule

__all__ = ["Host"]

_Named = TypeVar("_Named", ReportFormat, AuditEngine)


class Host:
    """The installed plugins of one run.

    Args:
        options: the values of ``-p``, in order: ``NAME`` or ``no:NAME``.
        environment: the environment variables.

    Raises:
        PluginError: two distributions have one name.
        UsageError: a name asked for with ``-p`` is not installed.
    """

    def __init__(self, options: Iterable[str] = (), environment: Mapping[str, str] = MappingProxyType({})) -> None:
        self._choice = PluginChoice.parse(options, environment)
        self._entries = installed_entry_points(self._choice.blocked)
        self._caller = PluginCaller()
        self._types: dict[str, Mapping[str, ResourceType]] = {}
        self._schemas: dict[str, Mapping[str, FactSchema]] = {}
        self._broken: dict[tuple[str, str], PluginError] = {}
        names = {each.name for each in self._entries}
        for name in sorted(self._choice.requested - names):
            message = f"-p {name}: expected the name of an installed plugin, found none{did_you_mean(name, names)}"
            raise UsageError(message)

    @property
    def broken(self) -> Mapping[str, PluginError]:
        """What turned out to be broken so far: entry point to its first error; any makes an audit end with 4."""
        return {f"{group}:{name}": error for (group, name), error in sorted(self._broken.items())}

    def plugins(self) -> tuple[PluginInfo, ...]:
        """Give every installed entry point with its status; imports nothing."""
        return tuple(self._info(entry) for entry in self._entries)

    def services(self) -> tuple[str, ...]:
        """Give the names of the active plugins that audit something; imports nothing."""
        return tuple(entry.name for entry in self._active(PLUGINS) if self._schemas_of(entry))

    def rule_sources(self) -> tuple[RuleSource, ...]:
        """Give the folders of all active distributions' rules; one that is missing is noted as broken."""
        sources: list[RuleSource] = []
        for entry in self._active(RULES):
            folders = module_folders(entry.module)
            if not folders:
                message = f"{entry.title()}: expected a package {entry.module} with rules, found none; reinstall it"
                self._broken[RULES, entry.name] = PluginError(message)
            sources += (RuleSource(entry.name, entry.distribution, folder) for folder in folders)
        return tuple(sources)

    def fact_schemas(self) -> Mapping[str, FactSchema]:
        """Give the fact schemas of all active plugins by resource type; one that cannot be read is noted as broken."""
        return {name: schema for entry in self._active(PLUGINS) for name, schema in self._schemas_of(entry).items()}

    def resource_types(self, service: str) -> Mapping[str, ResourceType]:
        """Give a plugin's resource types by name, importing it if it was not yet.

        Raises:
            PluginError: it is broken, each time it is asked for.
            UsageError: there is no such plugin, or it takes no part.
        """
        entry = self._entry(service)
        if service not in self._types:
            with self._noting(entry):
                given = tuple(self._caller.items(entry, "resource_types", ResourceType))
                self._types[service] = agreed_types(entry, given, fact_schemas_of(entry))
        return self._types[service]

    def resource_type(self, name: str) -> ResourceType:
        """Give one resource type, importing its plugin.

        Raises:
            PluginError: its plugin is broken.
            UsageError: there is no such type.
        """
        types = self.resource_types(name.partition(".")[0])
        if name not in types:
            message = f"expected a resource type, found {name!r}{did_you_mean(name, types)}"
            raise UsageError(message)
        return types[name]

    def audit(self, service: str, scope: AuditScope, rules: Sequence[BoundRule]) -> Generator[Finding]:
        """Yield what one plugin finds in a scope.

        Raises:
            PluginError: it broke; what it found before stands.
        """
        entry = self._entry(service)
        with self._noting(entry):
            yield from self._caller.items(entry, "audit", Finding, scope=scope, rules=rules)

    def remediate(self, resource: Snapshot, finding: Finding, rule: BoundRule) -> Change | Refusal:
        """Ask the finding's plugin for a change.

        Args:
            resource: a snapshot with the aspects that the action needs; the plugin gets it frozen and without series.
            finding: the failed finding.
            rule: its rule.

        Raises:
            PluginError: it broke, or gave something else.
        """
        entry = self._entry(finding.resource_type.partition(".")[0])
        with self._noting(entry):
            given = self._caller.call(entry, "remediate", resource=resource.frozen(), finding=finding, rule=rule)
            if len(given) != 1 or not isinstance(given[0], Change | Refusal):
                hook = signature_of("remediate")
                message = f"{entry.title()}: hook {hook}: expected one Change or Refusal, found {given!r}"
                raise PluginError(message)
            return given[0]

    def report_formats(self) -> Mapping[str, ReportFormat]:
        """Give the formats by name, of the plugins that audit nothing and of those that are loaded anyway."""
        return self._named("report_formats", ReportFormat, "a report format")

    def audit_engines(self) -> Mapping[str, AuditEngine]:
        """Give the engines by name, of the plugins that audit nothing and of those that are loaded anyway."""
        return self._named("audit_engines", AuditEngine, "an audit engine")

    def _named(self, hook: str, kind: type[_Named], what: str) -> dict[str, _Named]:
        found: dict[str, _Named] = {}
        for entry in self._active(PLUGINS):
            if self._schemas_of(entry) and not self._caller.is_loaded(entry):
                continue
            with suppress(PluginError), self._noting(entry):
                for each in self._caller.items(entry, hook, kind):
                    if each.name in found:
                        message = f"{entry.title()}: expected {what} of a new name, found {each.name!r}"
                        raise PluginError(message)
                    found[each.name] = each
        return dict(sorted(found.items()))

    def _active(self, group: str) -> Iterator[EntryPoint]:
        return (each for each in self._entries if each.group == group and self._choice.status(each) == "available")

    def _entry(self, service: str) -> EntryPoint:
        known = {each.name: each for each in self._entries if each.group == PLUGINS}
        entry = known.get(service)
        status = "not installed" if entry is None else self._choice.status(entry)
        if entry is None or status != "available":
            hint = did_you_mean(service, set(known) - {service})
            message = f"plugin {service}: expected one that takes part, found one that is {status}{hint}"
            raise UsageError(message)
        return entry

    def _schemas_of(self, entry: EntryPoint) -> Mapping[str, FactSchema]:
        if entry.name not in self._schemas:
            self._schemas[entry.name] = {}
            with suppress(PluginError), self._noting(entry):
                self._schemas[entry.name] = fact_schemas_of(entry)
        return self._schemas[entry.name]

    def _info(self, entry: EntryPoint) -> PluginInfo:
        error = self._broken.get((entry.group, entry.name))
        status: Status = self._choice.status(entry)
        if error is not None:
            status = "broken"
        elif entry.group == PLUGINS and self._caller.is_loaded(entry):
            status = "loaded"
        return PluginInfo(
            name=entry.name,
            kind="plugin" if entry.group == PLUGINS else "rules",
            distribution=entry.distribution,
            version=entry.version,
            origin=entry.value,
            status=status,
            problem="" if error is None else str(error),
        )

    @contextmanager
    def _noting(self, entry: EntryPoint) -> Iterator[None]:
        """Remember that an entry point is broken, for ``broken`` and ``plugins``."""
        try:
            yield
        except PluginError as error:
            self._broken.setdefault((entry.group, entry.name), error)
            raise
