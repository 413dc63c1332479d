"""Tests of price queries: which attributes make which price."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.prices.price_file import PriceFileError
from trueup.prices.queries import PriceQueries, PriceQuery

if TYPE_CHECKING:
    from pathlib import Path

NODES = PriceQuery(("node_hour", "redis", "{instanceType}"), {}, "NodeUsage:{instanceType}")


@given(st.text("abc.019-", min_size=1))
def test_a_placeholder_takes_any_value_and_gives_it_back(node: str) -> None:
    """Dots in a value part no names: the way back from a price's path is exact."""
    path = NODES.path({"instanceType": node, "cacheEngine": "Redis"})
    assert path == ("node_hour", "redis", node)
    assert NODES.attributes(path) == {"instanceType": node}


@pytest.mark.parametrize(
    "path", [("node_hour", "redis"), ("node_hour", "valkey", "x"), ("node_hour", "redis", "x", "y")]
)
def test_a_path_of_another_form_is_made_by_no_product(path: tuple[str, ...]) -> None:
    """It has other names, or another number of them."""
    assert NODES.attributes(path) is None


def test_one_placeholder_has_one_value() -> None:
    """Named twice, it stands for the same in both places."""
    twice = PriceQuery(("{a}", "{a}-{a}"), {}, "x")
    assert twice.attributes(("1", "1-1")) == {"a": "1"}
    assert twice.attributes(("1", "2-2")) is None
    assert twice.attributes(("1", "1-2")) is None


def test_a_product_without_the_attribute_has_no_price() -> None:
    """It is not of that query."""
    assert NODES.path({"cacheEngine": "Redis"}) is None


def _load(folder: Path, document: Any) -> PriceQueries:
    path = folder / "price_queries.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return PriceQueries.load(path)


def test_a_query_file_is_read(tmp_path: Path) -> None:
    """Unit and factor may be left out."""
    prices = {
        "a.b": {"filters": {"group": "g"}, "usagetype": "u"},
        "c": {"filters": {}, "usagetype": "v", "unit": "Hrs", "per": 1000},
    }
    assert _load(tmp_path, {"service_code": "AmazonX", "prices": prices}) == PriceQueries(
        "AmazonX", (PriceQuery(("a", "b"), {"group": "g"}, "u"), PriceQuery(("c",), {}, "v", "Hrs", 1000))
    )


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "expected a JSON file"),
        ({"prices": {}}, "'service_code' is a required property"),
        ({"service_code": "X", "prices": {}}, "$.prices"),
        ({"service_code": "X", "prices": {"a..b": {"filters": {}, "usagetype": "u"}}}, "'a..b' does not match"),
        ({"service_code": "X", "prices": {"a": {"usagetype": "u"}}}, "'filters' is a required property"),
        ({"service_code": "X", "prices": {"a": {"filters": {}, "usagetype": "u", "per": 0}}}, "$.prices.a.per"),
        ({"service_code": "X", "prices": {"a": {"filters": {}, "usagetype": "u", "pre": 1}}}, "'pre' was unexpected"),
    ],
)
def test_a_broken_query_file_is_named(tmp_path: Path, document: Any, said: str) -> None:
    """With what is wrong and where."""
    with pytest.raises(PriceFileError) as raised:
        _load(tmp_path, document)
    assert said in str(raised.value)
    assert "price_queries.json" in str(raised.value)
