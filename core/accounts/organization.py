"""The accounts of an organisation, asked of AWS Organizations.

An account that is suspended or closed is not left out: that it could not be audited belongs in the report.

Source: Organizations ListAccounts, ListAccountsForParent, ListOrganizationalUnitsForParent (management account or
delegated administrator only); ``Account.State``, which ``Status`` was retired for on 2026-09-09.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.accounts.account_spec import AccountSpec
from trueup.errors import UnreadableError, UsageError
from trueup.resource import GLOBAL
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from trueup.aws.connection import Connection
    from trueup.aws.reader import AwsReader

__all__ = ["accounts_of_organization"]

_ACCOUNTS = "organizations:ListAccounts"
_ACCOUNTS_OF_UNIT = "organizations:ListAccountsForParent"
_UNITS = "organizations:ListOrganizationalUnitsForParent"

_USABLE = "ACTIVE"


def accounts_of_organization(
    connection: Connection,
    *,
    role: str,
    external_id: str | None = None,
    units: Collection[str] = (),
    exclude: Collection[str] = (),
) -> tuple[AccountSpec, ...]:
    """Give the accounts of the connection's organisation, sorted by id.

    The account of the credentials in hand is audited with these: a management account has no role for itself.

    Args:
        connection: of the management account or a delegated administrator; needs ``organizations:ListAccounts``, and
            with units ``organizations:ListAccountsForParent`` and ``organizations:ListOrganizationalUnitsForParent``.
        role: the name of the role in each account.
        external_id: the external id that its trust policy asks for.
        units: ids of organisational units or the root: only the accounts in these and in the units inside them.
        exclude: ids of accounts that are left out.

    Raises:
        UsageError: the accounts cannot be listed, there is none, or one that is excluded is not among them.
        CredentialsError: the credentials are not accepted.
    """
    own = connection.identity().account
    reader = connection.reader(connection.scope(GLOBAL), (_ACCOUNTS, _ACCOUNTS_OF_UNIT, _UNITS))
    found: dict[str, Mapping[str, Any]] = {}
    try:
        listed = _of_units(reader, tuple(units)) if units else reader.paginate(_ACCOUNTS, "Accounts[]")
        found = {account["Id"]: account for account in listed}
    except UnreadableError as error:
        message = (
            f"the accounts of the organisation could not be listed: {error}; use the management account or a "
            "delegated administrator, or name the accounts with --account or --accounts-file"
        )
        raise UsageError(message) from error
    left = _without(found, tuple(exclude))
    return tuple(_spec(left[each], None if each == own else role, external_id) for each in sorted(left))


def _without(found: Mapping[str, Mapping[str, Any]], exclude: tuple[str, ...]) -> dict[str, Mapping[str, Any]]:
    for each in exclude:
        if each not in found:
            hint = did_you_mean(each, found)
            message = f"--exclude {each}: expected an account of the organisation, found none{hint}"
            raise UsageError(message)
    left = {name: account for name, account in found.items() if name not in exclude}
    if not left:
        but = " but those that --exclude names; exclude fewer" if exclude else "; is it one, and are the units right"
        message = f"--organization: expected accounts, found none{but}"
        raise UsageError(message)
    return left


def _of_units(reader: AwsReader, units: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """Yield the accounts of some units and of all units inside them."""
    left, seen = list(units), set(units)
    while left:
        unit = left.pop()
        yield from reader.paginate(_ACCOUNTS_OF_UNIT, "Accounts[]", ParentId=unit)
        for inside in reader.paginate(_UNITS, "OrganizationalUnits[].Id", ParentId=unit):
            if inside not in seen:
                seen.add(inside)
                left.append(inside)


def _spec(account: Mapping[str, Any], role: str | None, external_id: str | None) -> AccountSpec:
    state = account.get("State") or account.get("Status") or "in an unknown state"
    return AccountSpec(
        id=account["Id"],
        role=role,
        external_id=external_id if role else None,
        name=account.get("Name", ""),
        left_out="" if state == _USABLE else f"the account is {state}",
    )
