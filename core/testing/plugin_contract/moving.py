"""What comes of an AWS that has moved on: answers with members that the installed botocore does not know.

A rule sees what it saw before. A fix that writes such an answer back would delete what is new in it, so it must see
nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.aws.models import operation_model
from trueup.aws.unmodelled import WHOLE
from trueup.facts.unknown import Reason, Unknown
from trueup.service.declarations import ReadAspect
from trueup.testing.plugin_contract.broken import invariant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.testing.plugin_contract.estate import Estate, Looked
    from trueup.testing.plugin_contract.subject import Subject

__all__ = ["newer_answers_are_not_written_back"]


@invariant(
    "an answer with members that botocore does not know reads as before, and is refused where a fix writes it back",
    why="AWS adds settings to documents all the time; a fix that drops one on its way deletes it",
    mend="{plugin}: name the parts that an action sends back whole in `written_back` of the aspect, and let what "
    "`aws.call` raises pass",
)
def newer_answers_are_not_written_back(subject: Subject) -> Iterator[str]:
    """Let each read answer with more than the model knows, once for an audit and once for a fix."""
    estate = subject.estate
    for declared in subject.types.values():
        for aspect in declared.aspects.values():
            if not isinstance(aspect, ReadAspect):
                continue
            for operation in aspect.reads:
                asked = (each for each in estate.looked if each.declared.name == declared.name)
                looked = next((each for each in asked if operation in estate.called(each, aspect)), None)
                if looked is not None:
                    yield from _written_back(estate, looked, aspect, operation)


def _written_back(estate: Estate, looked: Looked, aspect: ReadAspect, operation: str) -> Iterator[str]:
    account = estate.account()

    def read(*, for_fixes: bool) -> Any:
        reader = account.reader(for_fixes=for_fixes)
        return reader.read(looked.declared, looked.resource, [aspect.name]).aspects[aspect.name]

    known = read(for_fixes=False)
    fault = estate.aws.faults.inject(operation, "newer")
    try:
        audited, fixed = read(for_fixes=False), read(for_fixes=True)
    finally:
        estate.aws.faults.clear(fault)
    where = f"{looked.resource.arn}: aspect {aspect.name} while {operation} answers with members that no model has"
    if audited != known:
        yield f"{where}: expected the same value in an audit, found {audited!r:.100}"
    if not any(_is_in(operation, part) for part in aspect.written_back):
        if fixed != audited:
            yield f"{where}: expected the same value for a fix, found {fixed!r:.100}"
    elif not isinstance(fixed, Unknown) or fixed.reason is not Reason.UNEXPECTED:
        yield f"{where}: expected it to be unknown for a fix that writes it back, found {fixed!r:.100}"


def _is_in(operation: str, part: str) -> bool:
    """Say whether the answers of an operation have a part at all, which is of one of the operations of an aspect."""
    shape = operation_model(operation).output_shape
    for name in () if part == WHOLE else part.replace("[]", "").split("."):
        while shape is not None and shape.type_name == "list":
            shape = shape.member
        shape = shape.members.get(name) if shape is not None and shape.type_name == "structure" else None
    return shape is not None
