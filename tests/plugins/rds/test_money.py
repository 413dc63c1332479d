"""Tests of what a cluster costs and what its fixes save, beside the bills: ranges, and prices nobody knows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.rds.money import backup_saving, kept_backup_gib
from trueup.resource import Resource


def test_the_cost_is_of_running_hours_and_has_its_range(clusters: Any) -> None:
    """Capacity by the busiest and the quietest day; the rest as it is."""
    busy = clusters.idle(count=1, acu=lambda hour: 12.0 if hour < 24 else 4.0)
    cost = busy["cost"]
    average = (12 * 24 + 4 * 696) / 720
    rest = 120 * 0.1 + 280 * 0.021 + 0.2
    assert cost["monthly"]["likely"] == pytest.approx(average * 0.12 * 730 + rest, abs=0.02)
    assert cost["monthly"]["low"] == pytest.approx(4 * 0.12 * 730 + rest, abs=0.02)
    assert cost["monthly"]["high"] > cost["monthly"]["likely"]
    assert {"capacity", "instances", "volume", "io", "backup"} == set(cost["parts"])


def test_storage_sets_the_price_of_capacity_and_of_io(clusters: Any) -> None:
    """I/O-Optimized capacity is dearer, and its I/O free."""
    parts = [clusters.idle(clusters.described(StorageType=kind))["cost.parts"] for kind in (None, "aurora-iopt1")]
    assert [1051.2, 1401.6] == [each["capacity"] for each in parts]
    assert [0.2, 0.0] == [each["io"] for each in parts]


@pytest.mark.parametrize("missing", ["prices", "storage"])
def test_what_is_not_known_is_not_nothing(clusters: Any, missing: str) -> None:
    """A cost without a price, or without a size, is unknown; so is one of a class without a price."""
    gone = Unknown(Reason.NO_PRICE if missing == "prices" else Reason.NO_DATA, "none")
    assert isinstance(clusters.idle(**{missing: gone}).get("cost"), Unknown)
    members = [clusters.member(1, DBInstanceClass="db.x9.large")]
    assert isinstance(clusters.idle(clusters.described(1), members=members).get("cost"), Unknown)


def test_a_reader_of_an_unpriced_class_saves_nobody_knows_what(clusters: Any) -> None:
    """The change is planned, its saving is null."""
    members = [clusters.member(n, DBInstanceClass="db.x9.large") for n in (1, 2, 3)]
    change = clusters.change("remove-reader", clusters.idle(clusters.described(), members=members))
    assert change.savings_monthly is None


def test_the_saving_of_capacity_is_between_the_worst_and_the_least_need(clusters: Any) -> None:
    """Low is 0, since commitments are not read; likely is by the hour."""
    snapshot = clusters.idle(count=1, memory_acu=lambda hour: 3.0 if hour < 360 else 1.0)
    saving = clusters.change("set-capacity", snapshot).savings_monthly
    likely = 730 * 0.12 * (0.5 * (4 - 3) + 0.5 * (4 - 2))
    assert (0.0, pytest.approx(likely, abs=0.01), pytest.approx(730 * 0.12 * 2, abs=0.01)) == tuple(
        saving[name] for name in ("low", "likely", "high")
    )
    assert ("USD", "list") == (saving["currency"], saving["basis"])
    assert any("savings plans" in each for each in saving["assumptions"])


@given(st.floats(0, 1000), st.floats(0, 5000), st.integers(1, 35), st.integers(1, 35))
def test_fewer_days_keep_one_copy_and_no_more(volume: float, backup: float, days: int, other: int) -> None:
    """One copy of the volume stays as far as it was there, and the changes shrink with the days."""
    new, days = sorted((days, other))
    kept = kept_backup_gib(volume, backup, days, new)
    assert min(volume, backup) - 1e-6 <= kept <= backup + 1e-6


@given(st.floats(0, 1000), st.floats(0, 5000), st.integers(2, 35))
def test_fewer_days_never_save_more_than_is_billed(clusters: Any, volume: float, backup: float, days: int) -> None:
    """What is free cannot be saved."""
    shop = Resource("rds.db_cluster", "arn", "shop", "123456789012", "us-east-1")
    billed = max(0.0, backup - volume)
    storage = {"volume_gib": volume, "backup_gib": backup, "billed_gib": billed}
    saving = backup_saving(Snapshot(shop, {"storage": storage, "prices": clusters.prices}, clusters.now), days, 1)
    assert saving is not None
    assert 0 <= saving["low"] <= saving["likely"] <= saving["high"] + 0.01
    assert saving["high"] <= billed * 0.021 + 0.01
