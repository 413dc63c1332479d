"""How many pages of metrics an audit of a whole estate asks CloudWatch for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from trueup.canonical import canonical
from trueup.clock import clock_from_environment
from trueup.hosting.host import Host
from trueup.journal.journal import Journal
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection
from trueup.running.account import Account, Target
from trueup.running.audit_run import Auditor
from trueup.settings import Settings
from trueup.testing.estates import BEFORE, build_estate

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from trueup.testing import SimulatedAws

HOUR = 3600
LOOK_BACK = timedelta(days=30)
# 720 points of a series, 100,800 of a page. Source: CloudWatch GetMetricData.
SERIES_A_PAGE = 140


def test_hourly_metrics_of_a_look_back_fill_their_pages(
    simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each plugin of the demo's estate needs at most one page more than its series fill; and asks once for each."""
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    simulated_aws.reset(start=datetime.now(UTC) - BEFORE)
    build_estate(simulated_aws)
    host, clock = Host(), clock_from_environment()
    journal = Journal.open(tmp_path / "state.db", clock)
    measured: dict[str, int] = {}
    with journal.store:
        ruleset = load_rules(host.rule_sources(), host.fact_schemas())
        for service in sorted({rule.resource.partition(".")[0] for rule in ruleset.rules.values()}):
            selection = Selection(services=(service,))
            bound = {each.id: each.bind({}) for each in selection.select(ruleset)}
            account = Account(Target(), journal.runs.new_id(), host, journal, clock, Settings())
            auditor = Auditor(account, bound, selection)
            simulated_aws.calls.clear()
            auditor.go()
            pages, series = _asked(simulated_aws)
            assert pages <= ceil(len(series) / SERIES_A_PAGE) + 1, (service, pages, len(series))
            assert {1} >= set(series.values()), service
            measured[service] = len(series)
    assert min(measured[service] for service in ("awslambda", "dynamodb")) > 0, measured


def _asked(aws: SimulatedAws) -> tuple[int, Counter[str]]:
    """Give the pages of hourly series over the look-back, and how often each of these was asked for."""
    pages, series = 0, Counter[str]()
    for call in aws.calls:
        if call.name != "cloudwatch:GetMetricData":
            continue
        stats = [each["MetricStat"] for each in call.parameters["MetricDataQueries"]]
        hourly = [each for each in stats if each["Period"] == HOUR]
        if hourly and _span(call.parameters) == LOOK_BACK:
            pages += 1
            if not call.parameters.get("NextToken"):
                series.update(canonical(each) for each in hourly)
    return pages, series


def _span(parameters: object) -> timedelta:
    assert isinstance(parameters, dict)
    start, end = (parameters[name] for name in ("StartTime", "EndTime"))
    return _moment(end) - _moment(start)


def _moment(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
