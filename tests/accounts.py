"""Other accounts of the simulated AWS, for tests: clients of them, tables in them, and an organisation of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from trueup.testing.server import SimulatedAws

__all__ = ["FIRST", "ROLE", "SECOND", "client_of", "make_organization", "make_tables"]

FIRST, SECOND = "222222222222", "333333333333"
ROLE = "audit"


def client_of(aws: SimulatedAws, account: str, service: str, region: str = "us-east-1") -> Any:
    """Give a client of another account, by a role of it."""
    role = f"arn:aws:iam::{account}:role/tests"
    got = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=aws.endpoint_url,
        region_name=region,
        aws_access_key_id=got["AccessKeyId"],
        aws_secret_access_key=got["SecretAccessKey"],
        aws_session_token=got["SessionToken"],
    )


def make_tables(aws: SimulatedAws, account: str, region: str, *names: str) -> list[str]:
    """Make tables, which have no protection from being deleted; give their ARNs."""
    client = client_of(aws, account, "dynamodb", region)
    return [
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )["TableDescription"]["TableArn"]
        for name in names
    ]


def make_organization(aws: SimulatedAws, *names: str) -> dict[str, str]:
    """Make an organisation with accounts of these names; give name to account id."""
    client = aws.client("organizations")
    client.create_organization(FeatureSet="ALL")
    return {
        name: client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
        for name in names
    }
