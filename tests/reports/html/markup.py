"""A page taken apart: its elements with their attributes, ancestors and text, as a browser would see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Element", "elements"]

_VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Element:
    """One element.

    Args:
        tag: its name.
        attributes: name to value.
        parent: the element around it.
        pieces: the text in it, that of inner elements included.
        at: where it stands in the order of the page.
    """

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    at: int
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text in it."""
        return "".join(self.pieces)

    def inside(self, tag: str) -> bool:
        """Tell whether an element of that name is around it."""
        return self.parent is not None and (self.parent.tag == tag or self.parent.inside(tag))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self._open[-1] if self._open else None
        element = Element(tag, {name: text or "" for name, text in attrs}, parent, len(self.found))
        self.found.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert tag == self._open.pop().tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.pieces.append(data)

    def check_closed(self) -> None:
        """Fail when an element is left open."""
        assert self._open == []


def elements(page: str) -> list[Element]:
    """Give the elements of a page in their order; every one that is opened has to be closed, in turn."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    reader.check_closed()
    return reader.found
