"""A simulated AWS on localhost: moto with the rules of AWS that we rely on put back, a clock, faults and records.

Real AWS cannot be reached from a test or from a first try on a laptop, and plain moto lets wrong calls pass and loses
data. Authors of plugins test on it: see ``trueup.testing.fixtures`` for pytest. Needs the ``demo`` extra (moto).
"""

from __future__ import annotations

from trueup.testing.calls import Call, Calls
from trueup.testing.clock import SimulatedClock
from trueup.testing.correction import Correction, Handler, Simulation, Undo, together
from trueup.testing.exchange import Answer, ApiRequest, AwsError
from trueup.testing.faults import Fault, Faults
from trueup.testing.metrics import Metrics
from trueup.testing.operator import Operator
from trueup.testing.phases import Phase, Phases
from trueup.testing.server import AlreadyRunningError, SimulatedAws
from trueup.testing.shapes import Constant, DailyWave, NoData, PerMinute, Shape
from trueup.testing.statistics import Point, Statistics

__all__ = [
    "AlreadyRunningError",
    "Answer",
    "ApiRequest",
    "AwsError",
    "Call",
    "Calls",
    "Constant",
    "Correction",
    "DailyWave",
    "Fault",
    "Faults",
    "Handler",
    "Metrics",
    "NoData",
    "Operator",
    "PerMinute",
    "Phase",
    "Phases",
    "Point",
    "Shape",
    "SimulatedAws",
    "SimulatedClock",
    "Simulation",
    "Statistics",
    "Undo",
    "together",
]
