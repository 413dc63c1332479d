"""What is read of services and their task definitions, and what of it may be kept.

Environment variables of containers hold secrets. Everything that rules look at is copied out name by name; the
definitions themselves are an aspect of their own that only a plan reads, and then by its digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnreadableError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.ecs.size import cpu_units, memory_mib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trueup.resource import Resource
    from trueup.service.declarations import Reader

__all__ = [
    "A_CALL",
    "PARTS_OF_DEFINITIONS",
    "PARTS_OF_SERVICES",
    "REGISTERED",
    "SERVICES",
    "TASK_DEFINITION",
    "cluster_of",
    "container_definitions",
    "name_of",
    "service_ids",
    "services",
    "task_definitions",
    "task_size",
]

SERVICES = "ecs:DescribeServices"
TASK_DEFINITION = "ecs:DescribeTaskDefinition"

A_CALL = 10
"""Services that one call describes. Source: botocore model ecs:DescribeServices, services."""

_LIST_PAGE = 100
"""The most of a page; by default it is 10. Source: botocore model ecs:ListServices, maxResults."""

PARTS_OF_SERVICES = ("services[].deploymentConfiguration", "services[].networkConfiguration")
"""What fixes of a described service send back whole."""

PARTS_OF_DEFINITIONS = ("taskDefinition", "tags")
"""What a new revision is made of."""

REGISTERED = (
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "inferenceAccelerators",
    "ephemeralStorage",
    "runtimePlatform",
    "enableFaultInjection",
    "trustedExecutionConfiguration",
)
"""What a new revision takes over as it was described, besides its containers, tags and size.

Source: botocore model ecs:RegisterTaskDefinition.
"""

_OTHER = frozenset(
    {
        "containerDefinitions",
        "cpu",
        "memory",
        "family",
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    }
)
"""What is described and either set anew or refused by RegisterTaskDefinition.

Source: botocore model ecs:TaskDefinition, against ecs:RegisterTaskDefinition.
"""


def service_ids(aws: Reader) -> Iterator[str]:
    """Yield every service as ``cluster/service``, whatever runs its tasks.

    Asking for ``launchType`` FARGATE would leave out the services that use a capacity provider strategy.

    Source: ECS API, ListClusters, ListServices, Service (launchType is omitted with a capacity provider strategy).
    """
    for cluster in aws.paginate("ecs:ListClusters", "clusterArns[]"):
        name = _last(cluster)
        for service in aws.paginate("ecs:ListServices", "serviceArns[]", cluster=cluster, maxResults=_LIST_PAGE):
            yield f"{name}/{_last(service)}"


def cluster_of(service: Resource) -> str:
    """Give the name of a service's cluster."""
    return service.id.partition("/")[0]


def name_of(service: Resource) -> str:
    """Give the name of a service within its cluster."""
    return service.id.partition("/")[2]


def services(aws: Reader, wanted: Sequence[Resource]) -> list[Any]:
    """Describe services, ten a call; gives one value each, in order. What is not mentioned is as by default.

    Source: ECS API, DescribeServices: what does not exist is a failure in the answer, not an error.
    """
    found = _described(aws, wanted, include=["TAGS"])
    return [_service(value) for value in found]


def task_definitions(aws: Reader, wanted: Sequence[Resource]) -> list[Any]:
    """Describe the task definitions of services' primary deployments, without the values of environment variables."""
    return [_definition(answer) for answer in _definitions(aws, wanted)]


def container_definitions(aws: Reader, wanted: Sequence[Resource]) -> list[Any]:
    """Give the container definitions whole, with their secrets."""
    answers = _definitions(aws, wanted)
    return [each if isinstance(each, Unknown) else each["taskDefinition"]["containerDefinitions"] for each in answers]


def task_size(definition: Mapping[str, Any]) -> dict[str, int | None]:
    """Give ``{"cpu_units", "memory_mib"}`` of a described task definition; None where it says nothing of it."""
    cpu, memory = definition.get("cpu"), definition.get("memory")
    return {"cpu_units": cpu_units(cpu) if cpu else None, "memory_mib": memory_mib(memory) if memory else None}


def _described(aws: Reader, wanted: Sequence[Resource], **more: Any) -> list[Any]:
    found: dict[str, Any] = {}
    for cluster in dict.fromkeys(cluster_of(each) for each in wanted):
        names = [name_of(each) for each in wanted if cluster_of(each) == cluster]
        try:
            answer = aws.call(SERVICES, cluster=cluster, services=names, **more)
        except UnreadableError as error:
            found |= {f"{cluster}/{name}": error.unknown for name in names}
            continue
        found |= {f"{cluster}/{each['serviceName']}": each for each in answer["services"]}
    missing = Unknown(Reason.NOT_FOUND, "the cluster has no such service", SERVICES)
    return [found.get(each.id, missing) for each in wanted]


def _definitions(aws: Reader, wanted: Sequence[Resource]) -> list[Any]:
    known: dict[str, Any] = {}
    answers: list[Any] = []
    for service in _described(aws, wanted):
        if isinstance(service, Unknown):
            answers.append(service)
            continue
        arn = service.get("taskDefinition")
        if arn is None:
            answers.append(Unknown(Reason.NO_DATA, "the service has no task definition of its own, but task sets"))
            continue
        if arn not in known:
            try:
                known[arn] = aws.call(TASK_DEFINITION, taskDefinition=arn, include=["TAGS"])
            except UnreadableError as error:
                known[arn] = error.unknown
        answers.append(known[arn])
    return answers


def _service(described: Any) -> Any:
    if isinstance(described, Unknown):
        return described
    deployment = described.get("deploymentConfiguration") or {}
    breaker = {"enable": False, "rollback": False, **(deployment.get("deploymentCircuitBreaker") or {})}
    return {
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "capacityProviderStrategy": [],
        **described,
        "deploymentConfiguration": {**deployment, "deploymentCircuitBreaker": breaker},
        "tags": _by_name(described.get("tags", ())),
    }


def _definition(answer: Any) -> Any:
    if isinstance(answer, Unknown):
        return answer
    definition = answer["taskDefinition"]
    return {
        **{name: value for name, value in definition.items() if name != "containerDefinitions"},
        "unhandled": sorted(definition.keys() - _OTHER - set(REGISTERED)),
        **task_size(definition),
        "containers": [_container(each) for each in definition["containerDefinitions"]],
        "tags": _by_name(answer.get("tags", ())),
    }


def _container(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Give what may be known of a container: of its environment the names only."""
    return {
        "name": definition["name"],
        "image": definition["image"],
        "cpu": definition.get("cpu") or 0,
        "memory": definition.get("memory") or 0,
        "privileged": bool(definition.get("privileged")),
        "readonlyRootFilesystem": bool(definition.get("readonlyRootFilesystem")),
        "logDriver": (definition.get("logConfiguration") or {}).get("logDriver"),
        "environment_names": [each["name"] for each in definition.get("environment") or () if "name" in each],
    }


def _by_name(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {tag["key"]: tag.get("value", "") for tag in tags}


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
