"""What a report is made from: one run, in the shapes of the JSON report.

A protocol, so that renderers depend on these shapes alone and never on how the store keeps them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RunView"]


class RunView(Protocol):
    """One run, read from the store; every mapping is JSON-shaped as in ``trueup.report/1``."""

    def run(self) -> dict[str, Any]:
        """Give ``run``: id, kind, started_at, finished_at, tool_version, selection, status, and what it came from."""

    def summary(self) -> dict[str, Any]:
        """Give ``summary``: counts by verdict, ``changes`` counts by status, ``savings_monthly``."""

    def costs(self) -> dict[str, Any]:
        """Give ``costs``: what the resources cost and what the changes save, a month, by service and in all."""

    def exemptions(self) -> dict[str, list[dict[str, Any]]]:
        """Give ``exemptions``: those ``used``, ``unused``, ``expired`` and ``undecided``; empty for a run without."""

    def history(self) -> dict[str, Any]:
        """Give ``history``: ``compared_with``, ``counts``, ``baseline`` and ``trend``; what was fixed is ``fixed``."""

    def fixed(self) -> Iterator[dict[str, Any]]:
        """Yield ``history.fixed``: what failed in the run compared with and does not any more, by rule and ARN."""

    def scopes(self) -> list[dict[str, Any]]:
        """Give ``scopes``: account, region, complete, calls, errors."""

    def calls(self) -> dict[str, Any]:
        """Give ``calls``: the calls of all scopes, how often AWS said "too fast", and what took longest."""

    def rules(self) -> dict[str, Any]:
        """Give ``rules``: id to title, severity, category, resource, rationale, references, compliance, parameters."""

    def findings(self) -> Iterator[dict[str, Any]]:
        """Yield ``findings``, sorted by severity, rule and ARN; never all in memory."""

    def changes(self) -> Iterator[dict[str, Any]]:
        """Yield ``changes`` in the order of the plan."""
