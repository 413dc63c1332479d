"""The shop of queues that the permissions of plans are tested with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.applying.queues import open_shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.applying.queues import Shop
    from trueup.testing import SimulatedAws


@pytest.fixture
def shop(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """An operator of an account without queues."""
    yield from open_shop(simulated_aws, tmp_path / "site", monkeypatch, tmp_path / "state.db")
