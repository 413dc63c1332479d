"""Tests of the use of nodes: the worst one decides, and its size says which metric tells."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown


def test_the_worst_node_decides(groups: Any) -> None:
    """A busy replica and a full one are found among nine idle nodes; an average would hide both."""
    made = groups.measured(groups.made())
    groups.measured(made, only="carts-0003-002", engine_cpu=lambda hour: 61.0 if hour == 400 else 2.0)
    groups.measured(made, only="carts-0005-001", memory_bytes=1.5e10)
    found = groups.snapshot(made)["utilization"]
    assert (61.0, "carts-0003-002", "carts-0005-001") == (found["peak_cpu"], found["cpu_node"], found["memory_node"])
    assert 70.77 == pytest.approx(found["peak_memory"], abs=0.01)


@pytest.mark.parametrize(
    ("node", "cpu"), [("cache.t4g.medium", 8.0), ("cache.r6g.large", 8.0), ("cache.r6g.xlarge", 12.0)]
)
def test_the_metric_of_cpu_goes_by_the_number_of_vcpus(groups: Any, node: str, cpu: float) -> None:
    """Up to two vCPUs the host's 4 % are 8 % of a core; above, the engine tells itself."""
    snapshot = groups.idle(node=node, use={"engine_cpu": 12.0, "host_cpu": 4.0, "memory_bytes": 1e8})
    assert cpu == snapshot["utilization.peak_cpu"] == snapshot["health.cpu"]


def test_evictions_of_all_nodes_are_added_up(groups: Any) -> None:
    """A single evicted key anywhere is one too many."""
    made = groups.measured(groups.made())
    groups.measured(made, only="carts-0002-001", evictions=lambda hour: 3.0 if hour == 9 else 0.0)
    snapshot = groups.snapshot(made)
    assert (3.0, 3.0) == (snapshot["utilization.evictions"], snapshot["health.evictions"])


def test_the_load_of_a_shard_is_that_of_its_busiest_node(groups: Any) -> None:
    """Per shard: the engine in percent of a core, the host in cores, the data in bytes."""
    made = groups.measured(groups.made(shards=2))
    groups.measured(made, only="carts-0002-002", host_cpu=50.0, engine_cpu=20.0)
    first, second = groups.snapshot(made)["sizing.shards"]
    assert ("0001", 8.0, 0.16, 2e9) == tuple(
        first[name] for name in ("id", "engine_percent", "host_cores", "memory_bytes")
    )
    assert ("0002", 20.0, 2.0) == (second["id"], second["engine_percent"], second["host_cores"])


@pytest.mark.parametrize(
    ("fact", "path"), [("engine_cpu", "cpu"), ("memory_percent", "memory"), ("evictions", "evictions")]
)
def test_a_node_without_data_is_unknown_and_not_idle(groups: Any, fact: str, path: str) -> None:
    """Silence is no health: the peak that leaves a node out is none, and the others are known all the same."""
    made = groups.measured(groups.made())
    groups.measured(made, only="carts-0004-002", **{fact: None})
    health = groups.snapshot(made)["health"]
    unknown = [name for name, value in health.items() if isinstance(value, Unknown)]
    assert [path] == unknown
    assert Reason.NO_DATA == health[path].reason
    assert "carts-0004-002" in health[path].detail
