"""ARNs are made from listed items by template, and told apart by it again where it says enough."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.resource import Resource, Scope
from trueup.service.arn import identify, match_arn, may_be, tells_resource, template_fields
from trueup.service.declarations import ResourceType

SCOPE = Scope("123456789012", "eu-west-1", "aws-cn")
TABLE = "arn:{partition}:dynamodb:{region}:{account}:table/{key}"


def typed(arn: str, key: str = "Name") -> ResourceType:
    """Give a type with an ARN template."""
    return ResourceType("acme.thing", key, arn, lambda _aws: [], ("acme:ListThings",), {})


@given(st.text(min_size=1), st.sampled_from([TABLE, TABLE.replace("key", "Name"), f"{TABLE}/{{Name}}"]))
def test_identified_resource_is_found_by_its_arn(name: str, template: str) -> None:
    """Whatever the resource is called, its ARN leads back to it."""
    resource = identify(typed(template), {"Name": name}, SCOPE)
    assert resource == match_arn(typed(template), resource.arn)


@pytest.mark.parametrize(
    ("template", "item", "arn"),
    [
        (TABLE, "orders", "arn:aws-cn:dynamodb:eu-west-1:123456789012:table/orders"),
        (TABLE, {"Name": "orders"}, "arn:aws-cn:dynamodb:eu-west-1:123456789012:table/orders"),
        ("arn:{Name}/*", "orders", "arn:orders/*"),
        ("{Arn}", {"Name": "orders", "Arn": "arn:of:its:own"}, "arn:of:its:own"),
        ("arn:{partition}:s3:::{Name}", "orders", "arn:aws-cn:s3:::orders"),
        ("arn:{region}/{Name}", {"Name": "orders", "region": "elsewhere"}, "arn:eu-west-1/orders"),
    ],
)
def test_listed_item_becomes_a_resource(template: str, item: Any, arn: str) -> None:
    """A plain string is its own key; a mapping's fields fill the template, but never the scope's."""
    expected = Resource("acme.thing", arn, "orders", "123456789012", "eu-west-1")
    assert expected == identify(typed(template), item, SCOPE)


@pytest.mark.parametrize(
    ("template", "item", "error"),
    [
        (TABLE, {"TableName": "orders"}, KeyError),
        ("arn:{Other}", "orders", KeyError),
        (TABLE, {"Name": 5}, TypeError),
        (TABLE, None, TypeError),
    ],
)
def test_item_that_lacks_its_key_is_an_error(template: str, item: Any, error: type[Exception]) -> None:
    """An item without its key, or with one that is no string, is no resource."""
    with pytest.raises(error):
        identify(typed(template), item, SCOPE)


@pytest.mark.parametrize(
    "template", ["arn:{partition}:s3:::{key}", "{Arn}", f"{TABLE}/{{Other}}", "arn:{region}:{key}"]
)
def test_template_that_tells_too_little(template: str) -> None:
    """Where account, Region or key are not in the ARN, or something else is, the resource has to be listed."""
    assert tells_resource(typed(template)) is False
    assert match_arn(typed(template), "arn:aws:s3:::bucket") is None


@pytest.mark.parametrize(
    ("template", "arn", "expected"),
    [
        ("arn:{partition}:s3:::{key}", "arn:aws:s3:::bucket", True),
        ("arn:{partition}:s3:::{key}", "arn:aws:sqs:us-east-1:1:q", False),
        ("{Arn}", "arn:aws:sqs:us-east-1:1:q", True),
        (TABLE, "arn:aws:dynamodb:us-east-1:1:table/a", True),
        (TABLE, "arn:aws:dynamodb:us-east-1:1:backup/a", False),
        (TABLE, "nonsense", False),
        (f"{TABLE}/stream", "arn:aws:dynamodb:us-east-1:1:table/a/stream", True),
        (f"{TABLE}/stream", "arn:aws:dynamodb:us-east-1:1:table/a", False),
    ],
)
def test_arn_that_may_be_of_a_type(template: str, arn: str, expected: bool) -> None:
    """The literal parts of a template rule ARNs of other types out."""
    assert expected == may_be(typed(template), arn)


def test_name_that_stands_twice_must_agree() -> None:
    """A template that repeats the key only fits ARNs that do."""
    twice = typed(f"{TABLE}/{{key}}")
    assert match_arn(twice, "arn:aws:dynamodb:us-east-1:1:table/a/b") is None
    found = match_arn(twice, "arn:aws:dynamodb:us-east-1:1:table/a/a")
    assert found is not None
    assert "a" == found.id


def test_fields_of_a_template() -> None:
    """The names in braces are given in their order; anything but a plain name is refused."""
    assert ("partition", "region", "account", "key") == template_fields(TABLE)
    with pytest.raises(ValueError, match="plain name"):
        template_fields("arn:{key.__class__}")
