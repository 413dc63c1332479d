"""Tests of the operator: what a test of a fix sees of one, from the audit to the rollback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from trueup.errors import RefusedError
from trueup.plugins.dynamodb.estate import build
from trueup.testing import Operator

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.testing import SimulatedAws

RULE = "dynamodb-table-pitr-enabled"
ORDERS = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"


@pytest.fixture
def operator(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """An operator on the demo's tables."""
    simulated_aws.reset(start=datetime.now(UTC) - timedelta(days=1))
    build(simulated_aws)
    simulated_aws.calls.clear()
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    return Operator(simulated_aws, tmp_path / "state.db")


def test_it_goes_there_and_back(operator: Operator) -> None:
    """Audit, plan, apply and rollback, each with what a test asks about: verdicts, changes, writes and findings."""
    assert {"orders": "fail"} == operator.verdicts(RULE, ORDERS)
    planned = operator.plan(RULE, ORDERS)
    assert planned.plan is not None
    assert ["fail"] == [finding["verdict"] for finding in operator.findings(planned.run)]
    assert [] == operator.writes()
    run = operator.apply(planned.plan)
    assert ["applied"] == [str(record.status) for record in operator.changes(run)]
    assert {"orders": "pass"} == operator.verdicts(RULE, ORDERS)
    with pytest.raises(RefusedError):
        operator.apply(planned.plan)
    operator.rollback(run)
    assert ["rolled_back"] == [str(record.status) for record in operator.changes(run)]
    assert ["dynamodb:UpdateContinuousBackups"] * 2 == [call.name for call in operator.writes()]


def test_it_reads_facts_afresh(operator: Operator) -> None:
    """What was changed past trueup is seen at once."""
    planned = operator.plan(RULE, ORDERS)
    assert planned.plan is not None
    (change,) = planned.plan.changes()
    assert change.before == operator.facts(change.resource, *change.before)
    operator.aws.client("dynamodb").update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    assert change.after == operator.facts(change.resource, *change.after)
