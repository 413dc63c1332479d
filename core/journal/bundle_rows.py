"""Whether the rows of an exported run are ones that a journal could have written.

A file from elsewhere must not write about other runs than its own, nor break the state for those who read it later.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trueup.journal.changes import ChangeStatus, StepStatus
from trueup.planning.planned import PlannedChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Tables = Mapping[str, Sequence[Mapping[str, Any]]]

__all__ = ["problem_in"]

_KINDS = frozenset({"audit", "plan", "apply", "rollback", "watch"})
_WRITING = frozenset({"apply", "rollback"})


def problem_in(tables: Tables) -> str | None:
    """Give the first thing that is wrong with the rows of an exported run, None when nothing is."""
    try:
        return next(_problems(tables), None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return f"expected the rows of a journal, found {type(error).__name__}: {error!s:.200}"


def _problems(tables: Tables) -> Iterator[str]:
    (run,) = tables["run"]
    for table, rows in tables.items():
        for row in rows:
            if table not in {"run", "plan"} and row["run"] != run["id"]:
                yield f"expected rows of this run only, found one of {row['run']} in {table}"
            if not all(value is None or isinstance(value, str | int) for value in row.values()):
                yield f"expected texts and numbers in {table}, found another value"
    if run["kind"] not in _KINDS:
        yield f"expected a kind of {', '.join(sorted(_KINDS))}, found {run['kind']}"
    if run["kind"] in _WRITING and not run["account"]:
        yield "expected the account that the run wrote to, found none"
    for column in ("options", "selection"):
        if not isinstance(json.loads(run[column]), dict):
            yield f"expected an object as {column}, found another value"
    yield from _of_findings(tables)
    yield from _of_plan(tables, run)
    yield from _of_changes(tables, run)


def _of_findings(tables: Tables) -> Iterator[str]:
    for row in tables["finding"]:
        if not isinstance(json.loads(row["document"])["resource"]["type"], str):
            yield f"expected the resource type of a finding of {row['rule']}, found none"


def _of_plan(tables: Tables, run: Mapping[str, Any]) -> Iterator[str]:
    for row in tables["plan"]:
        document = json.loads(row["document"])
        if not row["digest"] == run["plan_digest"] == document["digest"]:
            yield f"expected the plan of the run, {run['plan_digest']}, found {row['digest']}"
        if row["id"] != document["id"]:
            yield f"expected the id of the plan, {document['id']}, found {row['id']}"


def _of_changes(tables: Tables, run: Mapping[str, Any]) -> Iterator[str]:
    known: set[str] = set()
    for row in tables["change"]:
        change = PlannedChange.from_json(json.loads(row["document"]))
        known.add(change.id)
        ChangeStatus(row["status"])
        if (change.id, change.rule, change.resource.arn) != (row["id"], row["rule"], row["arn"]):
            yield f"expected change {row['id']} of {row['arn']}, found {change.id} of {change.resource.arn} in it"
        if run["kind"] in _WRITING and change.resource.account != run["account"]:
            yield f"expected a resource of account {run['account']}, found {change.resource.arn}"
        if json.loads(row["judged"] or "{}").__class__ is not dict:
            yield f"expected facts as what change {change.id} was judged on, found another value"
    for row in tables["step"]:
        StepStatus(row["status"])
        if row["change"] not in known or row["direction"] not in {"forward", "undo"} or row["position"] < 0:
            yield f"expected a step of a change of the run, found {row['direction']} {row['change']}"
