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

from typing import TYPE_CHECKING, ClassVar

import pytest

from trueup.testing.plugin_contract import (
    acting,
    declaring,
    elsewhere,
    failing,
    finding,
    fixing,
    importing,
    listing,
    moving,
    reading,
    ruling,
)
from trueup.testing.plugin_contract.broken import hidden
from trueup.testing.plugin_contract.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.testing.plugin_contract.broken import Invariant

__all__ = ["INVARIANTS", "PluginContract"]

__tracebackhide__ = hidden

INVARIANTS: tuple[Invariant, ...] = (
    importing.import_does_nothing,
    importing.init_is_empty,
    importing.no_client_is_made,
    *declaring.DECLARED,
    ruling.rules_are_sound,
    ruling.cases_hold,
    ruling.prices_are_sound,
    ruling.corrections_name_sources,
    reading.audit_writes_nothing,
    reading.only_declared_is_called,
    reading.every_read_is_tried,
    reading.every_aspect_is_read,
    reading.facts_match_schema,
    listing.lists_reach_their_end,
    finding.audit_says_what_facts_say,
    failing.denied_is_unknown,
    failing.throttled_is_unknown,
    failing.timeout_is_unknown,
    failing.nothing_is_planned_from_unknown,
    moving.newer_answers_are_not_written_back,
    acting.functions_are_pure,
    elsewhere.fixes_are_the_same_elsewhere,
    acting.changes_stay_declared,
    acting.calls_are_valid,
    fixing.every_action_is_tried,
    fixing.apply_makes_it_pass,
    fixing.sent_is_what_is_planned,
    fixing.nothing_else_changes,
    fixing.second_apply_does_nothing,
    fixing.rollback_restores,
)
"""All of them, in the order in which the class checks them: those that look at files first."""


class PluginContract:
    """Checks every invariant on one installed plugin.

    Attributes:
        plugin: the plugin's name: its entry point, and the prefix of its resource types.
    """

    plugin: ClassVar[str] = ""

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls, request: pytest.FixtureRequest) -> Iterator[Subject]:
        """The plugin, shared by the checks of the class."""
        try:
            aws = request.getfixturevalue("simulated_aws_server")
        except pytest.FixtureLookupError:
            aws = None
        with Subject(cls.plugin, aws) as subject:
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

    def test_audit_writes_nothing(self, subject: Subject) -> None:
        """An audit and a plan by all of its rules send no call that writes."""
        reading.audit_writes_nothing(subject)

    def test_only_declared_is_called(self, subject: Subject) -> None:
        """They send declared operations only, through the host's clients."""
        reading.only_declared_is_called(subject)

    def test_every_read_is_tried(self, subject: Subject) -> None:
        """Each declared read is made for some resource of the estate."""
        reading.every_read_is_tried(subject)

    def test_every_aspect_is_read(self, subject: Subject) -> None:
        """Each aspect can be read of each resource of the estate."""
        reading.every_aspect_is_read(subject)

    def test_facts_match_schema(self, subject: Subject) -> None:
        """Each value is of its declared type, and what a rule looks at is there of some resource."""
        reading.facts_match_schema(subject)

    def test_lists_reach_their_end(self, subject: Subject) -> None:
        """Every list is followed to its last page."""
        listing.lists_reach_their_end(subject)

    def test_audit_says_what_facts_say(self, subject: Subject) -> None:
        """An audit gives each resource the verdict that its facts give, unknown where they are denied."""
        finding.audit_says_what_facts_say(subject)

    def test_denied_is_unknown(self, subject: Subject) -> None:
        """Each read, when it is denied, makes its aspect unknown, names the IAM action, and turns no verdict."""
        failing.denied_is_unknown(subject)

    def test_throttled_is_unknown(self, subject: Subject) -> None:
        """The same when it is throttled for good."""
        failing.throttled_is_unknown(subject)

    def test_timeout_is_unknown(self, subject: Subject) -> None:
        """The same when no answer comes."""
        failing.timeout_is_unknown(subject)

    def test_nothing_is_planned_from_unknown(self, subject: Subject) -> None:
        """No fix is planned while a read that it needs is denied."""
        failing.nothing_is_planned_from_unknown(subject)

    def test_newer_answers_are_not_written_back(self, subject: Subject) -> None:
        """What AWS has added to an answer since turns no fact, and is deleted by no fix."""
        moving.newer_answers_are_not_written_back(subject)

    def test_functions_are_pure(self, subject: Subject) -> None:
        """Actions and derived aspects give the same twice, and change nothing that they are given."""
        acting.functions_are_pure(subject)

    def test_fixes_are_the_same_elsewhere(self, subject: Subject) -> None:
        """A fix is the same in another process and at another time."""
        elsewhere.fixes_are_the_same_elsewhere(subject)

    def test_changes_stay_declared(self, subject: Subject) -> None:
        """Changes use declared writes and write owned facts only."""
        acting.changes_stay_declared(subject)

    def test_calls_are_valid(self, subject: Subject) -> None:
        """Each planned call and each undo is valid by botocore's model, offline."""
        acting.calls_are_valid(subject)

    def test_every_action_is_tried(self, subject: Subject) -> None:
        """Each action that a rule uses is planned for some resource of the estate."""
        fixing.every_action_is_tried(subject)

    def test_apply_makes_it_pass(self, subject: Subject) -> None:
        """Each fix, applied, makes its rule pass and the owned facts what the plan says."""
        fixing.apply_makes_it_pass(subject)

    def test_sent_is_what_is_planned(self, subject: Subject) -> None:
        """Apply and rollback send the planned calls, parameter for parameter, and no others."""
        fixing.sent_is_what_is_planned(subject)

    def test_nothing_else_changes(self, subject: Subject) -> None:
        """A fix changes no setting beside those it owns, and its rollback leaves none changed."""
        fixing.nothing_else_changes(subject)

    def test_second_apply_does_nothing(self, subject: Subject) -> None:
        """A used plan is refused, and there is nothing left to plan."""
        fixing.second_apply_does_nothing(subject)

    def test_rollback_restores(self, subject: Subject) -> None:
        """A rollback gives the before-image back, but for what the change says does not come back."""
        fixing.rollback_restores(subject)
