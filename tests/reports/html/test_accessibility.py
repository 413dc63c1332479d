"""The page can be read with a screen reader, a keyboard, without colour and in both schemes."""

from __future__ import annotations

import io
import re
from collections import Counter
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import pytest

from tests.reports.html.markup import Element, elements
from tests.reports.views import KINDS, empty_view, view_of
from trueup.reports.html.page import write_html

AA_TEXT = 4.5
SOFT = ("fail", "unknown", "exempt", "pass")
PAIRS = [
    *((ink, ground) for ink in ("ink", "muted", "accent") for ground in ("page", "surface", "sunk")),
    *((tone, "surface") for tone in SOFT),
    *((tone, f"{tone}-soft") for tone in SOFT),
]

pages = pytest.mark.parametrize("name", [f"{make}-{kind}" for make in ("full", "large", "empty") for kind in KINDS])


@lru_cache
def _found(name: str) -> list[Element]:
    make, _, kind = name.partition("-")
    stream = io.StringIO()
    view = empty_view(kind) if make == "empty" else view_of(kind)
    write_html(view, stream, ("What next",), most_whole=3 if make == "large" else 1_000)
    return elements(stream.getvalue())


def _of(name: str, *tags: str) -> list[Element]:
    return [element for element in _found(name) if element.tag in tags]


@pages
def test_landmarks(name: str) -> None:
    """There is one of each landmark, a language, a title and a way to skip to the results."""
    assert Counter(header=1, nav=1, main=1, footer=1, h1=1, title=1) == Counter(
        element.tag
        for element in _of(name, "header", "nav", "main", "footer", "h1", "title")
        if not element.inside("svg")
    )
    assert "en" == _of(name, "html")[0].attributes["lang"]
    assert ["#main"] == [one.attributes["href"] for one in _of(name, "a") if one.attributes.get("class") == "skip"]


@pages
def test_headings_skip_no_level(name: str) -> None:
    """Each heading is at most one level below the one before it."""
    levels = [int(element.tag[1]) for element in _of(name, "h1", "h2", "h3", "h4", "h5", "h6")]

    assert [] == [(above, below) for above, below in pairwise(levels) if below > above + 1]


@pages
def test_identifiers_are_unique_and_references_meet(name: str) -> None:
    """No id is given twice, and every label, description and link points at one."""
    ids = Counter(one.attributes["id"] for one in _found(name) if "id" in one.attributes)
    wanted = {
        target
        for one in _found(name)
        for attribute in ("aria-labelledby", "aria-describedby", "for")
        for target in one.attributes.get(attribute, "").split()
    } | {one.attributes["href"][1:] for one in _of(name, "a") if one.attributes["href"].startswith("#")}

    assert {} == {target: count for target, count in ids.items() if count > 1}
    assert set() == wanted - set(ids)


@pages
def test_tables_say_what_they_are(name: str) -> None:
    """Every table has a caption, and every heading cell says what it heads."""
    inside = Counter(one.parent.at for one in _of(name, "caption") if one.parent)

    assert [1] * len(_of(name, "table")) == [inside[table.at] for table in _of(name, "table")]
    assert {"row", "col"} >= {one.attributes["scope"] for one in _of(name, "th")}


@pages
def test_controls_have_labels(name: str) -> None:
    """Every field of the filter has a label, and what changes is announced."""
    labelled = {one.attributes["for"] for one in _of(name, "label")}

    assert [] == [one for one in _of(name, "input", "select") if one.attributes["id"] not in labelled]
    assert len(_of(name, "form")) == len([one for one in _found(name) if one.attributes.get("aria-live") == "polite"])


@pages
def test_what_scrolls_can_be_reached_and_what_unfolds_has_a_summary(name: str) -> None:
    """A part that scrolls takes the focus, a region has a name, each details its summary."""
    scrolling = [one for one in _found(name) if one.tag == "pre" or one.attributes.get("class") == "scroll"]
    summaries = Counter(one.parent.at for one in _of(name, "summary") if one.parent)

    assert [] == [one.at for one in scrolling if one.attributes.get("tabindex") != "0"]
    assert [] == [
        one.at for one in _found(name) if one.attributes.get("role") == "region" and not one.attributes["aria-label"]
    ]
    assert [1] * len(_of(name, "details")) == [summaries[one.at] for one in _of(name, "details")]


@pages
def test_drawings_are_named_or_hidden(name: str) -> None:
    """A chart has title, description and a table; an ornament is hidden."""
    for drawing in _of(name, "svg"):
        if drawing.attributes.get("aria-hidden") != "true":
            inner = [one.tag for one in _of(name, "title", "desc") if one.parent is drawing]
            tables = [one for one in _of(name, "table") if one.inside("figure")]
            assert ("img", ["title", "desc"]) == (drawing.attributes["role"], inner)
            assert tables


@pages
def test_filters_wait_for_the_script_and_nothing_else_is_hidden(name: str) -> None:
    """Without a script the filter form stays away and everything else can be read."""
    assert {"explorer", "filters", "filter-none"} >= {
        one.attributes["id"] for one in _found(name) if "hidden" in one.attributes
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(scheme: str) -> None:
    """Every pair of ink and ground reaches AA for text, in both schemes."""
    colours = _colours(scheme)
    ratios = {pair: _contrast(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}

    assert {} == {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < AA_TEXT}


def _colours(scheme: str) -> dict[str, str]:
    style = files("trueup.reports.html").joinpath("report.css").read_text(encoding="utf-8")
    light, dark = style.split("@media screen and (prefers-color-scheme: dark)")[:2]
    block = light if scheme == "light" else dark.partition("*, ::before")[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def _contrast(one: str, other: str) -> float:
    """Give the contrast ratio. Source: WCAG 2.2, relative luminance."""

    def luminance(colour: str) -> float:
        channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
