"""An account that is to be audited, and how to get there.

Never credentials: who audits it assumes the role, and another process assumes it again.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ALL_REGIONS", "AccountSpec"]

ALL_REGIONS = "all"
"""Stands for every Region that is enabled in an account."""


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """One account.

    Args:
        id: the twelve-digit account id; None for that of the credentials in hand.
        role: the role to assume there, as its name, its path and name, or its ARN; None for the credentials in hand.
        external_id: the external id that the role's trust policy asks for.
        name: what people call it.
        regions: the Regions that are audited there, ``all`` for every enabled one; none for those of the run.
        left_out: why it cannot be audited (``it is SUSPENDED``), empty when it can.
    """

    id: str | None = None
    role: str | None = None
    external_id: str | None = None
    name: str = ""
    regions: tuple[str, ...] = ()
    left_out: str = ""

    def role_arn(self, partition: str) -> str | None:
        """Give the ARN of the role in a partition, None without one."""
        if self.role is None or self.role.startswith("arn:"):
            return self.role
        return f"arn:{partition}:iam::{self.id}:role/{self.role.strip('/')}"
