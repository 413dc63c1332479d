"""One operation in the protocol that a client speaks: decodes its parameters, writes its answers and refusals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from trueup.testing.wire import answers, parameters, refusals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing.exchange import Answer, ApiRequest, AwsError

__all__ = ["Operation"]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of botocore's model, as one request asks for it.

    Attributes:
        service: boto3's client name.
        model: the operation model.
        protocol: the protocol of the request.
        labels: the parameters in its path.
    """

    service: str
    model: Any
    protocol: str
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The operation's name."""
        return str(self.model.name)

    def sibling(self, name: str) -> Operation:
        """Another operation of the same service, in the same protocol."""
        return Operation(self.service, self.model.service_model.operation_model(name), self.protocol)

    def decode(self, request: ApiRequest) -> dict[str, Any]:
        """The parameters as boto3 took them."""
        return parameters.decode(self, request)

    def encode(self, request: ApiRequest, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parts of a request that carry other parameters: method, path, query, headers, body."""
        return parameters.encode(self, request, given)

    def answer(self, result: Mapping[str, Any]) -> Answer:
        """A successful answer."""
        return answers.encode(self, result)

    def result(self, answer: Answer) -> dict[str, Any]:
        """What boto3 makes of a successful answer."""
        return answers.decode(self, answer)

    def error(self, answer: Answer) -> AwsError:
        """What boto3 makes of an error answer."""
        return refusals.decode(self, answer)

    def as_json(self, request: ApiRequest) -> ApiRequest:
        """The same request in the json protocol, for what speaks no CBOR."""
        spoken = replace(self, protocol="json")
        headers = {name: value for name, value in request.headers.items() if name != "smithy-protocol"}
        headers["x-amz-target"] = f"{self.model.service_model.metadata['targetPrefix']}.{self.name}"
        changed = replace(request, model=spoken, path="/", query="", headers=headers)
        return changed.with_parameters(request.parameters)

    def refusal(self, request: ApiRequest, error: AwsError) -> Answer:
        """An error answer."""
        return refusals.encode(self, request.method, error)
