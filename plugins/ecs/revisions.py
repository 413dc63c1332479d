"""Which size the tasks of a service had at which time, from the history of its deployments.

CloudWatch tells percent of the size at that time. Without the history nobody could say what a service used before it
was deployed last, and services are deployed every week.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnreadableError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.ecs.reading import TASK_DEFINITION, cluster_of, name_of, task_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.resource import Resource
    from trueup.service.declarations import Reader

__all__ = ["DEPLOYMENTS", "READS", "outcome", "revisions"]

DEPLOYMENTS = "ecs:ListServiceDeployments"
_SOURCES = "ecs:DescribeServiceDeployments"
_REVISIONS = "ecs:DescribeServiceRevisions"

READS = (DEPLOYMENTS, _SOURCES, _REVISIONS, TASK_DEFINITION)

_LIST_PAGE = 100
_A_CALL = 20
"""Source: botocore model ecs:ListServiceDeployments (maxResults), ecs:DescribeServiceRevisions (at most 20 ARNs)."""

_ROLLED_BACK = "ROLLBACK_SUCCESSFUL"
"""A deployment after which the revision before it runs again; no new one is made of it.

Source: ECS developer guide, service revisions.
"""

_GIVEN_UP = frozenset(
    {
        "STOP_REQUESTED",
        "STOPPED",
        "ROLLBACK_REQUESTED",
        "ROLLBACK_IN_PROGRESS",
        "ROLLBACK_FAILED",
        _ROLLED_BACK,
    }
)

_MOST = 200
"""Deployments of 90 days; of a service with more of them each audit would read hundreds of task definitions."""


def revisions(aws: Reader, service: Resource) -> list[dict[str, Any]]:
    """Give the sizes that a service was deployed with, oldest first.

    Returns:
        ``{"since", "cpu_units", "memory_mib"}`` each; ``since`` is None for what was there before the oldest
        deployment that AWS remembers. Empty when there was no deployment within AWS's memory of 90 days.

    Raises:
        UnreadableError: the history cannot be read, or is too long.

    Source: ECS API, ListServiceDeployments, DescribeServiceDeployments, DescribeServiceRevisions; ECS developer guide,
    service deployments (a history of 90 days).
    """
    deployments = sorted(_deployments(aws, service), key=lambda each: each["createdAt"])
    if not deployments:
        return []
    if len(deployments) > _MOST:
        detail = f"expected at most {_MOST} deployments in 90 days, found more"
        raise UnreadableError(Unknown(Reason.INSUFFICIENT_HISTORY, detail))
    steps: list[tuple[Any, str]] = [(None, arn) for arn in _sources(aws, deployments[0]["serviceDeploymentArn"])]
    for each in deployments:
        before = steps[-1:]
        steps.append((each["createdAt"], each["targetServiceRevisionArn"]))
        if each["status"] == _ROLLED_BACK and before:
            steps.append((each["finishedAt"], before[0][1]))
    definitions = _task_definitions(aws, list(dict.fromkeys(arn for _, arn in steps)))
    sizes = {arn: _size(aws, arn) for arn in dict.fromkeys(definitions.values())}
    return [{"since": since, **sizes[definitions[arn]]} for since, arn in steps]


def outcome(aws: Reader, service: Resource) -> dict[str, Any]:
    """Give ``{"failed", "status"}`` of the newest deployment: whether it was given up, so that what was before it runs.

    Once it has, the service itself looks as if nothing had been deployed at all.

    Raises:
        UnreadableError: the deployments cannot be listed.

    Source: ECS API, ServiceDeploymentBrief (status).
    """
    newest = max(_deployments(aws, service), key=lambda each: each["createdAt"], default=None)
    status = None if newest is None else newest["status"]
    return {"failed": status in _GIVEN_UP, "status": status}


def _deployments(aws: Reader, service: Resource) -> Iterator[Mapping[str, Any]]:
    asked: dict[str, Any] = {
        "cluster": cluster_of(service),
        "service": name_of(service),
        "maxResults": _LIST_PAGE,
    }
    token: str | None = None
    while True:
        page = aws.call(DEPLOYMENTS, **(asked | {"nextToken": token} if token else asked))
        yield from page.get("serviceDeployments", ())
        last, token = token, page.get("nextToken")
        if not token:
            return
        if token == last:
            raise UnreadableError(Unknown(Reason.CUT_OFF, "the same token came twice", DEPLOYMENTS))


def _sources(aws: Reader, deployment: str) -> list[str]:
    """Give the revisions that the oldest known deployment replaced; none for the deployment that made the service."""
    described = aws.call(_SOURCES, serviceDeploymentArns=[deployment])["serviceDeployments"]
    return [each["arn"] for one in described for each in one.get("sourceServiceRevisions", ())]


def _task_definitions(aws: Reader, arns: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for at in range(0, len(arns), _A_CALL):
        answer = aws.call(_REVISIONS, serviceRevisionArns=arns[at : at + _A_CALL])
        found |= {each["serviceRevisionArn"]: each["taskDefinition"] for each in answer["serviceRevisions"]}
    for arn in arns:
        if arn not in found:
            raise UnreadableError(Unknown(Reason.NOT_FOUND, f"{arn} cannot be described", _REVISIONS))
    return found


def _size(aws: Reader, arn: str) -> dict[str, int | None]:
    return task_size(aws.call(TASK_DEFINITION, taskDefinition=arn)["taskDefinition"])
