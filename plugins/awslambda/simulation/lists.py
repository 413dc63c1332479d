"""Lambda's lists in pages, with the fields that AWS leaves out of them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.plugins.awslambda.simulation.functions import function_of, invalid_value, qualifier_in, unqualified
from trueup.testing.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["ALIASES", "EVENT_SOURCES", "FUNCTIONS", "VERSIONS", "page"]

MOST_FUNCTIONS = 50
"""Items that a page of functions, aliases or versions has at most, whatever MaxItems says (botocore model
lambda:ListFunctions: "returns a maximum of 50 items in each response, even if you set the number higher")."""

MOST_MAPPINGS = 100
"""Items that a page of event source mappings has at most (botocore model lambda:ListEventSourceMappings)."""

LEFT_OUT = (
    "State",
    "StateReason",
    "StateReasonCode",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
    "RuntimeVersionConfig",
)
"""What the lists of functions and versions do not tell (botocore model lambda:ListFunctions, note)."""


def page(request: ApiRequest, member: str, items: Sequence[Any], most: int) -> Answer:
    """One page of a list: what follows the request's Marker, at most MaxItems and at most ``most`` items.

    Raises:
        AwsError: the Marker is none that was handed out.
    """
    start = _start(request.parameters["Marker"]) if request.parameters.get("Marker") else 0
    size = min(request.parameters.get("MaxItems", most), most)
    end = start + size
    result: dict[str, Any] = {member: list(items[start:end])}
    if end < len(items):
        result["NextMarker"] = base64.b64encode(str(end).encode()).decode()
    return request.answer(result)


@dataclass(frozen=True, slots=True)
class _List:
    """One list operation: what it lists, how many a page, and what becomes of moto's items."""

    operation: str
    member: str
    most: int
    shown: Callable[[ApiRequest, list[dict[str, Any]]], list[dict[str, Any]]]

    def install(self, aws: Simulation) -> Undo:
        return aws.answer(f"lambda:{self.operation}", self._answer)

    def _answer(self, request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if not answer.ok:
            return answer
        items = request.result(answer).get(self.member, [])
        return page(request, self.member, self.shown(request, items), self.most)


def _without_states(_request: ApiRequest, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in item.items() if name not in LEFT_OUT} for item in items]


def _versions(request: ApiRequest, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    function_of(request)
    return _without_states(request, items)


def _aliases(request: ApiRequest, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    version = request.parameters.get("FunctionVersion")
    return [item for item in items if version in {None, item["FunctionVersion"]}]


def _install_event_sources(aws: Simulation) -> Undo:
    def answer(request: ApiRequest, proceed: Proceed) -> Answer:
        # moto compares names as they were given, so it is asked for all and the choice is made here.
        everything = proceed(request.with_parameters({}))
        if not everything.ok:
            return everything
        items = request.result(everything).get("EventSourceMappings", [])
        return page(request, "EventSourceMappings", _of_function(request, items), MOST_MAPPINGS)

    return aws.answer("lambda:ListEventSourceMappings", answer)


def _of_function(request: ApiRequest, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    named = request.parameters.get("FunctionName")
    source = request.parameters.get("EventSourceArn")
    return [
        item
        for item in items
        if source in {None, item["EventSourceArn"]} and (named is None or _same_function(named, item["FunctionArn"]))
    ]


def _same_function(named: str, arn: str) -> bool:
    return unqualified(named) == unqualified(arn) and qualifier_in(named) == qualifier_in(arn)


def _start(marker: str) -> int:
    try:
        return int(base64.b64decode(marker, validate=True))
    except (binascii.Error, ValueError) as error:
        # That it is refused is modelled (InvalidParameterValueException), Lambda's words were not recorded.
        raise invalid_value("Invalid marker") from error


FUNCTIONS = Correction(
    name="lambda-list-functions",
    service="lambda",
    says="ListFunctions gives pages of at most 50 and leaves State and LastUpdateStatus out; moto gives all at once, "
    "with both, so that an audit would never read them where they are",
    source="botocore model lambda:ListFunctions",
    install=_List("ListFunctions", "Functions", MOST_FUNCTIONS, _without_states).install,
)

VERSIONS = Correction(
    name="lambda-list-versions",
    service="lambda",
    says="ListVersionsByFunction gives pages of at most 50 and refuses an unknown function; moto gives all, or nothing",
    source="botocore model lambda:ListVersionsByFunction, ResourceNotFoundException",
    install=_List("ListVersionsByFunction", "Versions", MOST_FUNCTIONS, _versions).install,
)

ALIASES = Correction(
    name="lambda-list-aliases",
    service="lambda",
    says="ListAliases gives pages of at most 50, of one version when asked; moto gives all",
    source="botocore model lambda:ListAliases (FunctionVersion, Marker, MaxItems)",
    install=_List("ListAliases", "Aliases", MOST_FUNCTIONS, _aliases).install,
)

EVENT_SOURCES = Correction(
    name="lambda-list-event-sources",
    service="lambda",
    says="ListEventSourceMappings finds a function's mappings by name or ARN, in pages of 100; moto compares the name "
    "with the one that was given at creation",
    source="botocore model lambda:ListEventSourceMappings (FunctionName: name, ARN, version or alias ARN, partial ARN)",
    install=_install_event_sources,
)
