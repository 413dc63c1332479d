"""botocore's loader, shared by all clients of the process, and what makes a further client cheap.

A client's cost, once its service's model is loaded, is mostly what botocore builds anew from the same data: an object
for each of hundreds of endpoint rules, and a method for each operation. The rules are built once here; a client that
reads is given the operations that read, which also leaves it without a method that writes.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import botocore.endpoint_provider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import Loader

from trueup.aws.guard import may_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["SharedLoader", "reading_models", "share_methods"]

_MODEL, _RULES = "service-2", "endpoint-rule-set-1"
_BUILT = "trueup_built"
_methods: dict[tuple[str, frozenset[str]], dict[str, Any]] = {}
_reading: ContextVar[bool] = ContextVar("whether models are loaded for a client that reads", default=False)


@contextmanager
def reading_models(*, reading: bool) -> Iterator[None]:
    """Let service models that are loaded in the block have the operations that read only, or all of them."""
    token = _reading.set(reading)
    try:
        yield
    finally:
        _reading.reset(token)


def share_methods(class_attributes: dict[str, Any], event_name: str, **_details: Any) -> None:
    """Give the classes of all clients of a service, one for each client, the same methods: up to 0.1 MB a client.

    A handler of botocore's event ``creating-client-class``; the last one, since others add methods.
    """
    key = event_name, frozenset(class_attributes)
    class_attributes.update(_methods.setdefault(key, dict(class_attributes)))


class SharedLoader(Loader):  # type: ignore[misc]  # botocore has no types
    """Loads as botocore's own loader does; not for two threads at once."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[tuple[Callable[..., Any], str, str | None], Any] = {}

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """Load a service's data of a type, as botocore names them."""
        loaded = super().load_service_model(service_name, type_name, api_version)
        if type_name == _RULES:
            return self._once(_with_built_rules, service_name, api_version, loaded)
        if type_name == _MODEL and _reading.get():
            return self._once(_that_reads, service_name, api_version, loaded)
        return loaded

    def _once(self, make: Callable[..., Any], service: str, version: str | None, loaded: Mapping[str, Any]) -> Any:
        key = make, service, version
        if key not in self._made:
            self._made[key] = make(service, loaded)
        return self._made[key]


def _that_reads(service: str, model: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave the operations that a reading client may be asked for, and that by which endpoints are found."""
    operations = {
        name: operation
        for name, operation in model["operations"].items()
        if may_read(f"{service}:{name}") or operation.get("endpointoperation")
    }
    return {**model, "operations": operations}


def _with_built_rules(_service: str, ruleset: Mapping[str, Any]) -> Mapping[str, Any]:
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
