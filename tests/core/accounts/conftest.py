"""A connection to the simulated AWS, with credentials of the account that assumes the roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trueup.aws.connection import connect
from trueup.aws.settings import ClientSettings
from trueup.testing.credentials import ACCESS_KEY, SECRET_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.aws.connection import Connection
    from trueup.testing import SimulatedAws


@pytest.fixture
def base(simulated_aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """The connection of the credentials in hand."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    settings = ClientSettings(workers=4, attempts=1, run_id="20260301-123000-abcdef")
    connection = connect(None, simulated_aws.endpoint_url, "us-east-1", settings)
    yield connection
    connection.close()
