"""One exemption: who permits which rule to fail on what, why, and until when.

Owned, reasoned and dated, since a permission without an end is a rule that nobody has the courage to delete.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from trueup.exemptions.glob import matches, matches_arn
from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Exemption", "Tag"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that a resource must have; ``key`` as it is, ``value`` a glob."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """One entry of an exemption file.

    Args:
        rule: glob of rule ids.
        resource: glob of ARNs; None when ``tag`` says what is meant.
        tag: the tag that is meant; None when ``resource`` says it.
        owner: who answers for it.
        reason: why.
        expires: the last day, UTC, on which it holds.
        file: the file that it stands in, as it was named.
        line: the line of the file that it begins on.
    """

    rule: str
    resource: str | None
    tag: Tag | None
    owner: str
    reason: str
    expires: date
    file: str
    line: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Exemption:
        """Give the exemption that ``to_json`` wrote."""
        fields = {name: document[name] for name in cls.__slots__}
        tag = fields["tag"] and Tag(**fields["tag"])
        return cls(**{**fields, "tag": tag, "expires": date.fromisoformat(fields["expires"])})

    def to_json(self) -> dict[str, Any]:
        """Give the JSON form, as in a report."""
        return {**asdict(self), "expires": self.expires.isoformat()}

    @property
    def place(self) -> str:
        """Where it stands, as ``file:line``."""
        return f"{self.file}:{self.line}"

    def is_about(self, rule: str) -> bool:
        """Say whether it is about a rule."""
        return matches(self.rule, rule)

    def expired(self, now: datetime) -> bool:
        """Say whether its last day, in UTC, is over."""
        return now.astimezone(UTC).date() > self.expires

    def matches(self, arn: str, tags: Mapping[str, str] | Unknown | None) -> bool | Unknown:
        """Say whether it is about a resource, as far as the resource's tags are known.

        Args:
            arn: the resource's ARN.
            tags: its tags, why they are not known, or None for a type that has none.
        """
        if self.tag is None:
            return self.resource is not None and matches_arn(self.resource, arn)
        if isinstance(tags, Unknown):
            return tags
        value = (tags or {}).get(self.tag.key)
        return value is not None and matches(self.tag.value, value)
