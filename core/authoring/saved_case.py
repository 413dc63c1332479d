"""Live facts, saved as a case of a cases file: what AWS really answers is the best proof of a rule.

The file keeps the form that its author gave it, gains one case at its end, and is never left half written. What must
not be shown is not saved.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.errors import RuleFileError, UsageError
from trueup.facts.secrets import leave_out_secrets
from trueup.ruleset.json_file import JsonFile
from trueup.ruleset.load import load_rules
from trueup.ruleset.positions import scan
from trueup.ruleset.shipped import form_problems
from trueup.ruleset.source import CASES_SUFFIX, RuleSource
from trueup.ruleset.written_facts import RESERVED_NAMES, write_facts, written_problems

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trueup.facts.schema import FactSchema
    from trueup.ruleset.rule import Rule

__all__ = ["CasesFile"]

_INDENT = 2
_HALF_PAIR = re.compile("[\\ud800-\\udfff]")


@dataclass(frozen=True, slots=True)
class CasesFile:
    """A file of cases that gains one.

    Args:
        path: the file, which may not be there yet.
        rule: the rule that lies beside it, None when none does.
    """

    path: Path
    rule: Rule | None

    @classmethod
    def of(cls, path: Path, schemas: Mapping[str, FactSchema]) -> CasesFile:
        """Give the cases file at ``path`` with the rule beside it.

        Raises:
            RuleFileError: the rule beside it is not right.
        """
        rule_id = path.name.removesuffix(CASES_SUFFIX)
        beside = path.with_name(f"{rule_id}.json")
        if rule_id == path.name or not beside.is_file():
            return cls(path, None)
        return cls(path, load_rules([RuleSource.of_user(beside)], schemas).rules[rule_id])

    def check_free(self, name: str) -> None:
        """Check that a case of this name can be added.

        Raises:
            RuleFileError: what is there is no cases file.
            UsageError: a case has this name.
        """
        if name in (case["name"] for case in self._read()[1]["cases"]):
            raise UsageError(f"{self.path}: expected a name that no case has, found {name!r}; choose another --name")

    def add(self, name: str, aspects: Mapping[str, Any], expected: str, schema: FactSchema) -> None:
        """Add a case at the end; the file is replaced whole.

        Args:
            name: its name.
            aspects: aspect name to its normalised value, or ``Unknown``; what must not be shown is left out.
            expected: the verdict that it must get.
            schema: the facts that are declared.

        Raises:
            RuleFileError: what is there is no cases file.
            UsageError: a case has this name, the facts cannot be said in a cases file, or it cannot be written.
        """
        self.check_free(name)
        shown = leave_out_secrets(schema, aspects)
        case = {"name": name, "facts": write_facts(shown), "expect": expected}
        wrong = [problem.message for problem in written_problems(schema, case["facts"])]
        if _has_reserved_name(shown):
            wrong.append(f"expected no fact that is called {' or '.join(RESERVED_NAMES)}, found one")
        if wrong:
            raise UsageError(f"{self.path}: the facts cannot be saved as a case: {'; '.join(wrong)}")
        text, document = self._read()
        self._replace(_with_case(text, document, case))

    def _read(self) -> tuple[str, dict[str, Any]]:
        if not self.path.exists():
            return "", {"cases": []}
        parsed = JsonFile.read(self.path)
        problems = list(parsed.problems) or parsed.lines(form_problems("cases", parsed.document))
        if problems:
            raise RuleFileError(problems)
        return parsed.text, parsed.document

    def _replace(self, text: str) -> None:
        target = self.path.resolve()
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with beside.open("x", encoding="utf-8", newline="") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            if target.exists():
                beside.chmod(target.stat().st_mode & 0o7777)
            beside.replace(target)
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be written ({error.strerror}); choose another --save") from error
        finally:
            beside.unlink(missing_ok=True)


def _with_case(text: str, document: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    """Give the text with a case more, all else left as it was written."""
    if not document["cases"]:
        return _json({**document, "cases": [case]}) + "\n"
    last = scan(text).values["cases", len(document["cases"]) - 1]
    line = text.split("\n")[last.line - 1]
    before = line[: last.column - 1]
    start = sum(len(each) + 1 for each in text.split("\n")[: last.line - 1]) + len(before)
    _, end = json.JSONDecoder().raw_decode(text, start)
    margin = "" if before.strip() else before
    added = _json(case).replace("\n", f"\n{margin}")
    return f"{text[:end]},\n{margin}{added}{text[end:]}"


def _json(value: Any) -> str:
    """Give JSON text that can be written as UTF-8: half a surrogate pair, which JSON may have, is escaped."""
    text = json.dumps(value, indent=_INDENT, ensure_ascii=False)
    return json.dumps(value, indent=_INDENT) if _HALF_PAIR.search(text) else text


def _has_reserved_name(value: Any) -> bool:
    if isinstance(value, dict):
        return any(name in RESERVED_NAMES or _has_reserved_name(item) for name, item in value.items())
    return isinstance(value, list | tuple) and any(map(_has_reserved_name, value))
