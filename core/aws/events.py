"""The handlers of botocore's events, kept so that a client's copy of a session's costs next to nothing.

botocore copies all of a session's handlers, a tree of hundreds of dicts, for each client, and looks the name of each
event up again in each copy: two fifths of what a further client costs. Here a copy shares what it does not change.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from botocore.hooks import BaseEventHooks, EventAliaser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Handler = Callable[..., Any]

__all__ = ["SharedHandlers", "SharedNames"]

_FIRST, _MIDDLE, _LAST = range(3)


class SharedHandlers(BaseEventHooks):  # type: ignore[misc]  # botocore has no types
    """Calls handlers in the order in which botocore's ``HierarchicalEmitter`` calls them."""

    def __init__(self) -> None:
        # Never changed in place: what a key leads to is replaced, so that a copy of the dict is a copy of all.
        self._by_name: dict[str, tuple[tuple[Handler, ...], ...]] = {}
        self._by_id: dict[str, tuple[Handler, int | None]] = {}
        self._found: dict[str, tuple[Handler, ...]] = {}
        self._unheard: frozenset[str] = frozenset()

    def __copy__(self) -> SharedHandlers:
        copied = SharedHandlers()
        copied._by_name, copied._by_id = self._by_name.copy(), self._by_id.copy()
        copied._unheard = self._unheard
        return copied

    def ignore_answers(self, event: str) -> None:
        """Give from now on None for what the handlers of an event answer; they are called as before.

        Args:
            event: the first part of the event's name.
        """
        self._unheard |= {event}

    def emit(self, event_name: str, **kwargs: Any) -> list[tuple[Handler, Any]]:
        """Call all handlers of an event, the most specific first; give each with its answer."""
        answers = [(handler, handler(**kwargs, event_name=event_name)) for handler in self._handlers(event_name)]
        return [(handler, None) for handler, _ in answers] if self._is_unheard(event_name) else answers

    def emit_until_response(self, event_name: str, **kwargs: Any) -> tuple[Handler | None, Any]:
        """Call handlers until one answers; give the last one called with its answer."""
        last: tuple[Handler | None, Any] = (None, None)
        if self._is_unheard(event_name):
            called = self.emit(event_name, **kwargs)
            return called[-1] if called else last
        for handler in self._handlers(event_name):
            last = handler, handler(**kwargs, event_name=event_name)
            if last[1] is not None:
                break
        return last

    def register(
        self,
        event_name: str,
        handler: Handler,
        unique_id: str | None = None,
        unique_id_uses_count: bool = False,  # noqa: FBT001, FBT002 - botocore's own signature
    ) -> None:
        """Call a handler at an event."""
        self._add(_MIDDLE, event_name, handler, unique_id, counts=unique_id_uses_count)

    def register_first(
        self,
        event_name: str,
        handler: Handler,
        unique_id: str | None = None,
        unique_id_uses_count: bool = False,  # noqa: FBT001, FBT002 - botocore's own signature
    ) -> None:
        """Call a handler at an event before those of the same name that were just registered."""
        self._add(_FIRST, event_name, handler, unique_id, counts=unique_id_uses_count)

    def register_last(
        self,
        event_name: str,
        handler: Handler,
        unique_id: str | None = None,
        unique_id_uses_count: bool = False,  # noqa: FBT001, FBT002 - botocore's own signature
    ) -> None:
        """Call a handler at an event after those of the same name that were just registered."""
        self._add(_LAST, event_name, handler, unique_id, counts=unique_id_uses_count)

    def unregister(
        self,
        event_name: str,
        handler: Handler | None = None,
        unique_id: str | None = None,
        unique_id_uses_count: bool = False,  # noqa: FBT001, FBT002 - botocore's own signature
    ) -> None:
        """Call a handler no more, if it was registered; one that is counted only when all have given it up."""
        if unique_id is not None:
            if unique_id not in self._by_id:
                return
            handler, count = self._by_id[unique_id]
            _check_counting(unique_id, count, counts=unique_id_uses_count)
            if count is not None and count > 1:
                self._by_id[unique_id] = handler, count - 1
                return
            del self._by_id[unique_id]
        sections = list(self._by_name.get(event_name, ()))
        for index, section in enumerate(sections):
            if handler in section:
                at = section.index(handler)
                sections[index] = section[:at] + section[at + 1 :]
                self._by_name[event_name] = tuple(sections)
                self._found = {}
                return

    def _is_unheard(self, event_name: str) -> bool:
        return bool(self._unheard) and event_name.partition(".")[0] in self._unheard

    def _add(self, section: int, event_name: str, handler: Handler, unique_id: str | None, *, counts: bool) -> None:
        _check_handler(handler, event_name)
        if unique_id is not None:
            if unique_id in self._by_id:
                known, count = self._by_id[unique_id]
                _check_counting(unique_id, count, counts=counts)
                self._by_id[unique_id] = known, None if count is None else count + 1
                return
            self._by_id[unique_id] = handler, 1 if counts else None
        sections = list(self._by_name.get(event_name, ((), (), ())))
        sections[section] = (*sections[section], handler)
        self._by_name[event_name] = tuple(sections)
        self._found = {}

    def _handlers(self, event_name: str) -> tuple[Handler, ...]:
        found = self._found.get(event_name)
        if found is None:
            visited = list(self._sections("", event_name.split(".")))
            found = tuple(handler for sections in reversed(visited) for section in sections for handler in section)
            self._found[event_name] = found
        return found

    def _sections(self, before: str, parts: list[str]) -> Iterator[tuple[tuple[Handler, ...], ...]]:
        """Give the handlers of a name's beginnings, ``*`` standing for any part, the least specific first."""
        if not parts:
            return
        for part in (parts[0], "*"):
            name = f"{before}{part}"
            if name in self._by_name:
                yield self._by_name[name]
            yield from self._sections(f"{name}.", parts[1:])


class SharedNames(EventAliaser):  # type: ignore[misc]  # botocore has no types
    """Translates old names of events as botocore does; its copies share what was translated."""

    def __init__(self, handlers: SharedHandlers, event_aliases: Any = None) -> None:
        super().__init__(handlers, event_aliases)
        self.handlers = handlers

    def __copy__(self) -> SharedNames:
        copied: SharedNames = super().__copy__()
        copied._alias_name_cache = self._alias_name_cache
        return copied


def _check_handler(handler: Handler, event_name: str) -> None:
    """Refuse what botocore refuses: a handler that further arguments of later versions would break.

    Raises:
        ValueError: it is not callable, or takes no ``**kwargs``.
    """
    if not callable(handler):
        message = f"the handler of {event_name} must be callable: found {handler!r}"
        raise ValueError(message)  # noqa: TRY004 - as botocore does
    code = getattr(handler, "__code__", None)  # asking inspect takes a hundred times as long
    takes_all = code.co_flags & inspect.CO_VARKEYWORDS if code else inspect.getfullargspec(handler).varkw
    if not takes_all:
        message = f"the handler of {event_name} must accept keyword arguments (**kwargs): found {handler!r}"
        raise ValueError(message)


def _check_counting(unique_id: str, count: int | None, *, counts: bool) -> None:
    """Refuse to count for one who registers a handler and not for another.

    Raises:
        ValueError: it was registered otherwise.
    """
    if counts != (count is not None):
        message = f"{unique_id} must be registered and unregistered with a count each time, or never"
        raise ValueError(message)
