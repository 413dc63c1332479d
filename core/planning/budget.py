"""Account budgets, allotted over all changes of a plan together.

What one change may take alone, ten together may not: unreserved concurrency is one pot for a whole account and Region.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from trueup.errors import PluginError, UnknownFactError
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from trueup.change import Change
    from trueup.facts.snapshot import Snapshot
    from trueup.service.declarations import ActionDeclaration

__all__ = ["Budgets"]


class Budgets:
    """What a plan has taken of each budget so far."""

    def __init__(self) -> None:
        self._taken: Counter[tuple[str, str, str]] = Counter()

    def draw(self, action: ActionDeclaration, change: Change, snapshot: Snapshot) -> str | None:
        """Take what a change needs of the account's budgets; give why not when it does not fit.

        Raises:
            PluginError: the change draws on a budget that its action does not declare.
            UnknownFactError: how much is free is not known.
        """
        resource = snapshot.resource
        for name, amount in change.budget.items():
            if name not in action.budgets:
                message = f"action {action.name}: expected a budget that it declares, found {name}"
                raise PluginError(message)
            free = snapshot[action.budgets[name]]
            if free is None:
                path = action.budgets[name]
                raise UnknownFactError(path, Unknown(Reason.UNEXPECTED, f"{path} is absent"))
            taken = self._taken[resource.account, resource.region, name]
            if taken + amount > free:
                return f"{name}: needs {amount:g}, {free - taken:g} of {free:g} left in this plan"
        for name, amount in change.budget.items():
            self._taken[resource.account, resource.region, name] += amount  # type: ignore[assignment]  # amounts may be fractions
        return None
