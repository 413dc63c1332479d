"""What a run's resources cost, what its changes save, and what of that came true.

Every change's saving is what it saves on top of the changes before it on the same resource, so that their sum is the
price now minus the price of the end state. What has no known price is counted beside the sums and never stands as 0.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.journal.changes import ChangeStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from trueup.journal.changes import ChangeRecord
    from trueup.journal.store import Store

__all__ = ["costs_of", "counting", "likely_saving", "savings_of"]

_RANGE = ("low", "likely", "high")
_MONTHS = 12

# A resource has a finding of each rule about cost, all with the one cost that was read.
_COSTS = """
SELECT service, arn,
    max(json_extract(document, '$.cost.monthly.low')) AS low,
    max(json_extract(document, '$.cost.monthly.likely')) AS likely,
    max(json_extract(document, '$.cost.monthly.high')) AS high,
    max(json_extract(document, '$.cost.currency')) AS currency
FROM finding WHERE run = ? AND arn != '' AND json_type(document, '$.cost') = 'object'
GROUP BY service, arn ORDER BY service, arn
"""

# Why costs are not known; more kinds than this tell a reader nothing.
_REASONS = """
SELECT json_extract(document, '$.cost.reason') AS reason, count(DISTINCT arn) AS resources
FROM finding WHERE run = ? AND arn != '' AND json_type(document, '$.cost.reason') = 'text'
GROUP BY reason ORDER BY resources DESC, reason LIMIT 10
"""


@dataclass(slots=True)
class _Service:
    resources: int = 0
    unpriced: int = 0
    changes: int = 0
    unpriced_changes: int = 0
    current: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_RANGE, 0.0))
    optimised: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_RANGE, 0.0))
    savings: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, other: _Service) -> None:
        """Add another's numbers."""
        self.resources += other.resources
        self.unpriced += other.unpriced
        self.changes += other.changes
        self.unpriced_changes += other.unpriced_changes
        self.savings += other.savings
        for name in _RANGE:
            self.current[name] += other.current[name]
            self.optimised[name] += other.optimised[name]

    def document(self, kind: str, *, comparable: bool) -> dict[str, Any]:
        """Give it as the report has it; ``comparable`` says that everything is of one currency."""
        known = comparable and self.resources > self.unpriced
        return {
            "resources": self.resources,
            "unpriced": self.unpriced,
            "changes": self.changes,
            "unpriced_changes": self.unpriced_changes,
            "current": _rounded(self.current) if known else None,
            "optimised": _rounded(self.optimised) if known and kind == "plan" else None,
            "saving": _total(self.savings),
        }


def counting(kind: str, records: Iterable[ChangeRecord]) -> list[ChangeRecord]:
    """Give the changes whose savings count: what a plan plans, and of every other run what was applied."""
    status = ChangeStatus.PLANNED if kind == "plan" else ChangeStatus.APPLIED
    return [each for each in records if each.status is status]


def likely_saving(record: ChangeRecord) -> float | None:
    """Give what a change likely saves a month, None when that is not known."""
    return (record.change.savings_monthly or {}).get("likely")


def savings_of(records: Iterable[ChangeRecord]) -> dict[str, Any] | None:
    """Give the sum of the changes' savings, None when none has a known one or their currencies differ.

    Returns:
        ``{"low", "likely", "high", "one_time", "currency"}``, a month but for ``one_time``.
    """
    return _total([each for record in records if (each := _saving(record)) is not None])


def costs_of(
    store: Store, run: str, kind: str, records: Iterable[ChangeRecord], cost_rules: Collection[str]
) -> dict[str, Any]:
    """Give ``costs`` of the report.

    Args:
        store: where the findings are.
        run: the run's id.
        kind: the run's kind: what a plan saves is what it plans, what an apply saves is what it applied.
        records: its changes.
        cost_rules: the rules about cost, whose changes should have a price.
    """
    records = list(records)
    counted = counting(kind, records)
    planned: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    services: dict[str, _Service] = defaultdict(_Service)
    currencies: set[str] = set()
    for record in counted:
        saving = _saving(record)
        if saving is None and record.change.rule not in cost_rules:
            continue
        service = services[record.change.resource.type.partition(".")[0]]
        service.changes += 1
        if saving is not None:
            service.savings.append(saving)
            planned[record.change.resource.arn].append(saving)
            currencies |= _currency(saving)
        else:
            service.unpriced_changes += 1
    for row in store.stream(_COSTS, (run,)):
        currencies |= _currency(dict(row))
        _count(services[row["service"]], {name: row[name] for name in _RANGE}, planned.get(row["arn"], ()))
    comparable = len(currencies) <= 1
    whole = _Service()
    for each in services.values():
        whole.add(each)
    total = whole.document(kind, comparable=comparable)
    return {
        "currency": next(iter(currencies)) if len(currencies) == 1 else None,
        "services": [
            {"service": name, **each.document(kind, comparable=comparable)} for name, each in sorted(services.items())
        ],
        "total": total,
        "unpriced": [dict(row) for row in store.rows(_REASONS, (run,))],
        "saving_annual": _annual(total["saving"]),
        "estimate": savings_of(records) if kind == "apply" else None,
    }


def _saving(record: ChangeRecord) -> Mapping[str, Any] | None:
    saving = record.change.savings_monthly
    return None if saving is None or any(saving.get(name) is None for name in _RANGE) else saving


def _count(service: _Service, cost: Mapping[str, Any], savings: Iterable[Mapping[str, Any]]) -> None:
    service.resources += 1
    if any(cost[name] is None for name in _RANGE):
        service.unpriced += 1
        return
    saved = {name: sum(each[name] for each in savings) for name in _RANGE}
    for name, opposite in zip(_RANGE, reversed(_RANGE), strict=True):
        service.current[name] += cost[name]
        # Nothing costs less than nothing; the least is reached when what costs least saves most.
        service.optimised[name] += max(0.0, cost[name] - saved[opposite])


def _rounded(amounts: Mapping[str, float]) -> dict[str, float]:
    return {name: round(amount, 2) for name, amount in amounts.items()}


def _total(savings: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    currencies = {each.get("currency") for each in savings}
    if len(currencies) != 1:
        return None
    names = (*_RANGE, "one_time")
    sums = {name: round(sum(each.get(name) or 0.0 for each in savings), 2) for name in names}
    currency = currencies.pop()
    return {**sums, "currency": currency} if currency else sums


def _annual(saving: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if saving is None:
        return None
    return {**saving, **{name: round(saving[name] * _MONTHS, 2) for name in _RANGE}}


def _currency(money: Mapping[str, Any]) -> set[str]:
    return {money["currency"]} if money.get("currency") else set()
