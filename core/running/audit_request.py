"""What an audit was asked for, kept with its run until it has finished: an interrupted one goes on with the same.

The rules are kept whole, so that half of the accounts are not judged by other rules than the rest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from trueup.accounts.account_spec import AccountSpec
from trueup.engines.engine import EngineOptions
from trueup.errors import UsageError
from trueup.exemptions.exemptions import NO_EXEMPTIONS
from trueup.ruleset.rule import BoundRule
from trueup.ruleset.selection import Selection
from trueup.running.account import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.exemptions.exemptions import Exemptions
    from trueup.facts.schema import FactSchema
    from trueup.journal.runs import RunRecord

__all__ = ["AuditRequest"]

_KEY = "audit"


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """One audit, as it was asked for.

    Args:
        target: whose credentials are in hand, and the Regions.
        accounts: what is audited.
        rules: the selected rules, bound, by id.
        selection: the selection.
        exemptions: what may fail.
        engine: the name of the engine.
        options: what the engine is told.
    """

    target: Target
    accounts: tuple[AccountSpec, ...]
    rules: Mapping[str, BoundRule]
    selection: Selection
    exemptions: Exemptions
    engine: str
    options: EngineOptions

    def to_json(self) -> dict[str, Any]:
        """Give it as the options of its run."""
        return {
            _KEY: {
                "target": asdict(self.target),
                "accounts": [asdict(each) for each in self.accounts],
                "rules": [each.document_bound for each in self.rules.values()],
                "exemptions": self.exemptions.to_json(),
                "known_rules": sorted(self.exemptions.known_rules),
                "engine": self.engine,
                "options": asdict(self.options),
            }
        }

    @classmethod
    def of_run(cls, record: RunRecord, schemas: Mapping[str, FactSchema]) -> AuditRequest:
        """Give what an unfinished audit was asked for.

        Args:
            record: the run.
            schemas: the fact schemas by resource type.

        Raises:
            UsageError: it has finished, or its rules do not fit the facts that are declared here now.
        """
        kept = record.options.get(_KEY)
        if not isinstance(kept, dict):
            message = f"run {record.id}: expected an audit that was interrupted, found one that has {record.status}"
            raise UsageError(message)
        rules = [BoundRule.from_document(each, schemas) for each in kept["rules"]]
        exemptions = NO_EXEMPTIONS.joined(kept["exemptions"], f"run {record.id}")
        return cls(
            target=Target(**{**kept["target"], "regions": tuple(kept["target"]["regions"])}),
            accounts=tuple(AccountSpec(**{**each, "regions": tuple(each["regions"])}) for each in kept["accounts"]),
            rules={each.id: each for each in rules},
            selection=Selection.from_json(record.selection),
            exemptions=type(exemptions)(exemptions.entries, kept["known_rules"]),
            engine=kept["engine"],
            options=EngineOptions(**kept["options"]),
        )

    def with_target(self, **given: Any) -> AuditRequest:
        """Give the same with other credentials: whatever is given of profile, endpoint and role."""
        return replace(self, target=replace(self.target, **{name: value for name, value in given.items() if value}))
