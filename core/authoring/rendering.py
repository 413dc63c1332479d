"""Templates of files that a person goes on with: filled in by Jinja2, where a name that is not given is an error.

What is made is code and data and no page, so nothing is escaped; values that come from outside are checked before.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment

__all__ = ["render"]

_LITERALS = {"true": "True", "false": "False", "null": "None"}


def render(package: str, template: str, /, **names: Any) -> str:
    """Give a template filled in.

    Args:
        package: the package that the template lies in.
        template: its file name.
        **names: what it may use; one that it uses and that is missing is an error.
    """
    return _environment(package).get_template(template).render(names)


@cache
def _environment(package: str) -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        autoescape=False,  # noqa: S701 - it makes source code, not HTML
        keep_trailing_newline=True,
        loader=FunctionLoader(lambda name: files(package).joinpath(name).read_text("utf-8")),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(python=_python, names=_names)
    return environment


def _python(value: Any) -> str:
    """Give a JSON value as Python writes it, strings in double quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_python(key)}: {_python(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_python, value)) + "]"
    text = json.dumps(value, ensure_ascii=False)
    return _LITERALS.get(text, text)


def _names(values: Iterable[str]) -> str:
    """Give strings as a Python tuple."""
    written = [json.dumps(each) for each in values]
    return f"({', '.join(written)}{',' if len(written) == 1 else ''})"
