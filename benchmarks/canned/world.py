"""What there is in the canned AWS: accounts, Regions, and how many resources of each service lie where.

A description and no state: every name follows from account, Region and number, so a thousand accounts cost nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["ENABLED_REGIONS", "HOME", "Faults", "World", "account_ids", "numbered"]

HOME = "123456789012"
"""The account of credentials that name none."""

# Source: AWS Account Management, "Enable or disable AWS Regions": those that every account has.
ENABLED_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "sa-east-1",
)  # fmt: skip

Faults = dict[str, dict[str, float]]
"""Operation, or ``*``, to the share of its requests that each kind of fault befalls."""


def account_ids(number: int) -> tuple[str, ...]:
    """Give so many account ids; the first is the one that credentials are for that name none."""
    return (HOME, *(f"{100_000_000_000 + each:012d}" for each in range(1, number)))[:number]


@lru_cache(maxsize=4096)
def numbered(prefix: str, number: int) -> tuple[str, ...]:
    """Give so many names; half of them end with an even digit."""
    return tuple(f"{prefix}-{each:06d}" for each in range(number))


@dataclass(frozen=True, slots=True)
class World:
    """The canned AWS.

    Args:
        accounts: their ids, the one of the organisation's management first.
        regions: the enabled Regions of each account.
        resources: service to how many resources each active Region has; services as in credentials, such as ``s3``.
        active: in so many Regions of each account there are resources, another set for each account; None for all.
        latency: seconds before an answer.
        latencies: service to seconds, where they differ.
        throttles: service to how many requests a second it takes of an account and Region, as many at once.
        faults: shares of requests that fail.
        seed: which requests these are.
    """

    accounts: tuple[str, ...] = (HOME,)
    regions: tuple[str, ...] = ("us-east-1",)
    resources: Mapping[str, int] = field(default_factory=dict)
    active: int | None = None
    latency: float = 0.0
    latencies: Mapping[str, float] = field(default_factory=dict)
    throttles: Mapping[str, float] = field(default_factory=dict)
    faults: Faults = field(default_factory=dict)
    seed: int = 0

    @classmethod
    def load(cls, path: Path) -> World:
        """Read a description, the arguments above as JSON; accounts and regions may be numbers."""
        given: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(given.get("accounts"), int):
            given["accounts"] = account_ids(given["accounts"])
        if isinstance(given.get("regions"), int):
            given["regions"] = ENABLED_REGIONS[: given["regions"]]
        for name in ("accounts", "regions"):
            if name in given:
                given[name] = tuple(given[name])
        return cls(**given)

    def names(self, service: str, account: str, region: str) -> tuple[str, ...]:
        """Give the names of a service's resources in an account and Region; those of buckets are unique in the world.

        Names begin with the service's first letters, and are short, since some services allow 40 letters only.
        """
        number = self.resources.get(service, 0) if self.is_active(account, region) else 0
        return numbered(f"bucket-{account}-{region}" if service == "s3" else service[:8], number)

    def is_active(self, account: str, region: str) -> bool:
        """Say whether there are resources in an account's Region."""
        if account not in self.accounts or region not in self.regions:
            return False
        if self.active is None:
            return True
        behind = self.regions.index(region) - self.accounts.index(account)
        return behind % len(self.regions) < self.active
