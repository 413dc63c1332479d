"""A change of a replication group takes time: until then it is ``modifying``, shows the old values, refuses others.

What a write will do is kept with moto's object of the group and done when the group is next looked at after its time,
so that it is forgotten with the group. The time each kind of write takes is not documented; these are of the order
that acceptance tests of infrastructure tools report (minutes).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trueup.plugins.elasticache.simulation.groups import backend_of, group_of
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = [
    "CREATE_SECONDS",
    "MODIFYING",
    "NODE_TYPE_SECONDS",
    "REPLICA_SECONDS",
    "SETTING_SECONDS",
    "SHARD_SECONDS",
    "begin",
    "move_of",
]

CREATE_SECONDS = 600.0
SETTING_SECONDS = 30.0
NODE_TYPE_SECONDS = 600.0
REPLICA_SECONDS = 300.0
SHARD_SECONDS = 600.0

_REFUSED = (
    "DecreaseReplicaCount",
    "IncreaseReplicaCount",
    "ModifyReplicationGroup",
    "ModifyReplicationGroupShardConfiguration",
)


@dataclass(frozen=True, slots=True)
class Move:
    """What a group is going through.

    Args:
        state: the status that it shows meanwhile.
        begun: when it began.
        until: when it ends.
        apply: what happens then.
        pending: what ``PendingModifiedValues`` tells meanwhile.
    """

    state: str
    begun: datetime
    until: datetime
    apply: Callable[[], None]
    pending: dict[str, Any] = field(default_factory=dict)


def begin(
    aws: Simulation,  # noqa: ARG001 - without the correction a write takes no time
    group: Any,  # noqa: ARG001
    seconds: float,  # noqa: ARG001
    apply: Callable[[], None],
    *,
    state: str = "modifying",  # noqa: ARG001
    **pending: Any,  # noqa: ARG001
) -> None:
    """Let a write take effect: at once, or after its time while the correction is in place."""
    apply()


def move_of(group: Any) -> Move | None:
    """What a group is going through now."""
    found: Move | None = getattr(group, "trueup_move", None)
    return found


def _install(aws: Simulation) -> Undo:
    def delayed(
        aws: Simulation,
        group: Any,
        seconds: float,
        apply: Callable[[], None],
        *,
        state: str = "modifying",
        **pending: Any,
    ) -> None:
        now = aws.clock.now()
        group.trueup_move = Move(state, now, now + timedelta(seconds=seconds), apply, pending)

    def refuse(request: ApiRequest, proceed: Proceed) -> Answer:
        group = group_of(request)
        _settle(aws, group)
        if move_of(group) is not None:
            words = "Replication group must be in available state to modify."
            raise AwsError("InvalidReplicationGroupState", words, 400)
        return proceed(request)

    def describe(request: ApiRequest, proceed: Proceed) -> Answer:
        groups = backend_of(request).replication_groups
        for group in groups.values():
            _settle(aws, group)
        answer = proceed(request)
        if not answer.ok:
            return answer
        result = request.result(answer)
        for described in result["ReplicationGroups"]:
            _show(aws, groups[described["ReplicationGroupId"]], described)
        return request.answer(result)

    def clusters(request: ApiRequest, proceed: Proceed) -> Answer:
        for group in backend_of(request).replication_groups.values():
            _settle(aws, group)
        return proceed(request)

    return together(
        aws.patch(sys.modules[__name__], "begin", delayed),
        aws.answer("elasticache:DescribeReplicationGroups", describe),
        aws.answer("elasticache:DescribeCacheClusters", clusters),
        *(aws.answer(f"elasticache:{name}", refuse) for name in _REFUSED),
    )


def _settle(aws: Simulation, group: Any) -> None:
    move = move_of(group)
    if move is not None and aws.clock.now() >= move.until:
        group.trueup_move = None
        move.apply()


def _show(aws: Simulation, group: Any, described: dict[str, Any]) -> None:
    move = move_of(group)
    if move is None:
        return
    described["Status"] = move.state
    for node_group in described["NodeGroups"]:
        node_group["Status"] = move.state
    pending = dict(move.pending)
    if pending.pop("resharding", None):
        passed = (aws.clock.now() - move.begun) / (move.until - move.begun)
        pending["Resharding"] = {"SlotMigration": {"ProgressPercentage": round(100 * passed, 1)}}
    if pending:
        described["PendingModifiedValues"] = described.get("PendingModifiedValues", {}) | pending


MODIFYING = Correction(
    name="elasticache-modifying",
    service="elasticache",
    says="a replication group is modifying for minutes after a write, shows the old values and the progress of "
    "resharding, and refuses other writes meanwhile; moto's writes are done at once",
    source="botocore model elasticache:ReplicationGroup (Status), ReshardingStatus, InvalidReplicationGroupStateFault; "
    "umotif-public/terraform-aws-elasticache-redis#54 (the words of the refusal)",
    install=_install,
)
