"""Application Auto Scaling knows the shards and replicas of replication groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.testing.correction import Correction, together

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["SCALABLE_TARGETS"]

_SERVICE = "elasticache"


def _install(aws: Simulation) -> Undo:
    """Keep the scalable targets of this namespace, by account, Region, resource and dimension."""
    kept: dict[tuple[str, ...], dict[str, Any]] = {}

    def register(request: ApiRequest, proceed: Proceed) -> Answer:
        given = request.parameters
        if given["ServiceNamespace"] != _SERVICE:
            return proceed(request)
        key = (request.account, request.region, given["ResourceId"], given["ScalableDimension"])
        kept[key] = kept.get(key, {"CreationTime": aws.clock.now()}) | given
        return request.answer({})

    def describe(request: ApiRequest, proceed: Proceed) -> Answer:
        given = request.parameters
        if given["ServiceNamespace"] != _SERVICE:
            return proceed(request)
        wanted = given.get("ResourceIds")
        found = [
            target
            for (account, region, resource, _), target in sorted(kept.items())
            if (account, region) == (request.account, request.region) and (not wanted or resource in wanted)
        ]
        role = f"arn:aws:iam::{request.account}:role/aws-service-role/elasticache.application-autoscaling.amazonaws.com"
        return request.answer({"ScalableTargets": [{"RoleARN": role, **each} for each in found]})

    return together(
        aws.on_reset(kept.clear),
        aws.answer("application-autoscaling:RegisterScalableTarget", register),
        aws.answer("application-autoscaling:DescribeScalableTargets", describe),
    )


SCALABLE_TARGETS = Correction(
    name="application-autoscaling-elasticache-targets",
    service="application-autoscaling",
    says="the shards and replicas of a replication group can be scalable targets; moto refuses the namespace",
    source="botocore model application-autoscaling:ServiceNamespace, ScalableDimension "
    "(elasticache:replication-group:NodeGroups and Replicas)",
    install=_install,
)
