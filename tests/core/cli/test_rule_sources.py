"""Where rules come from: the shipped ones, a plugin's own, folders of a person; and that no id stands for two."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.core.cli.conftest import PITR
from tests.core.cli.test_rules import MINE, run
from tests.core.hosting.conftest import SQS_FACTS, Site

if TYPE_CHECKING:
    from pathlib import Path

SQS = "sqs-queue-mine"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the current folder, with a rule in ``own``, and settings beside it in ``set``."""
    monkeypatch.chdir(tmp_path)
    run("rules", "new", MINE, "--resource", "dynamodb.table", "--dir", "own")
    (tmp_path / "set").mkdir()
    return tmp_path


@pytest.fixture
def plugins(here: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give two strangers' distributions: a plugin with a rule of its own, and further rules about its type."""
    folder = here / "site"
    monkeypatch.syspath_prepend(folder)
    site = Site(folder)
    site.plugin(package="trueup_sqs_sources")
    for package in ("rules_one", "rules_two"):
        site.write(f"{package}/__init__.py", "")
    run("rules", "new", SQS, "--resource", "sqs.queue", "--dir", str(folder / "rules_one"))
    site.distribution("rules-one", "1.0", rules={"sqs": "rules_one"})
    return site


def ids(*options: str) -> list[str]:
    """Give the ids of all rules that are listed with global options."""
    return [rule["id"] for rule in json.loads(run(*options, "rules", "list", "--format", "json"))["rules"]]


def settings(here: Path, *folders: str) -> str:
    """Write a settings file with folders of rules; give its path."""
    file = here / "set" / "trueup.toml"
    file.write_text(f"[rules]\nfolders = {json.dumps(folders)}\n", encoding="utf-8")
    return str(file)


def copied(here: Path, rule: str, folder: str) -> Path:
    """Put a rule called like another one into a folder; give its file."""
    document = json.loads((here / "own" / f"{MINE}.json").read_text("utf-8"))
    file = here / folder / f"{rule}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({**document, "id": rule}), encoding="utf-8")
    return file


def test_folders_of_the_settings_lie_beside_the_file(here: Path) -> None:
    """Wherever the command is called; a rule file may be named, too."""
    assert MINE in ids("--config", settings(here, "../own"))
    assert MINE in ids("--config", settings(here, f"../own/{MINE}.json"))
    assert MINE not in ids()


def test_a_folder_that_is_not_there_is_told(here: Path) -> None:
    """With the setting that names it."""
    said = run("--config", settings(here, "nothing"), "rules", "list", code=2)
    assert "rules.folders: set/nothing: expected a folder with rule files or a rule file, found nothing there" in (
        said.replace(f"{here}/", "")
    )


def test_a_folder_that_is_named_twice_is_read_once(here: Path) -> None:
    """By an option, by the settings, by its file, or by a link."""
    (here / "link").symlink_to(here / "own")
    listed = ids(
        "--config", settings(here, "../own"), "--rules", "own", "--rules", f"own/{MINE}.json", "--rules", "link"
    )

    assert 1 == listed.count(MINE)


def test_an_id_of_a_shipped_rule_is_refused_and_both_files_are_named(here: Path) -> None:
    """Neither is guessed to be the one that was meant."""
    mine = copied(here, PITR, "other").relative_to(here)
    said = run("--rules", "other", "rules", "list", code=2)

    assert f"{mine}:1:1: expected an id that nobody else has, found '{PITR}' also in " in said
    assert f"dynamodb/{PITR}.json (trueup)" in said


@pytest.mark.parametrize("where", ["options", "settings"])
def test_an_id_in_two_folders_of_a_person_is_refused_and_both_files_are_named(here: Path, where: str) -> None:
    """Each is named as the place of the other."""
    copied(here, MINE, "other")
    options = ("--rules", "other") if where == "options" else ("--config", settings(here, "../other"))
    said = run("--rules", "own", *options, "rules", "list", code=2)
    own = f"own/{MINE}.json"

    assert 2 == said.count("expected an id that nobody else has")
    assert 2 == said.count(own)
    assert 2 == said.count(f"other/{MINE}.json")


@pytest.mark.usefixtures("plugins")
def test_a_plugin_brings_its_own_rules() -> None:
    """They are selected like any other."""
    assert SQS in ids()


@pytest.mark.parametrize("rule", [SQS, PITR])
def test_an_id_of_two_distributions_is_left_out_and_both_files_are_named(plugins: Site, rule: str) -> None:
    """An audit goes on without either; whoever validates gets an error."""
    document = json.loads((plugins.folder / "rules_one" / f"{SQS}.json").read_text("utf-8"))
    plugins.write("trueup_more/__init__.py", "")
    plugins.write("trueup_more/plugin.py", "")
    plugins.write("trueup_more/facts/queue.schema.json", json.dumps({**SQS_FACTS, "title": "more.queue"}))
    plugins.write(f"rules_two/{rule}.json", json.dumps({**document, "id": rule, "resource": "more.queue"}))
    plugins.distribution("trueup-more", "1.0", plugins={"more": "trueup_more.plugin"}, rules={"more": "rules_two"})
    others = {SQS: f"rules_one/{SQS}.json (rules-one)", PITR: f"dynamodb/{PITR}.json (trueup)"}

    for told in (run("rules", "list"), run("rules", "validate", code=2)):
        assert 2 == told.count(f"expected an id that nobody else has, found '{rule}' also in ")
        assert f"rules_two/{rule}.json (trueup-more)" in told
        assert others[rule] in told
        assert [] == [line for line in told.splitlines() if line.startswith(rule)]
