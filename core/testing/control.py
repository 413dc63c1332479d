"""What a child process, the demo or another program may ask the simulated AWS itself, over HTTP under ``/_trueup``.

=======  =========================  ==========================================================================
method   path                       body and answer (JSON)
=======  =========================  ==========================================================================
GET      ``/_trueup/clock``         ``{"now": "<ISO 8601>"}``
POST     ``/_trueup/clock/advance`` ``{"seconds": 60}`` gives the new ``{"now": …}``
GET      ``/_trueup/calls``         the record of calls
POST     ``/_trueup/faults``        ``{"operation": …, "kind": …, "resource": …, "times": …, "seconds": …}``
DELETE   ``/_trueup/faults``        clears every fault
POST     ``/_trueup/metrics``       ``{"namespace", "metric", "dimensions", "points" | "shape", "region"}``
POST     ``/_trueup/settings``      ``{"name": value, …}``, see ``Simulation.settings``
POST     ``/_trueup/users``         ``{"policies": [<IAM policy>, …]}`` gives the environment of a user with these
POST     ``/_trueup/reset``         empties all state; ``{"start": "<ISO 8601>"}`` sets the clock
=======  =========================  ==========================================================================
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from trueup.testing.exchange import Answer
from trueup.testing.shapes import shape_named
from trueup.testing.statistics import Point

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing.server import SimulatedAws

__all__ = ["PREFIX", "Control"]

PREFIX = "/_trueup/"


class Control:
    """Answers the requests under ``/_trueup``."""

    def __init__(self, aws: SimulatedAws) -> None:
        self._aws = aws
        self._answers: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
            ("GET", "clock"): self._clock,
            ("POST", "clock/advance"): self._advance,
            ("GET", "calls"): self._calls,
            ("POST", "faults"): self._inject,
            ("DELETE", "faults"): self._clear,
            ("POST", "metrics"): self._metrics,
            ("POST", "settings"): self._set,
            ("POST", "users"): self._enforce,
            ("POST", "reset"): self._reset,
        }

    def __call__(self, method: str, path: str, body: bytes) -> Answer:
        """The answer; what is wrong with a request is said with status 400 or 404."""
        ask = self._answers.get((method, path.removeprefix(PREFIX)))
        if ask is None:
            return _json(404, {"error": f"{method} {path} is not known to the simulated AWS"})
        try:
            return _json(200, ask(json.loads(body or b"{}")))
        except (KeyError, TypeError, ValueError) as error:
            return _json(400, {"error": f"{method} {path}: {error!r}"})

    def _clock(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"now": self._aws.clock.now().isoformat()}

    def _advance(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"now": self._aws.clock.advance(float(given["seconds"])).isoformat()}

    def _calls(self, _: dict[str, Any]) -> list[dict[str, Any]]:
        names = ("number", "service", "operation", "region", "account", "user_agent", "path", "status", "took_effect")
        return [{name: getattr(call, name) for name in names} for call in self._aws.calls]

    def _inject(self, given: dict[str, Any]) -> dict[str, Any]:
        self._aws.faults.inject(given.pop("operation"), given.pop("kind"), **given)
        return {}

    def _clear(self, _: dict[str, Any]) -> dict[str, Any]:
        self._aws.faults.clear()
        return {}

    def _metrics(self, given: dict[str, Any]) -> dict[str, Any]:
        series = (
            shape_named(**given["shape"])
            if "shape" in given
            else [Point(datetime.fromisoformat(stamp), *rest) for stamp, *rest in given["points"]]
        )
        region = given.get("region", "us-east-1")
        self._aws.metrics.put(given["namespace"], given["metric"], given["dimensions"], series, region=region)
        return {}

    def _set(self, given: dict[str, Any]) -> dict[str, Any]:
        self._aws.settings.update(given)
        return {}

    def _enforce(self, given: dict[str, Any]) -> dict[str, str]:
        return self._aws.enforce(*given["policies"])

    def _reset(self, given: dict[str, Any]) -> dict[str, Any]:
        start = given.get("start")
        self._aws.reset(None if start is None else datetime.fromisoformat(start))
        return {}


def _json(status: int, document: Any) -> Answer:
    return Answer(status, (("Content-Type", "application/json"),), json.dumps(document).encode())
