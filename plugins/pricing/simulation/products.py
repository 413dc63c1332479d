"""GetProducts and DescribeServices over the simulated Price List: filters, pages, and the few Regions that answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.pricing.simulation.catalogue import as_text, products, service_codes
from trueup.testing import AwsError, Correction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["FACTOR", "PRODUCTS", "SERVICES"]

FACTOR = "pricing:factor"
"""The setting that multiplies every shipped price; 1 when it is not set."""

_ENDPOINTS = frozenset({"us-east-1", "eu-central-1", "ap-south-1"})
_MOST = 100


def _install_products(simulation: Simulation) -> Undo:
    def get_products(request: ApiRequest, _: Proceed) -> Answer:
        _check(request)
        asked = request.parameters
        filters = asked.get("Filters", [])
        region = next((each["Value"] for each in filters if each["Field"] == "regionCode"), "us-east-1")
        factor = float(simulation.settings.get(FACTOR, 1))
        found = [
            as_text(each)
            for each in products(asked["ServiceCode"], region, factor)
            if all(_holds(each["product"], condition) for condition in filters)
        ]
        return request.answer({"FormatVersion": "aws_v1", **_page(request, "PriceList", found)})

    return simulation.answer("pricing:GetProducts", get_products)


def _install_services(simulation: Simulation) -> Undo:
    def describe_services(request: ApiRequest, _: Proceed) -> Answer:
        _check(request)
        wanted = request.parameters.get("ServiceCode")
        found = [{"ServiceCode": code, "AttributeNames": ["regionCode", "usagetype"]} for code in service_codes()]
        found = [each for each in found if wanted in {None, each["ServiceCode"]}]
        return request.answer({"FormatVersion": "aws_v1", **_page(request, "Services", found)})

    return simulation.answer("pricing:DescribeServices", describe_services)


def _check(request: ApiRequest) -> None:
    """Refuse what AWS refuses; no host answers in other Regions, which cannot be shown on one address."""
    if request.region not in _ENDPOINTS:
        raise AwsError("UnknownEndpoint", f"the Pricing API has no endpoint in {request.region}", 404)
    code = request.parameters.get("ServiceCode")
    if code is not None and code not in service_codes():
        raise AwsError("InvalidParameterException", f"Service code {code} is not valid.")
    if not 1 <= request.parameters.get("MaxResults", _MOST) <= _MOST:
        raise AwsError("InvalidParameterException", f"MaxResults must be between 1 and {_MOST}.")


def _holds(product: Mapping[str, Any], condition: Mapping[str, str]) -> bool:
    known = {**product["attributes"], "productFamily": product["productFamily"]}
    found, value = known.get(condition["Field"]), condition["Value"]
    if found is None:
        return False
    match condition["Type"]:
        case "TERM_MATCH" | "EQUALS":
            return bool(found == value)
        case "CONTAINS":
            return value in found
        case "ANY_OF":
            return found in value.split(",")
        case _:
            return found not in value.split(",")


def _page(request: ApiRequest, member: str, found: list[Any]) -> dict[str, Any]:
    token = request.parameters.get("NextToken", "0")
    if not token.isdigit() or int(token) > len(found):
        raise AwsError("InvalidNextTokenException", "The pagination token is invalid. Try again without it.")
    start = int(token)
    end = start + request.parameters.get("MaxResults", _MOST)
    return {member: found[start:end], **({"NextToken": str(end)} if end < len(found) else {})}


PRODUCTS = Correction(
    name="pricing-products",
    service="pricing",
    says="GetProducts gives the products of a service that all filters fit, as JSON texts, at most 100 a page",
    source="botocore model pricing:GetProducts (PriceListJsonItems, MaxResults, Filter.Type)",
    install=_install_products,
)

SERVICES = Correction(
    name="pricing-services",
    service="pricing",
    says="DescribeServices names the services that have products",
    source="botocore model pricing:DescribeServices",
    install=_install_services,
)
