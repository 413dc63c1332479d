"""Findings: the verdict of one rule on one resource, with its evidence.

The record that the audit hook yields and that the store and every report keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.exemptions.ruling import Ruling
    from trueup.facts.unknown import Unknown
    from trueup.resource import Resource, Scope

__all__ = ["Evidence", "Finding", "Judgement", "Severity", "Verdict"]


class Verdict(StrEnum):
    """What a rule says of a resource."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not_applicable"


class Severity(StrEnum):
    """How bad a failure is; the order of declaration is the order of reports."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATIONAL = "informational"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One leaf of a condition, held against its fact.

    Args:
        path: the fact's path; an element of a list as ``indexes[by-date].peak`` (for people, not parsed).
        actual: the fact's value, ``Unknown`` when it is not known.
        expected: the schema of the leaf, parameters filled in.
        holds: whether it held; None when the fact is unknown.
    """

    path: str
    actual: Any
    expected: Any
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says of one snapshot.

    Args:
        verdict: ``not_applicable`` when the rule's ``when`` does not hold.
        evidence: the leaves that decided, in the rule's order.
        unknown: why the verdict is unknown, when it is.
    """

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one rule on one resource.

    Args:
        rule: the rule's id.
        resource: what was judged; None when a resource type could not even be listed, or a plugin is broken.
        resource_type: the type that was judged, also when ``resource`` is None.
        judgement: verdict and evidence.
        tags: the resource's tags when they were read, why they are not known when they could not be, else None.
        scope: where it was looked for, set by the host when ``resource`` is None.
        cost: of a rule about cost: what the resource costs a month, ``{"monthly": {"low", "likely", "high"}, "parts":
            {name: likely}, "currency"}``, or why that is not known; None when nobody asked or can tell.
        exemption: of a failure: what the exemptions say of it, set by the host; None when there are none.
    """

    rule: str
    resource_type: str
    resource: Resource | None
    judgement: Judgement
    tags: dict[str, str] | Unknown | None = None
    scope: Scope | None = None
    cost: Mapping[str, Any] | Unknown | None = None
    exemption: Ruling | None = None
