"""Each correction of the simulated Pricing API makes its check hold, and without it the check does not hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from trueup.plugins.pricing.simulated import CORRECTIONS
from trueup.plugins.pricing.simulation.products import FACTOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing import SimulatedAws

READS = [
    {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "us-east-1"},
    {"Type": "TERM_MATCH", "Field": "group", "Value": "DDB-ReadUnits"},
]


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_right(simulated_aws: SimulatedAws, name: str) -> None:
    """The simulated Pricing API does what the correction says."""
    CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_needed(simulated_aws: SimulatedAws, name: str) -> None:
    """Without the correction moto does something else."""
    with simulated_aws.without(name), pytest.raises((AssertionError, ClientError, BotoCoreError)):
        CHECKS[name](simulated_aws)


def _products(aws: SimulatedAws, filters: Any, **more: Any) -> list[Any]:
    asked = {"ServiceCode": "AmazonDynamoDB", "Filters": filters, **more}
    pages = aws.client("pricing", region="us-east-1").get_paginator("get_products").paginate(**asked)
    return [json.loads(text) for page in pages for text in page["PriceList"]]


def gives_what_all_filters_fit(aws: SimulatedAws) -> None:
    """As JSON texts, in pages."""
    found = _products(aws, READS, PaginationConfig={"PageSize": 3})
    assert {"DDB-ReadUnits"} == {each["product"]["attributes"]["group"] for each in found}
    assert {"ReadRequestUnits", "ReadCapacityUnit-Hrs"} <= {
        each["product"]["attributes"]["usagetype"] for each in found
    }
    assert len(found) == len({each["product"]["sku"] for each in found}) > 3
    assert len(found) == len(_products(aws, READS))


def names_the_services(aws: SimulatedAws) -> None:
    """Those that plugins have queries for."""
    found = aws.client("pricing", region="us-east-1").describe_services()["Services"]
    assert {"AWSLambda", "AmazonDynamoDB", "AmazonS3"} <= {each["ServiceCode"] for each in found}


CHECKS: dict[str, Callable[[SimulatedAws], None]] = {
    "pricing-products": gives_what_all_filters_fit,
    "pricing-services": names_the_services,
}


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("TERM_MATCH", "DDB-ReadUnits", True),
        ("EQUALS", "DDB-Read", False),
        ("CONTAINS", "Read", True),
        ("ANY_OF", "x,DDB-ReadUnits", True),
        ("NONE_OF", "DDB-ReadUnits", False),
    ],
)
def test_filters_are_of_five_types(simulated_aws: SimulatedAws, kind: str, value: str, *, fits: bool) -> None:
    """Exact, a part, one of several, none of them."""
    found = _products(simulated_aws, [*READS[:1], {"Type": kind, "Field": "group", "Value": value}])
    assert fits is ("DDB-ReadUnits" in {each["product"]["attributes"]["group"] for each in found})


@pytest.mark.parametrize(
    ("region", "asked", "code"),
    [
        ("eu-west-1", {"ServiceCode": "AmazonDynamoDB"}, "UnknownEndpoint"),
        ("us-east-1", {"ServiceCode": "AmazonNothing"}, "InvalidParameterException"),
        ("us-east-1", {"ServiceCode": "AmazonDynamoDB", "MaxResults": 101}, "InvalidParameterException"),
        ("us-east-1", {"ServiceCode": "AmazonDynamoDB", "NextToken": "x"}, "InvalidNextTokenException"),
    ],
)
def test_what_cannot_be_answered_is_refused(simulated_aws: SimulatedAws, region: str, asked: Any, code: str) -> None:
    """Only three Regions answer."""
    with pytest.raises(ClientError) as caught:
        simulated_aws.client("pricing", region=region).get_products(**asked)
    assert code == caught.value.response["Error"]["Code"]


def test_a_setting_moves_all_prices(simulated_aws: SimulatedAws) -> None:
    """So that a test can tell fetched prices from shipped ones."""
    before = json.dumps(_products(simulated_aws, READS))
    simulated_aws.settings[FACTOR] = 2
    assert before != json.dumps(_products(simulated_aws, READS))
