"""The fixes that turn one setting of a cluster, or of its members, the right way, as pure functions.

Each gives the whole of it: the calls, their undo, how to tell that they have settled, and what they may break for whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Risk, Step
from trueup.plugins.rds.members import AVAILABLE, instance_arn, instance_path, standing

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = ["COPY_TAGS", "DELETION_PROTECTION", "IAM", "MINOR_UPGRADES", "PRIVATE", "Switch", "turn", "turn_members"]


@dataclass(frozen=True, slots=True)
class Switch:
    """One setting that is on or off.

    Args:
        says: what it is, for people.
        fact: what it is called in the facts.
        parameter: what it is called in the request.
        wanted: how it is to be.
        risk: what turning it may do.
        risk_reason: why, one sentence.
        at_once: whether it waits for the maintenance window unless told to be applied at once.
    """

    says: str
    fact: str
    parameter: str
    wanted: bool
    risk: Risk
    risk_reason: str
    at_once: bool = False


DELETION_PROTECTION = Switch(
    "deletion protection",
    "DeletionProtection",
    "DeletionProtection",
    wanted=True,
    risk=Risk.SAFE,
    risk_reason="only DeleteDBCluster behaves differently: it is refused until the protection is taken off",
)

COPY_TAGS = Switch(
    "copying of tags to snapshots",
    "CopyTagsToSnapshot",
    "CopyTagsToSnapshot",
    wanted=True,
    risk=Risk.SAFE,
    risk_reason="only snapshots that are made from now on are different: they have the cluster's tags",
)

IAM = Switch(
    "IAM database authentication",
    "IAMDatabaseAuthenticationEnabled",
    "EnableIAMDatabaseAuthentication",
    wanted=True,
    risk=Risk.SAFE,
    risk_reason="users log in as before; only users that are given the authentication plugin log in by IAM",
    at_once=True,
)

MINOR_UPGRADES = Switch(
    "automatic minor version upgrades",
    "AutoMinorVersionUpgrade",
    "AutoMinorVersionUpgrade",
    wanted=True,
    risk=Risk.SAFE,
    risk_reason="nothing happens at once; AWS upgrades in the maintenance window when it has a newer minor version",
)

PRIVATE = Switch(
    "public access",
    "PubliclyAccessible",
    "PubliclyAccessible",
    wanted=False,
    risk=Risk.DISRUPTIVE,
    risk_reason="clients outside of the VPC no longer reach the instance: its name then resolves to a private address",
)


def turn(cluster: Snapshot, switch: Switch) -> Change | Refusal:
    """Turn a setting of the cluster itself.

    Args:
        cluster: with ``cluster``.
        switch: the setting.

    Source: RDS API, ModifyDBCluster: what is not sent stays as it is; EnableIAMDatabaseAuthentication is pending until
    the maintenance window without ApplyImmediately.
    """
    before = bool(cluster[f"cluster.{switch.fact}"])
    if before is switch.wanted:
        return Refusal(f"{switch.says} is {_word(before)} already", passes=True)
    step = Step(
        call=_modify_cluster(cluster, switch, switch.wanted),
        undo=(_modify_cluster(cluster, switch, before),),
        effect={f"cluster.{switch.fact}": switch.wanted},
        ready=AVAILABLE,
        settled=AVAILABLE,
        waiter="db_cluster_available",
        repeatable=True,
    )
    return Change(
        summary=f"{switch.says} of {cluster.resource.id}: {_word(before)} becomes {_word(switch.wanted)}",
        steps=(step,),
        risk=switch.risk,
        risk_reason=switch.risk_reason,
        code=f"AWS::RDS::DBCluster {switch.parameter}: {str(switch.wanted).lower()}",
    )


def turn_members(cluster: Snapshot, switch: Switch) -> Change | Refusal:
    """Turn a setting of every member that has it the wrong way, one member after the other.

    Args:
        cluster: with ``instances``.
        switch: the setting.

    Source: RDS API, ModifyDBInstance: AutoMinorVersionUpgrade and PubliclyAccessible are applied without an outage
    and whatever ApplyImmediately says.
    """
    wrong = [name for name, made in standing(cluster).items() if made[switch.fact] is not switch.wanted]
    if not wrong:
        return Refusal(f"{switch.says} is {_word(switch.wanted)} on every member already", passes=True)
    return Change(
        summary=f"{switch.says} of {', '.join(wrong)}: {_word(not switch.wanted)} becomes {_word(switch.wanted)}",
        steps=tuple(_member_step(cluster, switch, name) for name in wrong),
        risk=switch.risk,
        risk_reason=switch.risk_reason,
        code=f"AWS::RDS::DBInstance {switch.parameter}: {str(switch.wanted).lower()}",
    )


def _member_step(cluster: Snapshot, switch: Switch, name: str) -> Step:
    return Step(
        call=_modify_member(name, switch, switch.wanted),
        undo=(_modify_member(name, switch, not switch.wanted),),
        effect={instance_path(name, switch.fact): switch.wanted},
        ready=AVAILABLE,
        settled=AVAILABLE,
        waiter="db_instance_available",
        repeatable=True,
        acts_on=(instance_arn(cluster, name),),
    )


def _modify_cluster(cluster: Snapshot, switch: Switch, value: bool) -> Call:  # noqa: FBT001 - the setting's value
    parameters: dict[str, Any] = {"DBClusterIdentifier": cluster.resource.id, switch.parameter: value}
    if switch.at_once:
        parameters["ApplyImmediately"] = True
    return Call("rds", "ModifyDBCluster", parameters)


def _modify_member(name: str, switch: Switch, value: bool) -> Call:  # noqa: FBT001 - the setting's value
    return Call("rds", "ModifyDBInstance", {"DBInstanceIdentifier": name, switch.parameter: value})


def _word(on: bool) -> str:  # noqa: FBT001 - it is asked of nothing else
    return "on" if on else "off"
