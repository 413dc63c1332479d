"""One request to the simulated AWS and its answer, as a correction sees them: decoded, and free of wire protocols.

A handler reads ``request.parameters`` and gives ``request.answer({...})`` or raises ``AwsError``;
which protocol the client speaks (json, query, rest-json, rest-xml, CBOR) is not its concern.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing.wire.operation import Operation

__all__ = ["Answer", "ApiRequest", "AwsError"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the client: status, headers, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the call was accepted."""
        return self.status < 300  # noqa: PLR2004 - the first HTTP status that is not a success


class AwsError(Exception):
    """Raised by a handler to refuse a request as AWS does.

    Attributes:
        code: what the client finds in ``error.response["Error"]["Code"]``.
        message: AWS's own words.
        status: the HTTP status; None takes the one of botocore's model, else 400.
        fields: further members of the error's shape.
    """

    def __init__(self, code: str, message: str, status: int | None = None, **fields: Any) -> None:
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True)
class ApiRequest:
    """One API request; ``parameters`` are decoded when they are first asked for (hence no slots).

    Attributes:
        service: boto3's client name.
        operation: the operation's name, ``None``-free: what cannot be told is ``"?"``.
        region: the Region of the request's signature.
        account: the account of the request's credentials.
        path: the path as it was sent, percent-encoded.
        query: the query string as it was sent.
        headers: names in lower case.
    """

    service: str
    operation: str
    region: str
    account: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    model: Operation | None = None

    @property
    def name(self) -> str:
        """``service:Operation``."""
        return f"{self.service}:{self.operation}"

    @property
    def user_agent(self) -> str:
        """The client's user agent."""
        return self.headers.get("user-agent", "")

    def mentions(self, text: str) -> bool:
        """Whether the decoded path or query, or the body, contains this text: how a fault picks its resource."""
        return (
            text in unquote_plus(f"{self.path}?{self.query}")
            or text.encode() in self.body
            or (text in unquote_plus(self.body.decode("latin-1")))
        )

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The parameters as boto3 took them; empty when the operation is not known."""
        return {} if self.model is None else self.model.decode(self)

    def with_parameters(self, parameters: Mapping[str, Any]) -> ApiRequest:
        """The same request with other parameters, to ``proceed`` with."""
        return replace(self, **self.known.encode(self, parameters))

    def for_operation(self, operation: str, parameters: Mapping[str, Any]) -> ApiRequest:
        """Another operation of the same service, asked by the same caller."""
        model = self.known.sibling(operation)
        return replace(self, operation=operation, model=model, **model.encode(self, parameters))

    def answer(self, result: Mapping[str, Any] | None = None) -> Answer:
        """A successful answer with this result, in the protocol the client speaks."""
        return self.known.answer(result or {})

    def refusal(self, error: AwsError) -> Answer:
        """An error answer, in the protocol the client speaks."""
        return self.known.refusal(self, error)

    def result(self, answer: Answer) -> dict[str, Any]:
        """What boto3 would make of an answer of this operation, without ``ResponseMetadata``."""
        return self.known.result(answer)

    @property
    def known(self) -> Operation:
        """The operation's model.

        Raises:
            LookupError: the operation could not be told from the request.
        """
        if self.model is None:
            message = f"{self.method} {self.path} of {self.service} names no operation that botocore knows"
            raise LookupError(message)
        return self.model
