"""Functions for the tests: described as AWS describes them, measured as CloudWatch measures them.

Derived facts come from the plugin's own declarations, so that the tests see what a rule or an action would.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from trueup.change import Change, Refusal
from trueup.errors import UnknownFactError
from trueup.facts.schema import FactSchema
from trueup.facts.series import Series
from trueup.facts.snapshot import Snapshot
from trueup.plugins.awslambda.configuration import described
from trueup.plugins.awslambda.plugin import LambdaPlugin
from trueup.prices.book import PriceBook
from trueup.resource import Resource
from trueup.service.declarations import DerivedAspect, MetricsAspect, ResourceType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.facts.unknown import Unknown

NOW = datetime(2026, 11, 23, 10, 17, tzinfo=UTC)
END = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = 3600
ARN = "arn:aws:lambda:us-east-1:123456789012:function:resize"
PARAMETERS = {
    "set-memory-and-timeout": {"memory_mib": 1024, "timeout_seconds": 300, "without_insights": False},
    "reserve-concurrency": {"reserved": 20},
}
READ = {
    "aliases": [],
    "provisioned": [],
    "region_event_sources": [],
    "tags": {},
    "account_settings": {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 900}},
}


@dataclass(repr=False)
class Functions:
    """Builds functions of one resource type.

    Args:
        type: the plugin's declaration.
        schema: its facts.
    """

    type: ResourceType
    schema: FactSchema
    now: datetime = NOW
    end: datetime = END

    def described(self, *, memory: int = 3008, timeout: int = 900, reserved: int | None = None, **more: Any) -> Any:
        """Give the aspect of a function that GetFunction answers so."""
        configuration = {
            "FunctionName": "resize",
            "FunctionArn": ARN,
            "Runtime": "python3.13",
            "MemorySize": memory,
            "Timeout": timeout,
            "LastModified": "2026-09-01T08:00:00.000+0000",
            "RevisionId": "7bd9f7a4-7d4d-4b0b-8f5c-0d9bd2b4e3aa",
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "Environment": {"Variables": {"API_TOKEN": "not-to-be-shown"}},
            **more,
        }
        concurrency = {} if reserved is None else {"Concurrency": {"ReservedConcurrentExecutions": reserved}}
        return described({"Configuration": configuration, "Code": {"Location": "https://x"}, **concurrency})

    def series(self, value: float | Callable[[int], float | None] | None) -> Series:
        """Give 30 days of hours of one value, or of the values of a function of the hour; None is no point."""
        start = self.end - timedelta(days=30)
        begin, count = int(start.timestamp()), 0 if value is None else 720
        values = ((number, value(number) if callable(value) else value) for number in range(count))
        points = {begin + number * HOUR: float(each) for number, each in values if each is not None}
        return Series(start, self.end, HOUR, points)

    def measured(self, *, slowest: float = 6.0, peak: float | None = 410.0, memory: float = 3008, **more: Any) -> Any:
        """Give the series of a function that is invoked 60 times an hour.

        Args:
            slowest: the slowest invocation in seconds.
            peak: the memory peak; None is without Lambda Insights.
            memory: the memory that the function had.
            **more: other series by name (``throttles=1``, ``memory_used=…``).
        """
        values = {
            "metrics.invocations": 60.0,
            "metrics.errors": 0.0,
            "metrics.throttles": 0.0,
            "metrics.duration_p95": 900 * slowest,
            "metrics.duration_max": 1000 * slowest,
            "metrics.duration_total": 60 * 500 * slowest,
            "metrics.concurrency_peak": 4.0,
            "insights.memory_used": peak,
            "insights.memory_configured": None if peak is None else memory,
            "account_metrics.peak_unreserved": 90.0,
        }
        prefixes = {path.partition(".")[2]: path for path in values}
        values |= {prefixes[name]: value for name, value in more.items()}
        return {path: self.series(value) for path, value in values.items()}

    def snapshot(
        self,
        function: Mapping[str, Any] | None = None,
        series: Mapping[str, Series | Unknown] | None = None,
        **read: Any,
    ) -> Snapshot:
        """Give a function with every derived aspect, as the host derives them; the metrics' facts too."""
        resource = Resource("awslambda.function", ARN, "resize", "123456789012", "us-east-1")
        points = self.measured() if series is None else series
        known: dict[str, Any] = {"function": self.described() if function is None else function, **READ}
        known |= {"prices": PriceBook().prices("awslambda", "us-east-1"), **read}
        known = {name: self.schema.normalise(name, value) for name, value in known.items()}
        for name, declared in self.type.aspects.items():
            if isinstance(declared, MetricsAspect):
                known[name] = self._facts(declared, Snapshot(resource, dict(known), self.now), points)
            if isinstance(declared, DerivedAspect):
                known[name] = self._derive(declared, Snapshot(resource, dict(known), self.now, points))
        return Snapshot(resource, known, self.now, points)

    def change(self, action: str, snapshot: Snapshot, **parameters: Any) -> Change:
        """Give the change that an action plans; it must plan one."""
        found = self._asked(action, snapshot, parameters)
        assert isinstance(found, Change), found
        return found

    def refusal(self, action: str, snapshot: Snapshot, **parameters: Any) -> Refusal:
        """Give why an action plans nothing; it must not plan anything."""
        found = self._asked(action, snapshot, parameters)
        assert isinstance(found, Refusal), found
        return found

    def _asked(self, action: str, snapshot: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        return self.type.actions[action].plan(snapshot.frozen(), {**PARAMETERS[action], **parameters})

    def _facts(self, declared: MetricsAspect, snapshot: Snapshot, points: Mapping[str, Any]) -> dict[str, Any]:
        from trueup.aws.absence import reduce_series

        queries = declared.queries(snapshot)
        return {each.name: reduce_series(each, points[f"{declared.name}.{each.name}"]) for each in queries}

    def _derive(self, declared: DerivedAspect, snapshot: Snapshot) -> Any:
        try:
            return self.schema.normalise(declared.name, declared.derive(snapshot))
        except UnknownFactError as error:
            return error.unknown


@pytest.fixture(scope="session")
def functions() -> Functions:
    """The builder; it keeps nothing, so that all tests may share it."""
    schema = FactSchema.load(files("trueup.plugins.awslambda").joinpath("facts", "function.schema.json"))
    return Functions(LambdaPlugin().types[0], schema)
