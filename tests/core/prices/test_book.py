"""Tests of the price book: which file's prices are used, and what happens when there is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import UnreadableError
from trueup.facts.unknown import Reason
from trueup.prices.book import PRICES_VARIABLE, PriceBook, fetched_file, price_folder, shipped_file
from trueup.prices.price_file import PriceFile

if TYPE_CHECKING:
    from pathlib import Path

SERVICE, REGION = "dynamodb", "us-east-1"


def _write(folder: Path, region: str = REGION, **changed: Any) -> Path:
    document = {
        "service": SERVICE,
        "currency": "USD",
        "date": "2027-01-01",
        "source": "a test",
        "regions": {region: {"STANDARD": {"read_capacity_unit_hour": 0.5}}},
    }
    path = fetched_file(folder, SERVICE, region)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document | changed), encoding="utf-8")
    return path


def _shipped() -> PriceFile:
    path = shipped_file(SERVICE)
    assert path is not None
    return PriceFile.load(path, SERVICE)


def _why(book: PriceBook, region: str = REGION, service: str = SERVICE) -> str:
    with pytest.raises(UnreadableError) as raised:
        book.prices(service, region)
    assert raised.value.unknown.reason is Reason.NO_PRICE
    return raised.value.unknown.detail


def test_shipped_prices_need_no_folder(tmp_path: Path) -> None:
    """The plugin's file is used when nothing was fetched, dated and with its source."""
    file = _shipped()
    expected = {"currency": "USD", "date": file.date, "source": file.source, "list": file.regions[REGION]}
    assert expected == PriceBook().prices(SERVICE, REGION) == PriceBook(tmp_path / "none").prices(SERVICE, REGION)


def test_a_shipped_file_is_read_once_for_all_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit of many Regions asks for each of them; finding the file means going through all that is installed."""
    book = PriceBook()
    read: list[Path] = []
    load = PriceFile.load

    def counted(path: Path, service: str) -> PriceFile:
        read.append(path)
        return load(path, service)

    monkeypatch.setattr(PriceFile, "load", counted)
    for region in ("eu-west-1", "ap-south-1", "sa-east-1"):
        assert "run `trueup prices update" in _why(book, region)
    book.prices(SERVICE, REGION)
    assert [shipped_file(SERVICE)] == read


def test_newer_fetched_prices_go_before_the_shipped(tmp_path: Path) -> None:
    """Of two files the one with the later day is used."""
    _write(tmp_path)
    assert PriceBook(tmp_path).prices(SERVICE, REGION)["list"] == {"STANDARD": {"read_capacity_unit_hour": 0.5}}


def test_older_fetched_prices_do_not(tmp_path: Path) -> None:
    """What was fetched before the shipped file was made is out of date."""
    _write(tmp_path, date="2020-01-01")
    assert PriceBook(tmp_path).prices(SERVICE, REGION)["date"] == _shipped().date


def test_a_region_has_only_its_own_prices(tmp_path: Path) -> None:
    """A Region without any is unknown, and the reason says how to fetch them."""
    _write(tmp_path, "eu-west-1")
    book = PriceBook(tmp_path)
    assert book.prices(SERVICE, "eu-west-1")["date"] == "2027-01-01"
    assert book.prices(SERVICE, REGION)["date"] == _shipped().date
    assert "trueup prices update --service dynamodb --region af-south-1" in _why(book, "af-south-1")


def test_a_service_without_a_file_has_no_prices() -> None:
    """Neither a plugin that ships none, nor one that is not installed."""
    assert "no price file has iam" in _why(PriceBook(), service="iam")
    assert "no price file has nothing" in _why(PriceBook(), service="nothing")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "expected a JSON file"),
        ("[]", "expected exactly currency, date, regions, service, source"),
        (json.dumps({"service": SERVICE}), "expected exactly"),
    ],
)
def test_a_broken_file_makes_the_prices_unknown(tmp_path: Path, text: str, said: str) -> None:
    """It is an error of that service's prices, and says which file to remove; the shipped prices are not used."""
    path = _write(tmp_path)
    path.write_text(text, encoding="utf-8")
    why = _why(PriceBook(tmp_path))
    assert said in why
    assert str(path) in why


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"service": "s3"}, "expected the prices of dynamodb, found those of 's3'"),
        ({"currency": ""}, "expected a text as currency"),
        ({"date": "yesterday"}, "expected a day"),
        ({"date": 20270101}, "expected a day"),
        ({"regions": {}}, "expected prices by Region"),
        ({"regions": {REGION: 1}}, "us-east-1: expected prices by name"),
        ({"regions": {REGION: {"STANDARD": {"hour": "0.1"}}}}, "STANDARD.hour: expected a price of at least 0"),
        ({"regions": {REGION: {"hour": -1}}}, "hour: expected a price of at least 0"),
        ({"regions": {REGION: {"hour": True}}}, "hour: expected a price of at least 0"),
        ({"regions": {REGION: {"hour": float("nan")}}}, "hour: expected a price of at least 0"),
    ],
)
def test_a_file_with_what_is_no_price_is_broken(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    """A file is used whole or not at all."""
    _write(tmp_path, **changed)
    assert said in _why(PriceBook(tmp_path))


def test_the_folder_is_the_environments_the_settings_or_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this order."""
    monkeypatch.setenv(PRICES_VARIABLE, "here")
    assert str(price_folder("there")) == "here"
    monkeypatch.delenv(PRICES_VARIABLE)
    assert str(price_folder("there")) == "there"
    assert price_folder().parts[-2:] == ("trueup", "prices")
