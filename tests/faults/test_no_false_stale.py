"""Ten thousand fresh looks at what did not change: none is stale. One at each thing that did: all are.

AWS answers the same configuration in another order, with fields that nobody declared, and in another time zone; the
answers of each service are recorded once and told again so, through the real reading, judging and asking.
"""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.test_write_matrix import BY_METRICS, FIXES, PARAMETERS, Estate, built, planned
from trueup.applying.freshness import check_fresh
from trueup.applying.image import overlaid
from trueup.auditing.resource_reader import ResourceReader
from trueup.canonical import canonical, same
from trueup.facts.unknown import Reason, Unknown
from trueup.journal.changes import ChangeStatus
from trueup.service.declarations import ReadAspect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from trueup.applying.bench import Bench
    from trueup.facts.snapshot import Snapshot
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType
    from trueup.testing import SimulatedAws

LOOKS = 10_000
# Of a fix that is judged by a month of metrics each look takes as long as ten of another.
LOOKS_AT_METRICS = 60
SAMPLE = 30
SEED = 20261123
SERVICES = sorted({service for service, _ in FIXES})


class StandingClock:
    """One moment, so that every look asks for the same metrics."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        """Give the moment."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Nothing here waits."""
        raise AssertionError(seconds)


@dataclass
class Recorder:
    """A source of readers that asks AWS once for each question."""

    source: Any
    answers: dict[str, Any] = field(default_factory=dict)

    def reader(self, scope: Any, operations: Any, *more: Any) -> Any:
        """Give a reader that remembers."""
        return Remembering(self, self.source.reader(scope, operations, *more), f"{scope}")


@dataclass
class Remembering:
    """A reader of one scope that remembers."""

    recorder: Recorder
    reader: Any
    where: str

    @property
    def scope(self) -> Any:
        """Give the scope."""
        return self.reader.scope

    def _told(self, key: str, ask: Any) -> Any:
        answers = self.recorder.answers
        if key not in answers:
            answers[key] = ask()
        return deepcopy(answers[key])

    def call(self, operation: str, /, *, absent: tuple[str, ...] = (), **parameters: Any) -> Any:
        """See ``Reader.call``."""
        key = f"{self.where} {operation} {parameters!r}"
        return self._told(key, lambda: self.reader.call(operation, absent=absent, **parameters))

    def paginate(self, operation: str, items: str, /, **parameters: Any) -> Any:
        """See ``Reader.paginate``."""
        key = f"{self.where} {operation} {items} {parameters!r}"
        return self._told(key, lambda: list(self.reader.paginate(operation, items, **parameters)))

    def prices(self, service: str) -> Any:
        """See ``Reader.prices``."""
        return self.reader.prices(service)


class Noise:
    """Tells a value again as AWS might: the same facts in another form."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self.made = 0

    def of(self, value: Any, schema: Mapping[str, Any]) -> Any:
        """Give an equivalent of a value by its schema."""
        if isinstance(value, dict):
            return self._mapping(value, schema)
        if isinstance(value, list | tuple):
            return self._list(list(value), schema)
        if isinstance(value, datetime) and value.tzinfo:
            self.made += 1
            return value.astimezone(timezone(timedelta(minutes=self.chance.randrange(-720, 720))))
        return float(value) if isinstance(value, int) and value.__class__ is int and self._often() else value

    def _often(self) -> bool:
        return self.chance.random() < 0.5

    def _mapping(self, value: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
        declared, more = schema.get("properties", {}), schema.get("additionalProperties", False)
        inner = more if isinstance(more, dict) else {}
        told = {name: self.of(item, declared.get(name, inner)) for name, item in value.items()}
        if not more and declared:
            told[f"Undeclared{self.chance.randrange(9)}"] = self.chance.choice([None, "x", 5, {"a": []}])
            self.made += 1
        names = list(told)
        self.chance.shuffle(names)
        return {name: told[name] for name in names}

    def _list(self, value: list[Any], schema: Mapping[str, Any]) -> list[Any]:
        told = [self.of(item, schema.get("items", {})) for item in value]
        if "x-unordered" in schema:
            self.made += len(told) > 1
            self.chance.shuffle(told)
        return told


@dataclass
class Retold:
    """The plugin host, but every read aspect is told again with noise."""

    host: Any
    noise: Noise

    def __getattr__(self, name: str) -> Any:
        return getattr(self.host, name)

    def resource_type(self, name: str) -> ResourceType:
        """Give a resource type whose aspects are told again."""
        declared: ResourceType = self.host.resource_type(name)
        schema = self.host.fact_schemas()[name].document["properties"]
        aspects = {
            each.name: replace(each, read=self._retelling(each, schema[each.name]))
            if isinstance(each, ReadAspect)
            else each
            for each in declared.aspects.values()
        }
        return replace(declared, aspects=aspects)

    def _retelling(self, aspect: ReadAspect, schema: Mapping[str, Any]) -> Any:
        return lambda aws, resource: self.noise.of(aspect.read(aws, resource), schema)


@dataclass
class Touched:
    """A reader of facts in which one was changed."""

    reader: Any
    image: dict[str, Any]

    def read(self, *given: Any, **more: Any) -> Snapshot:
        """Read, and lay the changed fact over it."""
        return overlaid(self.reader.read(*given, **more), self.image)


@dataclass
class Looking:
    """One planned change, ready to be looked at afresh."""

    bench: Bench
    change: PlannedChange
    rule: BoundRule
    noise: Noise


@pytest.fixture
def looking(
    request: pytest.FixtureRequest, simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Looking]]:
    """The first change of each rule's fix over a service's part of the demo."""
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    estate = Estate(simulated_aws, tmp_path / "state.db", parameters=PARAMETERS)
    built(estate, request.param)
    yield [_looking(estate, rule) for service, rule in FIXES if service == request.param]
    estate.journal.store.close()


def _looking(estate: Estate, rule: str) -> Looking:
    plan, change = planned(estate, rule)
    account = estate.account()
    noise = Noise(SEED)
    host: Any = Retold(estate.host, noise)
    clock = StandingClock(estate.clock.now())
    reader = ResourceReader(host, Recorder(account.connection), clock, account.scopes)
    bench = replace(account.bench(lambda _line: None), plugins=host, reader=reader, clock=clock)
    return Looking(bench, change, plan.rules(estate.host.fact_schemas())[rule], noise)


def _look(looking: Looking, times: int) -> None:
    for number in range(times):
        fresh = check_fresh(looking.bench, looking.change, looking.rule)
        assert (None, "") == (fresh.refused, fresh.reason), f"look {number} of {looking.rule.id} with seed {SEED}"
    assert times <= looking.noise.made


def _other(value: Any) -> Any:
    """Give another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"{value}-other"
    if isinstance(value, list | tuple):
        return [*value, value[-1]] if value else ["other"]
    if isinstance(value, dict):
        return {**value, "other": 1}
    return "other"


@pytest.mark.parametrize("looking", SERVICES, indirect=True)
def test_only_what_changed_is_stale(looking: list[Looking]) -> None:
    """Some of the looks at what did not, then one at each fact that a change relies on or writes."""
    for each in looking:
        _look(each, SAMPLE)
        _touch(each)


@pytest.mark.faults
@pytest.mark.parametrize("looking", SERVICES, indirect=True)
def test_what_did_not_change_is_never_stale(looking: list[Looking]) -> None:
    """All of the looks, shared among the fixes of all services."""
    others = [rule for _, rule in FIXES if rule not in BY_METRICS]
    left = LOOKS - LOOKS_AT_METRICS * len(BY_METRICS)
    for each in looking:
        _look(each, LOOKS_AT_METRICS if each.rule.id in BY_METRICS else -(-left // len(others)))


def _touch(looking: Looking) -> None:
    change, reader = looking.change, looking.bench.reader
    snapshot = check_fresh(looking.bench, change, looking.rule).snapshot
    paths = sorted({*change.relies_on, *change.before})
    assert paths
    for path in paths:
        value = snapshot.get(path)
        other = _other(value)
        assert not same(value, other), canonical(other)
        for image in ({path: other}, {path.partition(".")[0]: Unknown(Reason.TIMEOUT)}):
            touched: Any = Touched(reader, image)
            fresh = check_fresh(replace(looking.bench, reader=touched), change, looking.rule)
            assert fresh.refused in {ChangeStatus.STALE, ChangeStatus.SKIPPED}, (looking.rule.id, path)
