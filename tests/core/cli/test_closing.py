"""What a command says at its end, and the code that it ends with: where things stand, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.cli.conftest import ORDERS, PITR

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell


def _applied(shell: Shell) -> str:
    shell.ok("plan", "--rule", PITR, "--resource", ORDERS, "--out", "plan.json")
    shell.ok("apply", "plan.json", "--yes")
    run: str = shell.json("runs", "list", "--format", "json")["runs"][0]["id"]
    return run


def test_the_last_lines_are_the_commands_that_come_next(estate: Shell) -> None:
    """After an apply looking, going on and both ways back; after a rollback there is nothing to roll back."""
    estate.ok("plan", "--rule", PITR, "--resource", ORDERS, "--out", "plan.json")
    said = estate.ok("apply", "plan.json", "--yes")
    run = estate.json("runs", "list", "--format", "json")["runs"][0]["id"]
    assert f"run {run}: 1 applied" in said
    for command in (f"runs show {run}", f"resume {run}", f"watch {run}", f"rollback {run}"):
        assert f"trueup {command}" in said
    assert f"sh undo-{run}.sh" in said
    back = estate.ok("rollback", run, "--yes")
    assert ": 1 rolled back" in back
    assert "roll back   trueup" not in back
    assert "trueup watch" not in back
    assert "by hand" not in back


def test_what_was_rolled_back_by_hand_was_not_rolled_back_by_itself(estate: Shell) -> None:
    """Resuming a run whose changes somebody undid has nothing to do, and ends with 0."""
    run = _applied(estate)
    estate.ok("rollback", run, "--yes")
    estate.aws.calls.clear()
    estate.ok("resume", run, code=0)
    assert [] == estate.writes()


def test_one_apply_may_be_limited_below_the_settings(estate: Shell) -> None:
    """A plan over the limits given with the apply is refused, and nothing is sent."""
    estate.ok("plan", "--rule", PITR, "--out", "plan.json")
    estate.aws.calls.clear()
    refused = estate.run("apply", "plan.json", "--yes", "--max-changes", "1")
    assert 5 == refused.returncode, refused.stderr
    assert "max_changes" in refused.stderr or "--max-changes" in refused.stderr
    assert [] == estate.writes()


def test_one_change_is_one_change(estate: Shell) -> None:
    """Said as people say it."""
    estate.ok("plan", "--rule", PITR, "--resource", ORDERS, "--out", "plan.json")
    assert "\n  1 change\n" in estate.ok("show", "plan.json")
