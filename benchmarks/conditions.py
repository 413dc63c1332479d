"""How long a rule of two conditions takes on one resource, beside the same check written by hand.

Run it with ``python benchmarks/conditions.py``. The aim is under 10 µs a rule and resource, evidence included.
"""

from __future__ import annotations

import timeit
from typing import Any

from trueup.facts.schema import FactSchema
from trueup.ruleset.rule import Rule

# Short rounds, so that some of them are not disturbed by other processes.
REPEAT = 300
NUMBER = 1_000

SCHEMA = FactSchema(
    {
        "title": "example.thing",
        "properties": {
            "capacity": {
                "type": "object",
                "x-kind": "configuration",
                "properties": {"mode": {"type": "string"}},
            },
            "utilization": {
                "type": "object",
                "x-kind": "observed",
                "properties": {"peak": {"type": "number"}},
            },
        },
    }
)
RULE = Rule.from_document(
    {
        "id": "example-thing-used",
        "title": "Things are used",
        "resource": "example.thing",
        "category": "cost",
        "severity": "low",
        "stage": "stable",
        "rationale": "a benchmark",
        "parameters": {"gate": {"type": "number", "default": 20}},
        "when": {"capacity.mode": {"const": "PROVISIONED"}},
        "expect": {"utilization.peak": {"minimum": {"$param": "gate"}}},
    },
    SCHEMA,
)
FACTS: dict[str, Any] = {"capacity": {"mode": "PROVISIONED"}, "utilization": {"peak": 4.2}}


def by_hand(facts: dict[str, Any]) -> bool | None:
    """Check the same in bare Python, unknowns and types included."""
    mode = facts["capacity"].get("mode")
    if not isinstance(mode, str):
        return None
    if mode != "PROVISIONED":
        return False
    peak = facts["utilization"].get("peak")
    if not isinstance(peak, float):
        return None
    return peak >= 20  # noqa: PLR2004 - the gate of the rule above


def microseconds(function: Any) -> float:
    """Give the best time of one call."""
    return min(timeit.repeat(function, number=NUMBER, repeat=REPEAT)) / NUMBER * 1e6


def main() -> None:
    """Print the times and their ratios."""
    bound = RULE.bind()
    bare = microseconds(lambda: by_hand(FACTS))
    print(f"bare Python            {bare:6.2f} µs     1.0")
    for name, function in {
        "two conditions": lambda: bound.when.holds(FACTS) and bound.expect.holds(FACTS),
        "judged, with evidence": lambda: bound.judge(FACTS),
    }.items():
        taken = microseconds(function)
        print(f"{name:<22} {taken:6.2f} µs {taken / bare:7.1f}")


if __name__ == "__main__":
    main()
