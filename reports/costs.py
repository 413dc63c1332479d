"""The costs of a run as rows of words, for the terminal and for the page alike.

Money that is not known is said so and counted; a sum never stands for what it leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.reports.wording import amount, counted

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CostRow", "cost_columns", "cost_line", "cost_notes", "cost_rows", "has_costs", "range_words"]


@dataclass(frozen=True, slots=True)
class CostRow:
    """One service's costs, or the sum of all.

    Args:
        name: the service, or ``all``.
        cells: one a column, in words.
        whole: whether it is the sum.
    """

    name: str
    cells: tuple[str, ...]
    whole: bool = False


def has_costs(costs: Mapping[str, Any]) -> bool:
    """Say whether there is anything to tell: a resource or a change that a rule about cost is about."""
    return bool(costs["services"])


def cost_columns(run: Mapping[str, Any], costs: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the heads of the columns after the service's: what a run of this kind can know."""
    known = (each for each in (*costs["services"], costs["total"]))
    saved = any(each["saving"] is not None for each in known)
    if run["kind"] == "plan":
        return "now", "after the plan", "saves"
    return ("now", "saved") if saved else ("now",)


def cost_rows(run: Mapping[str, Any], costs: Mapping[str, Any]) -> list[CostRow]:
    """Give a row for each service and, of several, one for all."""
    columns = cost_columns(run, costs)
    rows = [CostRow(each["service"], _cells(each, columns)) for each in costs["services"]]
    if len(rows) > 1:
        rows.append(CostRow("all", _cells(costs["total"], columns), whole=True))
    return rows


def cost_notes(run: Mapping[str, Any], costs: Mapping[str, Any]) -> list[str]:
    """Give the sentences below the rows: the year, the plan's estimate, and what has no known price."""
    total, year, notes = costs["total"], costs["saving_annual"], []
    if run["kind"] == "apply":
        estimate = costs["estimate"]
        planned = (
            f"{range_words(estimate)} {_currency(estimate)} a month".replace("  ", " ") if estimate else "not known"
        )
        applied = f"{range_words(total['saving'])}" if total["saving"] else "nothing with a known price"
        notes.append(f"the plan's estimate: {planned}; of it applied: {applied}")
    if year is not None:
        once = f", and costs {amount(year.get('one_time'), None)} once" if year.get("one_time") else ""
        notes.append(f"saves {' '.join(filter(None, (range_words(year), _currency(year))))} a year{once}")
    if total["unpriced"]:
        number = total["unpriced"]
        notes.append(
            f"{number:,} of {counted(total['resources'], 'resource')} {'has' if number == 1 else 'have'} no known cost "
            f"and {'is' if number == 1 else 'are'} in no sum"
        )
        notes += [f"{each['resources']:,} of them: {each['reason']}" for each in costs["unpriced"]]
    if total["unpriced_changes"]:
        number = total["unpriced_changes"]
        notes.append(f"{counted(number, 'change')} about cost {'has' if number == 1 else 'have'} no known saving")
    return notes


def range_words(known: Mapping[str, Any] | None) -> str:
    """Give an amount with its bounds, without the currency."""
    if known is None:
        return "not known"
    low, likely, high = (known[name] for name in ("low", "likely", "high"))
    words = amount(likely, None)
    return words if low == likely == high else f"{words} ({amount(low, None)} to {amount(high, None)})"


def cost_line(cost: Mapping[str, Any]) -> str:
    """Give what one resource costs a month, with what that consists of, or why it is not known."""
    if not cost["monthly"]:
        return f"not known, {cost['reason']}" if cost["reason"] else "not known"
    whole = f"{range_words(cost['monthly'])} {_currency(cost)}".rstrip()
    parts = ", ".join(f"{part} {amount(likely, None)}" for part, likely in cost["parts"].items())
    return f"{whole}: {parts}" if len(cost["parts"]) > 1 else whole


def _cells(each: Mapping[str, Any], columns: tuple[str, ...]) -> tuple[str, ...]:
    keys = {"now": "current", "after the plan": "optimised", "saves": "saving", "saved": "saving"}
    return tuple(_words(each, keys[column]) for column in columns)


def _words(each: Mapping[str, Any], key: str) -> str:
    if each[key] is None and key == "saving" and each["changes"] == each["unpriced_changes"] == 0:
        return "-"
    return range_words(each[key])


def _currency(savings: Mapping[str, Any]) -> str:
    return savings.get("currency") or ""
