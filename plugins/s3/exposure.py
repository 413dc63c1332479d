"""Whether a bucket is open to the public, by its policy, its access control list, or as a website.

A fix that closes it must not close what is open on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["FLAGS", "exposure", "public_grants", "reasons"]

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
"""The settings of a public access block. Source: S3 API, PublicAccessBlockConfiguration."""

_PUBLIC_GROUPS = {
    "http://acs.amazonaws.com/groups/global/AllUsers": "AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "AuthenticatedUsers",
}
"""Source: S3 user guide, blocking public access, the meaning of "public"."""


def public_grants(acl: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give the grants of an access control list to everyone, or to everyone with an AWS account."""
    named = ((grant.get("Grantee", {}).get("URI"), grant.get("Permission", "")) for grant in acl.get("Grants", ()))
    return [{"group": _PUBLIC_GROUPS[uri], "permission": given} for uri, given in named if uri in _PUBLIC_GROUPS]


def exposure(bucket: Snapshot) -> dict[str, bool]:
    """Give ``{"is_website", "public_policy", "public_acl", "is_public"}``, whatever a public access block makes of it.

    An access control list counts unless the bucket's ownership disables it.
    """
    acl_in_force = bucket["ownership.ObjectOwnership"] != "BucketOwnerEnforced"
    public_acl = acl_in_force and bool(bucket["acl.public_grants"])
    public_policy = bool(bucket["policy_status.IsPublic"])
    return {
        "is_website": bool(bucket["website.enabled"]),
        "public_policy": public_policy,
        "public_acl": public_acl,
        "is_public": public_policy or public_acl,
    }


def reasons(bucket: Snapshot) -> str:
    """Give what makes a bucket public, for people; empty when nothing does."""
    said = {
        "is_website": "it is a website",
        "public_policy": "its policy lets everyone in",
        "public_acl": "its access control list lets everyone in",
    }
    return " and ".join(words for name, words in said.items() if bucket[f"exposure.{name}"])
