"""Corrections are found beside every installed plugin, and every one has the check that shows that it is needed."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trueup.testing.discovery import GROUP, discover_corrections

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[2]

SIMULATED = """
from trueup.testing import Correction

CORRECTIONS = (Correction({name!r}, "sqs", "says", "source", lambda simulation: lambda: None),)
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packages of third parties, forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_third_party_s_are_found_beside_its_plugin(packages: Path) -> None:
    """The module beside the one that the entry point names is read; a plugin without one has none."""
    write(packages, "acme_sqs", SIMULATED.format(name="sqs-mine"))
    write(packages, "acme_plain", None)
    (packages / "acme_module.py").write_text("")
    points = [point("acme_sqs.plugin"), point("acme_plain.plugin"), point("acme_module"), point("acme_gone.plugin")]
    assert ["sqs-mine"] == [correction.name for correction in discover_corrections(points)]


def test_two_of_one_name_are_refused(packages: Path) -> None:
    """A name switches off exactly one correction."""
    write(packages, "acme_one", SIMULATED.format(name="sqs-mine"))
    write(packages, "acme_two", SIMULATED.format(name="sqs-mine"))
    with pytest.raises(ValueError, match="'sqs-mine': expected a name of its own, found it twice"):
        discover_corrections([point("acme_one.plugin"), point("acme_two.plugin")])


def test_what_is_no_correction_is_refused(packages: Path) -> None:
    """A wrong list says where it is and what it holds."""
    write(packages, "acme_wrong", "CORRECTIONS = ('text',)")
    with pytest.raises(TypeError, match=r"acme_wrong.simulated.CORRECTIONS: expected Correction objects, found 'text'"):
        discover_corrections([point("acme_wrong.plugin")])


def test_every_correction_says_what_and_why() -> None:
    """Names begin with their service and are used once; what AWS does and where it is written is told."""
    corrections = discover_corrections()
    assert corrections
    assert [] == [name for name, times in Counter(each.name for each in corrections).items() if times > 1]
    assert [] == [each.name for each in corrections if not each.name.startswith(f"{each.service}-")]
    assert [] == [each.name for each in corrections if not (each.says and each.source)]


def test_every_correction_has_its_check() -> None:
    """Beside each plugin's tests there is a check for each of its corrections, which is run with it and without it."""
    checked = set()
    for path in sorted(TESTS.glob("plugins/*/test_simulated.py")):
        spec = importlib.util.spec_from_file_location(f"checks_of_{path.parent.name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        runs = {name for name in vars(module) if name.startswith("test_the_correction_is_")}
        assert {"test_the_correction_is_right", "test_the_correction_is_needed"} == runs
        checked |= module.CHECKS.keys()
    assert {correction.name for correction in discover_corrections()} == checked


def point(module: str) -> EntryPoint:
    """An entry point as a distribution declares it."""
    return EntryPoint(module.partition(".")[0], module, GROUP)


def write(folder: Path, package: str, simulated: str | None) -> None:
    """Write a plugin's package, with its corrections if it has any."""
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text("")
    (folder / package / "plugin.py").write_text("")
    if simulated is not None:
        (folder / package / "simulated.py").write_text(simulated)
