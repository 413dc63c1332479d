"""The fact schemas that lie beside the installed plugins, found and read without importing code.

They give the rules' paths their meaning, so they are needed before any plugin is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.errors import PluginError, TrueupError
from trueup.facts.schema import FactSchema
from trueup.hosting.locate import find_module, package_folders

if TYPE_CHECKING:
    from trueup.hosting.installed import EntryPoint

__all__ = ["fact_schemas_of"]

_FOLDER = "facts"
_ENDING = ".schema.json"


def fact_schemas_of(entry: EntryPoint) -> dict[str, FactSchema]:
    """Read a plugin's fact schemas, by resource type; none when it has no ``facts`` folder, so audits nothing.

    Raises:
        PluginError: its module is not installed, or a schema cannot be read or is of another type than its file says.
    """
    if find_module(entry.module) is None:
        message = f"{entry.title()}: expected a module {entry.module} to be installed, found none; reinstall it"
        raise PluginError(message)
    schemas: dict[str, FactSchema] = {}
    for folder in package_folders(entry.module):
        for file in sorted((folder / _FOLDER).glob(f"*{_ENDING}")):
            try:
                schema = FactSchema.load(file)
            except TrueupError as error:
                message = f"{entry.title()}: {error}"
                raise PluginError(message) from error
            expected = f"{entry.name}.{file.name.removesuffix(_ENDING)}"
            if schema.type != expected:
                message = f"{entry.title()}: {file}: expected the title {expected!r}, found {schema.type!r}"
                raise PluginError(message)
            schemas[schema.type] = schema
    return schemas
