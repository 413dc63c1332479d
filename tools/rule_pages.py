"""Make the pages of the shipped rules, one a service, from the rule files, their cases and what the plugins declare.

What a rule asks, why, what that reads with which permissions, and what its fix calls, is asked of the same objects that
an audit and a plan ask: a page cannot say anything else than they do.
"""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markdown_table import table

from trueup.aws.iam.operations import actions_for
from trueup.hosting.host import Host
from trueup.permissions.reading import reading_actions
from trueup.ruleset.load import load_rules
from trueup.ruleset.schema_text import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from trueup.ruleset.rule import BoundRule, Rule
    from trueup.service.declarations import ActionDeclaration, ResourceType

__all__ = ["by_service", "index", "pages", "shipped_rules"]

_INTRODUCTION = """# {service}

Made from the files in `rules/{service}/` and from what the plugin declares. How a condition is meant:
[writing a rule](../rules.md#conditions). The rules of all services: [rules that are shipped](../rules-reference.md).
"""

_MARKED = re.compile(r'"?<([\w-]+)>"?')
"""A parameter's name in a schema that is put in words, with the quotes that it gets as a JSON string."""

_COMBINED = {"all": "all of", "any": "any of", "not": "not"}
_QUANTIFIED = {"every": "every element of", "some": "some element of"}


def shipped_rules(host: Host) -> list[Rule]:
    """Give the rules that come with trueup, by id."""
    return list(load_rules(host.rule_sources(), host.fact_schemas()).rules.values())


def index() -> str:
    """Give the list of the services' pages, and a row a rule."""
    found = by_service()
    pages = [f"- [{service}](rules/{service}.md): {len(rules)} rules" for service, rules in found.items()]
    rows = [
        (
            f"[`{rule.id}`](rules/{service}.md#{rule.id})",
            rule.title,
            str(rule.severity),
            rule.category,
            f"`{rule.remediation.action}`" if rule.remediation else "-",
        )
        for service, rules in found.items()
        for rule in rules
    ]
    return "\n".join(
        [
            "## By service",
            "",
            *pages,
            "",
            "## All",
            "",
            table(("rule", "holds when", "severity", "category", "fix"), rows),
        ]
    )


def pages(folder: Path) -> dict[Path, str]:
    """Give the text of each service's page."""
    host = Host()
    return {folder / f"{service}.md": _page(host, service, rules) for service, rules in by_service().items()}


def by_service() -> dict[str, list[Rule]]:
    """Give the shipped rules, sorted, by service."""
    rules = sorted(shipped_rules(Host()), key=lambda rule: (rule.service, rule.id))
    return {service: list(each) for service, each in groupby(rules, lambda rule: rule.service)}


def _page(host: Host, service: str, rules: list[Rule]) -> str:
    parts = [_INTRODUCTION.format(service=service), "<!-- generated: rule-page -->"]
    parts += ["\n".join(_section(rule, host.resource_type(rule.resource))) for rule in rules]
    return "\n\n".join(part.strip() for part in (*parts, "<!-- end of generated -->")) + "\n"


def _section(rule: Rule, declared: ResourceType) -> Iterator[str]:
    bound = rule.bind()
    yield from (f"## {rule.id}", "", f"**{rule.title}.** {rule.rationale}", "")
    checks = ", ".join(f"{each.framework} {each.control}" for each in rule.compliance) or "-"
    facts = f"[`{rule.resource}`](../facts-reference.md#{rule.resource.replace('.', '')})"
    yield table(
        ("severity", "category", "stage", "resource type", "checks"),
        [(str(rule.severity), rule.category, rule.stage, facts, checks)],
    )
    if rule.when:
        yield from ("", "It speaks of resources with", "", *_words(rule.when))
    yield from ("", "It passes with", "", *_words(rule.expect))
    yield from _parameters(rule)
    yield from ("", f"It reads with {_codes(reading_actions(declared, bound.aspects))}.")
    yield from _fix(bound, declared)
    yield from _cases(rule)
    yield from ("", *(f"- see <{reference}>" for reference in rule.references))
    files = f"../../rules/{rule.service}/{rule.id}"
    yield f"- files: [the rule]({files}.json), [its cases]({files}.cases.json)"


def _words(condition: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """Give a condition as a list in a list; more than one entry is all of them."""
    before = "  " * depth + "- "
    for name, operand in condition.items():
        if name in _QUANTIFIED:
            yield f"{before}{_QUANTIFIED[name]} `{operand['in']}` has"
            yield from _words(operand["holds"], depth + 1)
        elif name in _COMBINED:
            yield f"{before}{_COMBINED[name]}"
            parts = operand if isinstance(operand, list) else [operand]
            for part in parts:
                yield from _alternative(part, depth + 1)
        else:
            yield f"{before}`{name}`: {_value(operand)}"


def _alternative(part: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Give a part of `all`, `any` or `not`; one with several entries holds when all of them do."""
    if len(part) == 1:
        yield from _words(part, depth)
    else:
        yield f"{'  ' * depth}- all of"
        yield from _words(part, depth + 1)


def _value(schema: Mapping[str, Any]) -> str:
    """Give what a fact must be, with parameters by their name."""
    words = describe(json.loads(json.dumps(schema), object_hook=_marked))
    return _MARKED.sub(r"parameter `\1`", words).removeprefix("of ")


def _marked(node: dict[str, Any]) -> Any:
    if node.keys() == {"$param"}:
        return f"<{node['$param']}>"
    return {name: [each] if name == "enum" and isinstance(each, str) else each for name, each in node.items()}


def _parameters(rule: Rule) -> Iterator[str]:
    if rule.parameters:
        rows = [
            (f"`{name}`", f"`{json.dumps(p['default'])}`", str(p.get("unit", "-")), str(p.get("description", "-")))
            for name, p in rule.parameters.items()
        ]
        yield from ("", table(("parameter", "default", "unit", "meaning"), rows))


def _fix(bound: BoundRule, declared: ResourceType) -> Iterator[str]:
    fix = bound.rule.remediation
    if fix is None:
        yield from ("", "It has no fix: somebody has to decide what to do.")
        return
    action: ActionDeclaration = declared.actions[fix.action]
    more = reading_actions(declared, action.needs) - reading_actions(declared, bound.aspects)
    writes = {iam for operation in action.writes for iam in actions_for(operation)} | {*action.permissions}
    rows = [
        ("fix", f"`{action.name}`: {bound.rule.schema.actions[action.name].get('description', '-')}"),
        ("risk, at least", str(action.risk)),
        ("reversible, at best", str(action.reversible)),
        ("calls", _codes(action.writes)),
        ("permissions", f"{_codes(writes)}{f'; to plan it also {_codes(more)}' if more else ''}"),
        ("lowers capacity", "yes: its canary is watched before the next" if action.capacity else "no"),
        ("settles within", f"{action.settle_seconds // 60} min"),
    ]
    if fix.regression:
        rows.append(("regressed, unless", "; ".join(line.strip("- ") for line in _words(fix.regression))))
    yield from ("", table(("the fix", ""), rows))


def _cases(rule: Rule) -> Iterator[str]:
    """Give the names and verdicts of the cases, and the facts of the shortest one that fails."""
    if rule.cases is None:
        return
    cases = json.loads(rule.cases.read_text("utf-8"))["cases"]
    rows = [(each["name"], each["expect"].replace("_", " ")) for each in cases]
    yield from ("", table(("case", "verdict"), rows))
    failing = min((each for each in cases if each["expect"] == "fail"), key=lambda each: len(json.dumps(each["facts"])))
    yield from ("", f"The facts of *{failing['name']}*:", "", "```json", json.dumps(failing["facts"], indent=2), "```")


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "no call"
