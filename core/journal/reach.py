"""What an audit was about: accounts, Regions and selection; only what two have in common can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.journal.runs import RunRecord
    from trueup.journal.store import Store

__all__ = ["Reach"]


@dataclass(frozen=True, slots=True)
class Reach:
    """What an audit was about.

    Args:
        scopes: each account with each Region.
        selection: what was selected, as a run keeps it.
    """

    scopes: frozenset[tuple[str, str]]
    selection: Mapping[str, Any]

    @classmethod
    def of(cls, store: Store, record: RunRecord) -> Self:
        """Give what a run was about, as far as it came."""
        rows = store.rows("SELECT account, region FROM scope WHERE run = ?", (record.id,))
        return cls(frozenset((row["account"], row["region"]) for row in rows), record.selection)

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts."""
        return frozenset(account for account, _ in self.scopes)

    def differences(self, other: Self) -> Iterator[str]:
        """Yield in what another one differs, each with both."""
        regions, others = ({region for _, region in each.scopes} for each in (self, other))
        if self.accounts != other.accounts:
            yield f"accounts ({_listed(self.accounts)} and {_listed(other.accounts)})"
        if regions != others:
            yield f"Regions ({_listed(regions)} and {_listed(others)})"
        elif self.accounts == other.accounts and self.scopes != other.scopes:
            yield "Regions of some accounts"
        mine, theirs = (
            {name: sorted(values) for name, values in each.selection.items() if values} for each in (self, other)
        )
        if mine != theirs:
            yield f"selection ({_selected(mine)} and {_selected(theirs)})"


def _listed(names: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _selected(selection: Mapping[str, list[str]]) -> str:
    return "; ".join(f"{name}: {', '.join(values)}" for name, values in sorted(selection.items())) or "everything"
