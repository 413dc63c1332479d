"""The demo's Lambda functions: all of 3008 MB and 900 s, and each with another thing to be said of it.

Made through the API, as a user would; the metrics are functions of time, so that they go on while the clock moves.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.testing.shapes import Constant, DailyWave

if TYPE_CHECKING:
    from trueup.testing.server import SimulatedAws

__all__ = ["FUNCTIONS", "Function", "build"]

MEMORY_MIB = 3008
TIMEOUT_SECONDS = 900

_SETTLED_SECONDS = 60
"""Longer than an update of a function takes."""

_ROLE = "trueup-demo-functions"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}

_MILLISECONDS = 1000
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the demo.

    Args:
        name: the function's name.
        seconds: shortest and longest duration of a day; None is never invoked.
        memory_used: the least and the most memory that Lambda Insights shows in MiB; None is without Insights.
        concurrency: the most executions at once.
        throttles: throttled requests a minute; None is none.
        reserved: reserved concurrency; None is none.
        published: whether an alias uses a published version.
        runtime: the runtime.
    """

    name: str
    seconds: tuple[float, float] | None = (0.4, 6.0)
    memory_used: tuple[float, float] | None = None
    concurrency: float = 4.0
    throttles: float | None = None
    reserved: int | None = None
    published: bool = False
    runtime: str = "python3.13"


FUNCTIONS = (
    Function("thumbnails", memory_used=(180, 410)),
    Function("importer", seconds=(2.0, 45.0)),
    Function("webhooks", memory_used=(150, 300), concurrency=60.0, throttles=2.0),
    Function("payments", memory_used=(200, 520), concurrency=40.0, reserved=100),
    Function("legacy-report", seconds=None, runtime="nodejs18.x"),
    Function("pricing", memory_used=(120, 260), published=True),
)
"""``thumbnails`` and ``payments`` can be right-sized; of ``importer`` and ``legacy-report`` too little is known."""

_PEAK_UNRESERVED = 90.0
"""What the functions without a reservation use of the account at their peak, all together."""


def build(aws: SimulatedAws) -> None:
    """Make the functions, with metrics from now on.

    Start the clock before the look-back of 30 days, build, and advance it: a function is judged only when it is
    older. The clock is moved by some minutes while the functions settle.
    """
    role = aws.client("iam").create_role(RoleName=_ROLE, AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    client = aws.client("lambda")
    for function in FUNCTIONS:
        _create(client, function, role)
    aws.clock.advance(_SETTLED_SECONDS)
    for function in FUNCTIONS:
        if function.published:
            version = client.publish_version(FunctionName=function.name)["Version"]
            client.create_alias(FunctionName=function.name, Name="live", FunctionVersion=version)
        if function.reserved is not None:
            client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=function.reserved)
    aws.clock.advance(_SETTLED_SECONDS)
    for function in FUNCTIONS:
        _measure(aws, function)
    peak = DailyWave(5.0, _PEAK_UNRESERVED)
    aws.metrics.put("AWS/Lambda", "UnreservedConcurrentExecutions", {}, peak, since=aws.clock.now())


def _create(client: Any, function: Function, role: str) -> None:
    client.create_function(
        FunctionName=function.name,
        Runtime=function.runtime,
        Handler="code.handle",
        Role=role,
        Code={"ZipFile": _code()},
        MemorySize=MEMORY_MIB,
        Timeout=TIMEOUT_SECONDS,
        Environment={"Variables": {"API_TOKEN": "not-to-be-shown"}},
        Tags={"team": "shop"},
    )


def _measure(aws: SimulatedAws, function: Function) -> None:
    if function.seconds is None:
        return
    begin, name = aws.clock.now(), {"FunctionName": function.name}
    shortest, longest = (seconds * _MILLISECONDS for seconds in function.seconds)
    shapes: dict[str, Any] = {
        "Invocations": Constant(1.0, count=5),
        "Errors": Constant(0.0),
        "Duration": DailyWave(shortest, longest, count=5),
        "ConcurrentExecutions": DailyWave(1.0, function.concurrency),
        "Throttles": Constant(function.throttles or 0.0),
    }
    for metric, shape in shapes.items():
        aws.metrics.put("AWS/Lambda", metric, name, shape, since=begin)
    if function.memory_used is not None:
        name = {"function_name": function.name}
        used = DailyWave(*function.memory_used)
        aws.metrics.put("LambdaInsights", "used_memory_max", name, used, since=begin)
        aws.metrics.put("LambdaInsights", "total_memory", name, Constant(MEMORY_MIB), since=begin)


def _code() -> bytes:
    """Give a package that is never run; the same bytes each time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("code.py", _ZIP_EPOCH), "def handle(event, context): ...\n")
    return file.getvalue()
