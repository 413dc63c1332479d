"""Point-in-time recovery: how far back a table can be restored moves with the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trueup.testing import Correction, together

if TYPE_CHECKING:
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["RESTORABLE_TIMES"]

_BEHIND = timedelta(minutes=5)
_DEFAULT_DAYS = 35


def _install(simulation: Simulation) -> Undo:
    def moving(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if not answer.ok:
            return answer
        result = request.result(answer)
        recovery: dict[str, Any] = result["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if "EarliestRestorableDateTime" in recovery:
            now = simulation.clock.now()
            enabled = recovery["EarliestRestorableDateTime"]
            days = timedelta(days=recovery.get("RecoveryPeriodInDays", _DEFAULT_DAYS))
            recovery["EarliestRestorableDateTime"] = max(enabled, now - days)
            recovery["LatestRestorableDateTime"] = max(enabled, now - _BEHIND)
        return request.answer(result)

    return together(
        simulation.answer("dynamodb:DescribeContinuousBackups", moving),
        simulation.answer("dynamodb:UpdateContinuousBackups", moving),
    )


RESTORABLE_TIMES = Correction(
    name="dynamodb-restorable-times",
    service="dynamodb",
    says="the latest restorable time is five minutes ago, the earliest at most the recovery period ago",
    source="botocore model dynamodb:PointInTimeRecoveryDescription",
    install=_install,
)
