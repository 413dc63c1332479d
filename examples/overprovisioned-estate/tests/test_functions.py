"""The Lambda functions: their settings, and that their code does what they are for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from trueup.testing.server import SimulatedAws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Assembly

UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedAws]:
    """Run a simulated AWS with the table and the bucket, and point the functions at it."""
    with SimulatedAws() as aws:
        for name, value in {**aws.environment(), "TABLE": "orders", "BUCKET": "lake"}.items():
            monkeypatch.setenv(name, value)
        aws.client("dynamodb").create_table(
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("id", "by-customer")],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-customer",
                    "KeySchema": [{"AttributeName": "by-customer", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                    "ProvisionedThroughput": UNITS,
                }
            ],
            ProvisionedThroughput=UNITS,
        )
        aws.clock.advance(600)
        aws.client("s3").create_bucket(Bucket="lake")
        yield aws


def test_three_large_functions_without_reservations(assembly: Assembly) -> None:
    """3008 MB and 900 s each, and nobody has concurrency of its own."""
    found = [
        each["Properties"] for each in assembly.templates["functions"].find_resources("AWS::Lambda::Function").values()
    ]

    assert [(3008, 900)] * 3 == [(each["MemorySize"], each["Timeout"]) for each in found]
    assert [] == [each for each in found if "ReservedConcurrentExecutions" in each]


def test_two_functions_are_measured_by_insights(assembly: Assembly) -> None:
    """Of the third nobody knows how much memory it needs, so that trueup plans nothing for it and says why."""
    found = assembly.templates["functions"].find_resources("AWS::Lambda::Function").values()

    assert [False, True, True] == sorted("Layers" in each["Properties"] for each in found)


def test_query_is_allowed_on_the_index(assembly: Assembly) -> None:
    """The function that reads the index may do that, and nothing else."""
    policies = assembly.templates["functions"].find_resources("AWS::IAM::Policy")
    (policy,) = (each for name, each in policies.items() if name.startswith("listorders"))
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]

    assert "dynamodb:Query" == statement["Action"]
    assert "/index/*" in json.dumps(statement["Resource"])


def test_functions_work_together(aws: SimulatedAws) -> None:
    """An order that is placed is found by its customer and ends up in the lake."""
    from estate.handlers import export_orders, list_orders, place_order

    assert 0 == list_orders.handle({}, None)
    place_order.handle({}, None)
    assert 1 == list_orders.handle({}, None)
    key = export_orders.handle({}, None)
    (order,) = json.loads(aws.client("s3").get_object(Bucket="lake", Key=key)["Body"].read())

    assert {"S": "customer-1"} == order["by-customer"]
