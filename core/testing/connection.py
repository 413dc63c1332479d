"""The HTTP side of the simulated AWS: connections that are kept alive, held, reset or cut off on purpose."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.testing.exchange import Answer

__all__ = ["Broken", "Connections", "Exchange"]

_POLL_SECONDS = 0.05
"""How often a held connection looks whether its client has gone; bounds how long a thread outlives a client."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Instead of an answer: how a connection ends.

    Attributes:
        how: ``held`` (nothing comes), ``reset`` (RST), ``closed`` (no answer), ``cut`` (half of the body).
        seconds: how long it is held.
        answer: what would have been answered, for ``cut``.
    """

    how: str
    seconds: float = 0.0
    answer: Answer | None = None


if TYPE_CHECKING:
    Exchange = Callable[[str, str, Mapping[str, str], bytes], Answer | Broken]


class Connections(ThreadingHTTPServer):
    """Accepts connections on a free port of 127.0.0.1, a thread each."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, exchange: Exchange, port: int = 0) -> None:
        self.exchange = exchange
        self.release = threading.Event()
        super().__init__(("127.0.0.1", port), _Connection)

    def release_held(self) -> None:
        """Let go of the connections that are held now."""
        self.release.set()
        self.release = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is part of the game."""


class _Connection(BaseHTTPRequestHandler):
    """One connection; requests follow each other on it until one side closes it."""

    protocol_version = "HTTP/1.1"
    server_version = "SimulatedAws"
    disable_nagle_algorithm = True
    wbufsize = 65_536  # head and body leave in one packet: apart they would meet delayed acknowledgements (40 ms)
    server: Connections  # type: ignore[mutable-override]  # only Connections makes these

    def __getattr__(self, name: str) -> Any:
        """Every method is served the same way."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: the record of calls is the log."""

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._body(headers)
        served = self.server.exchange(self.command, self.path, headers, body)
        if not isinstance(served, Broken):
            self._send(served)
            return
        self.close_connection = True
        if served.how == "held":
            self._hold(served.seconds)
        elif served.how == "reset":
            self._reset()
        elif served.how == "cut" and served.answer is not None:
            self._send(served.answer, cut=True)

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", ""):
            return self.rfile.read(int(headers.get("content-length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue
        return b"".join(chunks)

    def _send(self, answer: Answer, *, cut: bool = False) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, value)
        # The answer to a HEAD gives the length of the body that a GET would have.
        told = next((value for name, value in answer.headers if name.lower() == "content-length"), "0")
        self.send_header("Content-Length", told if self.command == "HEAD" else str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)
        self.wfile.flush()

    def _hold(self, seconds: float) -> None:
        release, waited = self.server.release, 0.0
        while waited < seconds and not release.wait(_POLL_SECONDS):
            waited += _POLL_SECONDS
            if select.select([self.connection], [], [], 0)[0]:
                return

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
