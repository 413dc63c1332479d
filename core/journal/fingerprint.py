"""What a finding is known by from run to run: one short text, the same on every machine.

Of the rule and the resource alone, so that verdict, evidence, Region order and time of an audit leave it as it is.
"""

from __future__ import annotations

import hashlib
import json

__all__ = ["DIGITS", "fingerprint"]

# 128 bits: whoever names resources cannot find two names that are taken for each other.
DIGITS = 32


def fingerprint(rule: str, arn: str, resource_type: str, account: str, region: str) -> str:
    """Give the fingerprint of a finding, in hexadecimal digits.

    Args:
        rule: the rule's id.
        arn: the resource's ARN; empty for a finding that stands for a whole resource type.
        resource_type: the resource type; counts only without an ARN, as do the next two.
        account: the account.
        region: the Region.
    """
    known_by = [rule, arn] if arn else [rule, resource_type, account, region]
    return hashlib.sha256(json.dumps(known_by).encode("ascii")).hexdigest()[:DIGITS]
