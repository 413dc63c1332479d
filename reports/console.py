"""The console summary: what a person has to know at the end of a command, worst first.

Lines, not tables: at 80 columns a table breaks an ARN in two, and an ARN is what people copy. Long names run on
past the edge, as the terminal wraps them; nothing is said by colour alone, and without a terminal there is none.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from trueup.display import clean
from trueup.exemptions.warnings import meant
from trueup.reports import wording
from trueup.reports.calls import throttle_line
from trueup.reports.costs import cost_columns, cost_notes, cost_rows, has_costs
from trueup.reports.history import baseline_line, fixed_words, history_line, marks
from trueup.reports.tally import SEVERITIES, Gap, Tally, rule_facts, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trueup.journal.view import RunView

__all__ = ["write_console"]

# A screen's worth: who wants all of them asks for a format that has them all.
_MOST_FAILURES = 20
_MOST_CHANGES = 50
_MOST_GAPS = 15
_MOST_FIXED = 10

# A policy document is a fact too; its beginning tells which.
_LONGEST_VALUE = 200

_SEVERITY_WIDTH = max(map(len, SEVERITIES)) + 1
_SEVERITY_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow"}
_STATUS_STYLES = {"applied": "green", "failed": "bold red", "indeterminate": "bold red", "planned": "cyan"}
_VERDICT_STYLES = {"fail": "bold red", "unknown": "yellow", "exempt": "magenta", "pass": "green"}


def write_console(view: RunView, stream: TextIO, closing: Sequence[str] = ()) -> None:
    """Write the run for a person.

    Args:
        view: the run.
        stream: where to; colours only when it is a terminal that has them and ``NO_COLOR`` is not set.
        closing: last lines, printed as given.
    """
    page = _Page(stream)
    run, summary = view.run(), view.summary()
    page.line((f"{run['kind']} {run['id']}", "dim"))
    page.line((wording.headline(run, summary), "bold"))
    lead = wording.lead(run, summary)
    if lead:
        page.prose(lead)
    _counts(page, summary)
    history = view.history()
    _since(page, history)
    everything = f"trueup report {run['id']} --format json"
    if any(summary["changes"].values()):
        _changes(page, view.changes(), sum(summary["changes"].values()), everything)
    _costs(page, run, view.costs())
    counts = tally(view)
    _findings(page, view, counts, "fail", everything, history)
    _fixed(page, view, history, everything)
    _unknowns(page, counts.gaps)
    _unread(page, view.scopes(), everything)
    _findings(page, view, counts, "exempt", everything, history)
    _exemptions(page, view.exemptions(), everything)
    again = throttle_line(view.calls())
    if again:
        page.line("")
        page.prose(again)
    if closing:
        page.line("")
        for line in closing:
            page.line(line)


class _Page:
    """A stream that is written line by line, each line cleaned, none of them read as markup."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._wraps = self._console.is_terminal
        self._encoding = getattr(stream, "encoding", None) or "utf-8"

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Write one line that is never broken: parts of text, each plain or with its style."""
        self._console.print(self._text(parts), soft_wrap=True)

    def prose(self, text: str, indent: int = 0) -> None:
        """Write a sentence, wrapped to the terminal's width."""
        line = self._text((text,))
        if self._wraps:
            self._console.print(Padding(line, (0, 0, 0, indent), expand=False))
        else:
            self._console.print(Text(" " * indent) + line, soft_wrap=True)

    def heading(self, text: str) -> None:
        """Write a heading after a blank line."""
        self.line("")
        self.line((text, "bold"))

    def _text(self, parts: Iterable[str | tuple[str, str]]) -> Text:
        text = Text()
        for part in parts:
            words, style = (part, "") if isinstance(part, str) else part
            text.append(clean(words).encode(self._encoding, "backslashreplace").decode(self._encoding), style=style)
        return text


def _counts(page: _Page, summary: Mapping[str, Any]) -> None:
    page.line("")
    parts: list[str | tuple[str, str]] = []
    for verdict, word in wording.VERDICTS.items():
        style = _VERDICT_STYLES.get(verdict, "") if summary[verdict] else ""
        parts += ["   " if parts else "  ", (f"{summary[verdict]:,} {word}", style)]
    page.line(*parts)
    savings = summary["savings_monthly"]
    if savings:
        page.line(f"  likely saving: {wording.savings_line(savings)}")
    left_out = summary.get("left_out")
    if left_out:
        page.line(f"  {wording.left_out_line(left_out)}")


def _changes(page: _Page, changes: Iterator[dict[str, Any]], total: int, everything: str) -> None:
    page.heading("Changes")
    for change in itertools.islice(changes, _MOST_CHANGES):
        status, resource = change["status"], change["resource"]
        page.line(
            "  ",
            (f"{wording.status_word(status):<14}", _STATUS_STYLES.get(status, "yellow")),
            (resource["id"] or resource["type"], "bold"),
            f"  {change['summary']}",
        )
        page.line(f"    {resource['arn']}")
        facts = [
            change["risk"],
            {"yes": "reversible", "partly": "partly reversible"}.get(change["reversible"], "irreversible"),
        ]
        if change["savings_monthly"]:
            facts.append(f"saves {wording.savings_line(change['savings_monthly'])}")
        page.line(f"    {change['rule']}: {', '.join(facts)}")
        if change.get("managed_by"):
            page.line(f"    managed by {change['managed_by']}: change it there, {change['code']}")
        if change["reason"]:
            page.prose(change["reason"], indent=4)
    _more(page, total - _MOST_CHANGES, everything)


def _costs(page: _Page, run: Mapping[str, Any], costs: Mapping[str, Any]) -> None:
    if not has_costs(costs):
        return
    page.heading(f"Costs a month{', in ' + costs['currency'] if costs['currency'] else ''}")
    rows = [("", *cost_columns(run, costs)), *((row.name, *row.cells) for row in cost_rows(run, costs))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        page.line((f"  {'   '.join(cells)}".rstrip(), "" if number else "dim"))
    for note in cost_notes(run, costs):
        page.line(f"  {note}")


def _since(page: _Page, history: Mapping[str, Any]) -> None:
    """Say what came and went since the audit before, and against the baseline."""
    for line in (history_line(history), baseline_line(history)):
        if line:
            page.line(f"  {line}")


def _fixed(page: _Page, view: RunView, history: Mapping[str, Any], everything: str) -> None:
    number = history["counts"]["fixed"] if history["counts"] else 0
    if not number:
        return
    page.heading("Fixed")
    for each in itertools.islice(view.fixed(), _MOST_FIXED):
        page.line("  ", (each["rule"], "bold"), f"  {fixed_words(each)}")
        page.line(f"    {each['arn'] or each['type']}")
    _more(page, number - _MOST_FIXED, everything)


def _findings(
    page: _Page, view: RunView, counts: Tally, verdict: str, everything: str, history: Mapping[str, Any]
) -> None:
    """List failures, or failures that are exempt, by rule."""
    chosen = (finding for finding in view.findings() if finding["verdict"] == verdict)
    shown = list(itertools.islice(chosen, _MOST_FAILURES))
    if not shown:
        return
    page.heading("Failing, worst first" if verdict == "fail" else "Exempt, and left alone")
    rules = view.rules()
    for rule_id, findings in itertools.groupby(shown, key=lambda finding: finding["rule"]):
        rule, of_rule = rule_facts(rules, rule_id), counts.rules[rule_id]
        severity = rule["severity"]
        judged = of_rule.total() - of_rule["not_applicable"]
        style = _SEVERITY_STYLES.get(severity, "")
        page.line("  ", (f"{severity:<{_SEVERITY_WIDTH}}", style), (rule["title"], "bold"))
        numbers = f"{of_rule[verdict]:,} of {judged:,} {wording.VERDICTS[verdict]}"
        page.line((f"  {'':{_SEVERITY_WIDTH}}{rule_id}, {numbers}", "dim"))
        for finding in findings:
            _finding(page, finding, history)
    _more(page, counts.total(verdict) - len(shown), everything)


def _finding(page: _Page, finding: Mapping[str, Any], history: Mapping[str, Any]) -> None:
    marked = ", ".join(marks(finding, history))
    page.line(f"    {finding['resource']['arn'] or finding['resource']['type']}", (marked and f"  {marked}", "bold"))
    for leaf in finding["evidence"]:
        if leaf["holds"] is False:
            expected = wording.expected(leaf["expected"])
            page.line((f"      {leaf['path']} is {_short(leaf)}, expected {expected}", "dim"))
    # of a failure without an exemption, the evidence is the reason
    if finding["reason"] and (finding["verdict"] != "fail" or finding.get("exemption") or finding["missing_action"]):
        page.prose(finding["reason"], indent=6)


def _exemptions(page: _Page, exemptions: Mapping[str, Sequence[Mapping[str, Any]]], everything: str) -> None:
    """List the exemptions that somebody has to look after."""
    stale = [
        *(("expired", each) for each in exemptions["expired"]),
        *(("unused", each) for each in exemptions["unused"]),
    ]
    if not stale:
        return
    page.heading("Exemptions to renew or remove")
    for state, each in stale[:_MOST_GAPS]:
        page.line("  ", (f"{state:<9}", "yellow"), f"{each['file']}:{each['line']}  {each['rule']}  {meant(each)}")
        page.line((f"    expires {each['expires']}, owner {each['owner']}", "dim"))
    _more(page, len(stale) - _MOST_GAPS, everything)


def _short(leaf: Mapping[str, Any]) -> str:
    text = wording.value(leaf["actual"])
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _unknowns(page: _Page, gaps: Sequence[Gap]) -> None:
    if not gaps:
        return
    page.heading("Unknown, by what stands in the way")
    for gap in gaps[:_MOST_GAPS]:
        page.line("  ", (f"allow {gap.missing_action}" if gap.missing_action else gap.cause, "bold"), f"  {_cost(gap)}")
    if len(gaps) > _MOST_GAPS:
        page.line(f"  and {wording.counted(len(gaps) - _MOST_GAPS, 'more reason')}")


def _unread(page: _Page, scopes: Iterable[Mapping[str, Any]], everything: str) -> None:
    """Name the accounts and Regions of which nothing could be read: nobody may take them for audited."""
    unread = [scope for scope in scopes if scope.get("unread")]
    if not unread:
        return
    page.heading("Not read at all")
    for scope in unread[:_MOST_GAPS]:
        where = "every Region" if scope["region"] == "*" else scope["region"]
        page.line("  ", (f"{scope['account']} {where}", "bold"), f"  {scope['unread']}")
    _more(page, len(unread) - _MOST_GAPS, everything)


def _cost(gap: Gap) -> str:
    types = ", ".join(sorted(gap.resource_types))
    costs = [f"{wording.counted(gap.resources, 'resource')} of {types}"] if gap.resources else []
    if gap.unlisted:
        costs.append(f"{types} could not be listed to the end")
    return "; ".join(costs)


def _more(page: _Page, number: int, everything: str) -> None:
    if number > 0:
        page.line(f"  … and {number:,} more: {everything}")
