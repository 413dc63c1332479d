"""Where an audit looks and what it finds there: scopes and resources.

Small frozen records, since they cross every hook and stand in every report.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GLOBAL", "Resource", "Scope"]

GLOBAL = "global"
"""The Region of what an account has once, whatever the Region."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One account and one Region that is audited.

    Args:
        account: the twelve-digit account id.
        region: the Region's name, or ``global``.
        partition: ``aws``, ``aws-cn``, ``aws-us-gov``…
    """

    account: str
    region: str
    partition: str = "aws"


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """One resource of a declared type, known by its ARN.

    Args:
        type: the resource type, e.g. ``dynamodb.table``.
        arn: the ARN.
        id: the name that the service's API takes, e.g. the table's name.
        account: the account that owns it.
        region: the Region it lies in.
    """

    type: str
    arn: str
    id: str
    account: str
    region: str
