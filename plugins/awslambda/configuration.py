"""A function as AWS describes it, without its secrets, and when it can be changed.

GetFunction answers configuration, reserved concurrency and a link to the code in one call. What is let in is named
here and again in the fact schema: environment variables, layers' and code's locations are in neither.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.change import Condition
    from trueup.facts.snapshot import Snapshot

__all__ = ["AVAILABLE", "LATEST", "concurrency", "described", "moment"]

LATEST = "$LATEST"
"""The unpublished version, the only one whose configuration can be changed."""

AVAILABLE: Condition = {
    "function.State": {"enum": ["Active", "Inactive"]},
    "function.LastUpdateStatus": {"const": "Successful"},
}
"""A write while another one is in progress is refused, and its RevisionId changes again when that one has settled.

Source: Lambda API, ResourceConflictException; FunctionConfiguration, State and LastUpdateStatus.
"""

_KEPT = (
    "FunctionName",
    "FunctionArn",
    "Runtime",
    "MemorySize",
    "Timeout",
    "LastModified",
    "RevisionId",
    "State",
    "LastUpdateStatus",
    "PackageType",
    "Architectures",
)


def described(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is known of a function from an answer of GetFunction.

    Whether it lies in a VPC or runs on Managed Instances is told by a structure that is there or not; here it is a
    plain yes or no. A package type that is not mentioned is ``Zip``, an architecture ``x86_64``, as by default.

    Source: Lambda API, GetFunction, FunctionConfiguration.
    """
    configuration = answer["Configuration"]
    return {
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        **{name: configuration[name] for name in _KEPT if name in configuration},
        "VpcConfig": {"VpcId": (configuration.get("VpcConfig") or {}).get("VpcId") or None},
        "ManagedInstances": bool(configuration.get("CapacityProviderConfig")),
        "Concurrency": answer.get("Concurrency") or {},
    }


def concurrency(function: Snapshot) -> dict[str, int | None]:
    """Give ``{"reserved"}``: the reserved concurrency, None without one; 0 pauses a function.

    Source: Lambda API, GetFunction (Concurrency); Lambda developer guide, reserved concurrency.
    """
    return {"reserved": function["function.Concurrency.ReservedConcurrentExecutions"]}


def moment(text: str) -> datetime:
    """Give the time that Lambda writes as ``2026-11-23T18:20:35.054+0000``."""
    return datetime.fromisoformat(text)
