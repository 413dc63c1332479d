"""The fix of a function that may take all of an account's concurrency: a reservation, out of what is spare.

A reservation is a ceiling too, so it is never below what the function was seen to need, and what functions without
one need is left to them.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Risk, Step
from trueup.plugins.awslambda.configuration import AVAILABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["BUDGET", "account", "reserve_concurrency"]

BUDGET = "lambda:unreserved-concurrency"

_LEAST_UNRESERVED = 100
"""What must stay unreserved; an account whose quota is smaller must leave all of it.

Source: Lambda API, PutFunctionConcurrency; its refusals name [100], and [10] and [50] in small accounts.
"""

_HEADROOM = 1.5
"""How much more than the observed peak is kept, of the function's and of the account's concurrency."""


def account(function: Snapshot) -> dict[str, int]:
    """Give ``{"quota", "unreserved", "peak_unreserved", "spare"}`` of the account in the function's Region.

    What is spare leaves both the part that AWS keeps unreserved and one and a half times the peak of all functions
    without a reservation. The peak has the function's own use in it, so the figure errs on the safe side.

    Raises:
        UnknownFactError: the limits or the peak could not be read, or no function without a reservation ran.

    Source: Lambda API, AccountLimit; Lambda developer guide, monitoring concurrency.
    """
    quota = int(function["account_settings.AccountLimit.ConcurrentExecutions"])
    unreserved = int(function["account_settings.AccountLimit.UnreservedConcurrentExecutions"])
    peak = ceil(function["account_metrics.peak_unreserved"])
    kept = min(_LEAST_UNRESERVED, quota) + ceil(_HEADROOM * peak)
    return {"quota": quota, "unreserved": unreserved, "peak_unreserved": peak, "spare": unreserved - kept}


def reserve_concurrency(function: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Reserve concurrency for a function that has no reservation; one that it has is never changed.

    Args:
        function: with ``function``, ``concurrency``, ``history``, ``metrics``, ``provisioned``, ``event_sources``.
        parameters: ``reserved``, the least to reserve.

    Raises:
        UnknownFactError: what the function needs is not known, or it was not seen for a whole look-back.

    Source: Lambda API, PutFunctionConcurrency, DeleteFunctionConcurrency; Lambda developer guide, reserved concurrency
    (free, a maximum, of all versions together) and scaling of SQS event sources (a reservation of at least the sum of
    their maximum concurrency, else messages are throttled).
    """
    if function["concurrency.reserved"] is not None:
        return Refusal("the function has a reservation already", passes=True)
    if function["function.ManagedInstances"]:
        return Refusal("the function runs on Managed Instances, which take nothing of the account's concurrency")
    _ = function["history.long_enough"]
    if function["metrics.throttles"] > 0:
        return Refusal("the function was throttled within the look-back, so that its peak is less than what it needs")
    peak = float(function["metrics.concurrency_peak"])
    reserved = max(int(parameters["reserved"]), ceil(_HEADROOM * peak), _provisioned(function), _polled(function))
    name = function.resource.id
    step = Step(
        call=Call("lambda", "PutFunctionConcurrency", {"FunctionName": name, "ReservedConcurrentExecutions": reserved}),
        undo=(Call("lambda", "DeleteFunctionConcurrency", {"FunctionName": name}),),
        effect={"concurrency.reserved": reserved},
        ready=AVAILABLE,
        settled=AVAILABLE,
        repeatable=True,
    )
    return Change(
        summary=f"{name}: a reservation of {reserved} concurrent executions, none before; {peak:g} at its peak",
        steps=(step,),
        risk=Risk.SAFE,
        risk_reason="the reservation is at least 1.5 times the peak of 30 days, and leaves other functions theirs",
        projection={
            "observed_peak_concurrency": peak,
            "projected_peak_concurrency": round(100 * peak / reserved, 2),
            "basis": "observed in executions at once, projected in percent of the reservation",
        },
        code=f"AWS::Lambda::Function ReservedConcurrentExecutions: {reserved}",
        budget={BUDGET: reserved},
    )


def _provisioned(function: Snapshot) -> int:
    return sum(each["RequestedProvisionedConcurrentExecutions"] for each in function["provisioned"])


def _polled(function: Snapshot) -> int:
    return sum(each["maximum_concurrency"] or 0 for each in function["event_sources"])
