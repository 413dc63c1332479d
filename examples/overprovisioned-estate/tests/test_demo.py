"""The estate for a real account and the demo's on the simulated AWS are the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shapes import Bucket, Cluster, Function, Group, Service, Table, in_account, in_templates

from trueup.testing.estates import build_estate
from trueup.testing.server import SimulatedAws

if TYPE_CHECKING:
    from conftest import Assembly
    from shapes import Shape


@pytest.fixture(scope="module")
def demo() -> set[Shape]:
    """Build the demo's estate and look at it as any client would."""
    with SimulatedAws() as aws:
        build_estate(aws)
        return in_account(aws)


@pytest.mark.parametrize("kind", [Bucket, Cluster, Function, Group, Service, Table])
def test_demo_has_what_the_templates_ask_for(assembly: Assembly, demo: set[Shape], kind: type[Shape]) -> None:
    """What is over-provisioned in the one is there in the other, with the same numbers."""
    asked = {shape for shape in in_templates(assembly) if isinstance(shape, kind)}

    assert asked
    assert set() == asked - demo
