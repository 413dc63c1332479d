"""What a new package begins with: for some services a setting that was tried, for the others the tags of resources.

Starting points are data, in ``starts``; each is made into a package, and its tests run, by trueup's own tests.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trueup.authoring.rendering import render
from trueup.aws.iam.levels import canonical_action
from trueup.aws.iam.operations import is_read_only_operation, prefix_of
from trueup.aws.models import service_model

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["StartingPoint", "known_starts", "starting_point"]

STARTS = "trueup.authoring.starts"

_ANY = "any.json.j2"

_MOST_LISTED = 12
"""More names of operations than this are a catalogue, not a hint."""

_TAGGING = (
    ("TagResource", "UntagResource"),
    ("CreateTags", "DeleteTags"),
    ("AddTagsToResource", "RemoveTagsFromResource"),
    ("AddTags", "RemoveTags"),
    ("Tag", "Untag"),
)
"""What services call their permissions to tag. Source: Service Authorization Reference, access level Tagging."""


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """A resource type of a service, with what is known of it, one fix and two rules.

    Args:
        title: the service's name for people.
        noun: the resource type is ``<service>.<noun>``.
        plural: several of them.
        description: what it is, one sentence.
        key: the field of a listed item that is the resource's id.
        arn: the ARN's template.
        list: how they are listed: ``operation``, ``source``, and the ``lines`` of the method.
        aspects: what is read: ``name``, ``reads``, ``description``, ``says``, ``source``, ``lines``, and the schema of
            its facts by name (``facts``), or of each value where the names are not known (``values``).
        derived: what follows without a call: as an aspect, with ``needs``.
        action: the fix: ``fact``, its value ``after``, ``guards`` against it, ``call`` and ``undo``.
        rules: two rule files without resource and stage, ids without the service, each with its ``cases``.
        estate: the ``lines`` that make one resource that fails the first rule and others that pass; together they have
            every fact that a rule asks for.
        simulated: whether the package brings what the simulated AWS lacks.
        lists: operations of the service that list without being asked for anything; only where there is no start.
    """

    title: str
    noun: str
    plural: str
    description: str
    key: str
    arn: str
    list: Mapping[str, Any]
    aspects: tuple[Mapping[str, Any], ...]
    action: Mapping[str, Any]
    rules: tuple[Mapping[str, Any], ...]
    estate: Mapping[str, Any]
    derived: tuple[Mapping[str, Any], ...] = ()
    simulated: bool = False
    lists: tuple[str, ...] = field(default=())

    @property
    def needs(self) -> tuple[str, ...]:
        """The aspects that the fix looks at: those with facts of a known name."""
        owned = self.action["fact"].partition(".")[0]
        return tuple(each["name"] for each in self.aspects if "facts" in each or each["name"] == owned)

    @property
    def writes(self) -> tuple[str, ...]:
        """The operations of the fix and its undo."""
        return tuple(dict.fromkeys(self.action[each]["operation"] for each in ("call", "undo")))


def known_starts() -> tuple[str, ...]:
    """Give the clients that have a starting point of their own."""
    names = (each.name for each in files(STARTS).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def starting_point(client: str) -> StartingPoint:
    """Give what a package for a service begins with.

    Args:
        client: a boto3 client's name.
    """
    lists: tuple[str, ...] = ()
    if client in known_starts():
        text = files(STARTS).joinpath(f"{client}.json").read_text("utf-8")
    else:
        lists = _listing_operations(client)
        text = render(STARTS, _ANY, client=client, prefix=prefix_of(client), lists=lists, permissions=_tagging(client))
    document = json.loads(text)
    document["action"] = {"repeatable": True, "permissions": [], "ready": {}, "settled": {}} | document["action"]
    tuples = {name: tuple(document.get(name, ())) for name in ("aspects", "derived", "rules")}
    return StartingPoint(**{**document, **tuples}, lists=lists)


@cache
def _listing_operations(client: str) -> tuple[str, ...]:
    """Give operations that need no parameter, give a list and are read-only: one of them lists the resources."""
    model = service_model(client)
    found = []
    for name in model.operation_names:
        asked, answered = model.operation_model(name).input_shape, model.operation_model(name).output_shape
        lists = answered is not None and any(each.type_name == "list" for each in answered.members.values())
        if lists and not (asked and asked.required_members) and is_read_only_operation(f"{client}:{name}"):
            found.append(f"{client}:{name}")
    return tuple(sorted(found, key=lambda name: (not name.partition(":")[2].startswith("List"), name))[:_MOST_LISTED])


def _tagging(client: str) -> list[str]:
    """Give the service's own permissions to tag and untag, which the tagging API asks for besides its own.

    Source: Resource Groups Tagging API, TagResources and UntagResources, minimum permissions.
    """
    for pair in _TAGGING:
        actions = [canonical_action(f"{prefix_of(client)}:{name}") for name in pair]
        if None not in actions:
            return [str(action) for action in actions]
    return []
