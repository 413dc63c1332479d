"""Calls under way at once, whatever the number of threads."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from trueup.aws.connection import connect
from trueup.aws.settings import ClientSettings
from trueup.errors import UnreadableError
from trueup.resource import Scope
from trueup.testing import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.aws.conftest import ScriptedAws
    from trueup.testing import Answer, ApiRequest
    from trueup.testing.correction import Proceed
    from trueup.testing.server import SimulatedAws

CALLS = 2
THREADS = 6
SCOPE = Scope("123456789012", "eu-west-1", "aws")
OPERATION = "dynamodb:ListTables"


class Crossing:
    """A server that answers when so many calls as allowed are under way, and counts the most there ever were."""

    def __init__(self) -> None:
        self.most = 0
        self.url = ""
        self._now = 0
        self._lock = threading.Lock()
        self._together = threading.Barrier(CALLS)

    def meet(self) -> None:
        """Wait until there are as many calls as allowed."""
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._together.wait(30)
        with self._lock:
            self._now -= 1


@pytest.fixture
def crossing() -> Iterator[Crossing]:
    """The server, running."""
    met = Crossing()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            met.meet()
            self.send_response(200)
            self.send_header("Content-Length", "17")
            self.end_headers()
            self.wfile.write(b'{"TableNames":[]}')

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    met.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield met
    server.shutdown()
    thread.join()
    server.server_close()


def test_so_many_calls_are_under_way_at_once_whatever_the_number_of_threads(crossing: Crossing) -> None:
    """Further threads wait before sending."""
    connection = connect(endpoint_url=crossing.url, region="eu-west-1", settings=ClientSettings(workers=CALLS))
    reader = connection.reader(SCOPE, [OPERATION])
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda _number: reader.call(OPERATION), range(THREADS * CALLS)))
    connection.close()
    assert [{"TableNames": []}] * THREADS * CALLS == answers
    assert crossing.most == CALLS


def test_a_call_that_fails_makes_room_for_the_next(scripted_aws: ScriptedAws) -> None:
    """Answers that are refused, cut off or never come leave the gate as it was."""
    settings = ClientSettings(workers=1, attempts=1)
    connection = connect(endpoint_url=scripted_aws.url, region="eu-west-1", settings=settings)
    reader = connection.reader(SCOPE, [OPERATION])
    for body, status, announced in ((b"{}", 400, None), (b"{}", 500, None), (b"{", 200, None), (b"{}", 200, 9)):
        scripted_aws.say(body, status=status, announced=announced)
        with pytest.raises(UnreadableError):
            reader.call(OPERATION)
    scripted_aws.say(b'{"TableNames":[]}')
    assert {"TableNames": []} == reader.call(OPERATION)
    connection.close()


def test_a_call_that_was_given_up_is_not_sent_again(simulated_aws: SimulatedAws) -> None:
    """The next one is sent as ever: giving up is about what was under way."""
    settings = ClientSettings(workers=1, attempts=3)
    connection = connect(endpoint_url=simulated_aws.endpoint_url, region="eu-west-1", settings=settings)
    reader = connection.reader(SCOPE, [OPERATION])

    def answer(_request: ApiRequest, _proceed: Proceed) -> Answer:
        connection.give_up()
        raise AwsError("InternalServerError", "again", status=500)

    undo = simulated_aws.answer(OPERATION, answer)
    simulated_aws.calls.clear()
    with pytest.raises(CancelledError, match="dynamodb:ListTables was not sent again"):
        reader.call(OPERATION)
    assert 1 == len(simulated_aws.calls.of(OPERATION))
    undo()
    assert {"TableNames": []} == reader.call(OPERATION)
    assert 2 == len(simulated_aws.calls.of(OPERATION))
    connection.close()


@pytest.mark.parametrize("body", [b'{"TableNames": ["orde', b'{"TableNames": 3}', b""])
def test_a_call_whose_answer_is_refused_gives_its_turn_back(scripted_aws: ScriptedAws, body: bytes) -> None:
    """Also where the thread ends with it: each look at one resource has threads of its own."""
    connection = connect(
        endpoint_url=scripted_aws.url, region="eu-west-1", settings=ClientSettings(attempts=1, workers=CALLS)
    )
    scripted_aws.say(body)
    found: list[str] = []

    def ask() -> None:
        try:
            connection.reader(SCOPE, [OPERATION]).call(OPERATION)
        except UnreadableError as error:
            found.append(str(error.unknown.reason))

    for _ in range(2 * CALLS + 1):
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(30)
    assert ["answer cut off"] * (2 * CALLS + 1) == found
    connection.close()
