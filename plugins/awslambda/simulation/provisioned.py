"""Provisioned concurrency of versions and aliases, which moto does not have.

A function's reservation must never be lower than it, so an audit that cannot read it must not fix anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.awslambda.simulation.account import LEAST_UNRESERVED, quota_of, unreserved_of
from trueup.plugins.awslambda.simulation.functions import LATEST, backend_of, function_of, invalid_value
from trueup.plugins.awslambda.simulation.lists import MOST_FUNCTIONS, page
from trueup.plugins.awslambda.simulation.stamps import stamp
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["PROVISIONED"]

ALLOCATION_SECONDS = 60.0
"""How long a configuration is IN_PROGRESS; AWS says "a minute or two" (Lambda guide, provisioned concurrency)."""

_CONFIGURATIONS = "_trueup_provisioned"


def _install(aws: Simulation) -> Undo:
    def put(request: ApiRequest, _proceed: Proceed) -> Answer:
        function, qualifier = _target(request)
        asked = request.parameters["ProvisionedConcurrentExecutions"]
        _check_room(aws, request, function, qualifier, asked)
        _configurations(function)[qualifier] = (asked, stamp(aws.clock.now()))
        aws.phases.enter(
            "lambda", _resource(function, qualifier), "IN_PROGRESS", ALLOCATION_SECONDS, part="provisioned"
        )
        return request.answer(_shown(aws, function, qualifier))

    def get(request: ApiRequest, _proceed: Proceed) -> Answer:
        function, qualifier = _target(request)
        if qualifier not in _configurations(function):
            raise AwsError(
                "ProvisionedConcurrencyConfigNotFoundException",
                "No Provisioned Concurrency Config found for this function",
                Type="User",
            )
        return request.answer(_shown(aws, function, qualifier))

    def enumerate_all(request: ApiRequest, _proceed: Proceed) -> Answer:
        function = function_of(request)
        items = [
            {"FunctionArn": f"{function.function_arn}:{qualifier}", **_shown(aws, function, qualifier)}
            for qualifier in sorted(_configurations(function))
        ]
        return page(request, "ProvisionedConcurrencyConfigs", items, MOST_FUNCTIONS)

    def delete(request: ApiRequest, _proceed: Proceed) -> Answer:
        function, qualifier = _target(request)
        _configurations(function).pop(qualifier, None)
        aws.phases.leave("lambda", _resource(function, qualifier))
        return request.answer()

    def reserve(request: ApiRequest, proceed: Proceed) -> Answer:
        asked = request.parameters["ReservedConcurrentExecutions"]
        total = sum(count for count, _ in _configurations(function_of(request)).values())
        if asked < total:
            raise invalid_value(
                f"ReservedConcurrentExecutions {asked} should not be lower than function's total provisioned "
                f"concurrency [{total}]."
            )
        return proceed(request)

    return together(
        aws.answer("lambda:PutFunctionConcurrency", reserve),
        aws.answer("lambda:PutProvisionedConcurrencyConfig", put),
        aws.answer("lambda:GetProvisionedConcurrencyConfig", get),
        aws.answer("lambda:ListProvisionedConcurrencyConfigs", enumerate_all),
        aws.answer("lambda:DeleteProvisionedConcurrencyConfig", delete),
    )


PROVISIONED = Correction(
    name="lambda-provisioned-concurrency",
    service="lambda",
    says="Lambda keeps provisioned concurrency for versions and aliases and lists it; moto has no such call",
    source="botocore model lambda:PutProvisionedConcurrencyConfig and its neighbours; the refusals' words as "
    "LocalStack recorded them from Lambda (TestLambdaProvisionedConcurrency)",
    install=_install,
)


def _target(request: ApiRequest) -> tuple[Any, str]:
    """The function and its version or alias that a request names.

    Raises:
        AwsError: there is none, or it is ``$LATEST``.
    """
    qualifier = request.parameters["Qualifier"]
    function = function_of(request)
    if qualifier == LATEST:
        raise invalid_value("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
    storage = backend_of(request)._lambdas  # noqa: SLF001 - moto's public way answers in its own errors
    known = storage._get_version(function.function_name, qualifier)  # noqa: SLF001
    if known is None and qualifier not in storage._get_function_aliases(function.function_name):  # noqa: SLF001
        arn = f"{function.function_arn}:{qualifier}"
        raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", Type="User")
    return function, qualifier


def _check_room(aws: Simulation, request: ApiRequest, function: Any, qualifier: str, asked: int) -> None:
    others = sum(count for name, (count, _) in _configurations(function).items() if name != qualifier)
    if function.reserved_concurrency is not None:
        if others + asked > int(function.reserved_concurrency):
            raise invalid_value(
                "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for "
                "function"
            )
        return
    least = min(LEAST_UNRESERVED, quota_of(aws, request))
    if unreserved_of(aws, request) - others - asked < least:
        raise invalid_value(
            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
            f"minimum value of [{least}]."
        )


def _configurations(function: Any) -> dict[str, tuple[int, str]]:
    kept: dict[str, tuple[int, str]] = function.__dict__.setdefault(_CONFIGURATIONS, {})
    return kept


def _shown(aws: Simulation, function: Any, qualifier: str) -> dict[str, Any]:
    count, modified = _configurations(function)[qualifier]
    moving = aws.phases.current("lambda", _resource(function, qualifier), part="provisioned") is not None
    ready = 0 if moving else count
    return {
        "RequestedProvisionedConcurrentExecutions": count,
        "AvailableProvisionedConcurrentExecutions": ready,
        "AllocatedProvisionedConcurrentExecutions": ready,
        "Status": "IN_PROGRESS" if moving else "READY",
        "LastModified": modified,
    }


def _resource(function: Any, qualifier: str) -> str:
    return f"{function.account_id}:{function.region}:{function.function_name}:{qualifier}"
