"""The plugin that is checked, found from nothing but its name: entry points, files, declarations, schemas, rules.

What several invariants look at is read once here; where it cannot be read, all of them say so with the same words.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Self

from trueup.errors import PluginError
from trueup.hosting.calling import PluginCaller
from trueup.hosting.facts import fact_schemas_of
from trueup.hosting.host import Host
from trueup.hosting.installed import PLUGINS, RULES, EntryPoint, installed_entry_points
from trueup.hosting.locate import find_module, module_folders, package_folders
from trueup.ruleset.load import RuleSet, load_rules
from trueup.ruleset.source import RuleSource
from trueup.ruleset.suggest import did_you_mean
from trueup.service.declarations import ResourceType
from trueup.testing.plugin_contract.broken import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from trueup.facts.schema import FactSchema
    from trueup.ruleset.rule import Rule
    from trueup.testing.plugin_contract.estate import Estate
    from trueup.testing.server import SimulatedAws

__all__ = ["Subject"]


class Subject:
    """One installed plugin under the contract; closes what it opened when its context ends.

    Args:
        name: the plugin's name, that of its entry point.
        aws: a running simulated AWS; one is started when it is needed and none is given.
    """

    def __init__(self, name: str, aws: SimulatedAws | None = None) -> None:
        self.name = name
        self._aws = aws
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        """Give the subject itself."""
        return self

    def __exit__(self, *_raised: object) -> None:
        """Close what was opened."""
        self.close()

    def close(self) -> None:
        """Stop the simulated AWS, if this subject started it, and give the environment back."""
        self._opened.close()

    @cached_property
    def entry(self) -> EntryPoint:
        """The plugin's entry point.

        Raises:
            ContractError: there is none, or it names no module of a package.
        """
        names = {each.name: each for each in self._installed if each.group == PLUGINS}
        found = names.get(self.name)
        if found is None:
            problem = f"no installed distribution has an entry point {self.name!r} in the group {PLUGINS}"
            raise self._not_found(f"{problem}{did_you_mean(self.name, names)}")
        if "." not in found.module or find_module(found.module) is None:
            raise self._not_found(
                f"the entry point names {found.value!r}, expected an installed module inside a package, "
                f"such as trueup_{self.name}.plugin"
            )
        return found

    @cached_property
    def rules_entry(self) -> EntryPoint | None:
        """The entry point of its rules, None when it has none."""
        return next((each for each in self._installed if each.group == RULES and each.name == self.name), None)

    @cached_property
    def package(self) -> str:
        """The package that the plugin's module lies in."""
        return self.entry.module.rpartition(".")[0]

    @cached_property
    def folder(self) -> Path:
        """The folder of that package."""
        return package_folders(self.entry.module)[0]

    @cached_property
    def rules_folder(self) -> Path | None:
        """The folder with the rules, None when there is none."""
        folders = () if self.rules_entry is None else module_folders(self.rules_entry.module)
        return folders[0] if folders else None

    @cached_property
    def places(self) -> Mapping[str, str]:
        """What the placeholders of an invariant's ``mend`` stand for."""
        spec = find_module(self.entry.module)
        origin = spec[0].origin if spec is not None else None
        rules = self.rules_folder or f"[trueup.rules] {self.name} of the distribution's entry points"
        return {
            "plugin": str(origin or self.folder / "plugin.py"),
            "facts": str(self.folder / "facts" / "<noun>.schema.json"),
            "rules": str(rules),
            "estate": str(self.folder / "estate.py"),
            "simulated": str(self.folder / "simulated.py"),
            "package": str(self.folder),
        }

    def sources(self) -> Iterator[Path]:
        """Yield the Python files of the package, by path."""
        return (file for file in sorted(self.folder.rglob("*.py")) if "__pycache__" not in file.parts)

    @cached_property
    def types(self) -> Mapping[str, ResourceType]:
        """The resource types as declared, by name, whatever else is wrong with them.

        Raises:
            ContractError: the plugin cannot be loaded, or declares none.
        """
        try:
            given = list(PluginCaller().items(self.entry, "resource_types", ResourceType))
        except PluginError as error:
            raise self._not_loaded([str(error)]) from None
        if not given:
            raise self._not_loaded([f"{self.entry.title()} declares no resource type, so that nothing is audited"])
        return {each.name: each for each in given}

    @cached_property
    def schemas(self) -> Mapping[str, FactSchema]:
        """The fact schemas by resource type.

        Raises:
            ContractError: one cannot be read.
        """
        try:
            return fact_schemas_of(self.entry)
        except PluginError as error:
            raise ContractError(
                self.name,
                "the facts of each resource type are described by a JSON Schema that can be read",
                [str(error)],
                "rules are checked against it before any code runs, and what AWS answers is brought into its shape",
                self.places["facts"],
            ) from None

    @cached_property
    def host(self) -> Host:
        """A host that has this plugin loaded; its declarations must have been found right before."""
        host = Host()
        host.resource_types(self.name)
        return host

    @cached_property
    def rule_source(self) -> RuleSource:
        """Where the plugin's rules come from.

        Raises:
            ContractError: there are none.
        """
        if self.rules_entry is None or self.rules_folder is None:
            raise self._no_rules(f"no package of rules is installed as {self.name!r} in the group {RULES}")
        return RuleSource(self.name, self.rules_entry.distribution, self.rules_folder)

    @cached_property
    def ruleset(self) -> RuleSet:
        """The plugin's own rules; those that are broken are left out, and in ``broken``.

        Raises:
            ContractError: there are none.
        """
        source = self.rule_source
        found = load_rules([source], self.schemas, tolerant=True)
        if not found.rules and not found.broken:
            raise self._no_rules(f"{source.folder} holds no rule")
        return found

    def fixed_by_rules(self) -> dict[tuple[str, str], list[Rule]]:
        """Give the rules of each (resource type, action) that some rule uses."""
        found: dict[tuple[str, str], list[Rule]] = {}
        for rule in self.ruleset.rules.values():
            if rule.remediation is not None:
                found.setdefault((rule.resource, rule.remediation.action), []).append(rule)
        return found

    @cached_property
    def estate(self) -> Estate:
        """The plugin's part of the demo, built in a simulated account.

        Raises:
            ContractError: there is none, it cannot be built, or the plugin must be mended before.
        """
        from trueup.testing.plugin_contract.estate import open_estate

        return self._opened.enter_context(open_estate(self, self._aws))

    @cached_property
    def _installed(self) -> Sequence[EntryPoint]:
        return installed_entry_points()

    def _not_found(self, problem: str) -> ContractError:
        return ContractError(
            self.name,
            "the plugin is installed under the name of its service",
            [problem],
            "trueup finds plugins by their entry points, and the name is the prefix of the resource types",
            f"[trueup.plugins] {self.name} of the distribution's entry points; then install it again",
        )

    def _not_loaded(self, problems: list[str]) -> ContractError:
        return ContractError(
            self.name,
            "the plugin loads, and declares what it audits",
            problems,
            "a plugin that cannot be loaded makes each of its rules unknown",
            self.places["plugin"],
        )

    def _no_rules(self, problem: str) -> ContractError:
        return ContractError(
            self.name,
            "the plugin ships rules",
            [problem],
            "a plugin is imported only when a rule is about one of its types: without any it does nothing",
            self.places["rules"],
        )
