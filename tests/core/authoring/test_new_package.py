"""A new package is whole, right as it stands, and written whole or not at all."""

from __future__ import annotations

import ast
import configparser
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jinja2 import UndefinedError

from trueup.authoring.new_package import TEMPLATES, NewPackage
from trueup.authoring.package_name import PackageName, package_name
from trueup.authoring.rendering import render
from trueup.authoring.starting_point import known_starts, starting_point
from trueup.aws.models import shared_loader
from trueup.errors import UsageError
from trueup.hosting.info import PluginInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INSTALLED = (
    PluginInfo("awslambda", "plugin", "trueup", "0.1.0", "trueup.plugins.awslambda.plugin", "available"),
    PluginInfo("sqs", "plugin", "acme-queues", "2.0", "acme.plugin", "available"),
)

SLOW = [pytest.param(name, marks=pytest.mark.faults) for name in known_starts() if name != "sqs"]


def installed(project: Path, site: Path) -> dict[str, str]:
    """Do what ``pip install -e`` does of a new package; give the environment that it is installed in."""
    setup = configparser.ConfigParser()
    setup.read(project / "setup.cfg", encoding="utf-8")
    name, version = setup["metadata"]["name"], setup["metadata"]["version"]
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    points = "".join(f"[{group}]\n{each.strip()}\n" for group, each in setup["options.entry_points"].items())
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    path = os.pathsep.join((str(site), str(project / "src")))
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def tree(folder: Path) -> dict[str, str]:
    """Give every file below a folder with its text."""
    return {str(each.relative_to(folder)): each.read_text("utf-8") for each in folder.rglob("*") if each.is_file()}


def new(client: str = "kinesis") -> NewPackage:
    """Give a new package."""
    return NewPackage.of(package_name(client, ()))


@pytest.mark.parametrize("client", ["sqs", "glue", *SLOW])
def test_its_own_tests_pass_unchanged(tmp_path: Path, client: str) -> None:
    """Whatever it begins with, its contract and its fix hold before anybody has changed a line."""
    new(client).write(tmp_path / "package")
    environment = installed(tmp_path / "package", tmp_path / "site")

    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        pytest_, cwd=tmp_path / "package", env=environment, check=False, capture_output=True, text=True
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_it_has_all_that_a_package_needs(tmp_path: Path) -> None:
    """Entry points, one resource type, two aspects, one action, two rules with cases, one of them with the fix."""
    written = new().write(tmp_path / "package")

    assert set(tree(tmp_path / "package")) == set(written)
    assert {"README.md", "pyproject.toml", "setup.cfg", "tox.ini", "tests/test_contract.py"} <= set(written)
    rules = [
        json.loads(text) for path, text in new().files().items() if re.search(r"/rules/.*(?<!\.cases)\.json$", path)
    ]
    cases = [path for path in written if path.endswith(".cases.json")]
    assert (2, 2, ["extend-retention"]) == (
        len(rules),
        len(cases),
        [rule["remediation"]["action"] for rule in rules if "remediation" in rule],
    )
    facts = json.loads(new().files()["src/trueup_kinesis/facts/stream.schema.json"])
    assert ({"stream", "tags"}, {"extend-retention"}) == (set(facts["properties"]), set(facts["x-actions"]))
    assert "trueup.plugins =\n    kinesis = trueup_kinesis.plugin" in new().files()["setup.cfg"]


@pytest.mark.parametrize("client", ["glue", "resource-groups", "s3control", "lambda", "route53-recovery-cluster"])
def test_any_other_service_gets_an_example_that_says_so(client: str) -> None:
    """A service without a starting point gets working code with each place to replace marked, and a README about it."""
    made = NewPackage.of(PackageName(client))
    files = made.files()
    code = [text for path, text in files.items() if path.endswith(".py")]

    assert all(ast.parse(text) is not None for text in code)
    assert 5 <= sum(text.count("TODO(author)") for text in code)
    assert made.start.simulated
    assert f"not yet an audit of {client}" in files["README.md"]


@pytest.mark.parametrize("client", known_starts())
def test_what_was_tried_leaves_nothing_to_replace(client: str) -> None:
    """A package that begins with a setting that was tried has no place that is marked."""
    assert [] == [path for path, text in NewPackage.of(PackageName(client)).files().items() if "TODO" in text]


def test_at_least_five_services_have_a_start() -> None:
    """The usual first services begin with a setting of their own."""
    assert {"cloudtrail", "kinesis", "kms", "logs", "sqs"} <= set(known_starts())


def test_hints_name_operations_that_list() -> None:
    """Without a starting point the README names the service's own operations to begin with."""
    assert "glue:ListJobs" in starting_point("glue").lists
    assert "glue:ListJobs" in new("glue").files()["README.md"]


def test_a_template_that_lacks_a_name_is_an_error() -> None:
    """A hole in a template is found when it is made, and not in somebody's package."""
    with pytest.raises(UndefinedError, match="distribution"):
        render(TEMPLATES, "setup.cfg.j2", client="sqs")


def test_every_client_gives_usable_names() -> None:
    """Each boto3 client's name makes names that Python, pip and rule files take."""
    clients = shared_loader().list_available_services("service-2")
    names = [PackageName(client) for client in clients]

    assert [] == [each for each in names if not (each.package.isidentifier() and each.class_name.isidentifier())]
    assert [] == [each for each in names if not re.fullmatch(r"[a-z][a-z0-9_]*", each.service)]
    assert [] == [each for each in names if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", each.rule_prefix)]
    assert len(names) == len({each.service for each in names})


@pytest.mark.parametrize(
    ("client", "message"),
    [
        ("kinesys", "expected the name of a boto3 client, found 'kinesys'; did you mean 'kinesis'"),
        ("SQS", "found 'SQS'; did you mean 'sqs'"),
        ("resource_groups", "found 'resource_groups'; did you mean 'resource-groups'?"),
        ("../escape", "expected the name of a boto3 client, found '../escape'"),
        ("", "expected the name of a boto3 client, found ''"),
        (
            "sqs",
            "acme-queues 2.0 (acme.plugin), beside which trueup-sqs could not be used; choose another service, or un",
        ),
        ("lambda", "found it in trueup 0.1.0 (trueup.plugins.awslambda.plugin), beside which trueup-lambda"),
    ],
)
def test_unusable_names_are_refused(client: str, message: str) -> None:
    """A name that is no service or is taken is answered with what is near, or with who has it."""
    with pytest.raises(UsageError) as refused:
        package_name(client, INSTALLED)

    assert message in str(refused.value)


@pytest.mark.parametrize("there", [{"setup.cfg": "mine"}, {".git/config": "mine"}])
def test_a_folder_with_anything_in_it_is_refused(tmp_path: Path, there: Mapping[str, str]) -> None:
    """What is there is never overwritten, and nothing is put beside it."""
    for path, text in there.items():
        (tmp_path / "package" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "package" / path).write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match="expected no such folder yet or an empty one, found more"):
        new().write(tmp_path / "package")

    assert {f"package/{path}": text for path, text in there.items()} == tree(tmp_path)


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    """A file of the folder's name stays what it is."""
    (tmp_path / "package").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match="expected no such folder yet"):
        new().write(tmp_path / "package")

    assert {"package": "mine"} == tree(tmp_path)


def test_an_empty_folder_is_filled_and_stays_the_same(tmp_path: Path) -> None:
    """Somebody who stands in the empty folder goes on standing in it."""
    folder = tmp_path / "package"
    folder.mkdir()
    before = folder.stat().st_ino

    written = new().write(folder)

    assert before == folder.stat().st_ino
    assert set(written) == set(tree(folder))


@pytest.mark.parametrize("place", ["file/package", "x" * 250, f"not/there/{'x' * 250}"])
def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, place: str) -> None:
    """A place that takes no folder, or no longer name, is said in one sentence, and nothing is left behind."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match="cannot be written"):
        new().write(tmp_path / place)

    assert {"file": "mine"} == tree(tmp_path)
    assert [tmp_path / "file"] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in somebody else's folder is not known, so it is not written to."""
    listed = Path.iterdir

    def denied(folder: Path) -> Iterator[Path]:
        if folder == tmp_path:
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", denied)

    with pytest.raises(UsageError, match=r"cannot be written \(Permission denied\); choose another --out"):
        new().write(tmp_path)
