"""Documents that a fix sends back are declared so, in every plugin: what is not would be written back unread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from trueup.aws.models import operation_model
from trueup.aws.unmodelled import PROTOCOLS, WHOLE
from trueup.change import Change
from trueup.service.declarations import ReadAspect
from trueup.service.needs import reading_order
from trueup.testing.plugin_contract import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.service.declarations import ResourceType
    from trueup.testing import SimulatedAws

PLUGINS = ["awslambda", "dynamodb", "ecs", "elasticache", "rds", "s3"]

FACT = "$fact"

WITHOUT_FURTHER_MEMBERS = {"Tag"}
"""Structures to which AWS adds nothing."""


def sent(value: Any, shape: Any) -> Iterator[str]:
    """The structures inside of a call's parameters, by the model's names; of a fact all that it can have."""
    if isinstance(value, Mapping) and FACT in value:
        yield from (name for name, _ in read(shape))
    elif shape.type_name == "structure":
        for name, each in value.items():
            if shape.members[name].type_name == "structure":
                yield shape.members[name].name
            yield from sent(each, shape.members[name])
    elif shape.type_name == "list":
        for each in value:
            if shape.member.type_name == "structure":
                yield shape.member.name
            yield from sent(each, shape.member)


def read(shape: Any, path: str = "", above: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """The structures of an answer, by the model's names, with their paths."""
    if shape is None or shape.name in above:
        return
    if shape.type_name == "structure":
        yield shape.name, path
        for name, member in shape.members.items():
            yield from read(member, f"{path}.{name}".lstrip("."), (*above, shape.name))
    elif shape.type_name == "list":
        yield from read(shape.member, f"{path}[]", above)


def undeclared(declared: ResourceType, action: str, names: set[str]) -> Iterator[str]:
    """The structures among what is sent that aspects of the action read, none of which declares it written back."""
    places: dict[str, list[str]] = {}
    covered = set(WITHOUT_FURTHER_MEMBERS)
    for aspect in reading_order(declared.aspects, declared.actions[action].needs):
        if not isinstance(aspect, ReadAspect):
            continue
        for operation in aspect.reads:
            for name, path in read(operation_model(operation).output_shape):
                places.setdefault(name, []).append(f"{aspect.name} at {path} of {operation}")
                if any(part == WHOLE or path.startswith(part) for part in aspect.written_back):
                    covered.add(name)
    for name in names & places.keys() - covered:
        yield f"{action} sends {name}, which is read by {', '.join(places[name])}"


@pytest.mark.parametrize("plugin", PLUGINS)
def test_what_a_fix_sends_back_is_declared(simulated_aws_server: SimulatedAws, plugin: str) -> None:
    """By the calls of every fix of the plugin's estate."""
    with Subject(plugin, simulated_aws_server) as subject:
        found: list[str] = []
        changes = 0
        for looked in subject.estate.looked:
            for rule, answer in looked.answers.items():
                if isinstance(answer, Change):
                    calls = [call for step in answer.steps for call in (step.call, *step.undo)]
                    names = {name for c in calls for name in sent(c.parameters, operation_model(c.name).input_shape)}
                    fix = subject.estate.rules[rule].rule.remediation
                    assert fix is not None
                    found += undeclared(looked.declared, fix.action, names)
                    changes += 1
        assert changes
        assert [] == sorted(set(found))


@pytest.mark.parametrize("plugin", PLUGINS)
def test_what_is_written_back_can_be_looked_at(plugin: str) -> None:
    """Its operations answer in a protocol whose documents are understood."""
    with Subject(plugin) as subject:
        for declared in subject.types.values():
            for aspect in declared.aspects.values():
                for operation in aspect.reads if isinstance(aspect, ReadAspect) and aspect.written_back else ():
                    assert operation_model(operation).service_model.resolved_protocol in PROTOCOLS, operation


def test_a_document_that_is_sent_back_and_not_declared_is_found(simulated_aws_server: SimulatedAws) -> None:
    """S3's encryption, were it not declared."""
    with Subject("s3", simulated_aws_server) as subject:
        bucket = subject.types["s3.bucket"]
        encryption = bucket.aspects["encryption"]
        assert isinstance(encryption, ReadAspect)
        declared = replace(bucket, aspects={**bucket.aspects, "encryption": replace(encryption, written_back=())})
        found = list(undeclared(declared, "enable-default-encryption", {"ServerSideEncryptionRule", "Tag"}))
    (only,) = found
    assert "enable-default-encryption sends ServerSideEncryptionRule, which is read by encryption at " in only
