"""What is sent is what was planned: all of it, in its order, and nothing else, for every action of every service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.test_write_matrix import ALL, FIXES, PARAMETERS, Estate, built, planned
from trueup.applying.references import FACT, RESULT, RUN, references
from trueup.canonical import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from trueup.change import Call
    from trueup.testing import SimulatedAws

SERVICES = sorted({service for service, _ in FIXES})


@pytest.fixture
def estate(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    """An operator who may do everything."""
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    opened = Estate(simulated_aws, tmp_path / "state.db", parameters=PARAMETERS, options=ALL)
    yield opened
    opened.journal.store.close()


def _sent(estate: Estate, calls: Iterable[Call]) -> tuple[list[Any], list[Any]]:
    """Give what was planned and what was sent, but for values that are read right before a call; forget the calls."""
    left = [(call.name, dict(call.parameters)) for call in calls]
    right = [(call.name, dict(call.parameters)) for call in estate.writes()]
    estate.aws.calls.clear()
    for (_, expected), (_, found) in zip(left, right, strict=False):
        for name in [name for name, value in expected.items() if _refers(value)]:
            assert found.get(name), f"{name} is known right before the call and sent"
            del expected[name], found[name]
        if "ChecksumAlgorithm" not in expected:
            # botocore's own addition to every call whose body S3 can check
            found.pop("ChecksumAlgorithm", None)
    return plain(left), plain(right)


def _refers(value: Any) -> bool:
    return any(True for kind in (FACT, RESULT, RUN) for _ in references(value, kind))


@pytest.mark.parametrize("service", SERVICES)
def test_planned_calls_are_sent_and_no_others(estate: Estate, service: str) -> None:
    """By the record that the server keeps: planning sends nothing, applying the steps, rolling back their undos.

    What lowers capacity shows what the observed peak becomes.
    """
    actions = set()
    for rule in [rule for each, rule in FIXES if each == service]:
        built(estate, service)
        estate.aws.calls.clear()
        plan, change = planned(estate, rule)
        actions.add((change.resource.type, change.action))
        projected = [name for name in change.projection if name.startswith("projected_peak_")]
        assert bool(projected) or not change.capacity, f"{rule}: what the observed peak becomes is shown"
        assert [] == estate.writes(), rule
        run = estate.apply(plan)
        assert [("applied", None)] == [(str(each.status), each.reason) for each in estate.changes(run)], rule
        expected, found = _sent(estate, [step.call for step in change.steps])
        assert expected == found
        if not any(step.stays for step in change.steps):
            estate.rollback(run)
            expected, found = _sent(estate, [step.call for step in change.inverse().steps])
            assert expected == found
    declared = {(name, action) for name, kind in estate.host.resource_types(service).items() for action in kind.actions}
    assert declared == actions, "every declared action has a rule, and is tried here"
