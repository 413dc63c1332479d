"""Runs to report, as the store gives them: an audit, a plan, an apply, a rollback, a watch, and one with nothing in it.

Built from a few realistic resources, so that what the renderers show can be judged by eye, and by size.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.exemptions.usage import no_usage
from trueup.journal.calls import calls_of
from trueup.journal.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ACCOUNT",
    "HOSTILE",
    "KINDS",
    "NO_HISTORY",
    "STATUSES",
    "MemoryView",
    "change",
    "empty_view",
    "exemption",
    "finding",
    "large_view",
    "renamed_view",
    "view_of",
]

ACCOUNT = "111122223333"
REGION = "eu-central-1"
CLICKSTREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/clickstream"
KINDS = ("audit", "plan", "apply", "rollback", "watch")
STATUSES = (
    "planned",
    "applied",
    "settling",
    "unverified",
    "indeterminate",
    "failed",
    "stale",
    "skipped",
    "rolled_back",
)
SEVERITIES = ("critical", "high", "medium", "low", "informational")

HOSTILE = (
    "<script>alert(1)</script>\"'`</textarea></style>{{7*7}}{% raw %}<!-- --><img src=x onerror=alert(1)>"
    "\x00\x07\x1b[31mred\x1b]8;;https://evil.example\x1b\\\x9b2J\r\n\u202egnp.exe\u2066\u200b\ufeff\u2028\ud800"
    " [bold]x[/bold] javascript:alert(1) &amp; שלום " + "long" * 400
)
"""A name that tries everything: markup, templates, terminal escapes, bidi controls, a lone surrogate, length."""

RULES: dict[str, dict[str, Any]] = {
    "dynamodb-table-on-demand-when-idle": {
        "title": "Under-used provisioned tables use on-demand capacity",
        "severity": "medium",
        "category": "cost",
        "resource": "dynamodb.table",
        "rationale": "Provisioned capacity is paid for by the hour whether it is used or not. A table that uses less "
        "than a fifth of it for a month costs less on demand, and on demand it cannot throttle for want of capacity.",
        "references": ["https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html"],
        "compliance": [{"framework": "aws-well-architected", "control": "COST06-BP03"}],
        "parameters": {"gate": 20},
    },
    "dynamodb-table-pitr-enabled": {
        "title": "Tables can be restored to any second of the last 35 days",
        "severity": "high",
        "category": "reliability",
        "resource": "dynamodb.table",
        "rationale": "Without point-in-time recovery a wrong deploy or a deleted item is lost since the last backup.",
        "references": ["https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html"],
        "compliance": [
            {"framework": "aws-fsbp", "control": "DynamoDB.2"},
            {"framework": "nist-800-53-r5", "control": "CP-9"},
        ],
        "parameters": {},
    },
    "lambda-function-memory-right-sized": {
        "title": "Functions have no more memory than their load needs",
        "severity": "low",
        "category": "cost",
        "resource": "awslambda.function",
        "rationale": "Lambda is billed by memory × duration; memory that is never used is "
        "paid for on every invocation.",
        "references": ["https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"],
        "compliance": [],
        "parameters": {"memory_mib": 1024, "timeout_seconds": 300},
    },
    "s3-bucket-public-access-blocked": {
        "title": "Buckets block public access",
        "severity": "critical",
        "category": "security",
        "resource": "s3.bucket",
        "rationale": "One policy or object ACL too many and the bucket's content is on the internet. "
        "The block wins over both.",
        "references": ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"],
        "compliance": [{"framework": "cis-aws-3.0", "control": "2.1.4"}],
        "parameters": {},
    },
    "s3-bucket-tls-only": {
        "title": "Buckets refuse requests without TLS",
        "severity": "medium",
        "category": "security",
        "resource": "s3.bucket",
        "rationale": "Without the statement a client that is configured wrongly sends data in clear text.",
        "references": ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html"],
        "compliance": [{"framework": "aws-fsbp", "control": "S3.5"}],
        "parameters": {},
    },
}

SAVINGS = {
    "low": 212.4,
    "likely": 268.11,
    "high": 291.05,
    "one_time": 0,
    "currency": "USD",
    "basis": "list",
    "price_date": "2026-11-01",
    "source": "AWS Price List, AmazonDynamoDB, eu-central-1",
    "assumptions": ["use stays as in the last 30 days", "no reserved capacity"],
}


NO_COSTS: dict[str, Any] = {
    "currency": None,
    "services": [],
    "total": {
        "resources": 0,
        "unpriced": 0,
        "changes": 0,
        "unpriced_changes": 0,
        "current": None,
        "optimised": None,
        "saving": None,
    },
    "unpriced": [],
    "saving_annual": None,
    "estimate": None,
}


NO_HISTORY: dict[str, Any] = {"compared_with": None, "counts": None, "baseline": None, "trend": []}


@dataclass
class MemoryView:
    """A run whose every part is in memory."""

    run_record: dict[str, Any]
    finding_records: list[dict[str, Any]] = field(default_factory=list)
    change_records: list[dict[str, Any]] = field(default_factory=list)
    scope_records: list[dict[str, Any]] = field(default_factory=list)
    rule_records: dict[str, Any] = field(default_factory=lambda: dict(RULES))
    cost_record: dict[str, Any] = field(default_factory=lambda: dict(NO_COSTS))
    exemption_records: dict[str, list[dict[str, Any]]] = field(default_factory=no_usage)
    history_record: dict[str, Any] = field(default_factory=lambda: dict(NO_HISTORY))
    fixed_records: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> dict[str, Any]:
        """Give the run."""
        return self.run_record

    def summary(self) -> dict[str, Any]:
        """Give the counts of what the view holds."""
        verdicts = Counter(record["verdict"] for record in self.finding_records)
        statuses = Counter(record["status"] for record in self.change_records)
        savings = [record["savings_monthly"] for record in self.change_records if record["savings_monthly"]]
        return {
            **{name: verdicts[name] for name in ("pass", "fail", "unknown", "exempt", "not_applicable")},
            "changes": {name: statuses[name] for name in STATUSES},
            "savings_monthly": {
                **{name: round(sum(one[name] or 0 for one in savings), 2) for name in ("low", "likely", "high")},
                "one_time": 0,
                "currency": "USD",
            }
            if savings
            else None,
        }

    def costs(self) -> dict[str, Any]:
        """Give the costs."""
        return self.cost_record

    def exemptions(self) -> dict[str, list[dict[str, Any]]]:
        """Give the exemptions."""
        return self.exemption_records

    def history(self) -> dict[str, Any]:
        """Give the history."""
        return self.history_record

    def fixed(self) -> Iterator[dict[str, Any]]:
        """Yield what was fixed."""
        yield from self.fixed_records

    def scopes(self) -> list[dict[str, Any]]:
        """Give the scopes."""
        return self.scope_records

    def calls(self) -> dict[str, Any]:
        """Give the calls."""
        return calls_of(self.scope_records)

    def rules(self) -> dict[str, Any]:
        """Give the rules."""
        return self.rule_records

    def findings(self) -> Iterator[dict[str, Any]]:
        """Yield the findings as the store does: by severity, rule and ARN."""

        def order(record: dict[str, Any]) -> tuple[int, str, str]:
            rule = self.rule_records[record["rule"]]
            return SEVERITIES.index(rule["severity"]), record["rule"], record["resource"]["arn"] or ""

        yield from sorted(self.finding_records, key=order)

    def changes(self) -> Iterator[dict[str, Any]]:
        """Yield the changes."""
        yield from self.change_records


def resource(kind: str, name: str, region: str = REGION, tags: dict[str, str] | None = None) -> dict[str, Any]:
    """Give a resource of a type."""
    arn = {
        "dynamodb.table": f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}",
        "awslambda.function": f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}",
        "s3.bucket": f"arn:aws:s3:::{name}",
    }[kind]
    return {"type": kind, "arn": arn, "id": name, "account": ACCOUNT, "region": region, "tags": tags}


def finding(rule: str, verdict: str, name: str, **more: Any) -> dict[str, Any]:
    """Give a finding of one of the rules, with that rule's evidence."""
    region, tags = more.pop("region", REGION), more.pop("tags", None)
    record = {
        "rule": rule,
        "verdict": verdict,
        "fingerprint": fingerprint(rule, name, RULES[rule]["resource"], ACCOUNT, region),
        "first_seen": "2026-11-01T08:00:00Z" if verdict in {"fail", "exempt"} else None,
        "history": "open" if verdict == "fail" else None,
        "baseline": None,
        "reason": None,
        "missing_action": None,
        "operation": None,
        "resource": resource(RULES[rule]["resource"], name, region, tags),
        "evidence": _evidence(rule, verdict),
        "fix": None,
        "exemption": None,
    }
    return record | more


def exemption(rule: str, on: str | dict[str, str], expires: str, **more: Any) -> dict[str, Any]:
    """Give an exemption of one of the rules, as a report has it, without what became of it."""
    record = {
        "rule": rule,
        "resource": on if isinstance(on, str) else None,
        "tag": None if isinstance(on, str) else on,
        "owner": "data-platform",
        "reason": "month-end load",
        "expires": expires,
        "file": "exemptions.json",
        "line": 3,
    }
    return record | more


def change(identity: str, rule: str, name: str, status: str, **more: Any) -> dict[str, Any]:
    """Give the switch of a table to on-demand capacity, in a status."""
    capacity = {"ReadCapacityUnits": 500, "WriteCapacityUnits": 500}
    index = {"IndexName": "by-date", "ProvisionedThroughput": {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100}}
    sent = status not in {"planned", "stale", "skipped"}
    record = {
        "id": identity,
        "rule": rule,
        "resource": resource(RULES[rule]["resource"], name, tags={"team": "orders", "env": "prod"}),
        "status": status,
        "reason": None,
        "summary": "PROVISIONED 500/500 with index by-date 100/100 becomes PAY_PER_REQUEST",
        "risk": "safe",
        "risk_reason": "on-demand capacity serves at least twice the highest peak seen",
        "reversible": "yes",
        "reversible_reason": "",
        "before": {
            "capacity.mode": "PROVISIONED",
            "capacity.read_units": 500,
            "indexes": [{"name": "by-date", "read_units": 100, "write_units": 100}],
        },
        "after": {
            "capacity.mode": "PAY_PER_REQUEST",
            "capacity.read_units": 0,
            "indexes": [{"name": "by-date", "read_units": 0, "write_units": 0}],
        },
        "action": "set-billing-mode",
        "managed_by": None,
        "projection": {"peak_read_percent": 6.21, "peak_write_percent": 3.4},
        "code": "AWS::DynamoDB::Table BillingMode: PAY_PER_REQUEST",
        "steps": [
            {
                "id": "1",
                "service": "dynamodb",
                "operation": "UpdateTable",
                "parameters": {"TableName": name, "BillingMode": "PAY_PER_REQUEST"},
                "undo": [
                    {
                        "service": "dynamodb",
                        "operation": "UpdateTable",
                        "parameters": {
                            "TableName": name,
                            "BillingMode": "PROVISIONED",
                            "ProvisionedThroughput": capacity,
                            "GlobalSecondaryIndexUpdates": [{"Update": index}],
                        },
                    }
                ],
                "status": "done" if sent else status,
                "request_id": "VJ5M4Q2K3L7EXAMPLE" if sent else None,
            }
        ],
        "savings_monthly": SAVINGS,
    }
    return record | more


def costs(kind: str) -> dict[str, Any]:
    """Give the costs of a run in which two tables could be on demand and a function is too large."""
    saving = {"low": 424.8, "likely": 536.22, "high": 582.1, "one_time": 0.0, "currency": "USD"}
    tables = {
        "resources": 3,
        "unpriced": 0,
        "changes": 2,
        "unpriced_changes": 0,
        "current": {"low": 654.12, "likely": 701.5, "high": 760.25},
        "optimised": {"low": 72.02, "likely": 165.28, "high": 335.45} if kind == "plan" else None,
        "saving": saving,
    }
    functions = {
        "resources": 4,
        "unpriced": 2,
        "changes": 1,
        "unpriced_changes": 1,
        "current": dict.fromkeys(("low", "likely", "high"), 12.5),
        "optimised": dict.fromkeys(("low", "likely", "high"), 12.5) if kind == "plan" else None,
        "saving": None,
    }
    total = {
        **{name: tables[name] + functions[name] for name in ("resources", "unpriced", "changes", "unpriced_changes")},  # type: ignore[operator]  # numbers
        "current": {"low": 666.62, "likely": 714.0, "high": 772.75},
        "optimised": {"low": 84.52, "likely": 177.78, "high": 347.95} if kind == "plan" else None,
        "saving": saving,
    }
    annual = {**saving, "low": 5097.6, "likely": 6434.64, "high": 6985.2, "one_time": 3.25}
    return {
        "currency": "USD",
        "services": [{"service": "awslambda", **functions}, {"service": "dynamodb", **tables}],
        "total": total,
        "unpriced": [{"reason": "no price: no price file has awslambda in eu-central-1", "resources": 2}],
        "saving_annual": annual,
        "estimate": {**saving, "likely": 804.33} if kind == "apply" else None,
    }


def view_of(kind: str) -> MemoryView:
    """Give a realistic run of a kind."""
    changes = {
        "audit": [],
        "plan": _changes("planned", "planned", "planned"),
        "apply": _changes("applied", "rolled_back", "settling"),
        "rollback": _changes("rolled_back", "rolled_back", "failed"),
        "watch": _changes("applied", "applied", "rolled_back"),
    }[kind]
    view = MemoryView(_run(kind), _findings(), changes, _scopes(), exemption_records=_exemptions())
    if kind in {"audit", "plan"}:
        view.history_record, view.fixed_records = _history(kind), _fixed()
        first = view.finding_records[3]
        first["history"], first["baseline"] = "new", "new" if kind == "audit" else None
        view.finding_records[1]["history"] = "returned"
    if kind in {"plan", "apply"}:
        view.cost_record = costs(kind)
    return view


def empty_view(kind: str = "audit") -> MemoryView:
    """Give a run that found nothing and changed nothing."""
    return MemoryView(_run(kind), scope_records=[], rule_records={})


def large_view(count: int) -> MemoryView:
    """Give an audit of ``count`` findings, a third of them failing."""
    rules = tuple(RULES)
    verdicts = ("fail", "pass", "pass", "fail", "pass", "unknown")
    records = [
        finding(
            rules[number % len(rules)],
            verdicts[number % len(verdicts)],
            f"{('orders', 'billing', 'clickstream', 'sessions')[number % 4]}-{number:06}",
            region=("eu-central-1", "us-east-1", "ap-southeast-2")[number % 3],
            **({"fix": {"action": "fix-it", "risk": "safe", "reversible": "yes"}} if number % 3 == 0 else {}),
        )
        for number in range(count)
    ]
    return MemoryView(_run("audit"), records, [], _scopes())


def renamed_view(kind: str, name: str) -> MemoryView:
    """Give a run in which everything that a stranger may name is called ``name``."""
    view = view_of(kind)
    tags = {name: name, "team": name}
    owned = {"id": name, "arn": f"arn:aws:s3:::{name}", "tags": tags}
    for record in (*view.finding_records, *view.change_records):
        record["resource"] = record["resource"] | owned
        record["reason"] = name
    for told in view.exemption_records.values():
        for each in told:
            each.update({"owner": name, "reason": name, "file": name, "resource": name, "why": name, "rule": name})
    for record in view.finding_records:
        if record["exemption"]:
            more = {"owner": name, "reason": name, "file": name, "tag": {"key": name, "value": name}}
            record["exemption"] = record["exemption"] | more
        record["evidence"] = [{"path": f"tags.{name}", "actual": name, "expected": {"const": name}, "holds": False}]
    for record in view.change_records:
        record["summary"] = name
        record["before"], record["after"] = {name: name}, {name: [name, {name: name}]}
        record["steps"] = [step | {"parameters": {name: name}} for step in record["steps"]]
    view.rule_records = {
        key: rule | {"title": name, "rationale": name, "references": [name]} for key, rule in view.rule_records.items()
    }
    for fixed in view.fixed_records:
        fixed.update({"rule": name, "arn": name, "type": name, "fixed_by": name})
    view.scope_records[0]["errors"].append(
        {"resource_type": name, "operation": name, "reason": name, "missing_action": name}
    )
    return view


def _history(kind: str) -> dict[str, Any]:
    trend = [
        {
            "run": f"audit-202611{day}-184512-7f3a",
            "kind": "audit",
            "at": f"2026-11-{day}T18:45:58Z",
            "fail": 12 - day // 4,
            "unknown": day % 5,
            "exempt": 1,
            "pass": day,
            "not_applicable": 1,
        }
        for day in range(10, 24)
    ]
    return {
        "compared_with": {"run": trend[-2]["run"], "finished_at": trend[-2]["at"]},
        "counts": {"new": 1, "open": 5, "returned": 1, "fixed": 2},
        "baseline": {"run": trend[0]["run"], "new": 1, "known": 6} if kind == "audit" else None,
        "trend": trend,
    }


def _fixed() -> list[dict[str, Any]]:
    gone = finding("dynamodb-table-pitr-enabled", "fail", "gone")
    passing = finding("dynamodb-table-pitr-enabled", "fail", "sessions-archive", region="us-east-1")
    return [
        {
            **{name: record[name] for name in ("fingerprint", "rule", "first_seen")},
            **{name: record["resource"][name] for name in ("type", "arn", "account", "region")},
            "fixed_at": "2026-11-23T18:45:58Z",
            "fixed_by": "audit-20261123-184512-7f3a",
            "verdict": verdict,
        }
        for record, verdict in ((gone, None), (passing, "pass"))
    ]


def _run(kind: str) -> dict[str, Any]:
    return {
        "id": f"{kind}-20261123-184512-7f3a",
        "kind": kind,
        "started_at": "2026-11-23T18:45:12Z",
        "finished_at": "2026-11-23T18:45:58Z",
        "status": "finished",
        "tool_version": "0.1.0",
        "account": ACCOUNT,
        "principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/alice",
        "plan_digest": None if kind == "audit" else "sha256:" + 16 * "1f3a",
        "of_run": "apply-20261122-101500-0c1d" if kind in {"rollback", "watch"} else None,
        "selection": {"service": ["dynamodb", "s3", "awslambda"], "severity": []},
    }


def _evidence(rule: str, verdict: str) -> list[dict[str, Any]]:
    leaves: dict[str, tuple[tuple[str, Any, Any, Any], ...]] = {
        "dynamodb-table-on-demand-when-idle": (
            ("utilization.peak_read", 6.213333333333334, 61.5, {"minimum": 20}),
            ("utilization.peak_write", 3.4, 44, {"minimum": 20}),
        ),
        "dynamodb-table-pitr-enabled": (("continuous_backups.pitr", "DISABLED", "ENABLED", {"const": "ENABLED"}),),
        "lambda-function-memory-right-sized": (("configuration.MemorySize", 3008, 1024, {"maximum": 1024}),),
        "s3-bucket-public-access-blocked": (
            ("public_access_block.BlockPublicAcls", True, True, {"const": True}),
            ("public_access_block.BlockPublicPolicy", False, True, {"const": True}),
            ("public_access_block.RestrictPublicBuckets", None, True, {"const": True}),
        ),
        "s3-bucket-tls-only": (("policy.denies_without_tls", False, True, {"const": True}),),
    }
    found: list[dict[str, Any]] = []
    for path, wrong, right, expected in leaves[rule]:
        if verdict == "unknown":
            unknown = {"actual": None, "holds": None, "unknown": "access denied"}
            found.append({"path": path, "expected": expected, **unknown})
        else:
            actual = right if verdict == "pass" else wrong
            holds = verdict == "pass" or wrong == right
            found.append({"path": path, "actual": actual, "expected": expected, "holds": holds, "unknown": None})
    return found


def _findings() -> list[dict[str, Any]]:
    safe = {"action": "set-billing-mode", "risk": "safe", "reversible": "yes"}
    disruptive = {"action": "block-public-access", "risk": "disruptive", "reversible": "yes"}
    partly = {"action": "enable-pitr", "risk": "safe", "reversible": "partly"}
    idle, pitr = "dynamodb-table-on-demand-when-idle", "dynamodb-table-pitr-enabled"
    public, tls, memory = "s3-bucket-public-access-blocked", "s3-bucket-tls-only", "lambda-function-memory-right-sized"
    denied = "access denied at s3:GetBucketPolicy (allow s3:GetBucketPolicy)"
    blocked = "access denied at s3:GetPublicAccessBlock (allow s3:GetBucketPublicAccessBlock)"
    return [
        finding(idle, "fail", "orders", fix=safe, tags={"team": "orders", "env": "prod"}),
        finding(idle, "fail", "sessions-archive", fix=safe, region="us-east-1"),
        finding(idle, "pass", "clickstream"),
        finding(pitr, "fail", "orders", fix=partly, tags={"team": "orders", "env": "prod"}),
        finding(
            pitr,
            "fail",
            "clickstream",
            fix=partly,
            reason="its exemption expired on 2026-11-01 (owner data-platform, exemptions.json:9)",
            exemption=exemption(pitr, CLICKSTREAM, "2026-11-01", expired=True, line=9),
        ),
        finding(pitr, "pass", "sessions-archive", region="us-east-1"),
        finding(memory, "fail", "thumbnailer", fix=None, reason="no memory peak is known: turn on Lambda Insights"),
        finding(memory, "unknown", "never-invoked", reason="no data: the metric has no data point in the window"),
        finding(
            memory,
            "exempt",
            "nightly-report",
            reason="exempt until 2027-03-31, owner data-platform: month-end load",
            exemption=exemption(memory, {"key": "load", "value": "month-*"}, "2027-03-31", expired=False),
        ),
        finding(memory, "not_applicable", "batch-import"),
        finding(public, "fail", "shop-assets-public", fix=disruptive),
        finding(public, "unknown", "payroll", reason=blocked, missing_action="s3:GetBucketPublicAccessBlock"),
        finding(public, "pass", "shop-logs"),
        finding(tls, "fail", "shop-assets-public", fix=disruptive),
        finding(tls, "unknown", "payroll", reason=denied, missing_action="s3:GetBucketPolicy"),
        finding(tls, "unknown", "payroll-archive", reason=denied, missing_action="s3:GetBucketPolicy"),
        finding(tls, "pass", "shop-logs"),
        finding(
            tls,
            "unknown",
            "",
            reason="access denied at s3:ListBuckets (allow s3:ListAllMyBuckets)",
            missing_action="s3:ListAllMyBuckets",
            resource={
                "type": "s3.bucket",
                "arn": None,
                "id": None,
                "account": ACCOUNT,
                "region": "us-east-1",
                "tags": None,
            },
            evidence=[],
        ),
    ]


def _exemptions() -> dict[str, list[dict[str, Any]]]:
    idle, pitr, memory = (
        "dynamodb-table-on-demand-when-idle",
        "dynamodb-table-pitr-enabled",
        "lambda-function-memory-right-sized",
    )
    gone, everywhere = CLICKSTREAM.replace("clickstream", "gone"), CLICKSTREAM.replace(REGION, "*")
    not_audited = {"findings": 0, "why": "not audited: Region us-west-2"}
    return {
        "used": [exemption(memory, {"key": "load", "value": "month-*"}, "2027-03-31", findings=1, why=None)],
        "unused": [
            exemption(idle, gone, "2027-01-31", findings=0, why=None, line=15),
            exemption("dynamodb-*", everywhere, "2027-01-31", findings=0, why=None, line=21, owner="web"),
        ],
        "expired": [exemption(pitr, CLICKSTREAM, "2026-11-01", findings=1, why=None, line=9)],
        "undecided": [exemption(idle, gone.replace(REGION, "us-west-2"), "2027-01-31", **not_audited, line=27)],
    }


def _changes(first: str, second: str, third: str) -> list[dict[str, Any]]:
    idle, pitr = "dynamodb-table-on-demand-when-idle", "dynamodb-table-pitr-enabled"
    reasons = {
        "rolled_back": "WriteThrottleEvents was 14 in 2 of 3 periods, its limit is 0",
        "settling": "the table was still UPDATING after 30 minutes",
        "failed": "dynamodb:UpdateTable was refused with LimitExceededException: too many operations at once",
    }
    backups = {
        "summary": "point-in-time recovery DISABLED becomes ENABLED",
        "reversible": "partly",
        "reversible_reason": "restore points made in the meantime are gone after an undo",
        "before": {"continuous_backups.pitr": "DISABLED"},
        "after": {"continuous_backups.pitr": "ENABLED"},
        "projection": {},
        "savings_monthly": None,
        "code": "AWS::DynamoDB::Table PointInTimeRecoverySpecification",
    }
    return [
        change("c1", idle, "orders", first, reason=reasons.get(first)),
        change("c2", idle, "sessions-archive", second, reason=reasons.get(second)),
        change("c3", pitr, "clickstream", third, reason=reasons.get(third), **backups),
    ]


def _scopes() -> list[dict[str, Any]]:
    counts = {
        "made": 12,
        "denied": 0,
        "throttled": 1,
        "failed": 0,
        "retries": 5,
        "throttles": 6,
        "seconds": 3.25,
        "slowest_seconds": 2.125,
    }
    return [
        {
            "account": ACCOUNT,
            "region": "eu-central-1",
            "complete": True,
            "calls": {
                "dynamodb:ListTables": counts | {"made": 1, "throttled": 0},
                "dynamodb:DescribeTable": counts,
                "s3:GetBucketPolicy": counts | {"denied": 2, "throttled": 0},
                "s3:GetPublicAccessBlock": counts | {"denied": 1, "throttled": 0},
            },
            "errors": [
                {
                    "resource_type": "s3.bucket",
                    "operation": "s3:GetBucketPolicy",
                    "reason": "access denied",
                    "missing_action": "s3:GetBucketPolicy",
                    "request_id": "RQ4X2V8N5T1M7KPL",
                },
                {
                    "resource_type": "s3.bucket",
                    "operation": "s3:GetPublicAccessBlock",
                    "reason": "access denied",
                    "missing_action": "s3:GetBucketPublicAccessBlock",
                    "request_id": None,
                },
            ],
            "unread": None,
        },
        {
            "account": ACCOUNT,
            "region": "us-east-1",
            "complete": False,
            "calls": {"s3:ListBuckets": {"made": 1, "denied": 1, "throttled": 0, "failed": 0}},
            "errors": [
                {
                    "resource_type": "s3.bucket",
                    "operation": "s3:ListBuckets",
                    "reason": "access denied",
                    "missing_action": "s3:ListAllMyBuckets",
                }
            ],
            "unread": None,
        },
        {
            "account": "444444444444",
            "region": "*",
            "complete": False,
            "calls": {},
            "errors": [
                {
                    "resource_type": None,
                    "operation": "sts:AssumeRole",
                    "reason": "access denied",
                    "missing_action": "sts:AssumeRole",
                    "request_id": None,
                }
            ],
            "unread": "access denied at sts:AssumeRole: no such role (allow sts:AssumeRole)",
        },
    ]
