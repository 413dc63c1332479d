"""Each contradiction in a type's declarations is a sentence that says where it is and what was expected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from trueup.change import Risk
from trueup.service.check import check_resource_type
from trueup.service.declarations import ActionDeclaration, DerivedAspect, MetricsAspect, ReadAspect, ResourceType


def nothing(*_given: Any) -> Any:
    """Stand for a plugin's function."""


READ = ReadAspect("attributes", ("sqs:GetQueueAttributes",), nothing)
METRICS = MetricsAspect("metrics", nothing, ("attributes",))
USE = DerivedAspect("use", nothing, ("metrics",))
FIX = ActionDeclaration("encrypt", nothing, ("use",), ("attributes.Sse",), ("sqs:SetQueueAttributes",), Risk.SAFE)
QUEUE = ResourceType(
    "sqs.queue",
    "Url",
    "arn:{partition}:{Name}",
    nothing,
    ("sqs:ListQueues",),
    {"attributes": READ, "metrics": METRICS, "use": USE},
    {"encrypt": FIX},
    {"QueueName": "{id}"},
    busy_needs=("attributes",),
)


def with_aspect(aspect: Any) -> ResourceType:
    """Give the type with one more aspect, or another one of that name."""
    return replace(QUEUE, aspects={**QUEUE.aspects, aspect.name: aspect})


def with_action(**changed: Any) -> ResourceType:
    """Give the type with its action changed."""
    fix = replace(FIX, **changed)
    return replace(QUEUE, actions={fix.name: fix})


PROBLEMS = [
    (replace(QUEUE, name="sqs"), "sqs: expected a resource type such as sqs.queue, found 'sqs'"),
    (replace(QUEUE, lists=()), "sqs.queue: lists: expected at least one operation, found none"),
    (replace(QUEUE, lists=("ListQueues",)), "lists: expected an operation such as sqs:ListQueues, found 'ListQueues'"),
    (replace(QUEUE, arn="arn:{"), "sqs.queue: arn: "),
    (replace(QUEUE, arn="arn:{a.b}"), "arn: expected a plain name in braces, found {a.b} in 'arn:{a.b}'"),
    (replace(QUEUE, arn="arn:{key!r}"), "arn: expected a plain name in braces, found {key} in 'arn:{key!r}'"),
    (replace(QUEUE, alarm_fact="x.y"), "expected the aspect of the alarm fact in busy_needs, found 'x.y'"),
    (replace(QUEUE, alarm_dimensions={"A": "{arn}"}), "alarm dimension A: expected only id in braces, found {arn}"),
    (replace(QUEUE, busy_needs=("attribute",)), "busy: 'attribute' is no aspect of it; did you mean 'attributes'?"),
    (with_aspect(replace(READ, name="every")), "aspect 'every': expected a plain name that is none of all, any, every"),
    (with_aspect(replace(READ, name="a-b")), "aspect 'a-b': expected a plain name"),
    (with_aspect(replace(READ, reads=())), "aspect 'attributes': reads: expected at least one operation, found none"),
    (
        with_aspect(replace(READ, per=cast("Any", "account"))),
        "expected per to be 'resource' or 'scope', found 'account'",
    ),
    (
        with_aspect(replace(READ, written_back=("Rules[*].x",))),
        "expected a path such as services[].networkConfiguration, or '.', found 'Rules[*].x'",
    ),
    (with_aspect(replace(READ, batch=0)), "expected a batch of at least 1, and of 1 when read per scope, found 0"),
    (with_aspect(replace(READ, per="scope", batch=2)), "and of 1 when read per scope, found 2"),
    (with_aspect(replace(METRICS, days=0)), "expected a window of 1 to 455 days, found 0"),
    (with_aspect(replace(METRICS, days=456)), "expected a window of 1 to 455 days, found 456"),
    (with_aspect(replace(METRICS, days=16, period=60)), "expected a period that is a multiple of 300 s for 16 days"),
    (with_aspect(replace(METRICS, days=64, period=300)), "expected a period that is a multiple of 3600 s for 64 days"),
    (with_aspect(replace(METRICS, period=0)), "expected a period that is a multiple of 300 s for 30 days, found 0"),
    (with_aspect(replace(METRICS, name="more", needs=("use",))), "aspect 'more': expected needs that do not come of"),
    (with_aspect(replace(USE, needs=("use",))), "aspects need each other in a circle: use needs use"),
    (with_action(name="Encrypt"), "action 'Encrypt': expected lower-case words joined by dashes as its name"),
    (with_action(risk="mild"), "expected a risk of safe, disruptive, destructive, found 'mild'"),
    (
        with_action(passes_roles_to="x.amazonaws.com"),
        "expected iam:PassRole among its permissions, since it passes roles",
    ),
    (with_action(writes=()), "writes: expected at least one operation, found none"),
    (with_action(needs=("tag",)), "action 'encrypt': needs: 'tag' is no aspect of it"),
    (with_action(owned=("attribute.Sse",)), "owned attribute.Sse: 'attribute' is no aspect of it; did you mean"),
    (with_action(owned=("attributes..Sse",)), "owned: 'attributes..Sse' is no fact path"),
    (with_action(budgets={"a": "spare.n"}), "budgets spare.n: 'spare' is no aspect of it"),
    (with_action(poll_seconds=0), "found poll_seconds 0 and settle_seconds 600"),
    (with_action(settle_seconds=1), "found poll_seconds 5 and settle_seconds 1"),
]


@pytest.mark.parametrize(("resource_type", "expected"), PROBLEMS, ids=[expected for _, expected in PROBLEMS])
def test_contradiction_is_named(resource_type: ResourceType, expected: str) -> None:
    """The sentence names the type, the part, what was expected and what was found."""
    problems = check_resource_type(resource_type)
    assert any(expected in problem for problem in problems), problems


def test_circle_through_several_aspects_is_shown() -> None:
    """A circle of needs is shown from need to need."""
    one, two = DerivedAspect("one", nothing, ("two",)), DerivedAspect("two", nothing, ("one",))
    problems = check_resource_type(replace(QUEUE, aspects={**QUEUE.aspects, "one": one, "two": two}))
    assert any(circle in problems[0] for circle in ("one needs two needs one", "two needs one needs two")), problems


@pytest.mark.parametrize(
    "resource_type",
    [
        QUEUE,
        with_aspect(replace(METRICS, days=15, period=60)),
        with_aspect(replace(METRICS, days=63, period=300)),
        with_aspect(replace(METRICS, days=455, period=7200)),
        with_aspect(replace(READ, name="tags", batch=100)),
    ],
)
def test_sound_type_has_no_problem(resource_type: ResourceType) -> None:
    """What is declared soundly passes."""
    assert [] == check_resource_type(resource_type)
