"""The store's tables.

Apart from the code that uses them, so that what a state file holds can be read on one page.
``step`` rows are what a crash is recovered from; ``event`` is the append-only story of a run.
"""

from __future__ import annotations

__all__ = ["HISTORY", "SCHEMA_VERSION", "TABLES", "UPGRADES", "WATCH"]

# Raised whenever a table changes its meaning; an older file is brought up to it, a newer one is refused.
SCHEMA_VERSION = 2

HISTORY = """
CREATE TABLE IF NOT EXISTS audited (
    number INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL,
    alike TEXT NOT NULL, pass INTEGER NOT NULL, fail INTEGER NOT NULL, unknown INTEGER NOT NULL,
    exempt INTEGER NOT NULL, not_applicable INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS audited_by_run ON audited (run);
CREATE INDEX IF NOT EXISTS audited_alike ON audited (alike, number);
CREATE TABLE IF NOT EXISTS history (
    fingerprint TEXT PRIMARY KEY, rule TEXT NOT NULL, type TEXT NOT NULL, arn TEXT NOT NULL, account TEXT NOT NULL,
    region TEXT NOT NULL, state TEXT NOT NULL, verdict TEXT, judged INTEGER NOT NULL, opened INTEGER,
    first_seen TEXT NOT NULL, first_run TEXT NOT NULL, last_seen TEXT NOT NULL, last_run TEXT NOT NULL,
    fixed_at TEXT, fixed_by TEXT, returned INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turn (
    number INTEGER NOT NULL, fingerprint TEXT NOT NULL, what TEXT NOT NULL, verdict TEXT,
    PRIMARY KEY (number, fingerprint)
) STRICT, WITHOUT ROWID;
"""
"""What outlives the runs: a row an audit, a row a finding that ever failed, and a row each time that one was fixed or
returned. ``judged`` and ``opened`` are numbers of ``audited``; ``opened`` is when it first failed without an exemption.
A ``verdict`` that is null means that the resource is gone."""

UPGRADES = {
    1: f"""
ALTER TABLE finding ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN region TEXT NOT NULL DEFAULT '';
UPDATE finding SET
    account = coalesce(json_extract(document, '$.resource.account'), ''),
    region = coalesce(json_extract(document, '$.resource.region'), '');
ALTER TABLE finding ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';
UPDATE finding SET
    fingerprint = fingerprint(rule, arn, coalesce(json_extract(document, '$.resource.type'), ''), account, region);
{HISTORY}
"""  # noqa: S608 - a text from above
}
"""Format to the statements that make the next one of it."""

WATCH = """
CREATE TABLE IF NOT EXISTS watch (run TEXT PRIMARY KEY, holder TEXT, held_until TEXT NOT NULL, looked_until TEXT) STRICT
"""
"""One row a run that was ever watched; apart, since a state of this version may have been made without it."""

TABLES = f"""
CREATE TABLE IF NOT EXISTS run (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    account TEXT,
    principal TEXT,
    tool_version TEXT NOT NULL,
    selection TEXT NOT NULL DEFAULT '{{}}',
    plan_digest TEXT,
    of_run TEXT,
    stop_requested INTEGER NOT NULL DEFAULT 0,
    options TEXT NOT NULL DEFAULT '{{}}'
) STRICT;
CREATE INDEX IF NOT EXISTS run_by_time ON run (started_at DESC);
CREATE TABLE IF NOT EXISTS rule (
    run TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (run, id)
) STRICT;
CREATE TABLE IF NOT EXISTS scope (
    run TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (run, account, region)
) STRICT;
CREATE TABLE IF NOT EXISTS finding (
    run TEXT NOT NULL, severity INTEGER NOT NULL, rule TEXT NOT NULL, arn TEXT NOT NULL, verdict TEXT NOT NULL,
    service TEXT NOT NULL, fingerprint TEXT NOT NULL DEFAULT '', document TEXT NOT NULL,
    account TEXT NOT NULL DEFAULT '', region TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS finding_by_order ON finding (run, severity, rule, arn);
CREATE TABLE IF NOT EXISTS plan (
    digest TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL, made_by TEXT, applied_by TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS change (
    run TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, rule TEXT NOT NULL, arn TEXT NOT NULL,
    status TEXT NOT NULL, reason TEXT, at TEXT NOT NULL, document TEXT NOT NULL, judged TEXT,
    PRIMARY KEY (run, id)
) STRICT;
CREATE INDEX IF NOT EXISTS change_by_arn ON change (arn, at);
CREATE TABLE IF NOT EXISTS step (
    run TEXT NOT NULL, change TEXT NOT NULL, direction TEXT NOT NULL, position INTEGER NOT NULL,
    status TEXT NOT NULL, request_id TEXT, result TEXT, at TEXT NOT NULL,
    PRIMARY KEY (run, change, direction, position)
) STRICT;
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, change TEXT, step TEXT, at TEXT NOT NULL,
    what TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '{{}}'
) STRICT;
CREATE INDEX IF NOT EXISTS event_by_run ON event (run, seq);
{HISTORY}
"""
