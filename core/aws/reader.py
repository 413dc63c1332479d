"""What an aspect reads AWS with: declared operations of one scope; a failure is a typed unknown, never an empty answer.

The one place where botocore's errors of reads are caught, so that every plugin's failed read means the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.aws.failures import error_code, request_id_of, unknown_of
from trueup.aws.in_hand import CallInHand, call_in_hand
from trueup.aws.pages import BrokenPagingError, pages, paging_of
from trueup.aws.statistics import CallStatistics
from trueup.errors import GuardError, UnreadableError
from trueup.events import is_heard
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.aws.connection import Connection
    from trueup.resource import Scope

__all__ = ["AwsReader"]


class AwsReader:
    """Reads one scope; implements ``trueup.service.declarations.Reader``. Made by ``Connection.reader``.

    Args:
        connection: the credentials.
        scope: where to read.
        operations: what may be called, ``service:Operation``.
        statistics: where calls and failures are counted.
        resource_type: what the failures are counted for.
        written_back: the parts of the answers that a fix writes back whole, see ``ReadAspect``.
    """

    def __init__(
        self,
        connection: Connection,
        scope: Scope,
        operations: frozenset[str],
        statistics: CallStatistics | None = None,
        resource_type: str | None = None,
        written_back: tuple[str, ...] = (),
    ) -> None:
        self._connection = connection
        self._scope = scope
        self._operations = operations
        self._statistics = statistics or CallStatistics()
        self._resource_type = resource_type
        self._written_back = written_back

    @property
    def scope(self) -> Scope:
        """The account and Region being read."""
        return self._scope

    def call(self, operation: str, /, *, absent: tuple[str, ...] = (), **parameters: Any) -> Any:
        """Make one call and give its response without ResponseMetadata.

        Args:
            operation: ``service:Operation``, declared.
            absent: AWS error codes that mean "there is none"; None is given for them.
            **parameters: the request.

        Raises:
            UnreadableError: denied, throttled past retries, timed out, reset, 5xx, cut off or not parseable; or the
                answer has what botocore does not know in a part that is written back.
            CredentialsError: the credentials expired; it stops the run.
            GuardError: the operation is not declared, or is no read.
        """
        import botocore.exceptions
        import botocore.parsers

        self._check_declared(operation)
        call = self._in_hand(operation)
        try:
            return self._answer(call, parameters)
        except botocore.exceptions.ClientError as error:
            if error_code(error) in absent:
                return None
            raise self._unreadable(call, error) from error
        except (
            botocore.exceptions.BotoCoreError,
            botocore.parsers.ResponseParserError,
        ) as error:
            raise self._unreadable(call, error) from error

    def paginate(
        self, operation: str, items: str, /, *, tokens: tuple[str, str] | None = None, **parameters: Any
    ) -> Iterator[Any]:
        """Yield the items of all pages; a page that fails raises after the ones before it.

        Args:
            operation: ``service:Operation``, declared.
            items: the JMESPath of the items in a page.
            tokens: request parameter and answer member of the token, for an operation that botocore has no paginator
                for and that names them unusually.
            **parameters: the request.

        Raises:
            UnreadableError: as in ``call``, or the pages do not come to an end; what was yielded before must not be
                taken for the whole.
        """
        import jmespath

        found = jmespath.compile(items)
        self._check_declared(operation)

        def ask(**asked: Any) -> Any:
            return self.call(operation, **asked)

        try:
            for page in pages(ask, paging_of(operation, tokens), parameters):
                yield from _listed(found.search(page))
        except BrokenPagingError as error:
            unknown = Unknown(Reason.CUT_OFF, str(error), operation)
            self._failed(self._in_hand(operation), unknown)
            raise UnreadableError(unknown) from error

    def prices(self, service: str) -> Mapping[str, Any]:
        """Give the newest known prices of a plugin's service in the scope's Region; no call is made.

        Args:
            service: the plugin's name.

        Returns:
            ``{"currency", "date", "source", "list"}``; ``list`` is what the price file has for the Region.

        Raises:
            UnreadableError: no price is known there, or the price file is broken.
        """
        return self._connection.prices.prices(service, self._scope.region)

    def _in_hand(self, operation: str) -> CallInHand:
        run = self._connection.settings.run_id
        return CallInHand(run, self._scope, operation, self._resource_type, self._written_back)

    def _check_declared(self, operation: str) -> None:
        if operation not in self._operations:
            message = (
                f"{operation} was refused before sending: expected one of the declared "
                f"{', '.join(sorted(self._operations)) or 'operations, which are none'}; "
                f"add it to the aspect's `reads`"
            )
            raise GuardError(message)

    def _answer(self, call: CallInHand, parameters: Mapping[str, Any]) -> Any:
        """Make the call, counted and timed whatever becomes of it; waiting for its turn among ours is no part of it."""
        from botocore import xform_name

        service, _, name = call.operation.partition(":")
        method = getattr(self._connection.reading_client(service, self._scope.region), xform_name(name))
        statistics, metadata = self._statistics, None
        statistics.made(call.operation)
        token = call_in_hand.set(call)
        began = statistics.timer()
        try:
            answer = method(**parameters)
            metadata = answer.pop("ResponseMetadata", None)
            return answer
        finally:
            seconds = max(statistics.timer() - began - call.waited, 0)
            call_in_hand.reset(token)
            statistics.took(call.operation, seconds, call.retries, call.throttles)
            if is_heard("call_made"):
                request_id = (metadata or {}).get("RequestId")
                counts = {"retries": call.retries, "throttles": call.throttles}
                call.tell("call_made", seconds=round(seconds, 3), request_id=request_id, **counts)

    def _unreadable(self, call: CallInHand, error: Exception) -> Exception:
        unknown = unknown_of(error, call.operation)
        self._failed(call, unknown, error_code(error), request_id_of(error))
        return self._connection.credentials_error(error) or UnreadableError(unknown)

    def _failed(
        self, call: CallInHand, unknown: Unknown, code: str | None = None, request_id: str | None = None
    ) -> None:
        self._statistics.failed(call.operation, unknown, self._resource_type, request_id)
        call.tell(
            "call_failed",
            reason=str(unknown.reason),
            code=code,
            missing_action=unknown.missing_action,
            request_id=request_id,
        )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
