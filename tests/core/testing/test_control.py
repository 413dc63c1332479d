"""What another process asks of the simulated AWS over HTTP."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from trueup.testing import SimulatedAws

pytest_plugins = ["trueup.testing.fixtures"]


def test_the_clock_is_told_and_moved(simulated_aws: SimulatedAws) -> None:
    """GET tells the time, POST moves it."""
    before = datetime.fromisoformat(ask(simulated_aws, "GET", "clock")["now"])
    moved = datetime.fromisoformat(ask(simulated_aws, "POST", "clock/advance", {"seconds": 60})["now"])
    assert timedelta(seconds=60) <= moved - before < timedelta(seconds=90)


def test_faults_are_injected_and_cleared(simulated_aws: SimulatedAws) -> None:
    """A child process's test injects a fault in its parent's server."""
    ask(simulated_aws, "POST", "faults", {"operation": "s3:ListBuckets", "kind": "denied", "times": 5})
    with pytest.raises(ClientError, match="AccessDenied"):
        simulated_aws.client("s3").list_buckets()
    ask(simulated_aws, "DELETE", "faults")
    simulated_aws.client("s3").list_buckets()


def test_calls_are_told(simulated_aws: SimulatedAws) -> None:
    """The record can be read from elsewhere; what is asked of the simulated AWS itself is no call."""
    simulated_aws.client("s3").list_buckets()
    told = ask(simulated_aws, "GET", "calls")
    assert [(1, "s3", "ListBuckets", 200, True)] == [
        (call["number"], call["service"], call["operation"], call["status"], call["took_effect"]) for call in told
    ]


def test_metrics_are_put_as_points_and_as_shapes(simulated_aws: SimulatedAws) -> None:
    """Points with and without a count, and each named shape."""
    now = simulated_aws.clock.now()
    series = {"namespace": "N", "metric": "m", "dimensions": {"d": "v"}}
    ask(simulated_aws, "POST", "metrics", series | {"points": [[now.isoformat(), 1.0], [now.isoformat(), 2.0, 3.0]]})
    shape = {"name": "constant", "value": 2.0}
    ask(simulated_aws, "POST", "metrics", series | {"metric": "c", "region": "eu-west-1", "shape": shape})
    found = {(key.metric, key.region): key for key in simulated_aws.metrics.keys()}  # noqa: SIM118 - no mapping
    assert {("m", "us-east-1"), ("c", "eu-west-1")} == found.keys()
    minute = int(now.timestamp()) // 60 * 60
    points = simulated_aws.metrics.statistics(found["m", "us-east-1"], minute, minute + 60, 60)
    constant = simulated_aws.metrics.statistics(found["c", "eu-west-1"], minute - 60, minute, 60)
    assert [(7.0, 4.0), (2.0, 1.0)] == [(each.total, each.count) for _, each in (*points, *constant)]


def test_users_are_made_with_policies(simulated_aws: SimulatedAws) -> None:
    """The answer is the environment of a user who may do what they allow."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    made = ask(simulated_aws, "POST", "users", {"policies": [policy]})
    other = ask(simulated_aws, "POST", "users", {"policies": []})
    assert simulated_aws.environment().keys() == made.keys()
    assert 3 == len({each["AWS_ACCESS_KEY_ID"] for each in (made, other, simulated_aws.environment())})


def test_settings_are_set_and_a_reset_forgets_them(simulated_aws: SimulatedAws) -> None:
    """What corrections read can be set from elsewhere, and a reset may start the clock in the past."""
    ask(simulated_aws, "POST", "settings", {"lambda:quota": 50})
    assert {"lambda:quota": 50} == simulated_aws.settings
    ask(simulated_aws, "POST", "reset", {"start": "2020-01-01T00:00:00+00:00"})
    assert ({}, 2020) == (simulated_aws.settings, simulated_aws.clock.now().year)
    ask(simulated_aws, "POST", "reset")
    assert 2020 < simulated_aws.clock.now().year


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "nothing", None, 404, "GET /_trueup/nothing is not known"),
        ("POST", "clock/advance", {"seconds": -1}, 400, "expected seconds of at least 0"),
        ("POST", "clock/advance", {}, 400, "KeyError"),
        ("POST", "faults", {"operation": "s3:*", "kind": "gone"}, 400, "expected one of denied"),
        ("POST", "faults", {"operation": "s3:*", "kind": "denied", "when": 1}, 400, "TypeError"),
        (
            "POST",
            "metrics",
            {"namespace": "N", "metric": "m", "dimensions": {}, "shape": {"name": "x"}},
            400,
            "found 'x'",
        ),
    ],
)
def test_a_wrong_request_is_said_to_be_wrong(
    simulated_aws: SimulatedAws, method: str, path: str, body: Any, status: int, words: str
) -> None:
    """The answer says what was wrong, and nothing was done."""
    with pytest.raises(HTTPError) as caught:
        ask(simulated_aws, method, path, body)
    with caught.value as answer:
        assert (status, True) == (answer.code, words in answer.read().decode())


def ask(aws: SimulatedAws, method: str, path: str, body: Any = None) -> Any:
    """The answer to a request under ``/_trueup``."""
    data = None if body is None else json.dumps(body).encode()
    # The URL is the fixture's own.
    request = Request(f"{aws.endpoint_url}/_trueup/{path}", data=data, method=method)  # noqa: S310 - see above
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - see above
        return json.load(answer)
