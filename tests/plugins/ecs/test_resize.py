"""What right-sizing plans for a service, and what it leaves alone with which reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.aws.check import check_call
from trueup.canonical import canonical, digest
from trueup.change import Change, Risk
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.ecs.resize import right_size
from trueup.plugins.ecs.size import CPU_UNITS, memories

NEW = {"$result": {"step": "1", "path": "taskDefinition.taskDefinitionArn"}}
PAIRS = st.sampled_from([(cpu, memory) for cpu in CPU_UNITS for memory in memories(cpu)])
NAMES = ("ecs:RegisterTaskDefinition", "application-autoscaling:RegisterScalableTarget", "ecs:UpdateService")


def names(change: Change) -> tuple[str, ...]:
    """Give the calls of a change."""
    return tuple(step.call.name for step in change.steps)


def test_count_and_size_change_together(services: Any) -> None:
    """Without automatic scaling: a new revision, and the service on it with the new count."""
    change = services.change(services.snapshot())
    register, update = change.steps
    assert ("512", "1024", "web") == tuple(register.call.parameters[name] for name in ("cpu", "memory", "family"))
    named = {"cluster": "shop", "service": "web"}
    assert {**named, "taskDefinition": NEW, "desiredCount": 3} == update.call.parameters
    before = {"$fact": {"path": "service.desiredCount", "at_least": 8}}
    (undo,) = update.undo
    seven = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7"
    forced = {"taskDefinition": seven, "desiredCount": before, "forceNewDeployment": True}
    assert {**named, **forced} == undo.parameters
    capacity = {"tasks": 3, "cpu": 512, "memory_mib": 1024, "images": {"web": "web:1"}, "resized": True}
    effect = {f"capacity.{name}": value for name, value in capacity.items()}
    assert {**effect, "outcome.failed": False} == update.effect
    assert (Risk.DISRUPTIVE, {}) == (change.risk, register.effect)


def test_with_a_scalable_target_only_its_minimum_changes(services: Any) -> None:
    """The desired count is the policy's business; an undo raises it first, and the minimum after it."""
    change = services.change(services.snapshot(region_scaling=services.scaled(8, 20)))
    assert names(change) == NAMES
    _, minimum, update = change.steps
    assert 3 == minimum.call.parameters["MinCapacity"]
    assert "MaxCapacity" not in minimum.call.parameters
    assert "desiredCount" not in update.call.parameters
    assert {"capacity.tasks": 3} == minimum.effect
    assert {"$fact": {"path": "service.desiredCount", "at_least": 8}} == update.undo[0].parameters["desiredCount"]
    assert [8] == [call.parameters["MinCapacity"] for call in minimum.undo]


def test_the_count_alone_needs_no_new_revision(services: Any) -> None:
    """Where tasks are as small as the target, fewer of them are safe: none is replaced."""
    smaller = services.definition(512, 1024)
    change = services.change(services.snapshot(task_definition=smaller))
    assert (("ecs:UpdateService",), Risk.SAFE) == (names(change), change.risk)
    scaled = services.change(services.snapshot(task_definition=smaller, region_scaling=services.scaled(8, 20)))
    (step,) = scaled.steps
    assert ["ecs:UpdateService", "application-autoscaling:RegisterScalableTarget"] == [each.name for each in step.undo]


def test_the_size_alone_leaves_the_count(services: Any) -> None:
    """Three large tasks become three small ones."""
    change = services.change(services.snapshot(tasks=3))
    assert ("ecs:RegisterTaskDefinition", "ecs:UpdateService") == names(change)
    assert "desiredCount" not in change.steps[1].call.parameters
    assert "capacity.tasks" not in change.steps[1].effect


def test_the_load_decides_how_far_it_goes(services: Any) -> None:
    """At 15 % of CPU four small tasks are needed, and the projection says so."""
    change = services.change(services.snapshot(cpu=15.0))
    assert 4 == change.steps[-1].call.parameters["desiredCount"]
    assert (60.0, 44.0) == (change.projection["projected_peak_cpu"], change.projection["projected_peak_memory"])
    assert (15.0, 11.0) == (change.projection["observed_peak_cpu"], change.projection["observed_peak_memory"])


def test_one_task_stays_in_each_availability_zone(services: Any) -> None:
    """Five zones keep five tasks, however idle they are; subnets of one zone count once."""
    service = services.described()
    service["networkConfiguration"] = {"awsvpcConfiguration": {"subnets": list("abcdef")}}
    zones = {name: f"us-east-1{name}" for name in "abcde"} | {"f": "us-east-1a"}
    change = services.change(services.snapshot(service=service, region_subnets=zones, cpu=1.0, memory=1.0))
    assert 5 == change.steps[-1].call.parameters["desiredCount"]


def test_containers_must_fit_the_new_size(services: Any) -> None:
    """Two containers that reserve 600 units and 1,200 MiB together need the next size."""
    two = [services.container(cpu=300, memory=600), services.container(name="side", cpu=300, memory=600)]
    change = services.change(services.snapshot(task_definition=services.definition(2048, 4096, containers=two)))
    register = change.steps[0].call.parameters
    assert ("1024", "2048") == (register["cpu"], register["memory"])


def test_secrets_are_named_by_their_digest_only(services: Any) -> None:
    """The containers' environment is nowhere in the change."""
    whole = [{"name": "web", "image": "web:1", "environment": [{"name": "TOKEN", "value": "hunter2"}]}]
    change = services.change(services.snapshot(container_definitions=whole))
    containers = change.steps[0].call.parameters["containerDefinitions"]
    assert {"$fact": {"path": "container_definitions", "sha256": digest(whole)}} == containers
    assert all("hunter2" not in canonical(call.parameters) for step in change.steps for call in (step.call, *step.undo))


def test_what_register_refuses_is_left_out_and_the_rest_is_kept(services: Any) -> None:
    """Roles, network, volumes and platform are taken over; what AWS sets itself is not sent."""
    definition = services.definition(
        status="ACTIVE",
        volumes=[{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
        runtimePlatform={"cpuArchitecture": "ARM64"},
        ephemeralStorage={"sizeInGiB": 40},
        placementConstraints=[],
    )
    sent = services.change(services.snapshot(task_definition=definition)).steps[0].call.parameters
    for name in ("volumes", "runtimePlatform", "ephemeralStorage", "executionRoleArn", "networkMode"):
        assert canonical(definition[name]) == canonical(sent[name])
    assert {"revision", "status", "taskDefinitionArn", "placementConstraints"}.isdisjoint(sent)
    run = {"key": "trueup:run", "value": {"$run": {}}}
    assert [{"key": "team", "value": "shop"}, run] == sent["tags"]


def test_roles_and_tags_are_asked_for(services: Any) -> None:
    """Passing roles and setting tags are permissions of their own."""
    depends = services.change(services.snapshot()).depends
    assert {
        "iam:PassRole": ("arn:aws:iam::123456789012:role/execution",),
        "ecs:TagResource": ("arn:aws:ecs:us-east-1:123456789012:task-definition/web:*",),
    } == depends


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"deploymentController": {"type": "CODE_DEPLOY"}}, "CODE_DEPLOY"),
        ({"deploymentController": {"type": "EXTERNAL"}}, "EXTERNAL"),
        ({"schedulingStrategy": "DAEMON"}, "DAEMON"),
        ({"deploymentConfiguration": {"strategy": "BLUE_GREEN"}}, "BLUE_GREEN"),
        ({"deploymentConfiguration": {"strategy": "LINEAR"}}, "LINEAR"),
        ({"deploymentConfiguration": {"strategy": "CANARY"}}, "CANARY"),
        ({"resourceManagementType": "ECS"}, "Express"),
        ({"launchType": "EC2"}, "Fargate"),
    ],
)
def test_what_is_deployed_otherwise_is_left_alone(services: Any, more: dict[str, Any], word: str) -> None:
    """The reason names what is in the way, and the finding does not pass for it."""
    refusal = services.refusal(services.snapshot(service=services.described(**more)))
    assert word in refusal.reason
    assert not refusal.passes


def test_scheduled_scaling_is_left_alone(services: Any) -> None:
    """A schedule would set the minimum back, or further down."""
    refusal = services.refusal(services.snapshot(region_scaling=services.scaled(8, 20, scheduled=True)))
    assert "night" in refusal.reason


def test_a_minimum_without_a_follower_is_left_alone(services: Any) -> None:
    """Where no policy scales in, a lower minimum saves nothing."""
    refusal = services.refusal(services.snapshot(region_scaling=services.scaled(8, 20, follows=False)))
    assert "scales in" in refusal.reason


def test_nothing_smaller_passes(services: Any) -> None:
    """A service that is as small as its load allows is none to be fixed."""
    refusal = services.refusal(services.snapshot(cpu=59.0, memory=60.0))
    assert refusal.passes


def test_unknown_parts_of_a_task_definition_are_not_lost(services: Any) -> None:
    """What this version cannot register again keeps the whole definition from being registered."""
    refusal = services.refusal(services.snapshot(task_definition=services.definition(unhandled=["quantumConfig"])))
    assert "quantumConfig" in refusal.reason


def test_no_room_for_the_runs_tag_is_a_refusal(services: Any) -> None:
    """Tags are kept, all of them, or nothing is registered."""
    tags = {f"t{number}": "x" for number in range(50)}
    assert "tags" in services.refusal(services.snapshot(task_definition=services.definition(tags=tags))).reason


def test_another_deployment_meanwhile_is_unknown(services: Any) -> None:
    """A definition that is not the service's own tells nothing of it."""
    other = services.definition(taskDefinitionArn="arn:aws:ecs:us-east-1:123456789012:task-definition/web:8")
    capacity = services.snapshot(task_definition=other).aspects["capacity"]
    assert isinstance(capacity, Unknown)
    assert Reason.UNEXPECTED is capacity.reason


@settings(max_examples=25, deadline=None)
@given(pair=PAIRS, tasks=st.integers(1, 50), cpu=st.floats(0, 19), memory=st.floats(0, 39), scaled=st.booleans())
def test_every_call_is_valid_and_every_undo_goes_back(
    services: Any, pair: tuple[int, int], tasks: int, cpu: float, memory: float, scaled: bool
) -> None:
    """Whatever the service, calls and undos pass botocore's model, and the undos set what was there before."""
    scaling = services.scaled(tasks, tasks + 5) if scaled else {"targets": [], "policies": [], "scheduled": []}
    snapshot = services.snapshot(
        tasks=tasks, cpu=cpu, memory=memory, task_definition=services.definition(*pair), region_scaling=scaling
    )
    change = right_size(snapshot.frozen(), {"tasks": 1, "cpu_units": 256, "memory_mib": 512})
    if not isinstance(change, Change):
        assert change.passes
        return
    first = {"1": change.steps[0].call}
    for step in change.steps:
        assert [] == check_call(step.call, {} if step is change.steps[0] else first)
        assert [] == [problem for call in step.undo for problem in check_call(call, first)]
    back = {name: value for step in change.steps for call in step.undo for name, value in call.parameters.items()}
    changed = {path for step in change.steps for path in step.effect}
    if "capacity.tasks" in changed:
        assert tasks == (back["MinCapacity"] if scaled else back["desiredCount"]["$fact"]["at_least"])
    if "capacity.cpu" in changed:
        assert ((), True) == (change.steps[0].undo, bool(change.steps[0].leaves))
        assert snapshot["service.taskDefinition"] in [
            call.parameters.get("taskDefinition") for call in change.steps[-1].undo
        ]
    assert change.projection["projected_peak_cpu"] <= 60
    assert change.projection["projected_peak_memory"] <= 65
