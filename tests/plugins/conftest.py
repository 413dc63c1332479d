"""What the tests of plugins share: who audits, plans, applies and rolls back on the simulated account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trueup.testing.operator import Operator

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.testing import SimulatedAws


@pytest.fixture
def operator(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """An operator on an empty simulated account, with a new journal."""
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    return Operator(simulated_aws, tmp_path / "state.db")
