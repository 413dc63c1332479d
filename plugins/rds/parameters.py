"""What rules may tell the fixes of a cluster, as JSON Schemas; the fact schema has the same for authors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BOUNDS", "DAYS", "IDLE", "NONE"]

BOUNDS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "min_acu": {"type": "number", "minimum": 0, "multipleOf": 0.5},
        "max_acu": {"type": "number", "minimum": 1, "multipleOf": 0.5},
    },
    "required": ["min_acu", "max_acu"],
    "additionalProperties": False,
}

IDLE: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "idle_connections": {"type": "number", "minimum": 0},
        "idle_cpu": {"type": "number", "minimum": 0, "maximum": 100},
    },
    "required": ["idle_connections", "idle_cpu"],
    "additionalProperties": False,
}

DAYS: Mapping[str, Any] = {
    "type": "object",
    "properties": {"days": {"type": "integer", "minimum": 1, "maximum": 35}},
    "required": ["days"],
    "additionalProperties": False,
}

NONE: Mapping[str, Any] = {"type": "object", "additionalProperties": False}
