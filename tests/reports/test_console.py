"""The console summary can be read at 80 columns, piped, and does no harm to the terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from tests.reports.generated import runs
from tests.reports.views import HOSTILE, NO_HISTORY, MemoryView, empty_view, finding, renamed_view, view_of
from trueup.display import clean
from trueup.exemptions.usage import no_usage
from trueup.reports.console import write_console

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _summary(view: MemoryView, closing: Sequence[str] = ()) -> str:
    stream = io.StringIO()
    write_console(view, stream, closing)
    return stream.getvalue()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> _Terminal:
    """A terminal of 80 columns that has colours."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    return _Terminal()


def test_an_audit_says_what_fails_first() -> None:
    """Headline, counts, failures worst first with what was found and expected, unknowns by permission."""
    lines = _summary(view_of("audit")).splitlines()

    assert [
        "audit audit-20261123-184512-7f3a",
        "7 of 17 checks fail",
        "5 more checks could not be judged, which is not a pass; 1 failure is exempt.",
        "",
        "  7 failing   5 unknown   1 exempt   4 passing   1 not applicable",
        "  since audit-20261122-184512-7f3a of 2026-11-22 18:45:58 UTC: 1 new, 1 returned, 2 fixed, 5 open as before",
        "  against the baseline audit-20261110-184512-7f3a: 1 new failure, 6 known",
        "",
        "Failing, worst first",
        "  critical      Buckets block public access",
        "                s3-bucket-public-access-blocked, 1 of 3 failing",
        "    arn:aws:s3:::shop-assets-public",
        "      public_access_block.BlockPublicPolicy is false, expected true",
        "      public_access_block.RestrictPublicBuckets is not set, expected true",
    ] == lines[:14]
    unknown = lines.index("Unknown, by what stands in the way")
    assert [
        "Unknown, by what stands in the way",
        "  allow s3:GetBucketPolicy  2 resources of s3.bucket",
        "  allow s3:GetBucketPublicAccessBlock  1 resource of s3.bucket",
        "  allow s3:ListAllMyBuckets  s3.bucket could not be listed to the end",
        "  no data  1 resource of awslambda.function",
    ] == lines[unknown : unknown + 5]


def test_an_audit_says_which_accounts_were_not_read() -> None:
    """An account of which nothing could be read is named with the reason, beside what could not be judged."""
    lines = _summary(view_of("audit")).splitlines()
    unread = lines.index("Not read at all")
    assert [
        "  444444444444 every Region  access denied at sts:AssumeRole: no such role (allow sts:AssumeRole)",
        "",
    ] == lines[unread + 1 : unread + 3]


def test_an_audit_says_what_is_exempt() -> None:
    """Each exempt failure has its evidence, owner, reason and end; then those exemptions that need a person."""
    lines = _summary(view_of("audit")).splitlines()
    start = lines.index("Exempt, and left alone")

    assert [
        "Exempt, and left alone",
        "  low           Functions have no more memory than their load needs",
        "                lambda-function-memory-right-sized, 1 of 3 exempt",
        "    arn:aws:lambda:eu-central-1:111122223333:function:nightly-report",
        "      configuration.MemorySize is 3008, expected at most 1024",
        "      exempt until 2027-03-31, owner data-platform: month-end load",
        "",
        "Exemptions to renew or remove",
        (
            "  expired  exemptions.json:9  dynamodb-table-pitr-enabled  "
            "arn:aws:dynamodb:eu-central-1:111122223333:table/clickstream"
        ),
        "    expires 2026-11-01, owner data-platform",
        (
            "  unused   exemptions.json:15  dynamodb-table-on-demand-when-idle  "
            "arn:aws:dynamodb:eu-central-1:111122223333:table/gone"
        ),
        "    expires 2027-01-31, owner data-platform",
        "  unused   exemptions.json:21  dynamodb-*  arn:aws:dynamodb:*:111122223333:table/clickstream",
        "    expires 2027-01-31, owner web",
    ] == lines[start:]


def test_a_failure_says_which_exemption_expired() -> None:
    """It fails again, and the line below says since when and whose exemption it was."""
    lines = _summary(view_of("audit")).splitlines()
    at = lines.index("    arn:aws:dynamodb:eu-central-1:111122223333:table/clickstream")

    expired = "      its exemption expired on 2026-11-01 (owner data-platform, exemptions.json:9)"
    assert expired == lines[at + 2]


def test_an_apply_says_what_became_of_each_change() -> None:
    """Each change has its status, summary, ARN, risk and, when it has one, its reason."""
    lines = _summary(view_of("apply")).splitlines()
    start = lines.index("Changes")

    assert "1 of 3 changes applied" in lines
    assert [
        "  rolled back   sessions-archive  PROVISIONED 500/500 with index by-date 100/100 becomes PAY_PER_REQUEST",
        "    arn:aws:dynamodb:eu-central-1:111122223333:table/sessions-archive",
        "    dynamodb-table-on-demand-when-idle: safe, reversible, saves 268.11 USD a month (212.40 to 291.05)",
        "    WriteThrottleEvents was 14 in 2 of 3 periods, its limit is 0",
    ] == lines[start + 4 : start + 8]


def test_the_callers_lines_come_last() -> None:
    """What to do next stands at the end, as given."""
    assert ["", "Roll back:", "  trueup rollback R --yes"] == _summary(
        view_of("apply"), ("Roll back:", "  trueup rollback R --yes")
    ).splitlines()[-3:]


def test_many_failures_are_cut_and_counted() -> None:
    """Twenty failures are a screen; how many more there are, and how to see them, is said."""
    view = view_of("audit")
    view.finding_records = [finding("s3-bucket-tls-only", "fail", f"bucket-{number:03}") for number in range(100)]
    view.exemption_records, view.history_record = no_usage(), NO_HISTORY
    text = _summary(view)

    assert [f"bucket-{number:03}" for number in range(20)] == [
        line.rpartition(":")[2] for line in text.splitlines() if "arn:" in line
    ]
    assert "… and 80 more: trueup report audit-20261123-184512-7f3a --format json" in text


def test_names_are_never_broken(terminal: _Terminal) -> None:
    """On a terminal of 80 columns an ARN longer than that is one line, to be copied."""
    view = view_of("audit")
    name = "b" * 120
    view.finding_records = [finding("s3-bucket-tls-only", "fail", name)]
    write_console(view, terminal)

    assert f"    arn:aws:s3:::{name}\n" in terminal.getvalue()


def test_colours_are_for_terminals_alone(terminal: _Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe and ``NO_COLOR`` get the same words without colours."""
    write_console(view_of("apply"), terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = _Terminal()
    write_console(view_of("apply"), plain)

    assert "\x1b[32m" in terminal.getvalue()
    assert "\x1b[3" not in plain.getvalue()
    assert "\x1b" not in _summary(view_of("apply"))


@given(view=runs())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_nothing_unseen_reaches_the_terminal(view: MemoryView) -> None:
    """Whatever strangers wrote, what is printed is made of characters that can be seen."""
    text = _summary(view).replace("\n", "")

    assert text == clean(text)


def test_hostile_names_are_printed_as_text() -> None:
    """Neither the terminal's escapes nor the printing library's own markup are obeyed."""
    text = _summary(renamed_view("apply", HOSTILE))

    assert clean(HOSTILE) in text
    assert "[bold]x[/bold]" in text


def test_a_long_value_is_cut() -> None:
    """A document in the evidence is shown by its beginning."""
    view = view_of("audit")
    record = finding("s3-bucket-tls-only", "fail", "b")
    record["evidence"][0]["actual"] = {"Statement": ["x" * 5000]}
    view.finding_records = [record]

    assert max(map(len, _summary(view).splitlines())) < 300


def test_a_stream_of_another_encoding_gets_escapes() -> None:
    """What a terminal's encoding cannot hold is escaped, so that the summary is printed in any case."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    write_console(renamed_view("apply", "naïve"), stream)
    stream.flush()

    assert b"na\\xefve" in raw.getvalue()


def test_a_run_without_changes_has_no_list_of_them() -> None:
    """Counts of zero are no changes."""
    assert "Changes" not in _summary(view_of("audit")).splitlines()


def test_what_manages_a_resource_is_named() -> None:
    """A change that infrastructure code would undo says where it belongs."""
    view = view_of("plan")
    view.change_records[0]["managed_by"] = "CloudFormation stack shop"

    assert (
        "    managed by CloudFormation stack shop: change it there, AWS::DynamoDB::Table BillingMode: PAY_PER_REQUEST"
        in _summary(view).splitlines()
    )


def test_nothing_checked_is_said() -> None:
    """An empty run says that nothing was checked; it is no success."""
    assert "Nothing was checked" in _summary(empty_view()).splitlines()
