"""The undo of a run as plain ``aws`` commands, usable without trueup.

For three in the morning: last change first, every value quoted for a POSIX shell, with a wait where the state of the
resource has to be awaited first.
"""

from __future__ import annotations

import json
import shlex
from importlib.resources import files
from math import ceil
from typing import TYPE_CHECKING, Any

from trueup.applying.applier import in_effect
from trueup.applying.references import AT_LEAST, FACT, answered, references, undoable
from trueup.applying.rollback import STANDING
from trueup.aws.waiters import waiter_parameters, waiter_seconds
from trueup.display import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.change import Call, Step
    from trueup.journal.changes import ChangeRecord
    from trueup.journal.journal import Journal
    from trueup.planning.planned import PlannedChange

__all__ = ["undo_script"]

_HEAD = """#!/bin/sh
# Undoes run {run} of account {account}: last change first. Read it before you run it.
# Each command needs the AWS CLI version 2 and credentials that may do what it says.
set -eu
[ "$(aws sts get-caller-identity --query Account --output text)" = {account} ] || {{
  echo 'these credentials are for another account' >&2; exit 1; }}
"""


def undo_script(journal: Journal, run: str) -> str:
    """Give the shell script that undoes what stands of a run."""
    record = journal.runs.get(run)
    lines = [_HEAD.format(run=record.id, account=record.account or "unknown")]
    for change in reversed(journal.changes.of(record.id)):
        if change.status in STANDING:
            lines += _change(journal, change)
    return "\n".join(lines) + "\n"


def _change(journal: Journal, record: ChangeRecord) -> Iterator[str]:
    change = record.change
    forward = [step for step in journal.changes.steps(record.run, change.id) if step.direction == "forward"]
    count = in_effect(forward)
    yield f"# {change.id} {clean(change.resource.arn)}: {clean(change.summary)}"
    for position in reversed(range(count)):
        step = change.steps[position]
        if step.stays:
            yield f"# step {position + 1} cannot be undone: {clean(change.reversible_reason)}"
        elif not step.undo:
            yield f"# step {position + 1} leaves behind: {clean(step.leaves)}"
    inverse = answered(change.inverse(count), forward)
    for step in (undoable(inverse) or inverse).steps:
        yield from _command(step.call, change.resource.region)
        yield from _wait(step, change)
    yield ""


def _command(call: Call, region: str) -> Iterator[str]:
    # What is read right before the call is an optimistic lock: a person at a shell does without.
    given = {name: _least(value) for name, value in call.parameters.items() if not _is_lock(value)}
    for reference in references(call.parameters, FACT):
        if AT_LEAST in reference:
            yield f"# {clean(reference['path'])}: {reference[AT_LEAST]}, or what it is now if that is more"
    if any(True for _ in references(given, FACT)):
        yield "# a value of this call must not be shown here; fill it in from the resource"
    parameters = json.dumps(given, sort_keys=True)
    command = f"aws {_command_name(call.service)} {_kebab(call.operation)} --region {shlex.quote(region)}"
    yield f"{command} --cli-input-json {shlex.quote(parameters)}"


def _is_lock(value: object) -> bool:
    return any(set(reference) == {"path"} for reference in references(value, FACT))


def _least(value: Any) -> Any:
    """Give a value with the least that each of its numbers may be."""
    if isinstance(value, dict):
        if set(value) == {FACT} and AT_LEAST in value[FACT]:
            return value[FACT][AT_LEAST]
        return {name: _least(item) for name, item in value.items()}
    return [_least(item) for item in value] if isinstance(value, list | tuple) else value


def _wait(step: Step, change: PlannedChange) -> Iterator[str]:
    """Yield the wait after a call: the CLI's own waiter, and what to look for besides."""
    call = step.call
    if step.settled:
        yield f"# settled when {clean(json.dumps(step.settled, sort_keys=True))}"
    if step.waiter:
        asked = waiter_parameters(call.service, step.waiter, call.parameters)
        options = " ".join(f"--{_kebab(name)} {shlex.quote(str(value))}" for name, value in asked.items())
        command = f"aws {_command_name(call.service)} wait {step.waiter.replace('_', '-')}"
        yield _patiently(
            f"{command} --region {shlex.quote(change.resource.region)} {options}".rstrip(),
            ceil(change.settle_seconds / waiter_seconds(call.service, step.waiter)),
        )
    elif step.settled:
        yield f"sleep {max(change.poll_seconds, 30)}"


def _patiently(command: str, times: int) -> str:
    """Give a wait that begins again where the CLI's own gives up before the change's settle limit."""
    if times <= 1:
        return command
    return f'tries=0; until {command}; do tries=$((tries + 1)); [ "$tries" -lt {times} ]; done'


def _command_name(service: str) -> str:
    """Give the CLI's name of a service: boto3's, but for a few that lie in a data file."""
    names = json.loads(files(__package__).joinpath("aws-cli.json").read_text("utf-8"))
    return str(names.get(service, service))


def _kebab(operation: str) -> str:
    from botocore import xform_name

    return str(xform_name(operation, "-"))
