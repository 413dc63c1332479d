"""What IAM actions can be limited to, as shipped, and the forms of ARNs."""

from __future__ import annotations

import gzip
import json
import re
from importlib.resources import files

import pytest

from trueup.aws.iam.arn_forms import bind, fill, names_in
from trueup.aws.iam.levels import action_names
from trueup.aws.iam.resources import kinds_of

SHIPPED = files("trueup.aws.iam") / "resources.json.gz"
TABLE = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"
LOG_GROUP = "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("dynamodb:DescribeTable", {"table": True}),
        ("DYNAMODB:describetable", {"table": True}),
        ("s3:GetBucketAcl", {"bucket": False, "accesspoint": False}),
        ("iam:PassRole", {"role": True}),
        ("dynamodb:ListTables", {}),
        ("cloudwatch:GetMetricData", {}),
        # limited, CloudWatch leaves composite alarms out without a word
        ("cloudwatch:DescribeAlarms", {}),
        ("dynamodb:Nonsense", {}),
        ("nonsense:ListTables", {}),
    ],
)
def test_kinds(action: str, expected: dict[str, bool]) -> None:
    """An action has the kinds of resources that the reference gives it, required or not."""
    assert expected == {kind.name: kind.required for kind in kinds_of(action)}


def test_forms_are_whole() -> None:
    """The head that most forms share comes back; one that has another head keeps it."""
    (table,), buckets = kinds_of("dynamodb:UpdateTable"), kinds_of("s3:GetBucketVersioning")
    assert [TABLE, "arn:${Partition}:s3:::${BucketName}"] == [table.arn, buckets[0].arn]


def test_shipped_data() -> None:
    """It is small, goes with the levels, and every form is one that can be read."""
    data = json.loads(gzip.decompress(SHIPPED.read_bytes()))
    forms = {arn for service in data["services"].values() for arn in service["arns"].values()}

    assert len(SHIPPED.read_bytes()) < 100_000
    assert {"from", "license", "made", "reference"} == set(data["source"])
    assert [] == [form for form in forms if not re.fullmatch(r"(\$\{\w+\}|[^${}])+", form)]
    assert [] == [
        prefix
        for prefix, service in data["services"].items()
        if len(action_names(prefix)) != len(service["actions"]) or max(service["actions"]) >= len(service["kinds"])
    ]


@pytest.mark.parametrize(
    ("form", "arn", "names"),
    [
        (TABLE, "arn:aws:dynamodb:eu-west-1:123456789012:table/orders", {"TableName": "orders"}),
        (TABLE, "arn:aws:dynamodb:eu-west-1:123456789012:table/*", {"TableName": "*"}),
        (LOG_GROUP, "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f", {"LogGroupName": "/aws/lambda/f"}),
        (
            "arn:${Partition}:ecs:${Region}:${Account}:service/${ClusterName}/${ServiceName}",
            "arn:aws:ecs:eu-west-1:123456789012:service/shop/web",
            {"ClusterName": "shop", "ServiceName": "web"},
        ),
    ],
)
def test_bind(form: str, arn: str, names: dict[str, str]) -> None:
    """What stands for each name of a form is read from an ARN; the last one may hold what divides the others."""
    bound = bind(form, arn) or {}
    assert names == {name: bound[name] for name in names_in(form)}
    assert arn == fill(form, bound)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:dynamodb:eu-west-1:123456789012:stream/orders",
        "arn:aws:s3:::orders",
        "orders",
        "*",
    ],
)
def test_another_form_is_not_bound(arn: str) -> None:
    """An ARN of something else says nothing about a table."""
    assert bind(TABLE, arn) is None


def test_a_name_that_stands_twice_is_the_same_twice() -> None:
    """Two parts of an ARN that the form gives one name agree, else it is another ARN."""
    form = "arn:${Partition}:x:${Region}:${Account}:a/${Name}/b/${Name}"
    assert bind(form, "arn:aws:x:r:1:a/n/b/n") is not None
    assert bind(form, "arn:aws:x:r:1:a/n/b/m") is None
