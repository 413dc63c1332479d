"""Settings: every wrong name or value is one sentence, never a silent default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.windows import Window
from trueup.errors import UsageError
from trueup.settings import (
    ApplySettings,
    AuditSettings,
    ExemptionSettings,
    IacSettings,
    PlanSettings,
    PriceSettings,
    RuleSettings,
    Settings,
    WatchSettings,
)

if TYPE_CHECKING:
    from pathlib import Path


def _load(folder: Path, text: str) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text, "utf-8")
    return Settings.load(file)


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the numbers of safety as documented."""
    monkeypatch.chdir(tmp_path)
    settings = Settings.load()
    assert Settings() == settings
    assert (24, 50, 0.5, 3) == (settings.plan.expires_hours, settings.plan.max_changes, settings.plan.max_share,
                                settings.plan.share_floor)  # fmt: skip
    assert (30, 5, False, ()) == (settings.apply.soak_minutes, settings.apply.soak_period_minutes,
                                  settings.apply.freeze, settings.apply.windows)  # fmt: skip


@pytest.mark.parametrize(("text", "rate"), [("0", 0), ("0.5", 0.5), ("20", 20)])
def test_a_rate_may_be_zero_for_none(tmp_path: Path, text: str, rate: float) -> None:
    """No other number of the settings may."""
    assert rate == _load(tmp_path, f"[audit]\nmax_calls_per_second = {text}\n").audit.max_calls_per_second
    with pytest.raises(UsageError, match=r"audit\.max_calls_per_second: expected a number above 0, found -1"):
        _load(tmp_path, "[audit]\nmax_calls_per_second = -1\n")


def test_the_file_of_the_current_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``trueup.toml`` needs no option."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trueup.toml").write_text("[plan]\nmax_changes = 7\n")
    assert Settings(plan=PlanSettings(max_changes=7)) == Settings.load()


def test_every_section_is_read(tmp_path: Path) -> None:
    """What is not named keeps its default."""
    text = """
        [audit]
        workers = 2
        [plan]
        max_share = 1
        expires_hours = 1
        [apply]
        windows = ["Mon-Fri 08:00-16:00", "22:00-02:00"]
        freeze = true
        [iac]
        tags = ["managed-by"]
        [watch]
        most_together = 1
        [rules]
        folders = ["own"]
        [exemptions]
        files = ["exempt.json", "/etc/exempt.json"]
        max_days = 90
        [prices]
        folder = "fetched"
        [parameters.dynamodb-table-on-demand-when-idle]
        gate = 10
    """
    expected = Settings(
        AuditSettings(2),
        PlanSettings(max_share=1, expires_hours=1),
        ApplySettings((Window.parse("Mon-Fri 08:00-16:00"), Window.parse("22:00-02:00")), freeze=True),
        WatchSettings(most_together=1),
        IacSettings(("managed-by",)),
        RuleSettings((str(tmp_path / "own"),)),
        ExemptionSettings((str(tmp_path / "exempt.json"), "/etc/exempt.json"), 90),
        PriceSettings("fetched"),
        {"dynamodb-table-on-demand-when-idle": {"gate": 10}},
    )
    assert expected == _load(tmp_path, text)


WRONG = {
    "unknown section": ("[aply]\n", "expected a known name, found aply; did you mean apply"),
    "nothing near": ("[x]\n", "expected a known name, found x; there are apply, audit, exemptions, iac"),
    "unknown key": ("[plan]\nmax_change = 1\n", "found plan.max_change; did you mean plan.max_changes"),
    "no table": ("plan = 3\n", "expected a table [plan], found 3"),
    "text for number": ("[plan]\nmax_changes = 'x'\n", "plan.max_changes: expected a number, found 'x'"),
    "bool for number": ("[plan]\nmax_changes = true\n", "plan.max_changes: expected a number, found True"),
    "number for bool": ("[apply]\nfreeze = 1\n", "apply.freeze: expected true or false, found 1"),
    "text for bool": ("[apply]\nfreeze = 'yes'\n", "apply.freeze: expected true or false, found 'yes'"),
    "fraction": ("[plan]\nmax_changes = 1.5\n", "plan.max_changes: expected a whole number, found 1.5"),
    "zero": ("[audit]\nworkers = 0\n", "audit.workers: expected a number above 0, found 0"),
    "negative": ("[apply]\nsoak_minutes = -1\n", "apply.soak_minutes: expected a number above 0, found -1"),
    "above one": ("[plan]\nmax_share = 50\n", "plan.max_share: expected a share of at most 1, found 50"),
    "infinite": ("[plan]\nmax_share = inf\n", "plan.max_share: expected a number above 0, found inf"),
    "no number": ("[plan]\nmax_share = nan\n", "plan.max_share: expected a number above 0, found nan"),
    "one window": ("[apply]\nwindows = 'Mon 08:00-16:00'\n", "apply.windows: expected a list of strings"),
    "wrong window": ("[apply]\nwindows = ['Monday']\n", "apply.windows: expected such as 'Mon-Fri 08:00-16:00' (UTC)"),
    "window of a number": ("[apply]\nwindows = [8]\n", "apply.windows: expected such as"),
    "files of numbers": ("[exemptions]\nfiles = [1]\n", "exemptions.files: expected a list of strings, found [1]"),
    "one file": ("[exemptions]\nfiles = 'x.json'\n", "exemptions.files: expected a list of strings, found 'x.json'"),
    "tags of numbers": ("[iac]\ntags = [1]\n", "iac.tags: expected a list of strings, found [1]"),
    "no toml": ("[plan\n", "expected a readable TOML file, found:"),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_one_sentence(tmp_path: Path, text: str, expected: str) -> None:
    """It names file, setting, what was expected and what was found."""
    with pytest.raises(UsageError) as raised:
        _load(tmp_path, text)
    assert expected in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: Any) -> None:
    """One that is named must be there and be text."""
    file = tmp_path / "settings.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"settings file .*settings.toml: expected a readable TOML file"):
        Settings.load(file)
