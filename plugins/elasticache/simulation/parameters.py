"""Cache parameters: how much memory a node keeps back from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.testing.correction import Correction
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["PARAMETERS", "SETTING"]

SETTING = "elasticache:parameters"
"""The setting of parameters by group: ``elasticache:parameters:NAME``, a mapping that is laid over the defaults."""

_DEFAULTS = {"maxmemory-policy": "volatile-lru", "reserved-memory-percent": "25"}


def _install(aws: Simulation) -> Undo:
    def answer(request: ApiRequest, _proceed: Proceed) -> Answer:
        name = request.parameters["CacheParameterGroupName"]
        own = aws.settings.get(f"{SETTING}:{name}")
        if own is None and not name.startswith("default."):
            raise AwsError("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.", 404)
        parameters = [
            {"ParameterName": key, "ParameterValue": value, "IsModifiable": True}
            for key, value in sorted((_DEFAULTS | (own or {})).items())
            if value is not None
        ]
        return request.answer({"Parameters": parameters})

    return aws.answer("elasticache:DescribeCacheParameters", answer)


PARAMETERS = Correction(
    name="elasticache-parameters",
    service="elasticache",
    says="the parameters of a parameter group are described, 25 % of the memory reserved by default; moto has no such "
    "call",
    source="botocore model elasticache:DescribeCacheParameters; ElastiCache user guide, managing reserved memory",
    install=_install,
)
