"""What happens to a request between the socket and the answer: who asks, which fault befalls it, what is recorded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from trueup.testing.connection import Broken
from trueup.testing.credentials import ACCESS_KEY
from trueup.testing.exchange import Answer, AwsError
from trueup.testing.fault_answers import denied, server_error, throttled
from trueup.testing.newer import newer
from trueup.testing.wire.identify import access_key, identify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing.calls import Calls
    from trueup.testing.dispatch import Dispatch
    from trueup.testing.enforcement import Enforcement
    from trueup.testing.exchange import ApiRequest
    from trueup.testing.faults import Fault, Faults

__all__ = ["Gateway"]


class Gateway:
    """Turns a raw request into an answer, or into the way its connection breaks, and records it."""

    def __init__(
        self, account: str, dispatch: Dispatch, faults: Faults, calls: Calls, enforcement: Enforcement
    ) -> None:
        self._account = account
        self._enforcement = enforcement
        self._dispatch = dispatch
        self._faults = faults
        self._calls = calls

    def __call__(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer | Broken:
        """The answer to one request."""
        request = identify(method, target, headers, body, self._account_of(headers))
        fault = self._faults.next_for(request)
        before = self._instead(request, fault) or self._forbidden(request)
        if before is not None:
            self._record(request, before, took_effect=False)
            return before
        served = self._after(request, self._dispatch(request), fault)
        self._record(request, served, took_effect=True)
        if fault is not None and fault.kind == "slow":
            time.sleep(fault.seconds)
        return served

    def _instead(self, request: ApiRequest, fault: Fault | None) -> Answer | Broken | None:
        """What a fault puts in the place of the call; None when the call takes effect."""
        match fault.kind if fault is not None else None:
            case "denied":
                return request.refusal(denied(request))
            case "throttled":
                return request.refusal(throttled(request))
            case "server_error":
                return request.refusal(server_error())
            case "timeout":
                return Broken("held", seconds=fault.seconds if fault is not None else 0.0)
            case "reset":
                return Broken("reset")
            case _:
                return None

    def _forbidden(self, request: ApiRequest) -> Answer | None:
        """The refusal of what the policies of who asks do not allow; None when they do."""
        error = self._enforcement.refusal(request, access_key(request.headers)) if request.model else None
        return None if error is None else request.refusal(error)

    def _after(self, request: ApiRequest, answer: Answer, fault: Fault | None) -> Answer | Broken:
        """What a fault makes of the answer to a call that took effect."""
        match fault.kind if fault is not None else None:
            case "response_lost":
                return Broken("closed")
            case "cut_off":
                # Without a body there is nothing to cut: the connection ends before the answer.
                return Broken("cut", answer=answer) if answer.body else Broken("closed")
            case "newer":
                return newer(request, answer)
            case _:
                return answer

    def _account_of(self, headers: Mapping[str, str]) -> str:
        key = access_key(headers)
        if key in ("", ACCESS_KEY):
            return self._account
        from moto.core.models import DEFAULT_ACCOUNT_ID
        from moto.iam.models import get_account_id_from

        known = get_account_id_from(key)
        # moto's default stands for a key that nobody was given, too: any made-up key is the simulated account's.
        return self._account if known == DEFAULT_ACCOUNT_ID else str(known)

    def _record(self, request: ApiRequest, served: Answer | Broken, *, took_effect: bool) -> None:
        self._calls.record(
            service=request.service,
            operation=request.operation,
            region=request.region,
            account=request.account,
            user_agent=request.user_agent,
            parameters=_parameters(request),
            path=f"{request.path}?{request.query}" if request.query else request.path,
            status=served.status if isinstance(served, Answer) else None,
            took_effect=took_effect,
        )


def _parameters(request: ApiRequest) -> dict[str, Any]:
    """The parameters for the record; none of a request that cannot be read."""
    try:
        return request.parameters
    except AwsError:
        return {}
