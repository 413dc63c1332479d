"""Marks: what a decorator leaves on a plugin's method, until the class is put together.

A method may carry several (one function that reads the tags of two types); each mark knows how to make its
declaration from the method, bound or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

__all__ = ["Mark", "leave_mark", "marks_of"]

Method = TypeVar("Method", bound=Callable[..., Any])

_ATTRIBUTE = "trueup_marks"


@dataclass(frozen=True, slots=True)
class Mark:
    """One declaration in the making.

    Args:
        kind: what the method is to become.
        noun: the resource type's name without the service (``queue``).
        name: the name of the aspect or action; the noun for a resource.
        declare: makes what is declared from the method.
    """

    kind: Literal["resource", "aspect", "action"]
    noun: str
    name: str
    declare: Callable[[Callable[..., Any]], Any]


def leave_mark(method: Method, mark: Mark) -> Method:
    """Give the method back with one more mark on it."""
    setattr(method, _ATTRIBUTE, (*marks_of(method), mark))
    return method


def marks_of(method: object) -> tuple[Mark, ...]:
    """Give the marks that decorators left, innermost first; none for anything else."""
    marks = getattr(method, _ATTRIBUTE, ())
    return marks if isinstance(marks, tuple) else ()
