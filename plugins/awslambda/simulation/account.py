"""The account's concurrency: what it has, what functions reserve of it, and the part that must stay unreserved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.awslambda.simulation.functions import backend_of, function_of, invalid_value
from trueup.testing.correction import Correction, together

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["RESERVED", "SETTING", "SETTINGS", "UNRESERVED_MINIMUM", "quota_of", "unreserved_of"]

QUOTA = 1000
"""Concurrent executions of an account in a Region unless AWS raised or lowered it (Lambda quotas)."""

LEAST_UNRESERVED = 100
"""What must stay unreserved; an account whose quota is smaller must leave all of it."""

FIXED_LIMITS = {"TotalCodeSize": 80_530_636_800, "CodeSizeUnzipped": 262_144_000, "CodeSizeZipped": 52_428_800}
"""The other limits that GetAccountSettings gives, in bytes (Lambda quotas: 75 GB, 250 MB, 50 MB)."""

SETTING = "lambda:concurrent-executions"
"""The setting of another quota: in every Region, or in one as ``lambda:concurrent-executions:REGION``."""


def quota_of(aws: Simulation, request: ApiRequest) -> int:
    """The quota of concurrent executions of the account in the request's Region."""
    everywhere = aws.settings.get(SETTING, QUOTA)
    return int(aws.settings.get(f"{SETTING}:{request.region}", everywhere))


def unreserved_of(aws: Simulation, request: ApiRequest, *, without: str | None = None) -> int:
    """What of the quota no function reserves; ``without`` names a function whose reservation does not count."""
    reserved = [
        int(function.reserved_concurrency)
        for function in _functions(request)
        if function.reserved_concurrency is not None and function.function_name != without
    ]
    return quota_of(aws, request) - sum(reserved)


def _install_settings(aws: Simulation) -> Undo:
    def answer(request: ApiRequest, _proceed: Proceed) -> Answer:
        functions = _functions(request)
        limit = {
            **FIXED_LIMITS,
            "ConcurrentExecutions": quota_of(aws, request),
            "UnreservedConcurrentExecutions": unreserved_of(aws, request),
        }
        usage = {"TotalCodeSize": sum(function.code_size for function in functions), "FunctionCount": len(functions)}
        return request.answer({"AccountLimit": limit, "AccountUsage": usage})

    return aws.answer("lambda:GetAccountSettings", answer)


def _install_minimum(aws: Simulation) -> Undo:
    def reserve(request: ApiRequest, proceed: Proceed) -> Answer:
        function = function_of(request)
        least = min(LEAST_UNRESERVED, quota_of(aws, request))
        asked = request.parameters["ReservedConcurrentExecutions"]
        if unreserved_of(aws, request, without=function.function_name) - asked < least:
            raise invalid_value(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{least}]."
            )
        return proceed(request)

    return aws.answer("lambda:PutFunctionConcurrency", reserve)


def _install_reserved(aws: Simulation) -> Undo:
    return together(
        aws.answer("lambda:GetFunction", _with_reservation),
        aws.answer("lambda:GetFunctionConcurrency", _reservation),
    )


SETTINGS = Correction(
    name="lambda-account-settings",
    service="lambda",
    says="Lambda tells an account's quota of concurrent executions and what of it is unreserved; moto has no such call",
    source="botocore model lambda:GetAccountSettings, AccountLimit; Lambda quotas (1,000 concurrent executions)",
    install=_install_settings,
)

UNRESERVED_MINIMUM = Correction(
    name="lambda-unreserved-minimum",
    service="lambda",
    says="Lambda refuses a reservation that leaves less than 100, or less than the whole quota of a small account, "
    "unreserved; moto takes any",
    source="botocore model lambda:PutFunctionConcurrency; the refusals quoted with [10], [50] and [100] in "
    "awslabs/fhir-works-on-aws-deployment#691 and aws-samples/siem-on-amazon-opensearch-service#175",
    install=_install_minimum,
)

RESERVED = Correction(
    name="lambda-reservation-of-zero",
    service="lambda",
    says="GetFunction gives the reserved concurrency also when it is 0, which pauses a function; moto leaves it out",
    source="botocore model lambda:GetFunctionResponse (Concurrency); Lambda guide, reserved concurrency of 0",
    install=_install_reserved,
)


def _functions(request: ApiRequest) -> list[Any]:
    return list(backend_of(request)._lambdas.latest())  # noqa: SLF001 - moto's only list without a request


def _with_reservation(request: ApiRequest, proceed: Proceed) -> Answer:
    answer = proceed(request)
    if not answer.ok:
        return answer
    reserved = function_of(request).reserved_concurrency
    concurrency = {} if reserved is None else {"Concurrency": {"ReservedConcurrentExecutions": int(reserved)}}
    return request.answer({**request.result(answer), **concurrency})


def _reservation(request: ApiRequest, _proceed: Proceed) -> Answer:
    reserved = function_of(request).reserved_concurrency
    return request.answer({} if reserved is None else {"ReservedConcurrentExecutions": int(reserved)})
