"""The Regions that AWS has, known offline.

A mistyped Region would otherwise be audited as an empty one, or fail as a host name that does not resolve.

Source: botocore ``data/partitions.json``.
"""

from __future__ import annotations

import difflib

from trueup.aws.models import partitions
from trueup.errors import UsageError
from trueup.resource import GLOBAL

__all__ = ["check_region", "client_region", "partition_of", "regions_of"]


def regions_of(partition: str = "aws") -> tuple[str, ...]:
    """Give a partition's Regions, sorted; those that an account must opt into are among them."""
    return tuple(
        sorted(
            name
            for known in partitions()
            if known["id"] == partition
            for name in known["regions"]
            if not name.endswith(f"-{GLOBAL}")
        )
    )


def check_region(name: str) -> str:
    """Give the name back if it is a Region, or ``global``.

    Raises:
        UsageError: it is none; the message names near ones.
    """
    known = [region for partition in partitions() for region in regions_of(partition["id"])]
    if name in known or name == GLOBAL:
        return name
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.7)
    hint = f"did you mean {' or '.join(near)}" if near else "name it as in us-east-1"
    message = f"{name!r} is no AWS Region: expected one that the installed botocore knows; {hint}"
    raise UsageError(message)


def partition_of(region: str) -> str:
    """Give the partition of a Region; ``aws`` for ``global`` and for what is not known."""
    for partition in partitions():
        if region in partition["regions"]:
            return str(partition["id"])
    return "aws"


def client_region(region: str, partition: str = "aws") -> str:
    """Give the Region to make a client in: for ``global`` the one where the partition's global services answer."""
    if region != GLOBAL:
        return region
    for known in partitions():
        if known["id"] == partition:
            return str(known["outputs"]["implicitGlobalRegion"])
    return "us-east-1"
