"""Connections to the simulated AWS, and a server whose answers are written down."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from trueup.aws.connection import Connection, connect
from trueup.aws.settings import ClientSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trueup.testing.server import SimulatedAws

ONCE = ClientSettings(workers=4, attempts=1, read_timeout_seconds=60, run_id="run-1")
HASTY = ClientSettings(workers=4, attempts=1, read_timeout_seconds=0.3, run_id="run-1")


@dataclass
class Answer:
    """One answer of the scripted server."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None


@dataclass
class ScriptedAws:
    """A server that gives the answers it was told, one after the other, the last one for ever."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def say(self, *bodies: bytes, status: int = 200, announced: int | None = None) -> None:
        """Set the answers; ``announced`` is the length that the headers tell."""
        self.answers = [Answer(body, status, announced=announced) for body in bodies]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Fake credentials from the environment, and no files of the person who runs the tests."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAFAKEFAKEFAKEFAKE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "fake")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


@pytest.fixture
def connection(simulated_aws: SimulatedAws) -> Iterator[Connection]:
    """A connection to the simulated AWS that sends everything once."""
    made = connect(endpoint_url=simulated_aws.endpoint_url, region="eu-west-1", settings=ONCE)
    yield made
    made.close()


@pytest.fixture
def hasty_connection(simulated_aws: SimulatedAws) -> Iterator[Connection]:
    """One that does not wait long for an answer."""
    made = connect(endpoint_url=simulated_aws.endpoint_url, region="eu-west-1", settings=HASTY)
    yield made
    made.close()


@pytest.fixture
def scripted_aws() -> Iterator[ScriptedAws]:
    """A server whose answers the test writes."""
    script = ScriptedAws()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.requests.append((self.command, self.path, dict(self.headers), body))
            answer = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
            self.send_response(answer.status)
            self.send_header("Content-Length", str(answer.announced or len(answer.body)))
            self.send_header("Connection", "close")
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
            self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield script
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def scripted_connection(scripted_aws: ScriptedAws) -> Iterator[Connection]:
    """A connection to the scripted server that sends everything once."""
    made = connect(endpoint_url=scripted_aws.url, region="eu-west-1", settings=ONCE)
    yield made
    made.close()
