"""Resources that are named by ARN: one that no rule is about, or that is not there, must not pass for want of findings.

An audit of nothing would end with "all pass".
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from trueup.errors import PluginError, UsageError
from trueup.facts.unknown import Reason, Unknown
from trueup.resource import GLOBAL
from trueup.service.arn import match_arn, may_be
from trueup.service.judging import unknown_finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trueup.auditing.job import AuditJob
    from trueup.finding import Finding
    from trueup.resource import Resource, Scope
    from trueup.service.declarations import ResourceType

__all__ = ["NamedResources"]


class NamedResources:
    """The resources that an audit's selection names, and which of them had no finding yet.

    Args:
        job: the audit.
    """

    def __init__(self, job: AuditJob) -> None:
        self._job = job
        self._missing = set(job.selection.resources)
        self._types = _types_of(job)

    def check(self, scopes: Sequence[Scope] | None) -> None:
        """Check that each could be found at all, unless a broken plugin keeps that from being known.

        Args:
            scopes: the scopes that are audited, None when they are not known yet.

        Raises:
            UsageError: an ARN is of none of the types, or lies outside the scopes.
        """
        if not self._missing or not set(self._job.by_service()) <= {each.service for each in self._types.values()}:
            return
        for arn in sorted(self._missing):
            about = [each for each in self._types.values() if may_be(each, arn)]
            if not about:
                known = ", ".join(sorted(self._types)) or "none"
                message = (
                    f"resource {arn}: expected an ARN of what the selected rules are about ({known}), found another"
                )
                raise UsageError(message)
            for found in (match_arn(each, arn) for each in about):
                if found and scopes is not None:
                    _check_scope(found, scopes)

    def note(self, finding: Finding) -> None:
        """Take notice of a finding."""
        if self._missing and finding.resource is not None:
            self._missing.discard(finding.resource.arn)

    def not_found(self) -> Iterator[Finding]:
        """Yield an unknown finding of each rule for each that no list had; tags may have left it out."""
        if self._job.selection.tags:
            return
        for arn in sorted(self._missing):
            unknown = Unknown(Reason.NOT_FOUND, f"{arn} is in none of the audited account's lists")
            for rule in self._job.rules:
                if rule.rule.resource in self._types and may_be(self._types[rule.rule.resource], arn):
                    yield unknown_finding(rule.id, rule.rule.resource, unknown)


def _check_scope(found: Resource, scopes: Sequence[Scope]) -> None:
    if any(found.account == each.account and found.region in {each.region, GLOBAL} for each in scopes):
        return
    audited = ", ".join(f"{each.account} {each.region}" for each in scopes)
    message = (
        f"resource {found.arn}: expected one in the audited account and Regions ({audited}), "
        f"found {found.account} {found.region}; choose its Region with --region"
    )
    raise UsageError(message)


def _types_of(job: AuditJob) -> Mapping[str, ResourceType]:
    """Give the resource types that rules are about; those of broken plugins are left out."""
    types: dict[str, ResourceType] = {}
    for service, rules in job.by_service().items():
        with suppress(PluginError, UsageError):
            declared = job.host.resource_types(service)
            types.update((each.rule.resource, declared[each.rule.resource]) for each in rules)
    return types
