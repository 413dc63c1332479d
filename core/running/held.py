"""Whether changes that come out of a file stay within what the installed plugins declare.

A digest is no signature: a plan may have been edited with its digest, and an exported run may hold other undos than
were made. Whatever was approved, nothing is sent that the action does not declare, on another resource than the change
names, or that AWS's own model would refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.applying.references import FACT, references
from trueup.errors import PluginError, RefusedError, UsageError
from trueup.facts.path import split_path
from trueup.planning.planned import change_id
from trueup.ruleset.condition import compile_condition
from trueup.running.plan_run import check_change
from trueup.service.arn import may_be, template_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trueup.change import Step
    from trueup.facts.schema import FactSchema
    from trueup.planning.planned import PlannedChange
    from trueup.running.account import Account
    from trueup.service.declarations import ResourceType

__all__ = ["check_held"]

# No service takes longer to settle than a change of shards (8 h); what says more is no change of ours.
LONGEST_SECONDS = 86_400


def check_held(account: Account, what: str, changes: Iterable[PlannedChange]) -> None:
    """Check changes of a plan or of the journal before anything of them is sent.

    Args:
        account: whose plugins, and whose account.
        what: the plan or run, for the message.
        changes: the changes.

    Raises:
        RefusedError: one goes beyond what its action declares, or is about something else than it says.
    """
    seen: set[str] = set()
    for change in changes:
        try:
            declared = account.host.resource_type(change.resource.type)
            schema = account.host.fact_schemas()[declared.name]
            wrong = [*_of_resource(account, declared, change), *_of_steps(declared, schema, change)]
        except (PluginError, UsageError) as error:
            wrong = [str(error)]
        if change.id in seen:
            wrong.append("expected each change once, found it again")
        seen.add(change.id)
        if wrong:
            message = f"{what}: change {change.id} on {change.resource.arn} is not used: {'; '.join(wrong)}"
            raise RefusedError(message)


def _of_resource(account: Account, declared: ResourceType, change: PlannedChange) -> Iterator[str]:
    resource = change.resource
    ours = account.connection.identity().account
    if resource.account != ours:
        yield f"expected a resource of account {ours}, found one of {resource.account}"
    if change.id != change_id(change.rule, resource.arn):
        yield f"expected the id of rule {change.rule} on its resource, found {change.id}"
    known = {"account": resource.account, "region": resource.region, "key": resource.id, declared.key: resource.id}
    if {*template_fields(declared.arn)} <= {"partition", *known}:
        partition = account.connection.identity().partition
        told = resource.arn == declared.arn.format_map(known | {"partition": partition})
    else:
        told = may_be(declared, resource.arn)
    if not told:
        yield f"expected the ARN of {declared.name} {resource.id} in {resource.region}, found {resource.arn}"


def _of_steps(declared: ResourceType, schema: FactSchema, change: PlannedChange) -> Iterator[str]:
    action = declared.actions.get(change.action)
    # an action that this version does not have any more: what it did must still be undone
    actions = declared.actions.values() if action is None else (action,)
    writes = {write for each in actions for write in each.writes}
    owned = {path for each in actions for path in each.owned}
    for step in change.steps:
        yield from _of_step(change, step, writes)
        for condition in (step.ready, step.settled):
            compile_condition(condition, schema=schema)
    for path in sorted({*change.before, *change.after}):
        split_path(path)
        if not any(path == each or path.startswith(f"{each}.") for each in owned):
            yield f"expected a fact that {change.action} owns, found {path}"
    for path in change.relies_on:
        split_path(path)
    if not 1 <= change.poll_seconds <= change.settle_seconds <= LONGEST_SECONDS:
        yield f"expected to settle within {LONGEST_SECONDS} s, found {change.settle_seconds} s"
    yield from check_change(change)


def _of_step(change: PlannedChange, step: Step, writes: set[str]) -> Iterator[str]:
    for call in (step.call, *step.undo):
        if call.name not in writes:
            yield f"expected one of the declared writes of {change.action}, found {call.name}"
    for call in step.undo:
        if any("sha256" in each for each in references(call.parameters, FACT)):
            yield f"expected an undo that needs no secret, found one in {call.name}"
    for path in step.effect:
        if path not in change.before or path not in change.after:
            yield f"expected {path} in the images before and after, found it in the effect only"
