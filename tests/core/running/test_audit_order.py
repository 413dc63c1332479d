"""What failed comes in one order, whichever scope and service was faster: a plan made twice is the same plan."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

from trueup.resource import Resource, Scope
from trueup.running.audit_run import Audited

ACCOUNT = "123456789012"
SCOPES = (Scope(ACCOUNT, "us-east-1"), Scope(ACCOUNT, "eu-west-1"))
SERVICES = ("dynamodb", "s3", "sqs")


def _failed(service: str, region: str, name: str) -> Any:
    resource = Resource(f"{service}.thing", f"arn:aws:{service}:{region}:{ACCOUNT}:{name}", name, ACCOUNT, region)
    return SimpleNamespace(rule=SimpleNamespace(service=service)), resource


def test_failures_are_in_the_order_of_scopes_services_and_lists() -> None:
    """Regions as they were given, services by name, and of each the order of its list."""
    units = [[_failed(service, scope.region, name) for name in "cab"] for scope in SCOPES for service in SERVICES]
    expected = [each for unit in units for each in unit]
    for seed in range(20):
        left, mixed = [list(unit) for unit in units], []
        random = Random(seed)  # noqa: S311 - an order, not a secret
        while any(left):
            mixed.append(random.choice([unit for unit in left if unit]).pop(0))
        audited = Audited("run", failed=mixed)
        audited.arrange(SCOPES)
        assert expected == audited.failed
