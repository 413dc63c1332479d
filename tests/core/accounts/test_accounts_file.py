"""Accounts files are read strictly: an account that is left out by a typing error is one that nobody looks at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.accounts import FIRST, SECOND
from trueup.accounts.account_spec import AccountSpec
from trueup.accounts.accounts_file import read_accounts
from trueup.errors import AccountsFileError

if TYPE_CHECKING:
    from pathlib import Path

ARN = f"arn:aws:iam::{FIRST}:role/teams/audit"


def _file(folder: Path, *accounts: Any) -> Path:
    file = folder / "accounts.json"
    file.write_text(json.dumps({"accounts": accounts}), "utf-8")
    return file


def test_what_an_entry_does_not_say_is_that_of_the_run(tmp_path: Path) -> None:
    """Role and external id of the command line stand in; what the entry says goes before."""
    own = {"id": FIRST, "name": "shop", "role": ARN, "external_id": "x1", "regions": ["eu-west-1", "all"]}
    found = read_accounts(_file(tmp_path, own, {"id": SECOND}), role="audit", external_id="x2")
    assert (
        AccountSpec(FIRST, ARN, "x1", "shop", ("eu-west-1", "all")),
        AccountSpec(SECOND, "audit", "x2"),
    ) == found


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        ([{"id": "1"}], "accounts.json:1:22: expected a string that matches ^[0-9]{12}$"),
        ([{"id": FIRST}, {"id": FIRST}], f"expected each account once, found {FIRST} again"),
        ([{"id": FIRST, "rolle": "audit"}], "did you mean 'role'"),
        ([{"id": SECOND, "role": ARN}], f"expected a role of account {SECOND}, found one of {FIRST}"),
        ([{"id": FIRST, "regions": ["eu-wst-1"]}], "did you mean eu-west-1"),
        ([], "accounts.json:1:14: expected"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, accounts: list[Any], expected: str) -> None:
    """File, line and column, what was expected and what was found."""
    with pytest.raises(AccountsFileError) as raised:
        read_accounts(_file(tmp_path, *accounts), role="audit", external_id=None)
    assert expected in str(raised.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """A person mends a file in one go."""
    with pytest.raises(AccountsFileError) as raised:
        read_accounts(
            _file(tmp_path, {"id": FIRST}, {"id": FIRST, "regions": ["nowhere"]}), role=None, external_id=None
        )
    assert 4 == len(raised.value.problems)
    assert f"expected the role to assume in account {FIRST}, found none; give --role" in raised.value.problems[0]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is an error, not an organisation without accounts."""
    with pytest.raises(AccountsFileError, match="expected a JSON file, found No such file"):
        read_accounts(tmp_path / "gone.json", role="audit", external_id=None)
