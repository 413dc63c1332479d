"""Targets are floors: where only part of the way to one fits, that part is planned, applied, verified and undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.plugins.elasticache.estate import GROUPS, build

_CARTS, _, _LEADERBOARD, _ = GROUPS

# 45 % of the memory of five shards is 75 % of that of three and 56 % of that of four.
_FULL = replace(_CARTS, memory_bytes=0.45 * _CARTS.usable_bytes)

# Six nodes at 24 % of their one core that counts are two at 72 % and three at 48 %.
_READ = replace(_LEADERBOARD, host_percent=(1, 12), made={**_LEADERBOARD.made, "NumCacheClusters": 6})


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with a full group and a much read one, who allows what their fixes need."""
    operator.options = ApplyOptions(allow=("disruptive",), allow_irreversible=True)
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws, (_FULL, _READ))
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    return operator


@pytest.mark.parametrize(
    ("rule", "group", "path", "way"),
    [
        ("elasticache-repl-grp-right-sized", "carts", "capacity.shards", (5, 4)),
        ("elasticache-repl-grp-replicas-right-sized", "leaderboard", "capacity.replicas", (5, 2)),
    ],
)
def test_the_part_of_the_way_that_fits_is_gone(
    estate: Any, rule: str, group: str, path: str, way: tuple[int, int]
) -> None:
    """Verified by the load of before; the next part waits for a look-back of its own; a rollback brings all back."""
    arn = f"arn:aws:elasticache:us-east-1:123456789012:replicationgroup:{group}"
    plan = estate.plan(rule, arn).plan
    (change,) = plan.changes()
    before, after = way
    assert ({path: before}, {path: after}) == (change.before, change.after)
    run = estate.apply(plan)
    assert [("applied", None)] == [(str(each.status), each.reason) for each in estate.changes(run)]
    assert {path: after} == estate.facts(change.resource, path)
    again = estate.plan(rule, arn)
    assert (None, ["skipped"]) == (again.plan, [str(each.status) for each in estate.changes(again.run)])
    estate.rollback(run)
    assert ["rolled_back"] == [str(each.status) for each in estate.changes(run)]
    assert {path: before} == estate.facts(change.resource, path)
