"""Sends planned calls, one by one, exactly as they stand in the plan, and says what became of each.

What a failed write did decides whether it may be sent again; so the three answers have three errors, and nothing is
sent twice in here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.aws.failures import (
    WriteOutcome,
    classify_write,
    error_code,
    error_message,
    error_words,
    request_id_of,
)
from trueup.aws.parameters import copy_of
from trueup.errors import AmbiguousWriteError, CallRefusedError, ThrottledWriteError
from trueup.events import emit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.aws.connection import Connection
    from trueup.change import Call
    from trueup.errors import TrueupError
    from trueup.resource import Scope

__all__ = ["Sent", "Writer"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A call that AWS answered with success.

    Args:
        request_id: AWS's id of the request, None when the answer had none.
        response: the answer without ResponseMetadata.
    """

    request_id: str | None
    response: Mapping[str, Any]


class Writer:
    """Sends the calls of one scope. Made by ``Connection.writer``."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._scope = scope

    @property
    def scope(self) -> Scope:
        """The account and Region that is written to."""
        return self._scope

    def send(self, call: Call, *, rule: str) -> Sent:
        """Send one call, once.

        Args:
            call: literal: ``$result`` and ``$fact`` are resolved already.
            rule: the id of the rule that it is made for, for the user agent.

        Raises:
            CallRefusedError: it surely had no effect.
            ThrottledWriteError: it surely had no effect, and may be sent again later.
            AmbiguousWriteError: it may have taken effect.
            GuardError: it is not the planned call; a fault of this program.
        """
        import botocore.exceptions
        import botocore.parsers
        from botocore import xform_name

        from trueup.aws.session import current_rule

        client, guard = self._connection.writing_client(call.service, self._scope.region)
        token = current_rule.set(rule)
        self._tell("write_sent", call, rule)
        began = time.perf_counter()
        try:
            with guard.permit(call):
                answer = getattr(client, xform_name(call.operation))(**copy_of(call.parameters))
        except (
            botocore.exceptions.ClientError,
            botocore.exceptions.BotoCoreError,
            botocore.parsers.ResponseParserError,
        ) as error:
            seconds = round(time.perf_counter() - began, 3)
            told = {"outcome": str(classify_write(error)), "code": error_code(error), "seconds": seconds}
            self._tell("write_failed", call, rule, request_id=request_id_of(error), **told)
            raise _outcome_of(call, error) from error
        finally:
            current_rule.reset(token)
        request_id = answer.pop("ResponseMetadata", {}).get("RequestId")
        seconds = round(time.perf_counter() - began, 3)
        self._tell("write_answered", call, rule, request_id=request_id, seconds=seconds)
        return Sent(request_id, answer)

    def _tell(self, event: str, call: Call, rule: str, **more: Any) -> None:
        emit(
            event,
            run=self._connection.settings.run_id,
            account=self._scope.account,
            region=self._scope.region,
            service=call.service,
            operation=call.name,
            rule=rule,
            **more,
        )


def _outcome_of(call: Call, error: Exception) -> TrueupError:
    outcome = classify_write(error)
    if outcome is WriteOutcome.AMBIGUOUS:
        return AmbiguousWriteError(call.name, error_words(error))
    if outcome is WriteOutcome.THROTTLED:
        return ThrottledWriteError(call.name, error_code(error), error_message(error))
    return CallRefusedError(call.name, error_code(error), error_message(error))
