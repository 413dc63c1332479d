"""A rule tried on all its cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.ruleset.load import load_rules
from trueup.ruleset.trial import try_rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.facts.schema import FactSchema
    from trueup.ruleset.source import RuleSource


def test_verdicts_and_clauses_are_told_together(write_rule: Callable[..., RuleSource], schema: FactSchema) -> None:
    """What is wrong is a line each; programs get every case and every clause."""
    source = write_rule()
    case = {"name": "used", "facts": {"thing": {"Mode": "BUSY"}, "use": {"peak": 50}}, "expect": "fail"}
    file = Path(str(source.folder)) / "example-thing-used.cases.json"
    file.write_text(json.dumps({"cases": [case]}), encoding="utf-8")
    trial = try_rule(load_rules([source], {schema.type: schema}).rules["example-thing-used"])

    assert [
        "example-thing-used: used: expected fail, found pass (use.peak is 50, expected {'minimum': 20})",
        "example-thing-used: expected a case of pass, found none",
        "example-thing-used: expected a case of unknown, found none",
    ] == list(trial.problems())
    assert {
        "id": "example-thing-used",
        "cases": [{"name": "used", "expected": "fail", "found": "pass", "holds": False}],
        "clauses": [
            {
                "place": "/when/thing.Mode",
                "path": "thing.Mode",
                "seen": ["true"],
                "missing": ["false", "unknown"],
            },
            {"place": "/expect/use.peak", "path": "use.peak", "seen": ["true"], "missing": ["false", "unknown"]},
        ],
    } == trial.to_json()
