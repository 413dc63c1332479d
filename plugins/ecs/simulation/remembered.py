"""The history of a service's deployments, which moto does not know at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from trueup.plugins.ecs.simulation.deployments import BACK
from trueup.plugins.ecs.simulation.paging import page
from trueup.plugins.ecs.simulation.services import ask_service, described_key, describing
from trueup.testing import AwsError, Correction, together

if TYPE_CHECKING:
    from trueup.plugins.ecs.simulation.services import Key
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["HISTORY"]

_MEMORY = timedelta(days=90)

_MOST = 100
_UNASKED = 20
"""Source: botocore model ecs:ListServiceDeployments, maxResults."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    """One deployment, with the revision that it deployed and the one that it replaced."""

    number: str
    key: Key
    service: str
    definition: str
    at: datetime
    before: str | None

    @property
    def arn(self) -> str:
        return f"{self.service.replace(':service/', ':service-deployment/')}/{self.number}"

    @property
    def revision(self) -> str:
        return f"{self.service.replace(':service/', ':service-revision/')}/{self.number}"


class _History:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._known: dict[str, _Remembered] = {}
        self._ended: dict[str, tuple[str, datetime | None]] = {}
        self._back: dict[str, str] = {}

    def clear(self) -> None:
        self._known.clear()
        self._ended.clear()
        self._back.clear()

    def note(self, request: ApiRequest, service: dict[str, Any]) -> None:
        """Keep each deployment the first time that it is told of."""
        key = described_key(request, service)
        for each in reversed(service.get("deployments", [])):
            number = each["id"].rpartition("/")[2]
            last = max((one for one in self._known.values() if one.key == key), key=_when, default=None)
            if each["rolloutStateReason"] == BACK and last is not None:
                done = each["rolloutState"] == "COMPLETED"
                status = "ROLLBACK_SUCCESSFUL" if done else "ROLLBACK_IN_PROGRESS"
                self._ended[self._back.setdefault(number, last.number)] = status, each["updatedAt"] if done else None
                continue
            if number not in self._ended and each["rolloutState"] == "COMPLETED":
                self._ended[number] = "SUCCESSFUL", each["updatedAt"]
            if number not in self._known:
                self._known[number] = _Remembered(
                    number,
                    key,
                    service["serviceArn"],
                    each["taskDefinition"],
                    each["createdAt"],
                    None if last is None else last.revision,
                )

    def list(self, request: ApiRequest, _: Proceed) -> Answer:
        service = ask_service(self._simulation, request)
        if service is None:
            raise AwsError("ServiceNotFoundException", "Service not found.")
        key, since = described_key(request, service), self._simulation.clock.now() - _MEMORY
        found = sorted(
            (each for each in self._known.values() if each.key == key and each.at >= since), key=_when, reverse=True
        )
        briefs = [
            {
                "serviceDeploymentArn": each.arn,
                "serviceArn": each.service,
                "clusterArn": service["clusterArn"],
                "createdAt": each.at,
                "startedAt": each.at,
                "targetServiceRevisionArn": each.revision,
                **self._status(each),
            }
            for each in found
        ]
        return page(request, "serviceDeployments", briefs, _MOST, _UNASKED)

    def describe_deployments(self, request: ApiRequest, _: Proceed) -> Answer:
        wanted = request.parameters["serviceDeploymentArns"]
        found = [each for each in self._known.values() if each.arn in wanted]
        described = [
            {
                "serviceDeploymentArn": each.arn,
                "serviceArn": each.service,
                "createdAt": each.at,
                **self._status(each),
                "targetServiceRevision": {"arn": each.revision},
                "sourceServiceRevisions": [] if each.before is None else [{"arn": each.before}],
            }
            for each in found
        ]
        return request.answer(
            {"serviceDeployments": described, "failures": _missing(wanted, [each.arn for each in found])}
        )

    def describe_revisions(self, request: ApiRequest, _: Proceed) -> Answer:
        wanted = request.parameters["serviceRevisionArns"]
        found = [each for each in self._known.values() if each.revision in wanted]
        described = [
            {
                "serviceRevisionArn": each.revision,
                "serviceArn": each.service,
                "taskDefinition": each.definition,
                "createdAt": each.at,
            }
            for each in found
        ]
        return request.answer(
            {"serviceRevisions": described, "failures": _missing(wanted, [each.revision for each in found])}
        )

    def _status(self, each: _Remembered) -> dict[str, Any]:
        status, finished = self._ended.get(each.number, ("IN_PROGRESS", None))
        return {"status": status} if finished is None else {"status": status, "finishedAt": finished}


def _when(each: _Remembered) -> tuple[datetime, str]:
    return each.at, each.number


def _missing(wanted: list[str], found: list[str]) -> list[dict[str, str]]:
    return [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in found]


def _install(simulation: Simulation) -> Undo:
    history = _History(simulation)
    return together(
        simulation.on_reset(history.clear),
        describing(simulation, history.note),
        simulation.answer("ecs:ListServiceDeployments", history.list),
        simulation.answer("ecs:DescribeServiceDeployments", history.describe_deployments),
        simulation.answer("ecs:DescribeServiceRevisions", history.describe_revisions),
    )


HISTORY = Correction(
    name="ecs-deployment-history",
    service="ecs",
    says="the deployments of the last 90 days are listed, each with the revision that it deployed and the one before",
    source=(
        "botocore model ecs:ListServiceDeployments, DescribeServiceDeployments, DescribeServiceRevisions; ECS "
        "developer guide, service deployments"
    ),
    install=_install,
)
