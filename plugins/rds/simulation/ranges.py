"""Serverless v2 capacity: half steps within bounds, both at first, and an auto-pause only at a minimum of 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.rds.simulation.descriptions import cluster_key, cluster_of, describing_clusters, invalid
from trueup.testing import Correction, together

if TYPE_CHECKING:
    from trueup.plugins.rds.simulation.descriptions import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["RANGES"]

_MEMBER = "ServerlessV2ScalingConfiguration"
_MOST = 256.0
_LEAST_MAXIMUM = 1.0
_STEP = 0.5
_PAUSE_SECONDS = (300, 86_400)
_PAUSE_DEFAULT = 300


class _Ranges:
    """Keeps the pause of every cluster; moto keeps the bounds."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._pauses: dict[Key, int] = {}

    def install(self) -> Undo:
        return together(
            self._simulation.on_reset(self._pauses.clear),
            self._simulation.answer("rds:CreateDBCluster", self._create),
            self._simulation.answer("rds:ModifyDBCluster", self._modify),
            describing_clusters(self._simulation, self._amend),
        )

    def _create(self, request: ApiRequest, proceed: Proceed) -> Answer:
        return self._set(request, proceed, {}, str(request.parameters.get("EngineMode", "provisioned")))

    def _modify(self, request: ApiRequest, proceed: Proceed) -> Answer:
        if _MEMBER not in request.parameters:
            return proceed(request)
        described = cluster_of(self._simulation, request, cluster_key(request)[2])
        return self._set(request, proceed, described.get(_MEMBER) or {}, str(described["EngineMode"]))

    def _set(self, request: ApiRequest, proceed: Proceed, present: dict[str, Any], mode: str) -> Answer:
        asked = request.parameters.get(_MEMBER)
        if asked is None:
            return proceed(request)
        if mode == "serverless":
            raise invalid(
                f"{_MEMBER} isn't supported for DB clusters in serverless engine mode.", "InvalidParameterCombination"
            )
        wanted = _merged(present, asked)
        _check(wanted)
        bounds = {name: wanted[name] for name in ("MinCapacity", "MaxCapacity")}
        answer = proceed(request.with_parameters({**request.parameters, _MEMBER: bounds}))
        if answer.ok:
            key = cluster_key(request)
            self._pauses.pop(key, None)
            if wanted["MinCapacity"] == 0:
                self._pauses[key] = wanted.get("SecondsUntilAutoPause") or _PAUSE_DEFAULT
            result = request.result(answer)
            self._amend(request, result["DBCluster"])
            return request.answer(result)
        return answer

    def _amend(self, request: ApiRequest, cluster: dict[str, Any]) -> None:
        pause = self._pauses.get(cluster_key(request, cluster["DBClusterIdentifier"]))
        if pause is not None and _MEMBER in cluster:
            cluster[_MEMBER] = cluster[_MEMBER] | {"SecondsUntilAutoPause": pause}


def _install(simulation: Simulation) -> Undo:
    return _Ranges(simulation).install()


def _merged(present: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    wanted = present | asked
    if "MinCapacity" not in wanted or "MaxCapacity" not in wanted:
        raise invalid(
            "Both MinCapacity and MaxCapacity must be specified when you initialize Serverless v2 scaling "
            "configuration."
        )
    if "SecondsUntilAutoPause" not in asked and asked.get("MinCapacity", 1) == 0 and present.get("MinCapacity") != 0:
        wanted.pop("SecondsUntilAutoPause", None)
    return wanted


def _check(wanted: dict[str, Any]) -> None:
    least, most = float(wanted["MinCapacity"]), float(wanted["MaxCapacity"])
    for capacity in (least, most):
        if capacity % _STEP:
            raise invalid(f"Serverless v2 capacity {capacity} isn't valid. Specify capacity in increments of 0.5.")
    if most < _LEAST_MAXIMUM:
        raise invalid(
            f"Serverless v2 maximum capacity {most} isn't valid. The maximum capacity must be at least "
            f"{_LEAST_MAXIMUM}."
        )
    if most > _MOST or least < 0:
        raise invalid(f"Serverless v2 capacity {least} to {most} isn't valid. The range is 0.0 to {_MOST}.")
    if least > most:
        raise invalid(f"Serverless v2 minimum capacity {least} is higher than the maximum capacity {most}.")
    pause = wanted.get("SecondsUntilAutoPause", _PAUSE_DEFAULT)
    if not _PAUSE_SECONDS[0] <= pause <= _PAUSE_SECONDS[1]:
        raise invalid(f"SecondsUntilAutoPause {pause} isn't valid. The range is 300 to 86400.")


RANGES = Correction(
    name="rds-serverless-v2-range",
    service="rds",
    says=(
        "a Serverless v2 range has half steps, a maximum of at least 1 that is not below the minimum, both bounds at "
        "first and keeps one that is not sent; Serverless v1 has none, and an auto-pause is told only at a minimum of 0"
    ),
    source=(
        "botocore model rds:ServerlessV2ScalingConfiguration; Aurora user guide, choosing the capacity range; "
        "aws/aws-cdk#32232; crossplane-contrib/provider-upjet-aws#1165"
    ),
    install=_install,
)
