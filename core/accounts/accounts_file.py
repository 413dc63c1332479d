"""Accounts files: which accounts to audit, written down by people, read strictly.

An account that is left out by a typing error would be an account that nobody looks at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.accounts.account_spec import ALL_REGIONS, AccountSpec
from trueup.aws.regions import check_region
from trueup.errors import AccountsFileError, UsageError
from trueup.ruleset.json_file import JsonFile
from trueup.ruleset.problem import Problem
from trueup.ruleset.shipped import form_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["read_accounts"]


def read_accounts(file: Path, *, role: str | None, external_id: str | None) -> tuple[AccountSpec, ...]:
    """Read an accounts file.

    Args:
        file: the file.
        role: the role of accounts that name none.
        external_id: the external id of accounts that name none.

    Raises:
        AccountsFileError: it is missing, unreadable or wrong; ``problems`` has all that is wrong.
    """
    parsed = JsonFile.read(file)
    wrong = parsed.problems or parsed.lines(_problems(parsed.document, role))
    if wrong:
        raise AccountsFileError(wrong)
    return tuple(_spec(each, role, external_id) for each in parsed.document["accounts"])


def _spec(entry: Mapping[str, Any], role: str | None, external_id: str | None) -> AccountSpec:
    return AccountSpec(
        id=entry["id"],
        role=entry.get("role", role),
        external_id=entry.get("external_id", external_id),
        name=entry.get("name", ""),
        regions=tuple(entry.get("regions", ())),
    )


def _problems(document: Any, role: str | None) -> Iterator[Problem]:
    form = form_problems("accounts", document)
    yield from form
    if form:
        return
    seen: set[str] = set()
    for number, entry in enumerate(document["accounts"]):
        at = "accounts", number
        if entry["id"] in seen:
            yield Problem((*at, "id"), f"expected each account once, found {entry['id']} again")
        seen.add(entry["id"])
        if role is None and "role" not in entry:
            yield Problem(at, f"expected the role to assume in account {entry['id']}, found none; give --role")
        arn = entry.get("role", "")
        if arn.startswith("arn:") and arn.split(":")[4] != entry["id"]:
            yield Problem((*at, "role"), f"expected a role of account {entry['id']}, found one of {arn.split(':')[4]}")
        for place, region in enumerate(entry.get("regions", ())):
            try:
                _ = region == ALL_REGIONS or check_region(region)
            except UsageError as error:
                yield Problem((*at, "regions", place), str(error))
