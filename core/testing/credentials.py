"""The credentials of the simulated account: made up, and not in the form of real ones."""

from __future__ import annotations

__all__ = ["ACCESS_KEY", "SECRET_KEY"]

ACCESS_KEY = "TRUEUPSIMULATEDAWS00"
"""20 capital letters and digits, as moto reads them; a real one begins with AKIA or ASIA."""

SECRET_KEY = "simulated"  # noqa: S105 - opens nothing
