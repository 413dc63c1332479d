"""A state file with one audit of as many findings as are asked for, like those of an organisation.

Fifteen of the shipped rules over twelve accounts and five Regions: of each resource its rules' findings, with the
evidence, costs, tags and reasons that such findings have. Nothing is random, so that every run of it is the same.
"""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING, Any

from trueup.clock import SystemClock
from trueup.finding import Severity
from trueup.journal.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["make_state"]

REGIONS = ("us-east-1", "eu-central-1", "eu-west-1", "ap-southeast-2", "us-west-2")
ACCOUNTS = tuple(f"{111_100_000_000 + 7_919 * number:012}" for number in range(12))
TEAMS = ("orders", "payments", "search", "data-platform", "web", "identity", "logistics")
NAMES = ("events", "sessions", "invoices", "thumbnails", "audit-log", "catalogue", "exports", "carts", "reports")

Leaf = tuple[str, Any, Any, Any]
"""A piece of evidence: path, a value that passes, one that fails, what is expected."""

S3: dict[str, list[Leaf]] = {
    "s3-bucket-level-public-access-prohibited": [
        (f"public_access_block.{name}", True, name == "BlockPublicAcls", {"const": True})
        for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    ],
    "s3-bucket-ssl-requests-only": [("transport.tls_only", True, False, {"const": True})],
    "s3-bucket-versioning-enabled": [("versioning.enabled", True, False, {"const": True})],
    "s3-bucket-server-side-encryption-enabled": [
        ("encryption.algorithm", "AES256", None, {"enum": ["AES256", "aws:kms", "aws:kms:dsse"]})
    ],
    "s3-bucket-lifecycle-to-standard-ia": [("tiering.days", 30, None, {"maximum": 30})],
}
DYNAMODB: dict[str, list[Leaf]] = {
    "dynamodb-table-on-demand-when-idle": [
        ("capacity.mode", "PROVISIONED", "PROVISIONED", {"const": "PROVISIONED"}),
        ("utilization.peak_read", 61.25, 4.5, {"minimum": 20}),
        ("utilization.peak_write", 44.0, 3.75, {"minimum": 20}),
    ],
    "dynamodb-table-pitr-enabled": [
        (
            "continuous_backups.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
            "ENABLED",
            "DISABLED",
            {"const": "ENABLED"},
        )
    ],
    "dynamodb-table-deletion-protection-enabled": [("table.DeletionProtectionEnabled", True, False, {"const": True})],
}
LAMBDA: dict[str, list[Leaf]] = {
    "lambda-function-memory-right-sized": [
        ("usage.p95_duration_seconds", 120.5, 6.125, {"minimum": 100}),
        ("function.MemorySize", 1024, 3008, {"maximum": 1024}),
        ("fit.memory", True, False, {"const": True}),
        ("function.Timeout", 300, 900, {"maximum": 300}),
    ],
    "lambda-function-reserved-concurrency-set": [("concurrency.reserved", 5, None, {"minimum": 1})],
    "lambda-function-runtime-supported": [
        ("function.Runtime", "python3.13", "nodejs18.x", {"enum": ["nodejs24.x", "python3.12", "python3.13", "java25"]})
    ],
}
RDS: dict[str, list[Leaf]] = {
    "rds-cluster-encrypted-at-rest": [("cluster.StorageEncrypted", True, False, {"const": True})],
    "rds-cluster-deletion-protection-enabled": [("cluster.DeletionProtection", True, False, {"const": True})],
    "rds-cluster-multi-az-enabled": [("topology.zones", 3, 1, {"minimum": 2})],
    "rds-cluster-instance-public-access-check": [
        ("members[one-1].PubliclyAccessible", False, True, {"const": False}),
        ("members[one-2].PubliclyAccessible", False, False, {"const": False}),
    ],
}
TYPES: tuple[tuple[str, str, dict[str, list[Leaf]]], ...] = (
    ("s3.bucket", "arn:aws:s3:::{id}", S3),
    ("dynamodb.table", "arn:aws:dynamodb:{region}:{account}:table/{id}", DYNAMODB),
    ("awslambda.function", "arn:aws:lambda:{region}:{account}:function:{id}", LAMBDA),
    ("rds.db_cluster", "arn:aws:rds:{region}:{account}:cluster:{id}", RDS),
)
VERDICTS = ("fail", "pass", "pass", "fail", "pass", "unknown", "pass", "exempt", "pass", "fail", "not_applicable")
DENIED = {"s3": "s3:GetBucketPolicy", "dynamodb": "dynamodb:DescribeTable", "awslambda": "lambda:GetFunction",
          "rds": "rds:DescribeDBClusters"}  # fmt: skip


def make_state(path: Path, count: int) -> str:
    """Write the state and give the run's id."""
    rules = {rule: _rule(kind.partition(".")[0], rule) for kind, _, rules in TYPES for rule in rules}
    journal = Journal.open(path, SystemClock())
    run = journal.runs.start("audit", account=ACCOUNTS[0], principal=f"arn:aws:iam::{ACCOUNTS[0]}:role/auditor")
    severities = {rule: Severity(document["severity"]) for rule, document in rules.items()}
    with journal.findings(run, severities) as writer:
        writer.keep_rules(rules)
        for account, region in product(ACCOUNTS, REGIONS):
            scope = {"account": account, "region": region, "complete": True, "calls": {}, "errors": [], "unread": None}
            writer.end_scope(scope)
        for finding in _findings(count, rules):
            writer.add(finding)
    journal.runs.finish(run, "finished")
    journal.store.close()
    return run


def _rule(service: str, rule: str) -> dict[str, Any]:
    document = json.loads(files(f"trueup.rules.{service}").joinpath(f"{rule}.json").read_text(encoding="utf-8"))
    kept = ("title", "severity", "category", "resource", "stage", "rationale", "references", "compliance")
    return {**{name: document[name] for name in kept if name in document}, "parameters": {}}


def _findings(count: int, rules: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    made = number = 0
    while made < count:
        kind, arn, evidence = TYPES[number % len(TYPES)]
        resource = _resource(number, kind, arn)
        for rule, leaves in list(evidence.items())[: count - made]:
            verdict = VERDICTS[(number * 31 + made * 7 + number // 60) % len(VERDICTS)]
            yield _finding(number, rule, rules[rule]["category"], verdict, resource, leaves)
            made += 1
        number += 1


def _resource(number: int, kind: str, arn: str) -> dict[str, Any]:
    account, region = ACCOUNTS[number // 4 % len(ACCOUNTS)], REGIONS[number // 48 % len(REGIONS)]
    team, name = TEAMS[number % len(TEAMS)], NAMES[number * 11 % len(NAMES)]
    identity = f"{team}-{name}-{number * 2_654_435_761 % 2**32:08x}"
    tags = {"team": team, "env": ("prod", "staging", "dev")[number % 3], "cost-center": f"cc-{number % 40:03}"}
    return {
        "type": kind,
        "arn": arn.format(id=identity, region=region, account=account),
        "id": identity,
        "account": account,
        "region": region,
        "tags": tags if number % 2 else None,
    }


def _finding(
    number: int,
    rule: str,
    category: str,
    verdict: str,
    resource: dict[str, Any],
    leaves: list[Leaf],
) -> dict[str, Any]:
    action = DENIED[resource["type"].partition(".")[0]] if verdict == "unknown" else None
    reasons = {
        "unknown": f"access denied at {action} (allow {action})",
        "exempt": "exempt until 2027-03-31, owner data-platform: migration",
    }
    return {
        "rule": rule,
        "verdict": verdict,
        "reason": reasons.get(verdict),
        "missing_action": action,
        "operation": action,
        "resource": resource,
        "evidence": [_leaf(number, verdict, *leaf) for leaf in leaves],
        "cost": _cost(number) if category == "cost" else None,
        "fix": {"action": "fix-it", "risk": "safe", "reversible": "yes"} if verdict == "fail" and number % 2 else None,
        "exemption": _exemption(number, rule, resource["arn"]) if verdict == "exempt" else None,
    }


def _cost(number: int) -> dict[str, Any]:
    likely = round(number * 37 % 90_000 / 100, 2)
    return {
        "monthly": {"low": likely, "likely": likely, "high": round(likely * 1.2, 2)},
        "parts": {"storage": round(likely / 3, 2), "requests": round(likely * 2 / 3, 2)},
        "currency": "USD",
        "reason": None,
    }


def _exemption(number: int, rule: str, arn: str) -> dict[str, Any]:
    return {
        "rule": rule,
        "resource": arn,
        "tag": None,
        "owner": "data-platform",
        "reason": "migration",
        "expires": "2027-03-31",
        "file": "exemptions.json",
        "line": number % 90 + 1,
        "expired": False,
    }


def _leaf(number: int, verdict: str, path: str, right: Any, wrong: Any, expected: Any) -> dict[str, Any]:
    """Give a piece of evidence; a measured value is hardly ever the same twice."""
    if verdict == "unknown":
        return {"path": path, "actual": None, "expected": expected, "holds": None, "unknown": "access denied"}
    failing = verdict in {"fail", "exempt"}
    actual = wrong if failing else right
    if isinstance(actual, float):
        actual = round(actual + number % 1_000 / 1_000, 6)
    holds = not failing or wrong == right
    return {"path": path, "actual": actual, "expected": expected, "holds": holds, "unknown": None}
