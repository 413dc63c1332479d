"""Which operation of a REST service a method, path and query name.

moto's routes differ between its releases and let unknown queries fall through to the nearest route (deleting one
setting of a resource deletes the resource); these are botocore's own, and what matches none is told apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from trueup.testing.wire.models import service_model

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Route", "match"]

_LABEL = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """How one operation is asked for.

    Attributes:
        operation: its name.
        method: the HTTP method.
        path: matches the percent-encoded path; one group a label, named as in the model.
        query: what the query must contain, with its value when the model gives one.
        keys: query names and header names of required parameters.
        rank: the more is demanded, the earlier it is tried.
    """

    operation: str
    method: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]
    keys: frozenset[str]
    headers: frozenset[str]
    rank: tuple[int, int, int, str]


def match(
    service: str, method: str, path: str, query: str, headers: Mapping[str, str]
) -> tuple[str, dict[str, str]] | None:
    """The operation that a request names, with the labels of its path; None when none does."""
    given = dict(parse_qsl(query, keep_blank_values=True))
    for route in _routes(service):
        if route.method != method:
            continue
        found = route.path.fullmatch(path)
        if (
            found is not None
            and all(name in given and value in ("", given[name]) for name, value in route.query)
            and route.keys <= given.keys()
            and route.headers <= headers.keys()
        ):
            return route.operation, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


@cache
def _routes(service: str) -> tuple[Route, ...]:
    """The routes of a service, the most demanding first."""
    model = service_model(service)
    routes = [_route(model.operation_model(name)) for name in model.operation_names]
    return tuple(sorted(routes, key=lambda route: route.rank))


def _route(operation: Any) -> Route:
    path, _, literal = operation.http["requestUri"].partition("?")
    query = tuple(parse_qsl(literal, keep_blank_values=True))
    keys: set[str] = set()
    headers: set[str] = set()
    shape = operation.input_shape
    for name in shape.required_members if shape is not None else ():
        member = shape.members[name].serialization
        if member.get("location") == "querystring":
            keys.add(member["name"])
        elif member.get("location") == "header":
            headers.add(member["name"].lower())
    return Route(
        operation=operation.name,
        method=operation.http["method"],
        path=_pattern(path),
        query=query,
        keys=frozenset(keys),
        headers=frozenset(headers),
        # A deprecated twin of an operation has the same route and comes last.
        rank=(
            -len(query) - len(keys) - len(headers),
            len(_LABEL.findall(path)),
            int(operation.deprecated),
            operation.name,
        ),
    )


def _pattern(path: str) -> re.Pattern[str]:
    """A path template as a pattern; a greedy label may hold slashes, a trailing slash does not matter."""
    parts: list[str] = []
    end = 0
    for label in _LABEL.finditer(path):
        parts.append(re.escape(path[end : label.start()]))
        parts.append(f"(?P<{label[1]}>{'.+' if label[2] else '[^/]+'})")
        end = label.end()
    parts.append(re.escape(path[end:].rstrip("/")))
    return re.compile("".join(parts) + "/?")
