"""Loading one plugin: import it, find what implements hooks in it, hold it against the specification.

Every way in which that can fail ends as one sentence with plugin, distribution, hook and what was expected.
"""

from __future__ import annotations

import importlib
import inspect
from functools import reduce
from typing import TYPE_CHECKING, Any

from trueup.errors import PluginError
from trueup.hosting.border import HOOKS, plugin_border, signature_of
from trueup.hosting.locate import find_module
from trueup.ruleset.suggest import did_you_mean
from trueup.service.plugin import ServicePlugin

if TYPE_CHECKING:
    from types import ModuleType

    from pluggy import PluginManager

    from trueup.hosting.installed import EntryPoint

__all__ = ["load_plugin"]

# A package may bring nothing but corrections for the simulated AWS; they are found without its hooks.
_CORRECTIONS = "simulated"

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def load_plugin(manager: PluginManager, entry: EntryPoint) -> tuple[object, ...]:
    """Import the plugin of an entry point and register what implements hooks.

    Returns:
        What was registered: the module, and an instance of each ``ServicePlugin`` in it.

    Raises:
        PluginError: it cannot be imported, has no hook, or one that the specification does not have like that.
    """
    with plugin_border(entry.title(), f"could not be loaded from {entry.value}"):
        module = importlib.import_module(entry.module)
        objects = _named(module, entry) if entry.attribute else _contents(module, manager)
        if not objects and find_module(f"{entry.module.rpartition('.')[0]}.{_CORRECTIONS}") is None:
            message = "expected a ServicePlugin or a function marked with hookimpl, found neither"
            raise PluginError(message)
        for each in objects:
            hash(each)  # pluggy keeps plugins in sets: one that cannot be hashed would break the calls of others
            _check_service(each, entry)
            _check_hooks(each, manager)
    registered: list[object] = []
    try:
        with plugin_border(entry.title(), "could not be registered"):
            for each in objects:
                registered.append(each)
                manager.register(each)
            manager.check_pending()
    except PluginError:
        for each in registered:
            if manager.is_registered(each):
                manager.unregister(each)
        raise
    return objects


def _named(module: ModuleType, entry: EntryPoint) -> tuple[object, ...]:
    found = reduce(getattr, entry.attribute.split("."), module)
    return (found() if inspect.isclass(found) else found,)


def _contents(module: ModuleType, manager: PluginManager) -> tuple[object, ...]:
    instances = [each for each in vars(module).values() if isinstance(each, ServicePlugin)]
    classes = [
        each
        for each in vars(module).values()
        if inspect.isclass(each)
        and issubclass(each, ServicePlugin)
        and each.service
        and each.__module__ == module.__name__
        and not any(isinstance(instance, each) for instance in instances)
    ]
    found: list[object] = [*instances, *(each() for each in classes)]
    if any(True for _ in _implementations(module, manager)):
        found.append(module)
    return tuple({id(each): each for each in found}.values())


def _implementations(plugin: object, manager: PluginManager) -> Any:
    for name in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, name)
        if options is not None:
            yield options.get("specname") or name, name, options


def _check_service(plugin: object, entry: EntryPoint) -> None:
    if isinstance(plugin, ServicePlugin) and plugin.service != entry.name:
        message = f"expected its service to be the entry point's name {entry.name!r}, found {plugin.service!r}"
        raise PluginError(message)


def _check_hooks(plugin: object, manager: PluginManager) -> None:
    for hook, name, options in _implementations(plugin, manager):
        if hook not in HOOKS:
            if options.get("optionalhook"):
                continue
            message = f"hook {hook}: expected one of {', '.join(sorted(HOOKS))}{did_you_mean(hook, HOOKS)}"
            raise PluginError(message)
        signature = inspect.signature(getattr(plugin, name))
        known = signature_of(hook)
        asked = [each.name for each in signature.parameters.values() if each.kind in _POSITIONAL]
        needed = {each.name for each in signature.parameters.values() if each.default is inspect.Parameter.empty}
        strange = [each for each in asked if each in needed and each not in known.partition("(")[2][:-1].split(", ")]
        keywords = [each.name for each in signature.parameters.values() if each.kind is each.KEYWORD_ONLY]
        if strange or keywords:
            message = f"hook {hook}: expected the signature {known}, found {name}{signature}"
            raise PluginError(message)
