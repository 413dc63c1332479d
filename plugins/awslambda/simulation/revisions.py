"""RevisionId: the mark of a function's or alias's present state, and the optimistic lock that writes can carry.

AWS gives a new one when a write is accepted *and* when it has settled, so one read in between is stale afterwards.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from trueup.plugins.awslambda.simulation.functions import LATEST, backend_of, function_of, unqualified
from trueup.plugins.awslambda.simulation.updating import update_of
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["REVISIONS"]

_REVISIONS = "_trueup_revisions"

GUARDED = ("UpdateFunctionConfiguration", "UpdateFunctionCode", "PublishVersion")
"""The writes on a function whose RevisionId is checked (botocore model lambda)."""


def _install(aws: Simulation) -> Undo:
    from moto.awslambda.models import LambdaAlias, LambdaFunction

    def renewing(method: Callable[..., Any]) -> Callable[..., Any]:
        def renew(function: Any, *given: Any, **named: Any) -> Any:
            _renew(function)
            return method(function, *given, **named)

        return renew

    def configuration(function: Any, *given: Any, **named: Any) -> Any:
        return {**plain(function, *given, **named), "RevisionId": _revision(aws, function)}

    def check(request: ApiRequest, proceed: Proceed) -> Answer:
        _compare(request, _revision(aws, function_of(request)))
        return proceed(request)

    plain = LambdaFunction.get_configuration
    writes = ("update_configuration", "update_function_code", "set_version")
    return together(
        aws.patch(LambdaFunction, "get_configuration", configuration),
        *(aws.patch(LambdaFunction, name, renewing(getattr(LambdaFunction, name))) for name in writes),
        aws.patch(LambdaAlias, "update", _renewing_alias(LambdaAlias.update)),
        *(aws.answer(f"lambda:{name}", check) for name in GUARDED),
        aws.answer("lambda:UpdateAlias", _check_alias),
    )


REVISIONS = Correction(
    name="lambda-revision-id",
    service="lambda",
    says="every answer about a function has a RevisionId, which changes when a write is accepted and again when it has "
    "settled, and a write with another one is refused; moto has none for functions and checks none",
    source="botocore model lambda:FunctionConfiguration (RevisionId), PreconditionFailedException; answers of Lambda "
    "recorded in LocalStack's snapshots of 2024-03-27 (TestLambdaFunction::test_function_lifecycle)",
    install=_install,
)


def _renew(function: Any) -> None:
    """Two new revisions: the one of the accepted write, the one of the settled write."""
    function.__dict__[_REVISIONS] = (str(uuid.uuid4()), str(uuid.uuid4()))


def _revision(aws: Simulation, function: Any) -> str:
    if _REVISIONS not in function.__dict__:
        _renew(function)
    accepted, settled = function.__dict__[_REVISIONS]
    moving = str(function.version) == LATEST and update_of(aws, function) is not None
    return str(accepted if moving else settled)


def _renewing_alias(method: Callable[..., Any]) -> Callable[..., Any]:
    def renew(alias: Any, *given: Any, **named: Any) -> Any:
        alias.revision_id = str(uuid.uuid4())
        return method(alias, *given, **named)

    return renew


def _check_alias(request: ApiRequest, proceed: Proceed) -> Answer:
    function = function_of(request)
    aliases = backend_of(request)._lambdas._get_function_aliases(unqualified(function.function_name))  # noqa: SLF001
    alias = aliases.get(request.parameters["Name"])
    if alias is not None:
        _compare(request, alias.revision_id)
    return proceed(request)


def _compare(request: ApiRequest, present: str) -> None:
    if request.parameters.get("RevisionId", present) != present:
        raise AwsError(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
            "retrieve the latest Revision Id",
            Type="User",
        )
