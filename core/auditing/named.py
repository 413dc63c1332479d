"""Resources that are named by ARN: one that no rule is about, or that is not there, must not pass for want of findings.

An audit of nothing would end with "all pass".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.errors import UsageError
from trueup.facts.unknown import Reason, Unknown
from trueup.service.arn import match_arn, may_be
from trueup.service.judging import unknown_finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from trueup.finding import Finding
    from trueup.resource import Scope
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType

__all__ = ["check_named", "not_found"]


def check_named(arns: Collection[str], types: Mapping[str, ResourceType], scopes: Sequence[Scope]) -> None:
    """Check that each named resource could be found at all.

    Args:
        arns: the named resources.
        types: the resource types that the selected rules are about, by name.
        scopes: the scopes that are audited.

    Raises:
        UsageError: an ARN is of none of the types, or lies outside the scopes.
    """
    for arn in arns:
        about = [each for each in types.values() if may_be(each, arn)]
        if not about:
            known = ", ".join(sorted(types)) or "none"
            message = f"resource {arn}: expected an ARN of what the selected rules are about ({known}), found another"
            raise UsageError(message)
        for found in (match_arn(each, arn) for each in about):
            if found and not any((found.account, found.region) == (each.account, each.region) for each in scopes):
                audited = ", ".join(f"{each.account} {each.region}" for each in scopes)
                message = (
                    f"resource {arn}: expected one in the audited account and Regions ({audited}), "
                    f"found {found.account} {found.region}; choose its Region with --region"
                )
                raise UsageError(message)


def not_found(
    arns: Collection[str], types: Mapping[str, ResourceType], rules: Sequence[BoundRule]
) -> Iterator[Finding]:
    """Yield an unknown finding of each rule for each named resource that no list had."""
    for arn in sorted(arns):
        unknown = Unknown(Reason.NOT_FOUND, f"{arn} is in none of the audited account's lists")
        for rule in rules:
            if rule.rule.resource in types and may_be(types[rule.rule.resource], arn):
                yield unknown_finding(rule.id, rule.rule.resource, unknown)
