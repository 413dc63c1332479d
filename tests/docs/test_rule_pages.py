"""The pages of the rules say what the rule files say, read here without any of trueup's own code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.blocks import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(
    file for file in (ROOT / "rules").glob("*/*-*.json") if not file.name.endswith((".cases.json", ".pack.json"))
)


def name_of(file: Path) -> str:
    """Give a rule's id."""
    return file.stem


def section_of(file: Path) -> str:
    """Give what the page of the rule's service says of it."""
    page = (ROOT / "docs" / "rules" / f"{file.parent.name}.md").read_text("utf-8")
    return page.partition(f"\n## {file.stem}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_rule_is_documented_whole(file: Path) -> None:
    """Title, reasons, parameters with defaults and units, controls, references and cases of each rule are there."""
    rule, section = json.loads(file.read_text("utf-8")), section_of(file)
    cases = json.loads(file.with_suffix(".cases.json").read_text("utf-8"))["cases"]
    parameters = rule.get("parameters", {}).items()
    wanted = [
        f"**{rule['title']}.** {rule['rationale']}",
        f"| {rule['severity']} | {rule['category']} | {rule['stage']} |",
        *(f"| `{name}` | `{json.dumps(p['default'])}` | {p.get('unit', '-')} |" for name, p in parameters),
        *(f"{each['framework']} {each['control']}" for each in rule.get("compliance", ())),
        *(f"<{reference}>" for reference in rule.get("references", ())),
        *(f"| {case['name']} | {case['expect'].replace('_', ' ')} |" for case in cases),
    ]

    assert [] == [text for text in wanted if text not in section]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_what_a_rule_looks_at_is_documented(file: Path) -> None:
    """Each fact that a rule looks at stands in its section, and so does the fix with its risk."""
    rule, section = json.loads(file.read_text("utf-8")), section_of(file)
    facts = [*paths(rule.get("when", {})), *paths(rule["expect"])]
    fix = rule.get("remediation")

    assert [] == [path for path in facts if f"`{path}`" not in section]
    assert (f"| fix | `{fix['action']}`: " if fix else "It has no fix") in section


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_rule_is_in_the_index(file: Path) -> None:
    """The table of all rules leads to each of them."""
    index = (ROOT / "docs" / "rules-reference.md").read_text("utf-8")

    assert f"| [`{file.stem}`](rules/{file.parent.name}.md#{file.stem}) |" in index


def paths(condition: dict[str, Any]) -> list[str]:
    """Give the fact paths of a condition, and the lists that it looks into."""
    found: list[str] = []
    for name, operand in condition.items():
        if name in {"all", "any", "not"}:
            parts = operand if isinstance(operand, list) else [operand]
            found += [path for part in parts for path in paths(part)]
        elif name in {"every", "some"}:
            found += [operand["in"], *paths(operand["holds"])]
        else:
            found.append(name)
    return found
