"""Nothing is audited of this service yet: the plugin is here for its corrections to the simulated AWS."""

from __future__ import annotations

__all__: list[str] = []
