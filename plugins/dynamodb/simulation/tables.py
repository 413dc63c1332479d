"""Which table a request is about, and how corrections change what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trueup.testing import AwsError, together

if TYPE_CHECKING:
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = [
    "MODIFIABLE",
    "ON_DEMAND",
    "PROVISIONED",
    "Amend",
    "Key",
    "billing_mode",
    "describing",
    "index_updates",
    "invalid",
    "key_of",
    "throughput_of",
]

PROVISIONED = "PROVISIONED"
ON_DEMAND = "PAY_PER_REQUEST"

MODIFIABLE = frozenset(
    {
        "BillingMode",
        "DeletionProtectionEnabled",
        "GlobalSecondaryIndexUpdates",
        "OnDemandThroughput",
        "ProvisionedThroughput",
        "ReplicaUpdates",
        "SSESpecification",
        "StreamSpecification",
        "TableClass",
        "WarmThroughput",
    }
)
"""The members of UpdateTable that change something."""

Key = tuple[str, str, str]
"""Account, Region and name of a table."""

Amend = Callable[["ApiRequest", dict[str, Any]], None]
"""Changes the description of a table in place."""

_DESCRIBING = {
    "dynamodb:CreateTable": "TableDescription",
    "dynamodb:DeleteTable": "TableDescription",
    "dynamodb:DescribeTable": "Table",
    "dynamodb:UpdateTable": "TableDescription",
}
"""The operations that describe a table, and the member of the answer that does."""


def key_of(request: ApiRequest) -> Key:
    """The table that a request names; AWS takes its ARN for its name too."""
    return request.account, request.region, str(request.parameters["TableName"]).rpartition("/")[2]


def describing(simulation: Simulation, amend: Amend) -> Undo:
    """Let ``amend`` change every description of a table that is given out."""
    return together(*(simulation.answer(name, _amending(member, amend)) for name, member in _DESCRIBING.items()))


def billing_mode(table: dict[str, Any]) -> str:
    """The billing mode of a described table: it is not mentioned on one that was never on demand."""
    return str(table.get("BillingModeSummary", {}).get("BillingMode", PROVISIONED))


def throughput_of(described: dict[str, Any]) -> tuple[int, int]:
    """Read and write units of a described table or index."""
    throughput = described.get("ProvisionedThroughput", {})
    return int(throughput.get("ReadCapacityUnits", 0)), int(throughput.get("WriteCapacityUnits", 0))


def index_updates(request: ApiRequest) -> dict[str, dict[str, Any]]:
    """The updates of existing indexes that an UpdateTable asks for, by index."""
    updates = request.parameters.get("GlobalSecondaryIndexUpdates", ())
    return {each["Update"]["IndexName"]: each["Update"] for each in updates if "Update" in each}


def invalid(message: str) -> AwsError:
    """DynamoDB's refusal of parameters that do not fit."""
    return AwsError("ValidationException", message, 400)


def _amending(member: str, amend: Amend) -> Any:
    def handler(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if not answer.ok:
            return answer
        result = request.result(answer)
        amend(request, result[member])
        return request.answer(result)

    return handler
