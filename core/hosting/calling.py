"""Calls the hooks of one plugin at a time, importing it at its first call.

pluggy calls a hook of all plugins at once; here one that raises would keep the others from answering, and one that
is not needed would be imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pluggy

from trueup.errors import PluginError
from trueup.hosting import hookspecs
from trueup.hosting.border import plugin_border, signature_of
from trueup.hosting.loading import load_plugin
from trueup.hosting.markers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.hosting.installed import EntryPoint

__all__ = ["PluginCaller"]

# Silence to these would be findings or fixes that are missing without a word.
_ANSWERED = frozenset({"audit", "remediate"})


class PluginCaller:
    """The plugins that were imported so far, and how their hooks are called."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._loaded: dict[str, tuple[object, ...]] = {}
        self._unusable: dict[str, PluginError] = {}

    def is_loaded(self, entry: EntryPoint) -> bool:
        """Say whether the plugin was imported."""
        return entry.name in self._loaded

    def call(self, entry: EntryPoint, hook: str, **arguments: Any) -> list[Any]:
        """Call one hook of one plugin alone; gives one answer for each implementation in it that does not give None.

        Raises:
            PluginError: it cannot be loaded (now and whenever it is asked again), it raised, or it gave no answer to a
                hook that must have one.
        """
        own = self._load(entry)
        others = [each for each in self._manager.get_plugins() if not any(each is mine for mine in own)]
        with plugin_border(entry.title(), f"hook {signature_of(hook)}"):
            answers: list[Any] = self._manager.subset_hook_caller(hook, others)(**arguments)
            if not answers and hook in _ANSWERED:
                message = "expected an answer, found none: it is not implemented, or gives None"
                raise PluginError(message)
        return answers

    def items(self, entry: EntryPoint, hook: str, kind: type, **arguments: Any) -> Iterator[Any]:
        """Call a hook that gives iterables and yield their items, each taken inside the plugin's border.

        Raises:
            PluginError: as in ``call``, or an item is not of the kind; what was yielded before stands.
        """
        doing = f"hook {signature_of(hook)}"
        for answer in self.call(entry, hook, **arguments):
            with plugin_border(entry.title(), doing):
                if not isinstance(answer, Iterable):
                    message = f"expected an iterable of {kind.__name__}, found {answer!r}"
                    raise PluginError(message)
                taken = iter(answer)
            try:
                while True:
                    with plugin_border(entry.title(), doing):
                        item = next(taken, self)
                        if item is not self and not isinstance(item, kind):
                            message = f"expected {kind.__name__} records, found {item!r}"
                            raise PluginError(message)
                    if item is self:
                        break
                    yield item
            finally:
                close = getattr(taken, "close", None)
                if close is not None:
                    with plugin_border(entry.title(), doing):
                        close()

    def _load(self, entry: EntryPoint) -> tuple[object, ...]:
        if entry.name in self._unusable:
            raise self._unusable[entry.name]
        if entry.name not in self._loaded:
            try:
                self._loaded[entry.name] = load_plugin(self._manager, entry)
            except PluginError as error:
                self._unusable[entry.name] = error
                raise
        return self._loaded[entry.name]
