"""A new rule with its cases: two files that are right as they stand, to be changed into what is meant.

A first condition about a fact that there is shows more of the language than an empty form, and cases that pass tell
at once when a change breaks them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.errors import UsageError
from trueup.facts.path import split_path
from trueup.facts.unknown import Reason
from trueup.ruleset.source import CASES_SUFFIX
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from trueup.facts.schema import Fact, FactSchema
    from trueup.ruleset.rule import Rule

__all__ = ["NewRule", "new_rule"]

# The longest id, and its form, are those of rule.schema.json.
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_LONGEST = 128
_TAGS = "tags"


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule and its cases that are not yet written.

    Args:
        rule: the document of the rule file.
        cases: the document of the cases file.
    """

    rule: Mapping[str, Any]
    cases: Mapping[str, Any]

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write both files, or none; give their paths.

        Raises:
            UsageError: one of them is there already, or cannot be written.
        """
        contents = {
            folder / f"{self.rule['id']}.json": self.rule,
            folder / f"{self.rule['id']}{CASES_SUFFIX}": self.cases,
        }
        for file in contents:
            if file.exists():
                raise UsageError(f"{file}: expected no such file yet, found one; choose another id or --dir")
        written: list[Path] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file, document in contents.items():
                with file.open("x", encoding="utf-8") as stream:
                    written.append(file)
                    stream.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        except OSError as error:
            for file in written:
                file.unlink(missing_ok=True)
            raise UsageError(f"{folder}: cannot be written ({error.strerror}); choose another --dir") from error
        rule, cases = contents
        return rule, cases


def new_rule(rule_id: str, resource: str, schemas: Mapping[str, FactSchema], rules: Mapping[str, Rule]) -> NewRule:
    """Make a rule about a resource type, with a case each of pass, fail and unknown.

    Args:
        rule_id: the id that it gets.
        resource: the resource type.
        schemas: the fact schemas by resource type.
        rules: the rules that there are, by id.

    Raises:
        UsageError: the id is none or is taken, or there is no such resource type or none with a fact to ask for.
    """
    if not _ID.fullmatch(rule_id) or len(rule_id) > _LONGEST:
        form = "lower-case words joined by '-', the service first, such as dynamodb-table-tagged"
        raise UsageError(f"rule id: expected {form}, at most {_LONGEST} characters, found {rule_id!r}")
    if rule_id in rules:
        raise UsageError(f"rule id: expected one that no rule has, found {rule_id!r} in {rules[rule_id].origin}")
    if resource not in schemas:
        listed = did_you_mean(resource, schemas) or f"; known are {', '.join(sorted(schemas)) or 'none'}"
        raise UsageError(f"--resource: expected a resource type, found {resource!r}{listed}")
    for fact in _by_liking(schemas[resource]):
        asked = _asked_of(fact)
        if asked is not None:
            return _made(rule_id, resource, fact, *asked)
    raise UsageError(f"--resource: {resource} has no fact that a condition could begin with")


def _by_liking(schema: FactSchema) -> Iterator[Fact]:
    """Yield the facts that a condition may ask for, settings that are on or off first: they need no explanation."""
    asked = [
        fact
        for fact in schema.facts()
        if len(split_path(fact.path)) > 1 and not fact.path.startswith(f"{_TAGS}.") and not schema.is_secret(fact.path)
    ]
    order = ("boolean", "string", "integer", "number")
    known = [fact for fact in asked if any(name in order for name in fact.types)]
    yield from sorted(known, key=lambda fact: (fact.kind != "configuration", order.index(_scalar(fact)), _depth(fact)))


def _depth(fact: Fact) -> int:
    return len(split_path(fact.path))


def _scalar(fact: Fact) -> str:
    return next(name for name in fact.types if name != "null")


def _asked_of(fact: Fact) -> tuple[dict[str, Any], Any, Any] | None:
    """Give a schema for a fact, a value that is as it says, and one that is not."""
    choices = [value for value in fact.schema.get("enum", ()) if value is not None]
    if len(choices) > 1:
        return {"const": choices[0]}, choices[0], choices[1]
    if choices:
        return None
    match _scalar(fact):
        case "boolean":
            return {"const": True}, True, False
        case "string":
            return {"minLength": 1}, "something", ""
        case _:
            return {"minimum": 1}, 1, 0


def _made(rule_id: str, resource: str, fact: Fact, schema: Mapping[str, Any], good: Any, bad: Any) -> NewRule:
    aspect, *inner = split_path(fact.path)

    def case(name: str, value: Any, verdict: str) -> dict[str, Any]:
        for part in reversed(inner):
            value = {part: value}
        return {"name": name, "facts": {aspect: value}, "expect": verdict}

    rule = {
        "id": rule_id,
        "title": "Say in one line what holds when the rule passes",
        "resource": resource,
        "category": "operations",
        "severity": "medium",
        "stage": "experimental",
        "rationale": f"Say why it matters, and what a failure costs. {fact.schema.get('description', '')}".rstrip(),
        "expect": {fact.path: schema},
    }
    unknown = {"name": "it could not be read", "facts": {aspect: {"$unknown": str(Reason.ACCESS_DENIED)}}}
    cases = [
        case("as it should be", good, "pass"),
        case("not as it should be", bad, "fail"),
        {**unknown, "expect": "unknown"},
    ]
    return NewRule(rule, {"cases": cases})
