"""Plan files: one reviewed JSON document, hashed, dated, with the rules and changes it is made of.

The digest covers everything, references unresolved; it finds an edit, it does not prove who wrote the file.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trueup import __version__
from trueup.canonical import canonical, digest, plain
from trueup.errors import RefusedError, UsageError
from trueup.journal.runs import moment, stamp
from trueup.planning.planned import PlannedChange
from trueup.ruleset.rule import BoundRule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from trueup.facts.schema import FactSchema
    from trueup.resource import Scope

__all__ = ["Plan", "make_plan", "read_plan", "write_private"]

SCHEMA = "trueup.plan/1"


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as its file holds it; ``document`` is the whole of it."""

    document: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The plan's id."""
        return str(self.document["id"])

    @property
    def digest(self) -> str:
        """``sha256:`` and the digest of everything else in the file."""
        return str(self.document["digest"])

    @property
    def account(self) -> str:
        """The account that it is for."""
        return str(self.document["account"])

    @property
    def matched(self) -> Mapping[str, int]:
        """Rule id to the number of resources that the rule applies to."""
        found: Mapping[str, int] = self.document["matched"]
        return found

    def changes(self) -> list[PlannedChange]:
        """Give the changes, in order."""
        return [PlannedChange.from_json(each) for each in self.document["changes"]]

    def rules(self, schemas: Mapping[str, FactSchema]) -> dict[str, BoundRule]:
        """Give the embedded rules by id, compiled again over the facts as they are declared here."""
        return {rule: BoundRule.from_document(each, schemas) for rule, each in self.document["rules"].items()}

    def resource_types(self) -> dict[str, str]:
        """Give the ids of the embedded rules, and the resource type that each judges."""
        return {rule: str(each["rule"]["resource"]) for rule, each in self.document["rules"].items()}

    def check_expiry(self, now: datetime) -> None:
        """Check that the plan may still be applied.

        Raises:
            RefusedError: it has expired.
        """
        expires = moment(self.document["expires_at"])
        if now >= expires:
            message = (
                f"plan {self.id} has expired: expected use before {stamp(expires)}, it is {stamp(now)}; plan again"
            )
            raise RefusedError(message)


def make_plan(
    changes: Sequence[PlannedChange],
    rules: Mapping[str, BoundRule],
    *,
    scopes: Sequence[Scope],
    matched: Mapping[str, int],
    selection: Mapping[str, Any],
    now: datetime,
    expires: timedelta,
) -> Plan:
    """Give the plan of changes, sealed with its digest."""
    used = sorted({change.rule for change in changes})
    document = plain(
        {
            "schema": SCHEMA,
            "id": f"p{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}",
            "created_at": stamp(now),
            "expires_at": stamp(now + expires),
            "tool_version": __version__,
            "account": scopes[0].account,
            "partition": scopes[0].partition,
            "regions": sorted({scope.region for scope in scopes}),
            "selection": selection,
            "matched": {rule: matched.get(rule, 0) for rule in used},
            "rules": {rule: rules[rule].document_bound for rule in used},
            "changes": [change.to_json() for change in changes],
        }
    )
    return Plan({**document, "digest": digest(document)})


def read_plan(path: Path) -> Plan:
    """Read a plan file.

    Raises:
        UsageError: it is missing, no JSON, or no plan.
        RefusedError: it was edited: its digest is not the one of its content.
    """
    import jsonschema

    try:
        document = json.loads(path.read_text("utf-8"), parse_constant=_no_number)
        canonical(document)
    except (OSError, ValueError, RecursionError) as error:
        message = f"plan file {path}: expected a readable JSON file, found: {error}"
        raise UsageError(message) from error
    schema = json.loads(files(__package__).joinpath("plan.schema.json").read_text("utf-8"))
    wrong = next(iter(jsonschema.Draft202012Validator(schema).iter_errors(document)), None)
    if wrong is not None:
        message = f"plan file {path}: expected a {SCHEMA} document, found at {wrong.json_path}: {wrong.message[:200]}"
        raise UsageError(message)
    content = {name: value for name, value in document.items() if name != "digest"}
    if digest(content) != document["digest"]:
        message = (
            f"plan file {path} was edited: expected {document['digest']}, found {digest(content)}; make a new plan"
        )
        raise RefusedError(message)
    try:
        moment(document["created_at"]), moment(document["expires_at"])
    except ValueError as error:
        message = f"plan file {path}: expected moments as created_at and expires_at, found: {error}"
        raise UsageError(message) from error
    return Plan(document)


def _no_number(text: str) -> None:
    message = f"{text} is no number of JSON"
    raise ValueError(message)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all.

    Raises:
        UsageError: it cannot be written there.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogatepass") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        message = f"{path}: cannot be written ({error.strerror}); free some space, or choose another --out"
        raise UsageError(message) from error
