"""The page shows a run, loads nothing, and no name in it does harm."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.reports.generated import any_text, runs
from tests.reports.html.markup import Element, elements
from tests.reports.views import HOSTILE, KINDS, MemoryView, empty_view, finding, large_view, renamed_view, view_of
from trueup.display import clean
from trueup.reports.html.page import write_html
from trueup.reports.wording import ATTENTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLOSING = ("Roll it back with:", "  trueup rollback R --yes")
SLOW = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def _page(view: MemoryView, closing: Sequence[str] = ()) -> str:
    stream = io.StringIO()
    write_html(view, stream, closing)
    return stream.getvalue()


def _texts(found: Sequence[Element], tag: str) -> list[str]:
    return [" ".join(element.text.split()) for element in found if element.tag == tag]


def _shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(element.tag, tuple(sorted(element.attributes))) for element in elements(page)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [view_of, empty_view])
def test_only_its_own_style_and_script_may_run(kind: str, make: Any) -> None:
    """The policy forbids everything but one style and one script, whose hashes are those of the page's own."""
    found = elements(_page(make(kind)))
    policies = [
        one.attributes["content"] for one in found if one.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    inline = {tag: [one.text for one in found if one.tag == tag] for tag in ("style", "script")}
    style, script = (
        base64.b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()
        for texts in (inline["style"], inline["script"])
    )

    assert [1, 1] == [len(texts) for texts in inline.values()]
    wanted = (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    assert [wanted] == policies


@given(runs())
@SLOW
def test_nothing_is_loaded_and_nothing_is_inline(view: MemoryView) -> None:
    """No element names anything to load, no attribute carries style or script, whatever the run holds."""
    found = elements(_page(view))
    loading = [
        one.tag for one in found if {"src", "srcset", "action", "data", "poster", "background"} & set(one.attributes)
    ]
    inline = [name for one in found for name in one.attributes if name == "style" or name.startswith("on")]

    assert [] == loading
    assert [] == inline
    assert set() == {"img", "iframe", "object", "embed", "link", "base", "video", "audio"} & {one.tag for one in found}


@given(any_text)
@SLOW
def test_no_name_becomes_markup(name: str) -> None:
    """A hostile name gives element for element the page that a harmless one gives."""
    assert _shape(_page(renamed_view("apply", "harmless"), ("harmless",))) == _shape(
        _page(renamed_view("apply", name), ("harmless",))
    )


def test_a_name_that_tries_everything_becomes_text() -> None:
    """Markup, template syntax, terminal escapes and bidi controls stand on the page as text."""
    page = _page(renamed_view("apply", HOSTILE), (HOSTILE,))

    assert _shape(_page(renamed_view("apply", "harmless"), ("harmless",))) == _shape(page)
    assert clean(HOSTILE) in "".join(_texts(elements(page), "bdi"))


@given(runs())
@SLOW
def test_nothing_unseen_is_on_the_page(view: MemoryView) -> None:
    """Line breaks apart, every character on the page can be seen, so that no two names look alike."""
    page = _page(view)

    assert page.replace("\n", "") == clean(page.replace("\n", ""))


@pytest.mark.parametrize(
    "reference",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://",
        "http://[",
        "https://a b",
        "https://\u202ea",
        "x",
    ],
)
def test_only_web_addresses_are_links(reference: str) -> None:
    """What is no plain web address is text; the ones that are leak no referrer."""
    view = view_of("audit")
    view.rule_records = {name: rule | {"references": [reference]} for name, rule in view.rule_records.items()}
    plain = view_of("audit")

    outward = [one for one in elements(_page(plain)) if one.tag == "a" and "://" in one.attributes["href"]]
    assert [] == [one for one in elements(_page(view)) if one.tag == "a" and not one.attributes["href"].startswith("#")]
    assert outward
    assert {"noopener noreferrer"} == {one.attributes["rel"] for one in outward}


def test_failures_come_worst_first_with_what_was_found_and_expected() -> None:
    """The rules that fail stand in the order of the run, each finding with its deciding fact in its line."""
    found = elements(_page(view_of("audit")))
    rules = [
        one.attributes["data-rule"]
        for one in found
        if one.tag == "article" and one.attributes["data-verdict"] == "fail"
    ]
    summaries = _texts(found, "summary")

    assert [
        "s3-bucket-public-access-blocked",
        "dynamodb-table-pitr-enabled",
        "dynamodb-table-on-demand-when-idle",
        "s3-bucket-tls-only",
        "lambda-function-memory-right-sized",
    ] == rules
    assert "✕ orders eu-central-1 utilization.peak_read is 6.213, expected at least 20" in summaries


def test_evidence_says_what_holds() -> None:
    """Each leaf shows fact, actual, expected and whether it holds, unknown told apart from no."""
    rows = _texts(elements(_page(view_of("audit"))), "tr")

    assert "public_access_block.BlockPublicAclstruetrue✓ yes" in rows
    assert "public_access_block.BlockPublicPolicyfalsetrue✕ no" in rows
    assert "policy.denies_without_tlsnot known: access deniedtrue? not known" in rows


def test_unknowns_name_the_permission_the_operation_and_what_it_costs() -> None:
    """A missing permission stands once, with its operation and resources, and as a statement to paste."""
    found = elements(_page(view_of("audit")))

    assert "allow s3:GetBucketPolicys3:GetBucketPolicy s3.bucket22" in _texts(found, "tr")
    assert "allow s3:ListAllMyBucketss3:ListBuckets s3.bucketall unlisted1" in _texts(found, "tr")
    actions = '"s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:ListAllMyBuckets"'
    assert f'{{ "Effect": "Allow", "Action": [ {actions} ], "Resource": "*" }}' in _texts(found, "pre")


def test_the_account_stands_at_each_finding_where_there_are_several() -> None:
    """Two tables of one name in two accounts are told apart; with one account it would only be in the way."""

    def places(view: MemoryView) -> list[str]:
        quiet = [
            each for each in elements(_page(view)) if each.tag == "span" and each.attributes.get("class") == "quiet"
        ]
        return [each.text for each in quiet if "eu-central-1" in each.text]

    one, two = view_of("audit"), view_of("audit")
    other = {**one.finding_records[0], "resource": {**one.finding_records[0]["resource"], "account": "444444444444"}}
    two.finding_records = [*two.finding_records, other]
    assert {"eu-central-1"} == set(places(one))
    assert "444444444444 eu-central-1" in places(two) or "444444444444 us-east-1" in places(two)


def test_exempt_findings_say_who_permits_them_until_when_and_why() -> None:
    """In the list at a glance, opened with the file; and a failure says which exemption has expired."""
    found = elements(_page(view_of("audit")))
    lines, terms = _texts(found, "summary"), _texts(found, "dd")

    assert [True] == ["until 2027-03-31 data-platform: month-end load" in line for line in lines if "nightly" in line]
    assert {"2027-03-31", "data-platform", "month-end load", "exemptions.json:3"} <= set(terms)
    assert "lambda-function-memory-right-sized · tag load=month-*" in terms
    assert ["clickstream"] == [name for line in lines for name in ("clickstream", "orders") if _expired(line, name)]


def _expired(line: str, name: str) -> bool:
    return name in line and "exemption expired 2026-11-01" in line


def test_the_exemptions_of_a_run_stand_in_one_table() -> None:
    """Those that somebody has to look after first, each with what became of it."""
    found = elements(_page(view_of("audit")))
    states = [text for text in _texts(found, "th") if text in {"expired", "unused", "undecided", "used"}]

    assert ["expired", "unused", "unused", "undecided", "used"] == states
    assert [text for text in _texts(found, "td") if "not audited: Region us-west-2" in text]
    assert ["exemptions-title"] == [
        one.attributes["id"] for one in found if one.attributes.get("id") == "exemptions-title"
    ]
    assert "exemptions-title" not in _page(empty_view("audit"))


def test_changes_show_the_exact_calls_and_their_undo() -> None:
    """A change has its status, what becomes of each fact, every call with its parameters, and the undo."""
    found = elements(_page(view_of("apply"), CLOSING))
    documents = _texts(found, "pre")

    assert '{ "TableName": "orders", "BillingMode": "PAY_PER_REQUEST" }' in documents
    assert any('"BillingMode": "PROVISIONED", "ProvisionedThroughput"' in text for text in documents)
    assert "capacity.modePROVISIONEDPAY_PER_REQUEST" in _texts(found, "tr")
    assert "Why rolled back: WriteThrottleEvents was 14 in 2 of 3 periods, its limit is 0" in _texts(found, "p")
    assert "268.11 USD a month (212.40 to 291.05)" in _texts(found, "dd")
    assert "trueup rollback R --yes" in _texts(found, "code")


def test_changes_that_need_somebody_come_first() -> None:
    """What was rolled back or is settling stands before what was applied."""
    summaries = [text for text in _texts(elements(_page(view_of("apply"))), "summary") if "becomes" in text]

    assert ["↩ rolled back", "… settling", "✓ applied"] == [
        re.match(r"\S+ (rolled back|\w+)", text)[0]  # type: ignore[index]  # each summary begins with its status
        for text in summaries
    ]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("audit", "No finding: no selected rule applies to a resource in these accounts and Regions."),
        ("plan", "Nothing to change: no failing finding has a fix that may be planned."),
        ("apply", "This run changed nothing."),
    ],
)
def test_empty_runs_say_so(kind: str, sentence: str) -> None:
    """A run without findings or changes has a sentence in their place, never an empty page."""
    assert sentence in _texts(elements(_page(empty_view(kind))), "p")


def test_passing_resources_are_listed_by_name_alone() -> None:
    """What passes is one line a resource under its rule, so that ten thousand of them stay readable."""
    view = view_of("audit")
    view.finding_records = [finding("s3-bucket-tls-only", "pass", f"bucket-{number}") for number in range(30)]
    found = elements(_page(view))

    assert [f"arn:aws:s3:::bucket-{number}" for number in sorted(range(30), key=str)] == _texts(found, "li")[-30:]
    assert [] == [one for one in found if "finding" in one.attributes.get("class", "").split()]


@pytest.mark.parametrize(("number", "folded"), [(20, 0), (21, 1)])
def test_many_resources_of_a_rule_are_folded(number: int, folded: int) -> None:
    """A long list is folded, so that the next rule is seen; the few of a short one stand open to the eye."""
    view = view_of("audit")
    view.finding_records = [finding("s3-bucket-tls-only", "fail", f"b{each}") for each in range(number)]
    found = elements(_page(view))

    assert folded == len([one for one in found if one.attributes.get("class") == "many"])
    assert number == len([one for one in found if "data-finding" in one.attributes])


@pytest.mark.parametrize(("kind", "opened"), [("plan", 3), ("apply", 3)])
def test_what_needs_somebody_stands_open(kind: str, opened: int) -> None:
    """A few changes are open; of many, those that somebody has to look at."""
    view = view_of(kind)

    def count() -> int:
        rows = [one for one in elements(_page(view)) if "change" in one.attributes.get("class", "").split()]
        return len([one for one in rows if "open" in one.attributes])

    assert opened == count()
    view.change_records = 2 * view.change_records
    assert 2 * len([one for one in view_of(kind).change_records if one["status"] in ATTENTION]) == count()


def test_what_manages_a_resource_is_named() -> None:
    """A change that infrastructure code would undo says so."""
    view = view_of("plan")
    view.change_records[0]["managed_by"] = "CloudFormation stack shop"

    assert "CloudFormation stack shop: change it there, or the next deployment undoes this" in _texts(
        elements(_page(view)), "dd"
    )


def test_findings_are_written_as_they_are_read() -> None:
    """A page is written while findings are read; only the last few are waiting to be written."""
    stream = io.StringIO()
    waiting: list[int] = []

    class Watched(MemoryView):
        def findings(self) -> Iterator[dict[str, Any]]:
            for number, record in enumerate(super().findings()):
                if "Failing" in stream.getvalue() and number % 100 == 0:
                    waiting.append(number - stream.getvalue().count("data-finding"))
                yield record

    view = large_view(1)
    view.finding_records = [finding("s3-bucket-tls-only", "fail", f"b{number:05}") for number in range(1500)]
    write_html(Watched(view.run_record, view.finding_records), stream, most_whole=1500)

    assert waiting
    assert max(waiting) < 200


def test_a_stream_of_another_encoding_gets_references() -> None:
    """What a stream cannot hold is written as a character reference, and reads the same."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    write_html(view_of("audit"), stream)
    stream.flush()

    assert elements(_page(view_of("audit")))[-1].text == elements(raw.getvalue().decode())[-1].text
    assert "&#10005;" in raw.getvalue().decode()


def test_a_rule_that_the_run_does_not_know_costs_nothing() -> None:
    """A finding of a rule without a record is shown under the rule's id."""
    view = view_of("audit")
    order = list(view.findings())

    class Unknowing(MemoryView):
        def rules(self) -> dict[str, Any]:
            return {}

        def findings(self) -> Iterator[dict[str, Any]]:
            return iter(order)

    assert any(
        "unspecified s3-bucket-tls-only" in text for text in _texts(elements(_page(Unknowing(view.run_record))), "h4")
    )
