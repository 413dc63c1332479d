"""The scripts that measure: what they count is right, whatever the time that it takes."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import audit_buckets
import load
import million_findings
import organisation
import pytest
import run_all
from canned.world import ENABLED_REGIONS, World, account_ids
from measuring import HERE, asked_of, served

if TYPE_CHECKING:
    from pathlib import Path

NO_SCRIPTS = {"bare_loop.py", "canned_aws.py", "counted_clients.py", "many_findings.py", "measuring.py", "run_all.py"}

# It takes a browser, which is not everywhere, and a page that another one leaves.
BY_HAND = {"html_browser.py"}


def test_load_counts_what_is_answered() -> None:
    """The load script counts as many answers as it was to send requests, and so does the server."""
    with served(load.WORLD) as url:
        requests = load.signed_requests(url)
        before = sum(asked_of(url)["calls"].values())
        answered, _ = asyncio.run(load.load(url, requests, connections=4, seconds=60, most=200))
        counted = sum(asked_of(url)["calls"].values()) - before
    assert (200, 200) == (answered, counted)


def test_four_rules_make_four_calls_a_bucket() -> None:
    """Four rules of one aspect each make 4n + 2 calls, the same as the loop beside them."""
    pair = audit_buckets.compare(3, 0, 4, tuple(audit_buckets.FOUR_RULES))
    expected = dict.fromkeys(audit_buckets.FOUR_RULES.values(), 3) | dict.fromkeys(audit_buckets.COMMON, 1)
    assert expected == pair.by_operation


def test_an_organisation_makes_the_clients_that_it_uses() -> None:
    """Every scope of every account is audited, and each client that was made was asked something."""
    found = organisation.audit(2, 0.0, ())
    assert (34, 0) == (found.scopes, found.unknown)
    assert found.clients == found.used


def test_calls_that_no_rule_names() -> None:
    """One call too many, or one that no rule names, ends the measurement."""
    audit_buckets.check_calls({"s3:ListBuckets": 1, "sts:GetCallerIdentity": 1, "s3:GetBucketPolicy": 3}, 3)
    with pytest.raises(SystemExit, match="expected at most 14 calls"):
        audit_buckets.check_calls({"s3:GetBucketAcl": 3}, 3)
    with pytest.raises(SystemExit, match="expected at most 14 calls"):
        audit_buckets.check_calls({"s3:GetBucketPolicy": 15}, 3)


def test_synthetic_findings() -> None:
    """The synthetic distribution is found and judged, and the memory while auditing is looked at."""
    found = million_findings.audit(200)
    assert 200 == found.findings
    assert found.auditing <= found.cost.peak


def test_description_of_a_world(tmp_path: Path) -> None:
    """A description says accounts and Regions as numbers or as lists."""
    described = tmp_path / "world.json"
    described.write_text(json.dumps({"accounts": 3, "regions": 2, "resources": {"dynamodb": 4}, "active": 1}))
    world = World.load(described)
    assert (account_ids(3), ENABLED_REGIONS[:2]) == (world.accounts, world.regions)
    active = [(account, region) for account in world.accounts for region in world.regions if
              world.names("dynamodb", account, region)]  # fmt: skip
    first, second, third = world.accounts
    assert [(first, "us-east-1"), (second, "us-east-2"), (third, "us-east-1")] == active


def test_run_all_runs_every_script() -> None:
    """Every script that measures is run, quick and full, within a bound of time."""
    scripts = {each.name for each in HERE.glob("*.py")} - NO_SCRIPTS - BY_HAND
    assert scripts == {each.script for each in run_all.ALL}
    assert all(0 < each.minutes <= 20 for each in run_all.ALL)
