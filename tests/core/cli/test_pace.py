"""``--max-calls-per-second``: of the option, of the settings, for reads of every command that has an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.cli.conftest import ORDERS, PITR

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell

FAST = "100000"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("audit", "--rule", PITR), 3), (("plan", "--rule", PITR), 0), (("facts", "--resource", ORDERS), 0)],
    ids=["audit", "plan", "facts"],
)
def test_reads_at_a_rate_find_the_same(estate: Shell, arguments: tuple[str, ...], code: int) -> None:
    """The pace changes nothing but the pace."""
    estate.ok(*arguments, "--max-calls-per-second", FAST, code=code)
    assert [] == estate.writes()


@pytest.mark.parametrize("value", ["-1", "many"])
def test_what_is_no_rate_is_a_usage_error(shell: Shell, value: str) -> None:
    """Before AWS is asked."""
    done = shell.run("audit", "--max-calls-per-second", value)
    assert (2, []) == (done.returncode, list(shell.aws.calls))
    assert "--max-calls-per-second" in done.stderr


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_what_is_not_finite_is_refused(shell: Shell, value: str) -> None:
    """It is a number to Python, and no rate."""
    done = shell.run("audit", "--max-calls-per-second", value)
    assert (2, []) == (done.returncode, list(shell.aws.calls))
    assert f"max_calls_per_second: expected 0 or a number above it, found {value}" in done.stderr


def test_the_setting_holds_and_the_option_wins(estate: Shell) -> None:
    """Zero switches a setting off for one command: with it, this audit would take a quarter of an hour a call."""
    (estate.folder / "trueup.toml").write_text("[audit]\nmax_calls_per_second = 0.001\n", "utf-8")
    estate.ok("audit", "--rule", PITR, "--max-calls-per-second", "0", code=3)
