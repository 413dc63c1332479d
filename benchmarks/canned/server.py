"""The canned AWS over HTTP: asyncio, one thread, connections that are kept alive, requests one after the other."""

from __future__ import annotations

import asyncio
import json
import re
from functools import partial
from typing import TYPE_CHECKING

from canned.answer import Answer, denied, failed, http, not_canned, throttled
from canned.asked import Asked
from canned.faults import FaultPlan
from canned.identity import IDENTITY
from canned.limits import Throttles
from canned.metrics import metric_data
from canned.recorded import recorded
from canned.request import parse
from canned.s3 import s3_answer

if TYPE_CHECKING:
    from canned.request import Request
    from canned.world import World

__all__ = ["CannedAws", "serve"]

_BLANK_LINE = b"\r\n\r\n"
_LENGTH = re.compile(r"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_FAILURES = {"error": failed, "denied": denied, "throttled": throttled}


class CannedAws:
    """Answers requests from memory, and counts them.

    Args:
        world: what there is, and how it behaves.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._asked = Asked(world.accounts[0])
        self._throttles = Throttles(world.throttles)
        self._faults = FaultPlan(world.faults, world.seed)

    def answer(self, request: Request) -> bytes | str:
        """Give the bytes of the answer, or ``reset`` or ``timeout`` where there is none."""
        if request.path == "/_asked":
            return http(200, json.dumps(self._asked.to_json()).encode(), "application/json")
        if not self._throttles.let_through(request.account, request.region, request.service):
            self._asked.note(request, self._named(request), "throttled")
            return throttled(request.service)
        answer = self._answer(request)
        fault = self._faults.fault(request, answer.operation)
        self._asked.note(request, answer.operation, fault or "answered")
        if fault is not None:
            return _FAILURES[fault](request.service) if fault in _FAILURES else fault
        if answer.status == 501:  # noqa: PLR2004 - HTTP's number for it
            return not_canned(request.service)
        return denied(request.service) if answer.status == 403 else http(answer.status, answer.body)  # noqa: PLR2004

    def latency(self, request: Request) -> float:
        """Give the seconds before the answer; the counts of the server itself come at once."""
        if request.path == "/_asked":
            return 0.0
        return self._world.latencies.get(request.service, self._world.latency)

    def _answer(self, request: Request) -> Answer:
        if request.service == "s3":
            return s3_answer(self._world, request)
        operation = f"{request.service}:{request.operation}"
        if operation == "cloudwatch:GetMetricData":
            self._asked.windows.note(request.parameters)
            return Answer(operation, metric_data(request.parameters))
        if operation in IDENTITY:
            document = IDENTITY[operation](self._world, request)
            return Answer(operation, b"", 403) if document is None else Answer(operation, document.encode())
        found = recorded(self._world, request)
        return Answer(operation, b"", 501) if found is None else Answer(operation, found)

    def _named(self, request: Request) -> str:
        if request.service == "s3":
            return s3_answer(self._world, request).operation
        return f"{request.service}:{request.operation}"


class _Connection(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, aws: CannedAws) -> None:
        self._aws = aws
        self._received = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - what a protocol of TCP is given
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request, later."""
        self._received = self._received + data if self._received else data
        while (end := self._received.find(_BLANK_LINE)) >= 0:
            head = self._received[:end].decode("latin-1")
            length = _LENGTH.search(head)
            begin = end + len(_BLANK_LINE)
            whole = begin + (int(length[1]) if length else 0)
            if len(self._received) < whole:
                return
            body, self._received = self._received[begin:whole], self._received[whole:]
            self._serve(parse(head, body))

    def _serve(self, request: Request) -> None:
        answer = self._aws.answer(request)
        if isinstance(answer, str):
            # A timeout is the client's: the connection stays open, and nothing comes.
            if answer == "reset":
                self._transport.abort()
            return
        latency = self._aws.latency(request)
        if latency:
            asyncio.get_running_loop().call_later(latency, self._transport.write, answer)
        else:
            self._transport.write(answer)


async def serve(world: World) -> None:
    """Serve until the process is ended; the first line of stdout is the port."""
    make = partial(_Connection, CannedAws(world))
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
