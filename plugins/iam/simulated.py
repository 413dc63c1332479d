"""What IAM does and moto does not."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from trueup.testing import Answer, ApiRequest, AwsError, Correction, Simulation, Undo
from trueup.testing.fault_answers import denied

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing.correction import Proceed

__all__ = ["CORRECTIONS", "DECISIONS"]

DECISIONS = "iam:decisions"
"""The setting that allows ``SimulatePrincipalPolicy``: action patterns and whether they are allowed, e.g.
``{"*": True, "dynamodb:Update*": False}``; the most exact pattern counts, no pattern is an implicit deny."""


def _install_simulation(simulation: Simulation) -> Undo:
    """Answer ``SimulatePrincipalPolicy`` from the setting; without it the caller may not ask, as most roles may not."""

    def simulate(request: ApiRequest, _: Proceed) -> Answer:
        decisions: Mapping[str, bool] | None = simulation.settings.get(DECISIONS)
        if decisions is None:
            raise denied(request)
        resources = request.parameters.get("ResourceArns") or ["*"]
        results = [
            _result(action, resource, decisions)
            for action in request.parameters["ActionNames"]
            for resource in resources
        ]
        return request.answer({"EvaluationResults": results, "IsTruncated": False})

    return simulation.answer("iam:SimulatePrincipalPolicy", simulate)


def _result(action: str, resource: str, decisions: Mapping[str, bool]) -> dict[str, Any]:
    if ":" not in action:
        raise AwsError("InvalidInput", f"Invalid Action: {action}")
    matching = [pattern for pattern in decisions if fnmatchcase(action.lower(), pattern.lower())]
    pattern = max(matching, key=len, default=None)
    decision = "implicitDeny" if pattern is None else "allowed" if decisions[pattern] else "explicitDeny"
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": decision,
        "MatchedStatements": [],
        "MissingContextValues": [],
    }


CORRECTIONS: tuple[Correction, ...] = (
    Correction(
        name="iam-simulate-principal-policy",
        service="iam",
        says="SimulatePrincipalPolicy says which actions a principal may take, to those who may ask",
        source="botocore's iam model: SimulatePrincipalPolicy, EvaluationResult.EvalDecision",
        install=_install_simulation,
    ),
)
