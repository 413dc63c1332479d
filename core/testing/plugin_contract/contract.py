"""``PluginContract``: the invariants of every plugin as one pytest class, to be subclassed in three lines.

Everything is found from the plugin's name: its entry points, the files beside its module, its rules, and the part of
the demo that ``estate.py`` builds. No conftest is needed; where the fixtures of ``trueup.testing.fixtures`` are
enabled, their server is used.

Example::

    from trueup.testing.plugin_contract import PluginContract

    class TestContract(PluginContract):
        plugin = "sqs"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from trueup.testing.plugin_contract import declaring, importing, ruling
from trueup.testing.plugin_contract.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.testing.server import SimulatedAws

__all__ = ["PluginContract"]


class PluginContract:
    """Checks every invariant on one installed plugin.

    Attributes:
        plugin: the plugin's name: its entry point, and the prefix of its resource types.
        parameters: rule id to parameters other than the defaults, for a rule whose fix is due only with some.
    """

    plugin: ClassVar[str] = ""
    parameters: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def prepare(self, aws: SimulatedAws) -> None:
        """Change the estate after it was built, where the demo shows no resource that needs some fix."""

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls, request: pytest.FixtureRequest) -> Iterator[Subject]:
        """The plugin, shared by the checks of the class."""
        try:
            aws = request.getfixturevalue("simulated_aws_server")
        except pytest.FixtureLookupError:
            aws = None
        with Subject(cls.plugin, aws, cls.parameters, cls().prepare) as subject:
            yield subject

    def test_import_does_nothing(self, subject: Subject) -> None:
        """Importing the plugin opens no connection or file, starts no thread and makes no client."""
        importing.import_does_nothing(subject)

    def test_init_is_empty(self, subject: Subject) -> None:
        """Each ``__init__`` of its packages is empty, so that facts and rules are read without running code."""
        importing.init_is_empty(subject)

    def test_no_client_is_made(self, subject: Subject) -> None:
        """No module of it imports the AWS SDK or another way out."""
        importing.no_client_is_made(subject)

    def test_declarations_are_sound(self, subject: Subject) -> None:
        """Names, needs, templates and paths of what it declares do not contradict each other."""
        declaring.declarations_are_sound(subject)

    def test_operations_have_iam_actions(self, subject: Subject) -> None:
        """Each read and write operation exists and has an IAM action of AWS's own list."""
        declaring.operations_have_iam_actions(subject)

    def test_reads_only_read(self, subject: Subject) -> None:
        """What is declared as a read is of access level Read or List, and what is declared as a write is not."""
        declaring.reads_only_read(subject)

    def test_schemas_are_sound(self, subject: Subject) -> None:
        """Each fact schema is valid and named after its resource type."""
        declaring.schemas_are_sound(subject)

    def test_aspects_match_schema(self, subject: Subject) -> None:
        """Declared aspects and those of the fact schema are the same."""
        declaring.aspects_match_schema(subject)

    def test_actions_match_schema(self, subject: Subject) -> None:
        """Declared actions and those of ``x-actions`` are the same."""
        declaring.actions_match_schema(subject)

    def test_parameters_are_schemas(self, subject: Subject) -> None:
        """The parameters of each action are described by a valid JSON Schema."""
        declaring.parameters_are_schemas(subject)

    def test_rules_are_sound(self, subject: Subject) -> None:
        """Ids, file names, paths and fixes of its rules agree with each other and with the facts."""
        ruling.rules_are_sound(subject)

    def test_cases_hold(self, subject: Subject) -> None:
        """Each rule has cases of pass, fail and unknown, and each case gets its verdict."""
        ruling.cases_hold(subject)

    def test_prices_are_sound(self, subject: Subject) -> None:
        """Prices, where it has some, are dated and sourced, and each can be fetched anew."""
        ruling.prices_are_sound(subject)

    def test_corrections_name_sources(self, subject: Subject) -> None:
        """Each correction of the simulated AWS says what AWS does and where that is written."""
        ruling.corrections_name_sources(subject)
