"""The plugin's part of the demo in a simulated account, old enough to be judged, and what is seen there.

Looked at once for all checks that only read; each fix is tried on one that is built anew.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.applying.options import ApplyOptions
from trueup.auditing.listing import ListingFailed, list_resources
from trueup.auditing.reading import ScopeReading, contained
from trueup.aws.connection import connect
from trueup.aws.metrics import METRIC_OPERATION
from trueup.change import Change, Refusal, Risk
from trueup.errors import PluginError
from trueup.finding import Finding, Judgement, Verdict
from trueup.hosting.locate import find_module
from trueup.planning.concrete import needed_aspects
from trueup.service.declarations import DerivedAspect, MetricsAspect
from trueup.testing.estates import BEFORE
from trueup.testing.operator import Operator
from trueup.testing.plugin_contract.broken import ContractError
from trueup.testing.plugin_contract.declaring import DECLARED
from trueup.testing.plugin_contract.ruling import rules_are_sound
from trueup.testing.server import SimulatedAws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from trueup.aws.settings import ClientSettings
    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.ruleset.rule import BoundRule
    from trueup.running.account import Account
    from trueup.service.declarations import AspectDeclaration, ResourceType
    from trueup.testing.calls import Call
    from trueup.testing.plugin_contract.subject import Subject
    from trueup.testing.plugin_contract.trying import Fixed

__all__ = ["Estate", "Looked", "asked", "open_estate", "question"]

# What may stand in estate.py beside ``build``: a function that makes what the demo is not to show, and rule id to
# parameters with which a fix is due that is not due with the defaults.
_FURTHER = "further"
_PARAMETERS = "PARAMETERS"

_PREPARED_SECONDS = 3600
"""Longer than most changes take to settle; the estate is weeks old afterwards anyway."""

_ANYTHING = ApplyOptions(allow=(Risk.DISRUPTIVE, Risk.DESTRUCTIVE), allow_irreversible=True)


@dataclass(frozen=True)
class Looked:
    """One resource of the estate with all that is known of it.

    Args:
        declared: its type.
        snapshot: every declared aspect.
        judgements: rule id to what the rule says.
        answers: rule id to what the fix of a failed rule would be, or why there is none.
    """

    declared: ResourceType
    snapshot: Snapshot
    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    answers: Mapping[str, Change | Refusal | PluginError] = field(default_factory=dict)

    @property
    def resource(self) -> Resource:
        """The resource."""
        return self.snapshot.resource


class Estate:
    """The plugin's part of the demo; made by ``open_estate``."""

    def __init__(self, subject: Subject, aws: SimulatedAws, module: ModuleType, folder: Path) -> None:
        self.subject = subject
        self.aws = aws
        self._module = module
        self._folder = folder
        self._parameters: Mapping[str, Mapping[str, Any]] = getattr(module, _PARAMETERS, {})
        self._built = 0
        self._called: dict[tuple[str, str], frozenset[str]] = {}
        self.operator = self.fresh()
        self.rules = {each.id: each.bind(self._parameters.get(each.id, {})) for each in subject.ruleset.rules.values()}

    def fresh(self) -> Operator:
        """Build the estate anew; give who works on it, with a journal of its own and leave to do anything.

        Raises:
            ContractError: it cannot be built.
        """
        self.aws.reset(start=datetime.now(UTC) - BEFORE)
        try:
            self._module.build(self.aws)
            if hasattr(self._module, _FURTHER):
                self._module.further(self.aws)
        except Exception as error:
            raise no_estate(self.subject, f"building it fails with {type(error).__name__}: {error}") from error
        self.aws.clock.advance(_PREPARED_SECONDS)
        self.aws.clock.advance(max(0.0, (datetime.now(UTC) - self.aws.clock.now()).total_seconds()))
        self.aws.calls.clear()
        self._built += 1
        state = self._folder / f"{self._built}.db"
        return Operator(self.aws, state, self._parameters, _ANYTHING)

    def account(self, settings: ClientSettings | None = None) -> Account:
        """Give the account, with clients that behave in some way."""
        account = self.operator.account()
        if settings is not None:
            account.connection = connect(None, self.aws.endpoint_url, None, settings)
        return account

    @cached_property
    def _account(self) -> Account:
        """The account of the checks that only read."""
        return self.operator.account()

    @cached_property
    def looked(self) -> tuple[Looked, ...]:
        """Every resource of the estate, with all aspects, judged by every rule, and asked for every fix.

        Raises:
            ContractError: there is no resource.
        """
        account, wanted = self._account, []
        for declared in self.subject.host.resource_types(self.subject.name).values():
            listed = list(list_resources(self.reading(account), declared))
            found = [each for each in listed if not isinstance(each, ListingFailed)]
            if not found:
                broke = "; ".join(each.unknown.sentence() for each in listed if isinstance(each, ListingFailed))
                why = f" ({broke})" if broke else ""
                raise no_estate(self.subject, f"expected at least one {declared.name} to be listed, found none{why}")
            wanted += [(declared, each, tuple(declared.aspects)) for each in found]
        types = {declared.name: declared for declared, _, _ in wanted}
        snapshots = list(account.reader().read_all(wanted))
        return tuple(self._judged(Looked(types[each.resource.type], each)) for each in snapshots)

    def called(self, looked: Looked, aspect: AspectDeclaration) -> frozenset[str]:
        """Give the operations that reading one aspect of a resource calls, where nothing fails."""
        if isinstance(aspect, MetricsAspect):
            asks = any(path.startswith(f"{aspect.name}.") for path in looked.snapshot.series)
            return frozenset({METRIC_OPERATION} if asks else ())
        key = looked.resource.arn, aspect.name
        if key not in self._called:
            reader = self._account.reader()
            self._called[key] = self._calls_of(lambda: reader.read(looked.declared, looked.resource, [aspect.name]))
        return self._called[key]

    def called_by_list(self, declared: ResourceType) -> frozenset[str]:
        """Give the operations that listing a type calls, where nothing fails."""
        key = declared.name, ""
        if key not in self._called:
            self._called[key] = self._calls_of(lambda: list(list_resources(self.reading(self._account), declared)))
        return self._called[key]

    def raw(self, looked: Looked, aspect: str) -> Any:
        """Give what a plugin's function says of an aspect before the fact schema brings it into shape."""
        declared = looked.declared.aspects[aspect]
        if isinstance(declared, DerivedAspect):
            return contained(looked.declared, declared, declared.derive, looked.snapshot)
        if isinstance(declared, MetricsAspect):
            return looked.snapshot.aspects[aspect]
        aws = self.reading(self._account).reader(looked.declared, declared.reads)
        given: Any = looked.resource if declared.batch == 1 else [looked.resource]
        value = contained(looked.declared, declared, declared.read, aws, None if declared.per == "scope" else given)
        return value[0] if declared.batch > 1 and isinstance(value, list | tuple) and value else value

    def reading(self, account: Account) -> ScopeReading:
        """Give what an account's aspects are read and derived with."""
        now = account.clock.now()
        return ScopeReading(account.scopes[0], account.connection, self.subject.schemas, now)

    def _calls_of(self, read: Callable[[], object]) -> frozenset[str]:
        before = len(self.aws.calls)
        read()
        return frozenset(call.name for call in tuple(self.aws.calls)[before:])

    @cached_property
    def audited(self) -> tuple[Call, ...]:
        """The calls of an audit and a plan by all of the plugin's rules."""
        self.aws.calls.clear()
        for rule in self.rules:
            self.operator.plan(rule)
        return tuple(self.aws.calls)

    @cached_property
    def fixes(self) -> tuple[Fixed, ...]:
        """Each fix of the plugin's rules, tried from plan to rollback; the estate is another one afterwards."""
        from trueup.testing.plugin_contract.trying import try_fixes

        return tuple(try_fixes(self))

    def _judged(self, looked: Looked) -> Looked:
        about = {name: rule for name, rule in self.rules.items() if rule.rule.resource == looked.declared.name}
        judgements = {name: rule.judge(looked.snapshot.aspects) for name, rule in about.items()}
        answers = {
            name: asked(self.subject, looked.declared, rule, looked.snapshot.frozen(), judgements[name])
            for name, rule in about.items()
            if rule.rule.remediation is not None and judgements[name].verdict is Verdict.FAIL
        }
        return Looked(looked.declared, looked.snapshot, judgements, answers)


def question(
    declared: ResourceType, rule: BoundRule, snapshot: Snapshot, judgement: Judgement
) -> tuple[Snapshot, Finding, BoundRule]:
    """Give what a plugin is asked with for the fix of a failed rule."""
    needed = needed_aspects(declared, rule)
    only = replace(snapshot, aspects={name: value for name, value in snapshot.aspects.items() if name in needed})
    return only, Finding(rule.id, declared.name, snapshot.resource, judgement), rule


def asked(
    subject: Subject, declared: ResourceType, rule: BoundRule, snapshot: Snapshot, judgement: Judgement
) -> Change | Refusal | PluginError:
    """Ask a plugin for the fix of a failed rule, with the aspects that it declared to need and no others."""
    try:
        return subject.host.remediate(*question(declared, rule, snapshot, judgement))
    except PluginError as error:
        return error


@contextmanager
def open_estate(subject: Subject, aws: SimulatedAws | None) -> Iterator[Estate]:
    """Build a plugin's part of the demo.

    Args:
        subject: the plugin; what it declares must be sound.
        aws: a running simulated AWS; one of its own is started when it is None.

    Raises:
        ContractError: there is no such part, it cannot be built, or the plugin breaks an invariant before.
    """
    for each in DECLARED:
        each(subject)
    rules_are_sound(subject)
    module = f"{subject.package}.estate"
    if find_module(module) is None:
        raise no_estate(subject, "there is no such file")
    found = import_module(module)
    if not hasattr(found, "build"):
        raise no_estate(subject, "it has no function build(aws)")
    with ExitStack() as opened:
        running = aws or opened.enter_context(SimulatedAws())
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        opened.enter_context(_environment(running))
        yield Estate(subject, running, found, folder)


def no_estate(subject: Subject, problem: str) -> ContractError:
    """Give the error of a plugin that has no usable estate."""
    return ContractError(
        subject.name,
        "estate.py beside the plugin builds resources, some of which need each fix: build(aws)",
        [f"{subject.places['estate']}: {problem}"],
        "what is read, judged, fixed and undone is tried on them, and `trueup demo` shows them",
        subject.places["estate"],
    )


@contextmanager
def _environment(aws: SimulatedAws) -> Iterator[None]:
    """Point this process at a simulated AWS, away from whatever account its user works on."""
    before = dict(os.environ)
    for name in [each for each in before if each.startswith(("AWS_", "TRUEUP_"))]:
        del os.environ[name]
    os.environ.update(aws.environment())
    os.environ.update({"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull})
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)
