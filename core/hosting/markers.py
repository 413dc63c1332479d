"""The two pluggy markers of the project ``trueup``.

Apart from the hooks themselves, so that a plugin marks its hooks without importing what they hand over.
"""

from __future__ import annotations

import pluggy

__all__ = ["PROJECT", "hookimpl", "hookspec"]

PROJECT = "trueup"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
