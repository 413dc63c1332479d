"""A shop of queues whose applied changes are watched."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import Shop, fix, open_shop
from trueup.applying.options import ApplyOptions
from trueup.cli.exits import watch_code
from trueup.running.watch_run import WatchRun
from trueup.settings import PlanSettings, Settings
from trueup.testing.shapes import PerMinute
from trueup.watching.watch import WatchOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from trueup.running.watch_run import Watched
    from trueup.testing import SimulatedAws

_PERIOD = 300

SHALLOW = {"metrics.depth": {"maximum": 5}}


@dataclass
class Watcher:
    """Who applies fixes to queues and watches them.

    Args:
        shop: the operator and the account.
        run: the apply that is watched.
        settled: the begin of the five minutes in which it was done.
    """

    shop: Shop
    run: str = ""
    settled: datetime = field(init=False)

    def apply(self, *names: str, **changed: Any) -> None:
        """Make queues, and apply one fix to each."""
        self.apply_all(self.shop.rule(fix(**({"regression": SHALLOW} | changed))), *names)

    def apply_all(self, rules: str, *names: str) -> None:
        """Make queues, and apply the fixes of some rules to each."""
        clock = self.shop.aws.clock
        # a moment past a period's begin, so that every test has the same periods
        clock.advance(_PERIOD - clock.now().timestamp() % _PERIOD + 1)
        self.settled = clock.now() - timedelta(seconds=clock.now().timestamp() % _PERIOD)
        self.shop.settings = Settings(plan=PlanSettings(max_share=1))
        self.shop.options = ApplyOptions(allow=("disruptive",), allow_irreversible=True, accept_unobserved=True)
        self.shop.queues(*names)
        plan = self.shop.plan(rules).plan
        assert plan is not None
        self.run = self.shop.apply(plan)
        assert set(self.shop.statuses(self.run).values()) == {"applied"}, self.shop.reasons(self.run)
        self.shop.aws.calls.clear()

    def depth(self, queue: str, at: Callable[[float], float | None]) -> None:
        """Give the depth of a queue by the minutes since the fix was applied, before it too."""
        settled = self.settled.timestamp()
        shape = PerMinute(lambda second: at((second - settled) / 60))
        self.shop.aws.metrics.put("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue}, shape)

    def watch(self, **options: Any) -> Watched:
        """Watch the apply; by default for two hours, rolling back."""
        given: dict[str, Any] = {"lasting": timedelta(hours=2), "yes": True} | options
        asked = WatchOptions(**given)
        return WatchRun(self.shop.account(), self.shop.journal.runs.get(self.run), asked, self.shop.said.append).go()

    def states(self, watched: Watched) -> list[str]:
        """Give how the changes came out."""
        return [str(state) for state in watched.states]

    def code(self, watched: Watched) -> int:
        """Give what the command line would end with."""
        return watch_code(watched.states, watched.status)

    def names(self) -> list[str]:
        """Give the attributes that the apply set, in the order of its changes."""
        return [str(next(iter(record.change.after))).partition(".")[2] for record in self.shop.changes(self.run)]

    def minutes(self) -> float:
        """Give how long ago the fix was applied."""
        return (self.shop.clock.now() - self.settled).total_seconds() / 60


@pytest.fixture
def watcher(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher]:
    """A watcher of an account without queues."""
    for shop in open_shop(simulated_aws, tmp_path / "site", monkeypatch, tmp_path / "state.db"):
        yield Watcher(shop)
