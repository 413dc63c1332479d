"""botocore's loader, shared by all clients of the process, and what makes a further client cheap.

A client's cost, once its service's model is loaded, is mostly what botocore builds anew from the same data: an object
for each of hundreds of endpoint rules, and a method for each operation. The rules are built once here, and the methods
for the first client of a kind; a client that reads is given the operations that read, which also leaves it without a
method that writes.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import botocore.endpoint_provider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import Loader

from trueup.aws.guard import may_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["SharedLoader", "making_client", "share_methods"]

_MODEL, _RULES = "service-2", "endpoint-rule-set-1"
_BUILT = "trueup_built"


@dataclass(slots=True)
class _Client:
    """The client that is being made.

    Args:
        reading: whether it only reads.
        service: whose client it is, once its model is loaded.
    """

    reading: bool
    service: str | None = None

    @property
    def kind(self) -> tuple[str | None, bool]:
        """What clients that have the same methods have in common."""
        return self.service, self.reading


_being_made: ContextVar[_Client | None] = ContextVar("client that is being made", default=None)
_methods: dict[tuple[str | None, bool], dict[str, Any]] = {}


@contextmanager
def making_client(*, reading: bool) -> Iterator[None]:
    """Let the client that botocore makes in the block be cheap, and have the operations that read only, if it reads."""
    token = _being_made.set(_Client(reading))
    try:
        yield
    finally:
        _being_made.reset(token)


def share_methods(class_attributes: dict[str, Any], **_details: Any) -> None:
    """Give the classes of all clients of a kind, one for each client, the same methods: up to 0.1 MB a client.

    A handler of botocore's event ``creating-client-class``; the last one, since others add methods.
    """
    client = _being_made.get()
    if client is not None:
        class_attributes.update(_methods.setdefault(client.kind, dict(class_attributes)))


class SharedLoader(Loader):  # type: ignore[misc]  # botocore has no types
    """Loads as botocore's own loader does, but for clients that are being made; not for two threads at once."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[tuple[Any, ...], Any] = {}

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """Load a service's data of a type, as botocore names them."""
        loaded = super().load_service_model(service_name, type_name, api_version)
        if type_name == _RULES:
            return self._once((service_name, api_version, "rules"), lambda: _with_built_rules(loaded))
        client = _being_made.get()
        if client is None or type_name != _MODEL:
            return loaded
        client.service = service_name
        if client.reading:
            loaded = self._once((service_name, api_version, "reads"), lambda: _that_reads(service_name, loaded))
        if client.kind in _methods:
            loaded = self._once((service_name, api_version, client.reading), lambda: _unlisted(loaded))
        return loaded

    def _once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


class _Unlisted(dict[str, Any]):
    """Operations that are found by name, but not gone through: methods for them are there already.

    But for those that botocore goes through to find out how a service's endpoints are found.
    """

    def __iter__(self) -> Iterator[str]:
        return (name for name, operation in self.items() if _is_for_discovery(operation))


def _is_for_discovery(operation: Mapping[str, Any]) -> bool:
    return bool(operation.get("endpointoperation") or operation.get("endpointdiscovery", {}).get("required"))


def _unlisted(model: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep botocore from making a method for each operation."""
    return {**model, "operations": _Unlisted(model["operations"])}


def _that_reads(service: str, model: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave the operations that a reading client may be asked for, and that by which endpoints are found."""
    operations = {
        name: operation
        for name, operation in model["operations"].items()
        if may_read(f"{service}:{name}") or operation.get("endpointoperation")
    }
    return {**model, "operations": operations}


def _with_built_rules(ruleset: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put built rules into the place of the data that botocore builds them from; they keep nothing of a call.

    botocore makes a rule of the class that its ``RuleCreator`` has under the rule's type. One more type is added there,
    whose "class" gives the rule that is in the data; other clients of the process never name it. Where botocore builds
    rules otherwise, they are left as they are.
    """
    creator = getattr(botocore.endpoint_provider, "RuleCreator", None)
    if creator is None:
        return ruleset
    setattr(creator, _BUILT, _built)
    try:
        built = [{"type": _BUILT, "rule": creator.create(**rule)} for rule in ruleset["rules"]]
        same = all(creator.create(**rule) is rule["rule"] for rule in built)
    except (AttributeError, KeyError, TypeError, EndpointProviderError):
        return ruleset
    return {**ruleset, "rules": built} if same else ruleset


def _built(rule: Any) -> Any:
    return rule
