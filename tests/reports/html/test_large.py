"""A page of many findings lists the first of each rule and holds all for its script; no name in it does harm."""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import json
import re
import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.reports.generated import any_text, runs
from tests.reports.html.markup import Element, elements
from tests.reports.html.unpacking import unpacked
from tests.reports.views import HOSTILE, KINDS, MemoryView, finding, large_view, renamed_view, view_of
from trueup.display import clean
from trueup.reports.html.large import MOST_WHOLE
from trueup.reports.html.page import write_html
from trueup.reports.json_report import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
SCRIPTS = ("data.js", "rows.js", "explorer.js", "report.js")
TLS, PUBLIC = "s3-bucket-tls-only", "s3-bucket-public-access-blocked"


def _page(view: MemoryView, most_whole: int = 0) -> str:
    stream = io.StringIO()
    write_html(view, stream, ("What next",), most_whole=most_whole)
    return stream.getvalue()


def _report(view: MemoryView) -> Any:
    stream = io.StringIO()
    write_json(view, stream)
    return json.loads(stream.getvalue())


def _data(page: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    (block,) = [one.text for one in elements(page) if one.attributes.get("id") == "findings-data"]
    return unpacked(json.loads(block))


def _texts(found: list[Element], tag: str) -> list[str]:
    return [" ".join(element.text.split()) for element in found if element.tag == tag]


def _shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(element.tag, tuple(sorted(element.attributes))) for element in elements(page)]


def _resource(name: str) -> str:
    return files("trueup.reports.html").joinpath(name).read_text(encoding="utf-8")


@given(runs().filter(lambda view: view.finding_records))
@SLOW
def test_the_page_holds_the_findings_of_the_json_report(view: MemoryView) -> None:
    """Whatever the run, what the script unpacks are the findings of the JSON report, in its order."""
    header, found = _data(_page(view))

    assert _report(view)["findings"] == found
    assert len(found) == header["total"]
    assert {each["rule"] for each in found} == set(header["rules"])


def test_a_small_page_is_whole_without_data() -> None:
    """Up to a thousand findings all are markup, and there is no block of data; one more, and there is."""
    small, large = (_page(large_view(count), MOST_WHOLE) for count in (MOST_WHOLE, MOST_WHOLE + 1))

    assert (False, True) == tuple("findings-data" in page for page in (small, large))
    assert MOST_WHOLE == small.count("data-finding ")
    assert _report(large_view(MOST_WHOLE + 1))["findings"] == _data(large)[1]


@pytest.mark.parametrize("kind", KINDS)
def test_only_its_own_style_and_script_may_run(kind: str) -> None:
    """The policy names the one style and the one script; the findings' block is of a type that is never run."""
    found = elements(_page(view_of(kind)))
    (policy,) = [
        one.attributes["content"] for one in found if one.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    scripts = {one.attributes.get("type", ""): one.text for one in found if one.tag == "script"}
    digest = base64.b64encode(hashlib.sha256(scripts[""].encode()).digest()).decode()

    assert {"", "application/json"} == set(scripts)
    assert f"script-src 'sha256-{digest}';" in policy
    assert "".join(_resource(name) for name in ("data.js", "rows.js", "explorer.js")) == scripts[""]


@given(any_text)
@SLOW
def test_no_name_becomes_markup(name: str) -> None:
    """A hostile name gives element for element the page that a harmless one gives."""
    assert _shape(_page(renamed_view("apply", "harmless"))) == _shape(_page(renamed_view("apply", name)))


def test_a_name_that_tries_everything_ends_no_block() -> None:
    """Markup, comments and line separators stand in the data as base64, and on the page as text."""
    page = _page(renamed_view("apply", HOSTILE))

    assert _shape(_page(renamed_view("apply", "harmless"))) == _shape(page)
    assert page.replace("\n", "") == clean(page.replace("\n", ""))
    assert _report(renamed_view("apply", HOSTILE))["findings"] == _data(page)[1]


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_make_text_and_never_markup(name: str) -> None:
    """No script parses a string as markup or code, or asks a network; each is ASCII, so that any stream carries it."""
    refused = (
        r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|document\.write|\beval\b|Function\(|fetch\(|XMLHttp|import\("
    )

    assert [] == re.findall(refused, _resource(name))
    assert _resource(name).isascii()
    assert "</" not in _resource(name)


def test_what_the_script_asks_for_is_on_the_page() -> None:
    """Every element that the script looks for by its id, and a field for each key that it filters by, is there."""
    script = "".join(_resource(name) for name in ("data.js", "rows.js", "explorer.js"))
    wanted = set(re.findall(r'getElementById\("([a-z-]+)"\)', script))
    fields = {f"filter-{name}" for name in re.findall(r'\bfield\("([a-z]+)"\)', script)}
    (keys,) = re.findall(r"static KEYS = (\[.*\]);", script)
    there = {one.attributes.get("id") for one in elements(_page(view_of("audit")))}

    assert set() == (wanted | fields | {f"filter-{key}" for key in ast.literal_eval(keys)}) - there


def test_the_script_draws_the_signs_of_the_page() -> None:
    """A verdict has the same sign in a row that the script makes as in one of the template."""
    (template,) = re.findall(r"set glyphs = (\{.*?\})", _resource("parts.html.j2"))
    (script,) = re.findall(r"const GLYPHS = \{(.*?)\};", _resource("rows.js"))

    assert ast.literal_eval(template) == ast.literal_eval("{" + re.sub(r"(\w+):", r'"\1":', script) + "}")


def test_the_script_knows_what_is_unseen() -> None:
    """The script shows the same characters as their code as everything else does, and no others."""
    pattern: str = _data(_page(view_of("audit")))[0]["unseen"]
    code = r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\u\{([0-9a-f]+)\}"
    ends = re.sub(code, lambda match: f"<{int(match[1] or match[2] or match[3], 16)}>", pattern)
    ranges = [(int(first), int(last or first)) for first, last in re.findall(r"<(\d+)>(?:-<(\d+)>)?", ends)]
    unseen = {point for first, last in ranges for point in range(first, last + 1)}

    assert re.fullmatch(r"\[(<\d+>(-<\d+>)?)+\]", ends)
    assert {point for point in range(sys.maxunicode + 1) if clean(chr(point)) != chr(point)} == unseen


def test_without_a_script_the_first_of_each_rule_are_listed() -> None:
    """Each rule shows its first twenty failures and says how many more there are, and where all of them are."""
    view = view_of("audit")
    view.finding_records = [
        *(finding(TLS, "fail", f"bucket-{number:03}") for number in range(50)),
        finding(PUBLIC, "fail", "open"),
        *(finding(PUBLIC, "pass", f"closed-{number}") for number in range(30)),
    ]
    found = elements(_page(view))
    names = [text for text in _texts(found, "bdi") if text.startswith(("bucket-", "open"))]
    sentences = _texts(found, "p")

    assert ["open", *(f"bucket-{number:03}" for number in range(20))] == names
    assert "30 more resources of this rule are not listed here." in sentences
    assert [f"30 Buckets block public access {PUBLIC}"] == [text for text in sentences if text.startswith("30 Buckets")]
    assert f"trueup report {view.run()['id']} --format json" in _texts(found, "code")


def test_there_is_an_end_to_what_is_listed() -> None:
    """Of very many rules not all have findings listed, but each stands there with its numbers."""
    view = large_view(1)
    rules = {f"rule-{number:03}": view.rule_records[TLS] for number in range(60)}
    records = [finding(TLS, "fail", f"b{number}") | {"rule": rule} for rule in rules for number in range(12)]
    page = _page(MemoryView(view.run_record, records, rule_records=rules))

    assert 500 == page.count("data-finding ")
    assert 60 == page.count('data-group data-verdict="fail"')
    assert "12 more resources of this rule are not listed here." in _texts(elements(page), "p")


@pytest.mark.parametrize("most_whole", [0, 1_000])
def test_what_is_new_since_the_last_audit_is_marked(most_whole: int) -> None:
    """A finding that says so is marked as new or as returned; one that was open before is not."""
    view = view_of("audit")
    view.finding_records = [finding(TLS, "fail", mark) | {"history": mark} for mark in ("new", "returned", "open")]
    chips = [one.text for one in elements(_page(view, most_whole)) if "history-" in one.attributes.get("class", "")]

    assert ["new", "returned"] == chips


def test_large_pages_are_written_as_findings_are_read() -> None:
    """What waits to be packed and to be written is a few thousand findings, of however many."""
    stream = io.StringIO()
    behind: list[int] = []

    class Watched(MemoryView):
        def findings(self) -> Iterator[dict[str, Any]]:
            for number, record in enumerate(super().findings()):
                written = stream.getvalue().partition('id="findings-data"')[2]
                if written and number % 1_000 == 0:
                    behind.append(number - 1_000 * written.count('",\n'))
                yield record

    large = large_view(8_000)
    write_html(Watched(large.run_record, large.finding_records), stream)

    assert behind
    assert max(behind) <= 5_000
