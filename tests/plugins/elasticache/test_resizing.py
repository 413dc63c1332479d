"""Tests of the resize: what it sends, how it is undone, when it is left, and that its end state passes the rule."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.change import Change, Reversible, Risk
from trueup.facts.schema import FactSchema
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Verdict
from trueup.ruleset.load import load_rules
from trueup.ruleset.source import RuleSource

BOTH = {"ReplicationGroupId": "carts", "ApplyImmediately": True}


@cache
def rule() -> Any:
    """Give the rule that asks for the resize."""
    schema = FactSchema.load(files("trueup.plugins.elasticache").joinpath("facts", "replication_group.schema.json"))
    source = RuleSource("elasticache", "trueup", files("trueup.rules.elasticache"))
    return load_rules([source], {schema.type: schema}).rules["elasticache-repl-grp-right-sized"].bind()


def test_shards_go_first_and_come_back_last(groups: Any) -> None:
    """Two steps, each with its effect; the undo of the shards names none."""
    change = groups.change("resize", groups.idle())
    shards, nodes = change.steps
    assert {**BOTH, "NodeGroupCount": 3, "NodeGroupsToRemove": ["0004", "0005"]} == shards.call.parameters
    assert [{**BOTH, "NodeGroupCount": 5}] == [call.parameters for call in shards.undo]
    assert {**BOTH, "CacheNodeType": "cache.r6g.large"} == nodes.call.parameters
    assert [{**BOTH, "CacheNodeType": "cache.r6g.xlarge"}] == [call.parameters for call in nodes.undo]
    assert [{"capacity.shards": 3}, {"capacity.node_type": "cache.r6g.large"}] == [
        dict(step.effect) for step in change.steps
    ]


def test_what_does_not_come_back_is_said(groups: Any) -> None:
    """New ids for shards; evicted keys for nodes alone; both disrupt and say that they apply at once."""
    both, nodes = (groups.change("resize", groups.idle(shards=each)) for each in (5, 2))
    assert [Reversible.PARTLY, Reversible.YES] == [each.reversible for each in (both, nodes)]
    assert "ids" in both.reversible_reason
    assert "evicted" in nodes.reversible_reason
    for change in (both, nodes):
        assert Risk.DISRUPTIVE is change.risk
        assert "ApplyImmediately" in change.risk_reason
    assert "AWS::ElastiCache::ReplicationGroup CacheNodeType: cache.r6g.large, NumNodeGroups: 3" == both.code


def test_shard_ids_with_gaps_are_read(groups: Any) -> None:
    """The ids are those that the group has, whatever their numbers, and those with the least data go."""
    made = groups.made(shards=4)
    for shard, name in zip(made.group["NodeGroups"], ("0002", "0007", "0009", "orders"), strict=True):
        shard["NodeGroupId"] = name
    groups.measured(made)
    groups.measured(made, only="carts-0002", memory_bytes=1e9)
    change = groups.change("resize", groups.snapshot(made))
    assert ["0007"] == change.steps[0].call.parameters["NodeGroupsToRemove"]


def test_the_reserve_of_the_parameter_group_counts(groups: Any) -> None:
    """With half of the memory kept back the same data needs the shards, and the nodes become smaller alone."""
    made = groups.measured(groups.made(), memory_bytes=2.5e9)
    assert "3 x cache.r6g.large" in groups.change("resize", groups.snapshot(made)).summary
    made.aspects["parameters"]["reserved_memory_percent"] = 50.0
    assert "4 x cache.r6g.large" not in groups.change("resize", groups.snapshot(made)).summary


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda made: made.group.update(
                GlobalReplicationGroupInfo={
                    "GlobalReplicationGroupId": "ldgnf-all",
                    "GlobalReplicationGroupMemberRole": "primary",
                }
            ),
            "global datastore ldgnf-all",
        ),
        (lambda made: made.group.update(MemberClustersOutpostArns=["arn:aws:outposts:x"]), "Outpost"),
        (lambda made: made.group.update(DataTiering="enabled"), "data tiering"),
        (lambda made: made.group.update(ClusterMode="compatible"), "finish that first"),
        (lambda made: made.aspects["parameters"].update(reserved_memory_bytes=1e9), "reserved-memory-percent"),
        (lambda made: made.nodes[0].update(EngineVersion="5.0.4"), "5.0.4"),
        (
            lambda made: made.aspects["autoscaling"]["targets"].append(
                {
                    "ScalableDimension": "elasticache:replication-group:NodeGroups",
                    "MinCapacity": 5,
                    "MaxCapacity": 9,
                }
            ),
            "5 to 9",
        ),
    ],
)
def test_what_others_decide_on_is_left(groups: Any, change: Any, words: str) -> None:
    """Each is refused with its reason, and is no pass."""
    made = groups.measured(groups.made())
    change(made)
    refusal = groups.refusal("resize", groups.snapshot(made))
    assert words in refusal.reason
    assert refusal.passes is False


def test_replicas_that_scale_automatically_do_not_matter(groups: Any) -> None:
    """The shards and nodes are nobody else's then."""
    made = groups.measured(groups.made())
    target = {"ScalableDimension": "elasticache:replication-group:Replicas", "MinCapacity": 1, "MaxCapacity": 5}
    made.aspects["autoscaling"]["targets"].append(target)
    assert groups.change("resize", groups.snapshot(made)).steps


def test_only_node_types_that_aws_allows_are_chosen(groups: Any) -> None:
    """Without one nothing smaller fits a single shard; of five, some go all the same."""
    one, five = (groups.measured(groups.made(shards=each)) for each in (1, 5))
    for made in (one, five):
        made.aspects["allowed_types"]["down"] = ["cache.r9z.large"]
    refusal = groups.refusal("resize", groups.snapshot(one))
    assert refusal.passes
    assert "nothing smaller" in refusal.reason
    change = groups.change("resize", groups.snapshot(five))
    assert "3 x cache.r6g.xlarge" in change.summary
    assert ["ModifyReplicationGroupShardConfiguration"] == [step.call.operation for step in change.steps]


def test_a_group_without_cluster_mode_keeps_its_one_shard(groups: Any) -> None:
    """Only the node type changes."""
    change = groups.change("resize", groups.idle(cluster_mode=False, shards=1))
    assert ["ModifyReplicationGroup"] == [step.call.operation for step in change.steps]
    assert Reversible.YES is change.reversible


def test_an_unknown_target_is_said(groups: Any) -> None:
    """A target without known sizes is a mistake in the rule's parameters, and no pass."""
    refusal = groups.refusal("resize", groups.idle(), node_type="cache.x1.large")
    assert "cache.x1.large" in refusal.reason
    assert refusal.passes is False


def test_without_prices_the_change_is_planned_and_the_saving_is_not_known(groups: Any) -> None:
    """An unknown price is never 0."""
    made = groups.measured(groups.made())
    made.aspects["prices"] = Unknown(Reason.NO_PRICE, "no price is known of this Region")
    change = groups.change("resize", groups.snapshot(made))
    assert change.savings_monthly is None
    assert 2 == len(change.steps)


@settings(max_examples=60)
@given(
    shards=st.integers(1, 8),
    node=st.sampled_from(["cache.r6g.xlarge", "cache.r6g.4xlarge", "cache.m6g.4xlarge", "cache.r5.2xlarge"]),
    cpu=st.floats(0.1, 24.9),
    share=st.floats(0.001, 0.49),
)
def test_the_end_state_passes_the_rule_with_what_was_observed_before(
    groups: Any, shards: int, node: str, cpu: float, share: float
) -> None:
    """The rule is judged again by the new size and the load of before: it passes, or nothing smaller can be had."""
    sizes = {"cache.r6g.xlarge": 28.26e9, "cache.r6g.4xlarge": 113.6e9, "cache.m6g.4xlarge": 56.1e9}
    memory = share * 0.75 * sizes.get(node, 56.7e9)
    use = {"engine_cpu": cpu, "host_cpu": cpu / 2, "memory_bytes": memory}
    before = groups.idle(node=node, shards=shards, use=use)
    answer = groups._asked("resize", before, {})  # noqa: SLF001 - either answer will do
    if not isinstance(answer, Change):
        assert answer.passes
        return
    end: dict[str, Any] = {}
    for step in answer.steps:
        end.update(step.effect)
        _check_undo(step, node=node, shards=before["capacity.shards"])
    after = groups.made(
        node=end.get("capacity.node_type", node), shards=end.get("capacity.shards", before["capacity.shards"])
    )
    judged = {name: before.aspects[name] for name in ("sizing", "utilization")}
    seen = groups.snapshot(after, judged=judged)
    if rule().judge(seen.aspects).verdict is not Verdict.PASS:
        assert groups.refusal("resize", seen).passes


def _check_undo(step: Any, *, node: str, shards: int) -> None:
    """Check that what a step changes is put back to what it was, and nothing else is."""
    (undo,) = step.undo
    assert step.call.operation == undo.operation
    was = {"CacheNodeType": node, "NodeGroupCount": shards}
    assert step.call.parameters.keys() - {"NodeGroupsToRemove"} == undo.parameters.keys()
    assert {name: was[name] for name in was if name in undo.parameters}.items() <= undo.parameters.items()
