"""The HTML report: one file that needs no network, no server and no script to be read.

Findings are read once for each list that they stand in and written as they are read, so that a hundred thousand of
them need no more memory than a thousand; beyond a thousand they are packed (``large.py``). Every value passes through
``clean`` and autoescape on its way out, in one place, so that no template can forget it; the Content-Security-Policy
allows the page's own style and script by their hashes and nothing else.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import itertools
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TextIO

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from trueup.display import clean
from trueup.exemptions.warnings import meant
from trueup.reports import wording
from trueup.reports.calls import calls_line, seconds
from trueup.reports.costs import cost_columns, cost_line, cost_notes, cost_rows, has_costs
from trueup.reports.difference import differences, document_lines
from trueup.reports.html.charts import CHARTED, bars
from trueup.reports.html.history import history_context, history_globals
from trueup.reports.html.large import MOST_WHOLE, Sample, all_packed
from trueup.reports.html.links import is_link
from trueup.reports.tally import SEVERITIES, Tally, rule_facts, tally

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trueup.journal.view import RunView

__all__ = ["write_html"]

# Characters of output joined before they are written: a call of write for each piece would cost more than the rest.
_BUFFERED = 16_384

# The script of a page whose findings are all markup, and that of one whose findings are packed.
_SCRIPTS = {False: ("report.js",), True: ("data.js", "rows.js", "explorer.js")}

# Bars beyond this many services say less than the filter does.
_MOST_SERVICES = 12


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """The findings of one rule that have one verdict.

    Args:
        id: the rule's id.
        rule: what the report says of the rule.
        counts: verdict to count over all of the rule's findings.
        findings: the findings, to be read once.
        unlisted: how many more of them there are.
    """

    id: str
    rule: Mapping[str, Any]
    counts: Counter[str]
    findings: Iterator[dict[str, Any]]
    unlisted: int = 0


def write_html(view: RunView, stream: TextIO, closing: Sequence[str] = (), *, most_whole: int = MOST_WHOLE) -> None:
    """Write the run as one self-contained page.

    Args:
        view: the run; its findings are read once to be counted, and once for each verdict or once to be packed.
        stream: where to; a stream that is not UTF-8 gets character references for what it cannot hold.
        closing: what to do next, shown as given.
        most_whole: with more findings than this the page is a large one (``large.py``).
    """
    page = _environment().get_template("report.html.j2").generate(_context(view, closing, most_whole))
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.writelines(piece.encode(encoding, "xmlcharrefreplace").decode(encoding) for piece in _joined(page))


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    waiting, length = [], 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= _BUFFERED:
            yield "".join(waiting)
            waiting, length = [], 0
    yield "".join(waiting)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        finalize=_visible,
        keep_trailing_newline=True,
        loader=FunctionLoader(_resource),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update(
        amount=wording.amount,
        calls_line=calls_line,
        cost_line=cost_line,
        counted=wording.counted,
        differences=differences,
        document_lines=document_lines,
        duration=wording.duration,
        meant=meant,
        expected=wording.expected,
        **history_globals(),
        is_link=is_link,
        left_out_line=wording.left_out_line,
        moment=wording.moment,
        savings_line=wording.savings_line,
        seconds=seconds,
        status_word=wording.status_word,
        value=wording.value,
    )
    return environment


def _context(view: RunView, closing: Sequence[str], most_whole: int) -> dict[str, Any]:
    run, summary, costs, sample = view.run(), view.summary(), view.costs(), Sample()
    counts = tally(view, sample.add)
    total = sum(map(counts.total, wording.VERDICTS))
    large = total > most_whole
    style = Markup(_resource("report.css"))  # noqa: S704 - the package's own
    script = Markup("".join(map(_resource, _SCRIPTS[large])))  # noqa: S704 - the package's own
    by_failures = sorted(counts.services, key=lambda name: (-counts.services[name]["fail"], name))
    return {
        "calls": view.calls(),
        "attention": [change_status for change_status in wording.ATTENTION if summary["changes"].get(change_status)],
        "change_total": sum(summary["changes"].values()),
        "changes": lambda attention: _changes(view, attention=attention),
        "charted": CHARTED,
        "charts": [
            ("severity", "Verdicts by severity", bars(counts.severities, SEVERITIES)),
            ("service", "Verdicts by service", bars(counts.services, by_failures[:_MOST_SERVICES])),
        ],
        "closing": closing,
        "costs": costs,
        "cost_columns": cost_columns(run, costs),
        "cost_notes": cost_notes(run, costs),
        "cost_rows": cost_rows(run, costs) if has_costs(costs) else [],
        "exemptions": (exemptions := view.exemptions()),
        "exemption_total": sum(map(len, exemptions.values())),
        **history_context(view),
        "finding_total": total,
        "groups": (lambda verdict: _sampled(view, verdict, counts, sample))
        if large
        else (lambda verdict: _groups(view, verdict, counts)),
        "headline": wording.headline(run, summary),
        "lead": wording.lead(run, summary),
        "packed": (lambda: all_packed(view, counts)) if large else None,
        "policy": _policy(style, script),
        "rule_facts": lambda rule_id: rule_facts(view.rules(), rule_id),
        "run": run,
        "scopes": view.scopes(),
        "script": script,
        "severities": [name for name in SEVERITIES if name in counts.severities],
        "statement": _statement(counts),
        "style": style,
        "summary": summary,
        "tally": counts,
        "verdicts": wording.VERDICTS,
    }


def _groups(view: RunView, verdict: str, counts: Tally) -> Iterator[RuleGroup]:
    rules = view.rules()
    chosen = (finding for finding in view.findings() if finding["verdict"] == verdict)
    for rule_id, findings in itertools.groupby(chosen, key=lambda finding: finding["rule"]):
        yield RuleGroup(str(rule_id), rule_facts(rules, rule_id), counts.rules[rule_id], findings)


def _sampled(view: RunView, verdict: str, counts: Tally, sample: Sample) -> Iterator[RuleGroup]:
    rules = view.rules()
    for rule_id, of_rule in counts.rules.items():
        if of_rule[verdict]:
            first = sample.of(verdict, rule_id)
            unlisted = of_rule[verdict] - len(first)
            yield RuleGroup(rule_id, rule_facts(rules, rule_id), of_rule, iter(first), unlisted)


def _changes(view: RunView, *, attention: bool) -> Iterable[dict[str, Any]]:
    return (change for change in view.changes() if (change["status"] in wording.ATTENTION) is attention)


def _statement(counts: Tally) -> dict[str, Any] | None:
    """Give the policy statement that grants what was missing, to be pasted into the role's policy."""
    actions = sorted(gap.missing_action for gap in counts.gaps if gap.missing_action)
    return {"Effect": "Allow", "Action": actions, "Resource": "*"} if actions else None


def _policy(style: str, script: str) -> str:
    """Give the page's Content-Security-Policy: nothing but the two inline parts, known by their hashes."""
    style_hash, script_hash = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _visible(output: object) -> object:
    """Make what a template writes safe to show; markup is the templates' own and stays."""
    return clean(output) if isinstance(output, str) and not isinstance(output, Markup) else output


def _resource(name: str) -> str:
    return files("trueup.reports.html").joinpath(name).read_text(encoding="utf-8")
