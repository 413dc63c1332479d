"""pytest fixtures of the simulated AWS; enable them with ``pytest_plugins = ["trueup.testing.fixtures"]``.

One server a test run, reset for each test: starting moto for every test would cost more than the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trueup.testing.server import SimulatedAws

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["simulated_aws", "simulated_aws_server"]


@pytest.fixture(scope="session")
def simulated_aws_server() -> Iterator[SimulatedAws]:
    """The server of this test run, with every correction of every installed plugin."""
    with SimulatedAws() as server:
        yield server


@pytest.fixture
def simulated_aws(simulated_aws_server: SimulatedAws) -> SimulatedAws:
    """The simulated AWS, empty, its clock at the real time."""
    simulated_aws_server.reset()
    return simulated_aws_server
