"""Exemption files: everything that is wrong is told at once, with its place, and nothing wrong gets through."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.exemptions.conftest import ENTRY
from trueup.errors import ExemptionFileError
from trueup.exemptions.exemption import Exemption, Tag
from trueup.exemptions.load import load_exemptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trueup.exemptions.exemptions import Exemptions

    Write = Callable[..., Path]

TODAY = date(2026, 11, 24)
RULES = {"dynamodb-table-pitr-enabled": True, "dynamodb-table-on-demand-when-idle": True, "sqs-queue-encrypted": False}


def _load(*files: Path, max_days: int = 365) -> Exemptions:
    return load_exemptions(files, RULES, today=TODAY, max_days=max_days)


def _problems(*files: Path) -> list[str]:
    """Give what is wrong, each place without the folder."""
    with pytest.raises(ExemptionFileError) as raised:
        _load(*files)
    folder = f"{files[0].parent}/"
    assert "\n".join(raised.value.problems) == str(raised.value)
    return [each.removeprefix(folder) for each in raised.value.problems]


def test_entries_are_read_as_they_are_written(write: Write) -> None:
    """Each with its place, so that a person finds it again."""
    file = write({}, {"resource": None, "tag": {"key": "team", "value": "legacy-*"}, "rule": "dynamodb-*"})
    first, second = _load(file).entries

    expected = Exemption(
        ENTRY["rule"], ENTRY["resource"], None, ENTRY["owner"], ENTRY["reason"], date(2027, 1, 31), str(file), 3
    )
    assert expected == first
    assert ("dynamodb-*", None, Tag("team", "legacy-*"), 10) == (second.rule, second.resource, second.tag, second.line)
    assert [first, second] == [Exemption.from_json(each.to_json()) for each in (first, second)]


def test_no_file_and_no_entry_exempt_nothing(write: Write) -> None:
    """Neither is an error: who has no exemptions needs no file, and the last one may go."""
    assert ((), ()) == (_load().entries, _load(write()).entries)


def test_a_file_that_is_named_twice_is_read_once(write: Write) -> None:
    """In the settings and on the command line, by whatever path."""
    file = write({})

    assert 1 == len(_load(file, file.parent / ".." / file.parent.name / file.name).entries)
    assert 2 == len(_load(file, write({}, name="other.json")).entries)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"owner": None}, "3:3: expected 'owner' (who answers for it, not blank), which is missing"),
        ({"owner": " \t"}, '6:13: expected a string that matches \\S (who answers for it, not blank), found " \\t"'),
        ({"reason": None}, "3:3: expected 'reason' (why the rule may fail, not blank), which is missing"),
        ({"reason": ""}, '7:14: expected a string that matches \\S (why the rule may fail, not blank), found ""'),
        (
            {"expires": None},
            "3:3: expected 'expires' (the last day on which it holds, UTC, as YYYY-MM-DD), which is missing",
        ),
        ({"rule": None}, "3:3: expected 'rule' (a rule id, or a glob of them), which is missing"),
        ({"resource": None}, "3:3: expected 'resource' or 'tag', found an object of 4"),
        (
            {"tag": {"key": "team", "value": "x"}},
            "3:3: expected one of resource, tag, found more of them",
        ),
        ({"expire": "2027-01-31"}, "9:4: unknown property 'expire'; did you mean 'expires'?"),
        (
            {"rule": "dynamodb-table-pitr-enable"},
            (
                "4:12: expected a rule that is installed, or a glob of some, found 'dynamodb-table-pitr-enable'; "
                "did you mean 'dynamodb-table-pitr-enabled'?"
            ),
        ),
        ({"rule": "rds-*"}, "4:12: expected a rule that is installed, or a glob of some, found 'rds-*'"),
        ({"expires": "2027-02-30"}, "8:15: expected a day of the calendar as YYYY-MM-DD, found '2027-02-30'"),
        (
            {"expires": "2027-11-25"},
            (
                "8:15: expected a day until 2027-11-24, at most 365 days ahead (exemptions.max_days in trueup.toml), "
                "found 2027-11-25"
            ),
        ),
        (
            {"rule": "sqs-queue-encrypted", "resource": None, "tag": {"key": "team", "value": "x"}},
            "8:11: expected a resource, found a tag: nothing that sqs-queue-encrypted judges has tags to be read",
        ),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_with_its_place(write: Write, given: dict[str, Any], problem: str) -> None:
    """One sentence, what was expected and what was found, and nothing else beside it."""
    assert [f"exemptions.json:{problem}"] == _problems(write(given))


@pytest.mark.parametrize("resource", ["*", "orders", "arn:aws:s3", "arn:aws:dynamodb:us-east-1:table/orders", 7])
def test_a_resource_is_a_whole_arn(write: Write, resource: object) -> None:
    """What could never match, or would match by its end only, is refused."""
    (problem,) = _problems(write({"resource": resource}))

    assert problem.startswith("exemptions.json:5:16: expected a string")
    assert "(a whole ARN or a glob of one, such as arn:aws:s3:::logs-*)" in problem


def test_an_old_exemption_is_no_mistake_and_the_last_day_may_be_a_year_ahead(write: Write) -> None:
    """One that has expired is told by the audit; one of exactly the longest time is allowed."""
    days = [str(TODAY - timedelta(days=900)), str(TODAY), str(TODAY + timedelta(days=365))]

    assert days == [str(each.expires) for each in _load(write(*({"expires": day} for day in days))).entries]
    assert 1 == len(_load(write({"expires": "2099-01-01"}), max_days=99_999).entries)


def test_everything_that_is_wrong_is_told_at_once(write: Write, tmp_path: Path) -> None:
    """All entries of all files, missing and unreadable files too, in the order in which they were named."""
    first = write({"owner": None}, {}, {"rule": "dynamodb-*x", "expires": "soon"}, name="first.json")
    broken, latin, empty = (tmp_path / name for name in ("broken.json", "latin.json", "empty.json"))
    broken.write_text('{"exemptions": [}', encoding="utf-8")
    latin.write_bytes(b'{"exemptions": "\xe9"}')
    empty.write_text("[]", encoding="utf-8")

    problems = _problems(first, tmp_path / "gone.json", broken, tmp_path, latin, empty)
    assert [
        "first.json:3:3: expected 'owner' (who answers for it, not blank), which is missing",
        "first.json:17:12: expected a rule that is installed, or a glob of some, found 'dynamodb-*x'",
        (
            "first.json:21:15: expected a string that matches ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ (the last day on which it "
            'holds, UTC, as YYYY-MM-DD), found "soon"'
        ),
        "gone.json: expected a JSON file, found No such file or directory",
        "broken.json:1:17: expected JSON, found an error: expecting value",
        f"{tmp_path}: expected a JSON file, found Is a directory",
        "latin.json: expected UTF-8 text, found byte 0xe9",
        "empty.json:1:1: expected an object (Permissions to fail a rule: each owned, reasoned and dated.), found []",
    ] == problems


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Which of the two was meant is not for us to guess."""
    file = tmp_path / "twice.json"
    file.write_text('{"exemptions": [], "exemptions": []}', encoding="utf-8")

    assert ["twice.json:1:20: expected each name once, found 'exemptions' again"] == _problems(file)
