"""What tasks cost a month, and what fewer or smaller ones save; no price is None or unknown, never 0."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown

NO_PRICE = Unknown(Reason.NO_PRICE, "no price file has any")
SPOT = [{"capacityProvider": "FARGATE", "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 3}]


def test_a_month_of_eight_tasks(services: Any) -> None:
    """8 * (1 * 0.04048 + 2 * 0.004445) * 730 = 288.32."""
    cost = services.snapshot()["cost"]
    assert {"low": 288.32, "likely": 288.32, "high": 288.32} == cost["monthly"]
    assert {"vcpu": 236.40, "memory": 51.92} == cost["parts"]


def test_arm_is_cheaper(services: Any) -> None:
    """8 * (1 * 0.03238 + 2 * 0.00356) * 730 = 230.68."""
    arm = services.definition(runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"})
    assert 230.68 == services.snapshot(task_definition=arm)["cost.monthly.likely"]


def test_running_hours_count_and_not_maxima(services: Any) -> None:
    """A service that runs sixteen tasks for one hour in four is billed for ten on average."""
    scaled = services.scaled(8, 20)
    snapshot = services.snapshot(ran=lambda hour: 16 if hour % 4 == 0 else 8, region_scaling=scaled)
    assert 360.40 == snapshot["cost.monthly.likely"]


def test_unmeasured_hours_make_the_low_zero(services: Any) -> None:
    """The tasks of this moment are likely, and no more is known."""
    monthly = services.snapshot(cpu=None, ran=lambda _: None)["cost.monthly"]
    assert {"low": 0.0, "likely": 288.32, "high": 288.32} == monthly


def test_a_saving_is_the_difference_of_two_months(services: Any) -> None:
    """3 * (0.5 * 0.04048 + 1 * 0.004445) * 730 = 54.06 instead of 288.32; savings plans make the low 0."""
    saved = services.change(services.snapshot()).savings_monthly
    assert (0.0, 234.26, 234.26) == (saved["low"], saved["likely"], saved["high"])
    assert any("savings plans" in each for each in saved["assumptions"])


def test_a_scaled_service_is_not_said_to_run_at_its_minimum(services: Any) -> None:
    """It ran twelve on average with a minimum of eight: five fewer are likely, the minimum is the most."""
    snapshot = services.snapshot(cpu=5.0, memory=6.0, ran=12, region_scaling=services.scaled(8, 20))
    saved = services.change(snapshot).savings_monthly
    month, small = 36.04, 18.02
    assert saved["likely"] == pytest.approx(12 * month - 7 * small, abs=0.05)
    assert saved["high"] == pytest.approx(12 * month - 3 * small, abs=0.05)


@pytest.mark.parametrize(
    "more",
    [
        {"prices": NO_PRICE},
        {"prices": {"currency": "USD", "date": "2026-08-28", "source": "a test", "list": {}}},
    ],
)
def test_no_price_is_no_saving_and_no_cost(services: Any, more: dict[str, Any]) -> None:
    """The change is planned all the same, with a saving that nobody knows."""
    snapshot = services.snapshot(**more)
    assert isinstance(snapshot.aspects["cost"], Unknown)
    assert services.change(snapshot).savings_monthly is None


def test_spot_and_windows_have_no_known_price(services: Any) -> None:
    """Spot prices move, and Windows pays for a licence besides."""
    spot = services.described(capacityProviderStrategy=SPOT)
    del spot["launchType"]
    windows = services.definition(runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"})
    for more in ({"service": spot}, {"task_definition": windows}):
        cost = services.snapshot(**more).aspects["cost"]
        assert isinstance(cost, Unknown)
        assert Reason.NO_PRICE is cost.reason
