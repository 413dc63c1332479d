"""``trueup plugins``: what is installed, a new package, and the contract on an installed one."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.core.cli.conftest import COMMAND

if TYPE_CHECKING:
    from pathlib import Path


def trueup(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``trueup`` in a folder."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def install(project: Path, site: Path) -> str:
    """Do what ``pip install -e`` does of a new package; give the path that it is imported from."""
    setup = configparser.ConfigParser()
    setup.read(project / "setup.cfg", encoding="utf-8")
    name, version = setup["metadata"]["name"], setup["metadata"]["version"]
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    points = "".join(f"[{group}]\n{each.strip()}\n" for group, each in setup["options.entry_points"].items())
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    return os.pathsep.join((str(site), str(project / "src")))


def test_new_says_what_it_wrote_and_what_to_type_next(tmp_path: Path) -> None:
    """Where there is a starting point, its setting is named."""
    done = trueup(tmp_path, "plugins", "new", "sqs")

    assert (0, "") == (done.returncode, done.stdout)
    assert "with resource type sqs.queue" in done.stderr
    assert "attributes.MessageRetentionPeriod of its queues, a setting that was tried" in done.stderr
    for command in ("pip install -e 'trueup-sqs[test]'", "pytest trueup-sqs", "trueup plugins check sqs"):
        assert command in done.stderr
    assert "sqs = trueup_sqs.plugin" in (tmp_path / "trueup-sqs" / "setup.cfg").read_text("utf-8")


def test_new_says_where_an_example_stands_for_the_service(tmp_path: Path) -> None:
    """Where there is none, nobody takes the example for an audit."""
    done = trueup(tmp_path, "plugins", "new", "glue", "--out", "own")

    assert 0 == done.returncode
    assert "no setting was tried yet" in done.stderr
    assert "marked TODO(author); own/README.md lists it" in done.stderr
    assert "trueup-glue" in (tmp_path / "own" / "setup.cfg").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("kinesys", "did you mean 'kinesis'?"),
        ("dynamodb", "found it in trueup"),
        ("sqs", "expected no such folder yet or an empty one, found more"),
    ],
)
def test_new_refuses_with_a_sentence(tmp_path: Path, name: str, message: str) -> None:
    """What cannot be made is a usage error, and nothing is written."""
    (tmp_path / "trueup-sqs").mkdir()
    (tmp_path / "trueup-sqs" / "mine").touch()

    done = trueup(tmp_path, "plugins", "new", name)

    assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert message in done.stderr
    assert [tmp_path / "trueup-sqs", tmp_path / "trueup-sqs" / "mine"] == sorted(tmp_path.rglob("*"))


def test_new_package_is_listed_and_checked(tmp_path: Path) -> None:
    """Once installed it is a plugin like any other; a promise that it breaks is named with the place to mend it."""
    trueup(tmp_path, "plugins", "new", "sqs")
    path = install(tmp_path / "trueup-sqs", tmp_path / "site")
    listed = trueup(tmp_path, "plugins", "list", PYTHONPATH=path)
    again = trueup(tmp_path, "plugins", "new", "sqs", "--out", "other", PYTHONPATH=path)
    broken = tmp_path / "trueup-sqs" / "src" / "trueup_sqs" / "facts" / "__init__.py"
    broken.write_text('"""Not empty."""\n\nX = 1\n', encoding="utf-8")

    checked = trueup(tmp_path, "plugins", "check", "sqs", PYTHONPATH=path)

    assert ["sqs  plugin  available  trueup-sqs 0.1.0", "sqs  rules  available  trueup-sqs 0.1.0"] == [
        "  ".join(line.split()[:3]) + "  " + " ".join(line.split()[3:5])
        for line in listed.stdout.splitlines()
        if line.startswith("sqs ")
    ]
    assert "found it in trueup-sqs 0.1.0 (trueup_sqs.plugin)" in again.stderr
    assert "uninstall trueup-sqs" in again.stderr
    assert 1 == checked.returncode
    assert "test_init_is_empty FAILED" in checked.stdout
    assert str(broken) in checked.stdout
    assert "test_rollback_restores PASSED" in checked.stdout


def test_check_of_what_is_not_installed(tmp_path: Path) -> None:
    """An unknown name is answered with near ones, before anything is started."""
    done = trueup(tmp_path, "plugins", "check", "dynamo")

    assert (
        2,
        "trueup: plugin dynamo: expected an installed one, found none of that name; did you mean 'dynamodb'?\n",
    ) == (
        done.returncode,
        done.stderr,
    )


@pytest.mark.parametrize("module", ["pytest", "moto"])
def test_check_without_its_extra(tmp_path: Path, module: str) -> None:
    """Where what the contract needs is not installed, the sentence says how to install it."""
    program = f"import sys; sys.modules[{module!r}] = None; from trueup.cli.main import main; main()"
    command = [sys.executable, "-c", program, "plugins", "check", "dynamodb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert 2 == done.returncode
    expected = f'trueup: the contract needs {module}, which is not installed; run `pip install "trueup[test]"`\n'
    assert expected == done.stderr
