"""Which task definitions Fargate takes, and how their sizes are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.ecs.simulation.services import invalid
from trueup.plugins.ecs.size import Size, cpu_units, memory_mib
from trueup.testing import AwsError, Correction

if TYPE_CHECKING:
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["SIZES"]


def _install(simulation: Simulation) -> Undo:
    def register(request: ApiRequest, proceed: Proceed) -> Answer:
        given = dict(request.parameters)
        given |= {
            name: str(read(given[name]))
            for name, read in (("cpu", cpu_units), ("memory", memory_mib))
            if given.get(name) is not None
        }
        if "FARGATE" in given.get("requiresCompatibilities", ()):
            _check(given)
        return proceed(request.with_parameters(given))

    return simulation.answer("ecs:RegisterTaskDefinition", register)


def _check(given: dict[str, Any]) -> None:
    if not (given.get("cpu") and given.get("memory")):
        raise AwsError("ClientException", "Fargate requires that 'cpu' and 'memory' be defined at the task level.")
    size = Size(int(given["cpu"]), int(given["memory"]))
    if not size.valid:
        raise AwsError("ClientException", "No Fargate configuration exists for given values.")
    containers = given.get("containerDefinitions", ())
    for name, most in (("cpu", size.cpu), ("memory", size.memory)):
        if sum(each.get(name) or 0 for each in containers) > most:
            # That it is refused is documented, ECS's words were not recorded.
            raise invalid(f"Invalid setting for containers: their {name} exceeds the {most} of the task.")


SIZES = Correction(
    name="ecs-fargate-sizes",
    service="ecs",
    says=(
        "a Fargate task definition has one of Fargate's pairs of CPU and memory, which its containers fit; 1 vCPU and "
        "2GB are told as 1024 and 2048"
    ),
    source=(
        "botocore model ecs:RegisterTaskDefinition (cpu, memory); ECS developer guide, task definition parameters "
        "(the sum of the containers)"
    ),
    install=_install,
)
