"""moto's own server, asked without a socket: one request in, one answer out.

moto's HTTP server cannot break a connection, delay an answer or keep connections alive, and its operations read the
real time; only its application is used, with its clock set to the simulated one.
"""

from __future__ import annotations

import datetime as dt
import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from trueup.testing.exchange import Answer, AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing.clock import SimulatedClock
    from trueup.testing.correction import Simulation, Undo
    from trueup.testing.exchange import ApiRequest

__all__ = ["MotoServer", "simulated_datetime"]

_NOT_IMPLEMENTED = 501


class MotoServer:
    """moto's application in this process.

    Raises:
        ImportError: moto is not installed; the message says how to install it.
    """

    def __init__(self) -> None:
        try:
            from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
        except ImportError as error:
            raise ImportError(
                f"the simulated AWS needs moto, and importing it failed ({error}): pip install 'trueup[demo]'"
            ) from error
        self._application: Callable[..., Any] = DomainDispatcherApplication(create_backend_app)

    def __call__(self, request: ApiRequest) -> Answer:
        """Give moto's answer; an operation that moto does not have is refused as not simulated."""
        spoken = request
        if request.model is not None and request.model.protocol == "smithy-rpc-v2-cbor":
            spoken = request.model.as_json(request)
        try:
            answer = self._call(spoken)
        except NotImplementedError as error:
            refusal = AwsError("NotImplemented", f"{request.name} is not simulated: {error}", _NOT_IMPLEMENTED)
            return request.refusal(refusal) if request.model else Answer(_NOT_IMPLEMENTED, (), str(refusal).encode())
        if spoken is request:
            return answer
        if answer.ok:
            return request.answer(spoken.result(answer))
        return request.refusal(spoken.known.error(answer))

    def reset(self) -> None:
        """Empty all of moto's state."""
        from moto.core.base_backend import BackendDict
        from moto.core.model_instances import reset_model_data

        BackendDict.reset()
        reset_model_data()

    def follow(self, simulation: Simulation) -> Undo:
        """Let moto's creation stamps and the like follow the simulated clock."""
        import moto.core.utils

        return simulation.patch(moto.core.utils, "datetime", simulated_datetime(simulation.clock))

    def _call(self, request: ApiRequest) -> Answer:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            started.append((status, headers))

        chunks = self._application(self._environ(request), start_response)
        try:
            body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        status, headers = started[-1]
        return Answer(int(status.split(" ", 1)[0]), tuple(headers), body)

    def _environ(self, request: ApiRequest) -> dict[str, Any]:
        """The request as WSGI (PEP 3333) has it."""
        target = f"{request.path}?{request.query}" if request.query else request.path
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(request.path, "latin-1"),
            "QUERY_STRING": request.query,
            "REQUEST_URI": target,
            "RAW_URI": target,
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": request.headers.get("host", "").rpartition(":")[2] or "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(request.body)),
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "HTTP_X_MOTO_ACCOUNT_ID": request.account,
        }
        for name, value in request.headers.items():
            if name not in ("content-length", "content-type", "transfer-encoding"):
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        return environ


def simulated_datetime(clock: SimulatedClock) -> Any:
    """A stand-in for the ``datetime`` module whose ``datetime.now`` and ``datetime.utcnow`` are the simulated clock's.

    moto asks ``datetime.datetime.now()`` in several of its modules; a correction may ``patch`` a module's ``datetime``.
    """

    class _Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, dt.datetime)

    class _Datetime(dt.datetime, metaclass=_Kind):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]  # a plain datetime
            return clock.now().astimezone(tz) if tz is not None else clock.now().astimezone().replace(tzinfo=None)

        @classmethod
        def utcnow(cls) -> dt.datetime:  # type: ignore[override]  # a plain datetime
            return clock.now().replace(tzinfo=None)

    names = {name: getattr(dt, name) for name in dt.__all__}
    return SimpleNamespace(**(names | {"datetime": _Datetime}))
