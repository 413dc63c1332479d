"""References in a planned call's parameters, to what is not known when the plan is made.

``{"$result": {"step", "path"}}`` stands for a value of an earlier step's response, ``{"$fact": {"path", "sha256"}}``
for a value that must not be shown, and without the digest for one that is taken from the read right before the call (an
optimistic lock), with ``at_least`` for the larger of that value and a number (an undo must not lower what has grown
since). ``{"$run": {}}`` stands for the id of the run that sends the call. A path of a response is dotted as a fact's
is, and goes through structures and maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trueup.facts.path import split_path

__all__ = ["reference_in", "shape_at"]


def reference_in(value: Any) -> tuple[str, Any] | None:
    """Give ``("$result", "$fact" or "$run", its content)`` when a value is a reference, else None."""
    if isinstance(value, Mapping) and len(value) == 1:
        name, content = next(iter(value.items()))
        if name in {"$result", "$fact", "$run"}:
            return name, content
    return None


def shape_at(shape: Any, path: str) -> Any:
    """Give the shape at a path of an operation's output, None when there is none.

    Args:
        shape: a botocore shape, or None for an operation without output.
        path: the path.

    Raises:
        UsageError: the text is no path.
    """
    for name in split_path(path):
        if shape is None:
            return None
        if shape.type_name == "structure":
            shape = shape.members.get(name)
        else:
            shape = shape.value if shape.type_name == "map" else None
    return shape
