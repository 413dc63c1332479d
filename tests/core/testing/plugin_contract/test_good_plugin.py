"""A plugin that keeps the contract passes every check, with and without pytest's fixtures."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from trueup.testing.plugin_contract import (
    Invariant,
    PluginContract,
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
from trueup.testing.plugin_contract.contract import INVARIANTS

if TYPE_CHECKING:
    from pathlib import Path

THREE_LINES = """
from trueup.testing.plugin_contract import PluginContract
class TestContract(PluginContract):
    plugin = "sqs"
"""
MODULES = (importing, declaring, ruling, reading, listing, finding, failing, moving, acting, elsewhere, fixing)


def test_a_good_plugin_passes(package: Any) -> None:
    """The one that all bad ones are made of breaks nothing."""
    assert {} == package.broken()


def test_what_the_demo_does_not_show_is_made_for_the_contract(package: Any) -> None:
    """A fix that no resource of the demo needs is tried on what ``further`` makes."""
    further = '\n\ndef further(aws):\n    aws.client("sqs").create_queue(QueueName="old", Attributes={})\n'
    package.change("estate.py", '"false"', '"true"')
    package.change("estate.py", "", further.replace("{}", '{"SqsManagedSseEnabled": "false"}'))
    assert {} == package.broken([fixing.every_action_is_tried, fixing.rollback_restores])


def test_every_invariant_is_a_test_of_the_class() -> None:
    """Each is called by the method that has its name, and none is left out."""
    named = {name: each for module in MODULES for name, each in vars(module).items() if isinstance(each, Invariant)}
    tests = {name.removeprefix("test_") for name in vars(PluginContract) if name.startswith("test_")}
    assert tests == set(named)
    assert {id(each) for each in named.values()} == {id(each) for each in INVARIANTS}


def test_every_test_of_the_class_calls_its_invariant() -> None:
    """A method that called another one's would leave its own unchecked."""
    for name, method in vars(PluginContract).items():
        if name.startswith("test_"):
            assert name.removeprefix("test_") in method.__code__.co_names
            assert method.__doc__


def test_it_runs_as_three_lines_of_a_stranger(package: Any, tmp_path: Path) -> None:
    """In a run of its own, with neither a conftest nor the fixtures of the simulated AWS."""
    (tmp_path / "test_contract.py").write_text(THREE_LINES, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(package.folder.parent), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{len(INVARIANTS)} passed" in done.stdout, done.stdout
