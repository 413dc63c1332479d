"""A run carried from one state to another as one file: out of a CI machine that will be gone.

The rows as they are, with the plan, under one digest; importing the same run twice changes nothing. The history stays
as it is: which came first, an audit from elsewhere or the ones that are here, cannot be told from the times of two
machines.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trueup.canonical import canonical, digest
from trueup.errors import UsageError
from trueup.journal.bundle_rows import problem_in
from trueup.journal.tables import SCHEMA_VERSION

if TYPE_CHECKING:
    from trueup.journal.journal import Journal

__all__ = ["IMPORTED", "export_run", "import_run"]

# The option of a run that says that it came from another state: what it did not begin is nobody's approval here.
IMPORTED = "imported"

FORM = "trueup.run/1"
_BY_RUN = ("rule", "scope", "finding", "change", "step", "event")
# Worked out here, whatever the file says: an older one says nothing, and a baseline is held against it.
_KNOWN_BY = """
UPDATE finding SET fingerprint = fingerprint(
    rule, arn, coalesce(json_extract(document, '$.resource.type'), ''),
    coalesce(json_extract(document, '$.resource.account'), ''),
    coalesce(json_extract(document, '$.resource.region'), ''))
WHERE run = ?
"""
# SQLite gives these anew.
_OWN_KEYS = {"event": ("seq",)}


def export_run(journal: Journal, run: str) -> str:
    """Give a run as the text of its file."""
    record = journal.runs.get(run)
    tables = {"run": _rows(journal, "SELECT * FROM run WHERE id = ?", record.id)}
    options = {name: value for name, value in record.options.items() if name != IMPORTED}
    tables["run"][0]["options"] = json.dumps(options)
    for table in _BY_RUN:
        rows = _rows(journal, f"SELECT * FROM {table} WHERE run = ?", record.id)  # noqa: S608 - names from a constant
        tables[table] = [{k: v for k, v in row.items() if k not in _OWN_KEYS.get(table, ())} for row in rows]
    tables["plan"] = _rows(journal, "SELECT * FROM plan WHERE digest = ?", record.plan_digest or "")
    content = {"form": FORM, "version": SCHEMA_VERSION, "tables": tables}
    return canonical({**content, "digest": digest(content)})


def import_run(journal: Journal, text: str) -> str:
    """Bring a run into this state; give its id.

    Raises:
        UsageError: the text is no exported run, was changed, or holds a run that is here already with another content.
    """
    document = _checked(text)
    tables: dict[str, list[dict[str, Any]]] = document["tables"]
    run = str(tables["run"][0]["id"])
    if journal.store.rows("SELECT 1 FROM run WHERE id = ?", (run,)):
        if export_run(journal, run) == text.strip():
            return run
        message = f"run {run} is in this state already, with another content; it was left as it is"
        raise UsageError(message)
    if wrong := problem_in(tables):
        message = f"exported run {run}: {wrong}; it was not brought in"
        raise UsageError(message)
    known = {table: _columns(journal, table) for table in tables}
    options = {**json.loads(tables["run"][0]["options"]), IMPORTED: True}
    tables["run"][0]["options"] = json.dumps(options)
    with journal.store.write() as db:
        for table, rows in tables.items():
            for row in rows:
                if not set(row) <= known[table]:
                    message = f"exported run: expected the columns of {table}, found {sorted(set(row) - known[table])}"
                    raise UsageError(message)
                names = ", ".join(row)
                marks = ", ".join("?" * len(row))
                verb = "INSERT OR IGNORE" if table == "plan" else "INSERT"
                # names are checked against the table's own columns above
                db.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))
        db.execute(_KNOWN_BY, (run,))
    return run


def _checked(text: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(text)
        content = {name: value for name, value in document.items() if name != "digest"}
        sound = (
            document["form"] == FORM
            and 0 < document["version"] <= SCHEMA_VERSION
            and document["digest"] == digest(content)
            and set(document["tables"]) == {"run", "plan", *_BY_RUN}
            and len(document["tables"]["run"]) == 1
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        document, sound = {}, False
    if not sound:
        message = f"expected a run exported by `trueup runs export` ({FORM}), found another or a changed file"
        raise UsageError(message)
    return document


def _columns(journal: Journal, table: str) -> set[str]:
    return {row["name"] for row in journal.store.rows("SELECT name FROM pragma_table_info(?)", (table,))}


def _rows(journal: Journal, query: str, key: str) -> list[dict[str, Any]]:
    return [dict(row) for row in journal.store.rows(query, (key,))]
