"""The shell of the command line's tests, for audits in several processes."""

from __future__ import annotations

from tests.core.cli.conftest import shell

__all__ = ["shell"]
