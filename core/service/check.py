"""Checks of a declared resource type: every contradiction that can be told without running the plugin's code.

Run when a ``ServicePlugin`` class is made and when the host loads any plugin, so that an author's slip is a sentence
with its name and not a wrong verdict later.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trueup.change import Risk
from trueup.errors import UsageError
from trueup.facts.path import split_path
from trueup.ruleset.suggest import did_you_mean
from trueup.service.arn import template_fields
from trueup.service.declarations import MetricsAspect, ReadAspect
from trueup.service.needs import find_cycle, needs_of, of_metrics

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.service.declarations import ActionDeclaration, AspectDeclaration, ResourceType

__all__ = ["check_resource_type"]

_TYPE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_OPERATION = re.compile(r"[a-z][a-z0-9-]*:[A-Z][A-Za-z0-9]*")
_PART = re.compile(r"[A-Za-z]\w*(\[\])*(\.[A-Za-z]\w*(\[\])*)*")
_ACTION = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

# Words of the rules' language: an aspect of that name could not be told from them.
_KEYWORDS = frozenset({"all", "any", "not", "every", "some"})

# How many days back CloudWatch keeps points of which period. Source: CloudWatch API Reference, MetricStat, Period.
_KEPT_PERIODS = ((15, 60), (63, 300), (455, 3600))


def check_resource_type(resource_type: ResourceType) -> list[str]:
    """Give one sentence for each contradiction in a type's declarations; none when it is sound."""
    problems: list[str] = []
    if not _TYPE.fullmatch(resource_type.name):
        problems.append(f"expected a resource type such as sqs.queue, found {resource_type.name!r}")
    problems += _check_operations("lists", resource_type.lists)
    problems += _check_template("arn", resource_type.arn)
    for dimension, template in resource_type.alarm_dimensions.items():
        problems += _check_template(f"alarm dimension {dimension}", template, {"id"})
    problems += _check_needs("busy", resource_type.busy_needs, resource_type)
    if resource_type.alarm_fact and resource_type.alarm_fact.partition(".")[0] not in resource_type.busy_needs:
        problems.append(f"expected the aspect of the alarm fact in busy_needs, found {resource_type.alarm_fact!r}")
    for name, aspect in resource_type.aspects.items():
        problems += [f"aspect {name!r}: {problem}" for problem in _check_aspect(aspect, resource_type)]
    cycle = find_cycle(resource_type.aspects)
    if cycle:
        problems.append(f"aspects need each other in a circle: {' needs '.join(cycle)}")
    elif not problems:
        problems += _check_metrics_needs(resource_type)
    for name, action in resource_type.actions.items():
        problems += [f"action {name!r}: {problem}" for problem in _check_action(action, resource_type)]
    return [f"{resource_type.name}: {problem}" for problem in problems]


def _check_aspect(aspect: AspectDeclaration, resource_type: ResourceType) -> Iterable[str]:
    if not aspect.name.isidentifier() or aspect.name in _KEYWORDS:
        yield f"expected a plain name that is none of {', '.join(sorted(_KEYWORDS))}"
    if isinstance(aspect, ReadAspect):
        yield from _check_read_aspect(aspect)
        return
    yield from _check_needs("needs", needs_of(aspect), resource_type)
    if isinstance(aspect, MetricsAspect):
        finest = next((period for days, period in _KEPT_PERIODS if 0 < aspect.days <= days), None)
        if finest is None:
            yield f"expected a window of 1 to {_KEPT_PERIODS[-1][0]} days, found {aspect.days}"
        elif aspect.period < finest or aspect.period % finest:
            yield f"expected a period that is a multiple of {finest} s for {aspect.days} days, found {aspect.period}"


def _check_read_aspect(aspect: ReadAspect) -> Iterable[str]:
    if aspect.reads or aspect.per != "scope":
        yield from _check_operations("reads", aspect.reads)
    if aspect.per not in {"resource", "scope"}:
        yield f"expected per to be 'resource' or 'scope', found {aspect.per!r}"
    if aspect.batch < 1 or (aspect.per == "scope" and aspect.batch != 1):
        yield f"expected a batch of at least 1, and of 1 when read per scope, found {aspect.batch}"
    for part in aspect.written_back:
        if part != "." and not _PART.fullmatch(part):
            yield f"written_back: expected a path such as services[].networkConfiguration, or '.', found {part!r}"


def _check_metrics_needs(resource_type: ResourceType) -> Iterable[str]:
    for name, aspect in resource_type.aspects.items():
        if isinstance(aspect, MetricsAspect):
            for need in aspect.needs:
                if of_metrics(resource_type.aspects, need):
                    yield f"aspect {name!r}: expected needs that do not come of metrics, found {need!r}"


def _check_action(action: ActionDeclaration, resource_type: ResourceType) -> Iterable[str]:
    if not _ACTION.fullmatch(action.name):
        yield "expected lower-case words joined by dashes as its name"
    if not isinstance(action.risk, Risk):
        yield f"expected a risk of {', '.join(Risk)}, found {action.risk!r}"
    yield from _check_operations("writes", action.writes)
    if action.passes_roles_to and "iam:PassRole" not in action.permissions:
        yield f"expected iam:PassRole among its permissions, since it passes roles to {action.passes_roles_to}"
    yield from _check_needs("needs", action.needs, resource_type)
    yield from _check_paths("owned", action.owned, resource_type)
    yield from _check_paths("budgets", action.budgets.values(), resource_type)
    if action.poll_seconds < 1 or action.settle_seconds < action.poll_seconds:
        yield (
            "expected to poll every second or more seldom and to settle for at least one poll, "
            f"found poll_seconds {action.poll_seconds} and settle_seconds {action.settle_seconds}"
        )


def _check_operations(what: str, operations: Iterable[str]) -> Iterable[str]:
    operations = tuple(operations)
    if not operations:
        yield f"{what}: expected at least one operation, found none"
    for operation in operations:
        if not _OPERATION.fullmatch(operation):
            yield f"{what}: expected an operation such as sqs:ListQueues, found {operation!r}"


def _check_needs(what: str, needs: Iterable[str], resource_type: ResourceType) -> Iterable[str]:
    for need in needs:
        if need not in resource_type.aspects:
            yield f"{what}: {need!r} is no aspect of it{did_you_mean(need, resource_type.aspects)}"


def _check_paths(what: str, paths: Iterable[str], resource_type: ResourceType) -> Iterable[str]:
    for path in paths:
        try:
            yield from _check_needs(f"{what} {path}", split_path(path)[:1], resource_type)
        except UsageError as error:
            yield f"{what}: {error}"


def _check_template(what: str, template: str, known: frozenset[str] | set[str] | None = None) -> Iterable[str]:
    try:
        names = template_fields(template)
    except ValueError as error:
        yield f"{what}: {error}"
        return
    for name in names:
        if known is not None and name not in known:
            yield f"{what}: expected only {', '.join(sorted(known))} in braces, found {{{name}}}"
