"""The parts of the demo that plugins bring: what they build, and the trouble that some make afterwards."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import pytest

from trueup.testing.discovery import GROUP
from trueup.testing.estates import discover_estates, make_trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trueup.testing import SimulatedAws

BUILD = "def build(aws):\n    pass\n"
TROUBLE = "def trouble(aws):\n    aws.clock.advance(60)\n    return 'a minute is lost'\n"


@pytest.fixture
def points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """Entry points of two plugins with an estate, one of which makes trouble, and of one without."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    for name, estate in (("loud", BUILD + TROUBLE), ("calm", BUILD), ("bare", None)):
        folder = tmp_path / f"acme_{name}"
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        (folder / "plugin.py").write_text("")
        if estate:
            (folder / "estate.py").write_text(estate)
    yield [EntryPoint(name, f"acme_{name}.plugin", GROUP) for name in ("loud", "calm", "bare")]
    for name in set(sys.modules) - before:
        if name.startswith("acme_"):
            del sys.modules[name]


def test_estates_are_found_beside_their_plugins(points: list[EntryPoint]) -> None:
    """In the order of their names; a plugin without one has none."""
    assert ["calm", "loud"] == [name for name, _ in discover_estates(points)]


def test_who_can_make_trouble_makes_it(points: list[EntryPoint], simulated_aws: SimulatedAws) -> None:
    """From now on, and tells what it did; the others are left out."""
    before = simulated_aws.clock.now()
    assert ["a minute is lost"] == make_trouble(simulated_aws, points)
    assert 60 <= (simulated_aws.clock.now() - before).total_seconds()


def test_some_built_in_estate_makes_trouble(simulated_aws: SimulatedAws) -> None:
    """So that the demo's watch has something to see."""
    assert [] != make_trouble(simulated_aws)
    assert () != simulated_aws.metrics.keys()
