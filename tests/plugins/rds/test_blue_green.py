"""A cluster in a blue/green deployment is left alone: a change of one side would be lost with the switchover."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trueup.plugins.rds.estate import build

RULE = "rds-cluster-deletion-protection-enabled"


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with the demo's clusters."""
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    return operator


def test_a_cluster_with_a_deployment_is_skipped_as_busy(estate: Any) -> None:
    """Begun after the plan was made, and seen right before the first call; nothing is written."""
    plan = estate.plan(RULE).plan
    (change, *_) = plan.changes()
    estate.aws.client("rds").create_blue_green_deployment(
        BlueGreenDeploymentName="upgrade", Source=change.resource.arn, TargetEngineVersion="16.4"
    )
    estate.aws.calls.clear()
    run = estate.apply(plan)
    record = next(each for each in estate.changes(run) if each.change.id == change.id)
    assert ("skipped", True) == (str(record.status), str(record.reason).startswith("busy"))
    assert change.resource.id not in {call.parameters.get("DBClusterIdentifier") for call in estate.writes()}
