"""``trueup prices``: fetched into files that audits and plans use from then on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trueup.plugins.pricing.simulation.products import FACTOR
from trueup.prices.price_file import PriceFile

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell

IDLE = "dynamodb-table-on-demand-when-idle"


def _dynamodb(shell: Shell) -> float:
    shown = shell.json("prices", "show", "dynamodb", "--region", "us-east-1", "--format", "json")
    price: float = shown["list"]["STANDARD"]["read_capacity_unit_hour"]
    return price


def test_fresh_prices_are_used_from_then_on(shell: Shell) -> None:
    """They lie in the named folder, dated today; a file that is broken afterwards makes the prices unknown."""
    here = {"TRUEUP_PRICES": str(shell.folder / "prices")}
    shell.environment.update(here)
    before = _dynamodb(shell)
    shell.aws.settings[FACTOR] = 2
    shell.ok("prices", "update", "--service", "dynamodb")
    assert 2 * before == _dynamodb(shell)
    path = shell.folder / "prices" / "dynamodb" / "us-east-1.json"
    file = PriceFile.load(path, "dynamodb")
    assert file.date == shell.aws.clock.now().date().isoformat()
    listed = shell.json("prices", "list", "--format", "json")["prices"]
    assert [str(path)] == [
        each["file"] for each in listed if (each["service"], each["region"]) == ("dynamodb", "us-east-1")
    ]
    path.write_text("{", encoding="utf-8")
    broken = shell.run("prices", "show", "dynamodb", "--region", "us-east-1")
    assert (1, True) == (broken.returncode, f"price file {path}: expected a JSON file" in broken.stderr)
    assert f"price file {path}" in shell.run("prices", "list").stderr


def test_prices_of_any_region_come_from_a_region_that_has_them(shell: Shell) -> None:
    """The Pricing API has three; the prices of others are asked of one of these."""
    shell.ok("prices", "update", "--service", "awslambda", "--region", "eu-west-1", "--out", "out")
    calls = {call.region for call in shell.aws.calls if call.name == "pricing:GetProducts"}
    assert {"us-east-1"} == calls
    assert ["eu-west-1"] == list(PriceFile.load(shell.folder / "out/awslambda/eu-west-1.json", "awslambda").regions)
    shell.ok("prices", "update", "--service", "awslambda", "--region", "eu-central-1", "--out", "out")
    calls = {call.region for call in shell.aws.calls if call.name == "pricing:GetProducts"}
    assert {"us-east-1", "eu-central-1"} == calls


def test_what_cannot_be_fetched_leaves_the_known_prices(shell: Shell) -> None:
    """Each failure is said, the other services are fetched, and the end is 1."""
    shell.aws.faults.inject("pricing:GetProducts", "denied", resource="AmazonS3")
    done = shell.run("prices", "update", "--service", "s3", "--service", "dynamodb", "--out", "out")
    assert done.returncode == 1
    assert "prices of s3 in us-east-1 were not fetched: access denied at pricing:GetProducts" in done.stderr
    assert "allow pricing:GetProducts" in done.stderr
    assert ["us-east-1.json"] == [path.name for path in (shell.folder / "out").rglob("*") if path.is_file()]


def test_a_service_without_prices_is_named(shell: Shell) -> None:
    """With those that have some."""
    done = shell.run("prices", "update", "--service", "dynamo")
    assert done.returncode == 2
    assert "did you mean 'dynamodb'" in done.stderr
    unknown = shell.run("prices", "show", "dynamodb", "--region", "af-south-1")
    assert (1, True) == (unknown.returncode, "no price file has dynamodb in af-south-1" in unknown.stderr)


def test_a_plan_without_known_prices_says_null_and_never_zero(estate: Shell) -> None:
    """Nothing is refused for it: only a price that is known can speak against a change."""
    folder = estate.folder / "prices" / "dynamodb"
    folder.mkdir(parents=True)
    (folder / "us-east-1.json").write_text("{}", encoding="utf-8")
    (estate.folder / "trueup.toml").write_text('[prices]\nfolder = "prices"\n', encoding="utf-8")
    report = json.loads(estate.ok("plan", "--rule", IDLE, "--format", "json"))
    assert {None} == {change["savings_monthly"] for change in report["changes"]}
    assert "saving      not known: no price is known" in estate.ok("show", "plan.json")
    costs = report["costs"]["total"]
    assert (None, None, None) == (costs["current"], costs["optimised"], costs["saving"])
    assert costs["resources"] == costs["unpriced"] > 0
    assert costs["unpriced_changes"] == len(report["changes"]) > 0
