"""The fix of an over-sized function: less memory and a shorter timeout in one call, and what speaks against it.

A pure function from a function's facts to the call, its undo, and how to tell that it has settled. The targets are
floors, never jumps: where the observed use needs more, the new size is what it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Risk, Step
from trueup.plugins.awslambda.configuration import AVAILABLE
from trueup.plugins.awslambda.money import monthly_saving
from trueup.plugins.awslambda.sizing import MOST_MEMORY_MIB, least_timeout, memory_for_timeout
from trueup.plugins.awslambda.versions import published_use
from trueup.service.money import known_prices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["LEAST_MEMORY_MIB", "MOST_TIMEOUT_SECONDS", "set_memory_and_timeout"]

LEAST_MEMORY_MIB = 128
MOST_TIMEOUT_SECONDS = 900
"""botocore's model allows more of both, for functions on Managed Instances. Source: Lambda quotas."""

_REVISION = {"$fact": {"path": "function.RevisionId"}}
"""The revision of the read right before the call, so that a write meanwhile by somebody else refuses ours.

Source: Lambda API, UpdateFunctionConfiguration (RevisionId), PreconditionFailedException.
"""


@dataclass(frozen=True, slots=True)
class _Size:
    memory: int
    timeout: int

    def allowed(self) -> bool:
        return LEAST_MEMORY_MIB <= self.memory <= MOST_MEMORY_MIB and 1 <= self.timeout <= MOST_TIMEOUT_SECONDS

    def __str__(self) -> str:
        return f"{self.memory} MiB and {self.timeout} s"


def set_memory_and_timeout(function: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Lower memory and timeout of a function's unpublished version.

    Args:
        function: with ``function``, ``aliases``, ``event_sources``, ``usage``, ``sizing``, ``prices``.
        parameters: ``memory_mib``, ``timeout_seconds``, ``without_insights``.

    Raises:
        UnknownFactError: a fact that the size follows from is not known.

    Source: Lambda API, UpdateFunctionConfiguration: what is not sent stays as it is, environment variables too.
    """
    before = _Size(int(function["function.MemorySize"]), int(function["function.Timeout"]))
    refusal = _not_to_be_changed(function)
    if refusal is not None:
        return refusal
    after = _next_size(function, before, parameters)
    if isinstance(after, Refusal):
        return after
    if not after.allowed():
        return Refusal(f"{after} is outside of what Lambda offers, expected 128 to 10240 MiB and 1 to 900 s")
    waived = after.memory < before.memory and not function["sizing.measured"]
    return Change(
        summary=f"{function.resource.id}: {before} become {after}",
        steps=(_step(function, before, after),),
        risk=Risk.DISRUPTIVE if waived else Risk.SAFE,
        risk_reason=(
            "nobody measured how much memory the function uses, and one that has too little of it fails"
            if waived
            else "the observed memory peak is at most 70 % of the memory, and the timeout at least 1.2 times the "
            "slowest invocation when that takes longer by as much as there is less memory"
        ),
        projection=_projection(function, before, after),
        savings_monthly=_savings(function, before, after),
        code=f"AWS::Lambda::Function MemorySize: {after.memory}, Timeout: {after.timeout}",
    )


def _not_to_be_changed(function: Snapshot) -> Refusal | None:
    if function["function.ManagedInstances"]:
        return Refusal("the function runs on Managed Instances, whose memory is not billed by the invocation")
    used = published_use(function)
    if used is not None:
        return Refusal(f"{used}, and published versions keep their memory and timeout: a change of $LATEST saves 0")
    return None


def _next_size(function: Snapshot, before: _Size, parameters: Mapping[str, Any]) -> _Size | Refusal:
    work = float(function["sizing.work_mib_seconds"])
    memory = _next_memory(function, before, parameters, work)
    if isinstance(memory, Refusal):
        return memory
    needed = max(parameters["timeout_seconds"], least_timeout(work, memory))
    after = _Size(memory, min(before.timeout, needed))
    if after == before:
        return Refusal(f"nothing smaller than {before} fits the observed use: {_use(function)}", passes=True)
    return after


def _next_memory(function: Snapshot, before: _Size, parameters: Mapping[str, Any], work: float) -> int | Refusal:
    target = int(parameters["memory_mib"])
    if before.memory <= target:
        return before.memory
    by_time = memory_for_timeout(work, before.timeout)
    if function["sizing.measured"] or not parameters.get("without_insights", False):
        return min(before.memory, max(target, int(function["sizing.least_memory_mib"]), by_time))
    if by_time > target:
        return Refusal(
            f"with {target} MiB the slowest invocation may come too near to the timeout of {before.timeout} s, and a "
            "size in between takes a memory peak; add the Lambda Insights extension to the function"
        )
    return target


def _step(function: Snapshot, before: _Size, after: _Size) -> Step:
    old = {"MemorySize": before.memory, "Timeout": before.timeout}
    new = {"MemorySize": after.memory, "Timeout": after.timeout}
    changed = [name for name in new if new[name] != old[name]]
    return Step(
        call=_update(function, {name: new[name] for name in changed}),
        undo=(_update(function, {name: old[name] for name in changed}),),
        effect={f"function.{name}": new[name] for name in changed},
        ready=AVAILABLE,
        settled=AVAILABLE,
        waiter="function_updated_v2",
    )


def _update(function: Snapshot, sizes: Mapping[str, int]) -> Call:
    parameters = {"FunctionName": function.resource.id, **sizes, "RevisionId": _REVISION}
    return Call("lambda", "UpdateFunctionConfiguration", parameters)


def _projection(function: Snapshot, before: _Size, after: _Size) -> dict[str, Any]:
    slowest = float(function["usage.max_duration_seconds"])
    work = float(function["sizing.work_mib_seconds"])
    projection: dict[str, Any] = {
        "observed_peak_duration": slowest,
        "projected_peak_duration": round(work / after.memory, 3),
        "projected_peak_timeout": round(100 * work / after.memory / after.timeout, 2),
        "basis": "durations in seconds, grown by as much as there is less memory; peaks in percent of what is left",
    }
    if function["sizing.measured"] and after.memory < before.memory:
        peak = float(function["sizing.memory_peak_mib"])
        projection["observed_peak_memory"] = round(100 * peak / before.memory, 2)
        projection["projected_peak_memory"] = round(100 * peak / after.memory, 2)
    return projection


def _savings(function: Snapshot, before: _Size, after: _Size) -> dict[str, Any] | None:
    prices = known_prices(function)
    return None if prices is None else monthly_saving(function, prices, before.memory, after.memory)


def _use(function: Snapshot) -> str:
    slowest = f"the slowest invocation took {function['usage.max_duration_seconds']:g} s"
    if not function["sizing.measured"]:
        return slowest
    return f"a memory peak of {function['sizing.memory_peak_mib']:g} MiB, and {slowest}"
