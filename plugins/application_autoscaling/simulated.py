"""The corrections that make moto's Application Auto Scaling page its lists, and act on bounds, as AWS does.

Whether something is scaled automatically decides if a fix may touch it, so an audit must see every scalable target.
moto's second page begins at the wrong place, and the one after it never ends.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.plugins.application_autoscaling.bounds import BOUNDS, DEREGISTERED, INSIDE, SCHEDULED
from trueup.testing.correction import Correction
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["CORRECTIONS"]

EVERYTHING = 1_000_000
"""A page size that moto, which knows no limit, takes for "all"."""


@dataclass(frozen=True, slots=True)
class _List:
    """One list operation: what it lists and how many a page at most, which is also what it gives unasked."""

    operation: str
    member: str
    most: int

    def install(self, aws: Simulation) -> Undo:
        return aws.answer(f"application-autoscaling:{self.operation}", self._answer)

    def _answer(self, request: ApiRequest, proceed: Proceed) -> Answer:
        size = request.parameters.get("MaxResults", self.most)
        if not 1 <= size <= self.most:
            # That it is refused is documented (1 to ``most``), AWS's words were not recorded.
            raise AwsError("ValidationException", f"MaxResults must be between 1 and {self.most}, found {size}", 400)
        token = request.parameters.get("NextToken")
        start = _start(token) if token else 0
        asked = {name: value for name, value in request.parameters.items() if name != "NextToken"}
        answer = proceed(request.with_parameters({**asked, "MaxResults": EVERYTHING}))
        if not answer.ok:
            return answer
        items = request.result(answer).get(self.member, [])
        end = start + size
        result: dict[str, Any] = {self.member: items[start:end]}
        if end < len(items):
            result["NextToken"] = base64.b64encode(str(end).encode()).decode()
        return request.answer(result)


def _start(token: str) -> int:
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError) as error:
        raise AwsError("InvalidNextTokenException", "The next token supplied was invalid.") from error


CORRECTIONS: tuple[Correction, ...] = (
    Correction(
        name="application-autoscaling-targets-paged",
        service="application-autoscaling",
        says="DescribeScalableTargets gives pages of at most 50, each target once; moto repeats some and never ends",
        source="botocore model application-autoscaling:DescribeScalableTargets (MaxResults, NextToken)",
        install=_List("DescribeScalableTargets", "ScalableTargets", 50).install,
    ),
    Correction(
        name="application-autoscaling-policies-paged",
        service="application-autoscaling",
        says="DescribeScalingPolicies gives pages of at most 10; moto gives up to 100",
        source="botocore model application-autoscaling:DescribeScalingPolicies (MaxResults: between 1 and 10)",
        install=_List("DescribeScalingPolicies", "ScalingPolicies", 10).install,
    ),
    Correction(
        name="application-autoscaling-schedules-paged",
        service="application-autoscaling",
        says="DescribeScheduledActions gives pages of at most 50; moto gives all",
        source="botocore model application-autoscaling:DescribeScheduledActions (MaxResults, NextToken)",
        install=_List("DescribeScheduledActions", "ScheduledActions", 50).install,
    ),
    INSIDE,
    BOUNDS,
    DEREGISTERED,
    SCHEDULED,
)
