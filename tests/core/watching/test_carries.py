"""What the undo of a change carries stands in the plan, and names a fact that says how much it has to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import fix

if TYPE_CHECKING:
    from tests.core.watching.conftest import Watcher


def test_it_stands_in_the_plan_and_not_in_the_undo(watcher: Watcher) -> None:
    """Reviewed with the rest; the way back has no way back of its own."""
    watcher.shop.queues("a")
    (change,) = watcher.shop.planned(fix(carries={"metrics.depth": 12})).changes()
    assert {"metrics.depth": 12} == change.undo_carries
    assert {} == change.inverse().undo_carries


@pytest.mark.parametrize(
    ("carries", "said"),
    [
        ({"attributes.DelaySeconds": 1}, "expected an observed fact, found attributes.DelaySeconds"),
        ({"metrics.dept": 1}, "'metrics.dept' names no fact of sqs.queue; did you mean 'metrics.depth'"),
        ({"metrics.": 1}, "undo_carries: "),
        ({"metrics.depth": -1}, "expected amounts of at least 0 by fact path as undo_carries"),
        ({"metrics.depth": "much"}, "expected amounts of at least 0 by fact path as undo_carries"),
    ],
)
def test_what_is_no_load_is_a_broken_action(watcher: Watcher, carries: dict[str, Any], said: str) -> None:
    """Found when it is planned, not at night when the watch needs it."""
    watcher.shop.queues("a")
    planned = watcher.shop.plan(watcher.shop.rule(fix(carries=carries)))
    assert planned.plan is None
    (finding,) = watcher.shop.findings(planned.run)
    assert said in finding["fix"]["reason"]
