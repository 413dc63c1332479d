"""The accounts of an organisation: all pages, units inside units, and what cannot be audited is not left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.accounts import make_organization
from trueup.accounts.account_spec import AccountSpec
from trueup.accounts.organization import accounts_of_organization
from trueup.errors import UsageError

if TYPE_CHECKING:
    from trueup.aws.connection import Connection
    from trueup.testing import Answer, ApiRequest, SimulatedAws
    from trueup.testing.correction import Proceed


def _audited(base: Connection, **more: Any) -> dict[str, AccountSpec]:
    return {each.name: each for each in accounts_of_organization(base, role="audit", external_id="x", **more)}


def test_every_account_by_its_role_and_the_own_one_as_it_is(simulated_aws: SimulatedAws, base: Connection) -> None:
    """The management account has no role for itself: the credentials in hand are its."""
    made = make_organization(simulated_aws, "shop", "tools")
    found = accounts_of_organization(base, role="audit", external_id="x")
    assert sorted([simulated_aws.account, *made.values()]) == [each.id for each in found]
    by_name = {each.name: each for each in found}
    assert AccountSpec(made["shop"], "audit", "x", "shop") == by_name["shop"]
    assert [None] == [each.role for each in found if each.id == simulated_aws.account]


def test_units_with_the_units_inside_them(simulated_aws: SimulatedAws, base: Connection) -> None:
    """An account deep inside is found; one beside is not."""
    made = make_organization(simulated_aws, "deep", "beside")
    client = simulated_aws.client("organizations")
    (root,) = client.list_roots()["Roots"]
    parent = root["Id"]
    units = []
    for name in ("outer", "inner"):
        parent = client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]
        units.append(parent)
    client.move_account(AccountId=made["deep"], SourceParentId=root["Id"], DestinationParentId=units[1])
    assert {"deep"} == set(_audited(base, units=[units[0]]))
    assert {"deep", "beside"} <= set(_audited(base, units=[root["Id"]]))


def test_what_is_excluded_is_left_out_and_must_be_there(simulated_aws: SimulatedAws, base: Connection) -> None:
    """An id with a typing error excludes nothing, so it is refused."""
    made = make_organization(simulated_aws, "shop", "tools")
    assert "shop" not in _audited(base, exclude=[made["shop"]])
    with pytest.raises(
        UsageError, match=r"--exclude 000000000000: expected an account of the organisation, found none"
    ):
        _audited(base, exclude=["000000000000"])
    with pytest.raises(UsageError, match="found none but those that --exclude names"):
        _audited(base, exclude=[*made.values(), simulated_aws.account])


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ({"State": "SUSPENDED", "Status": "ACTIVE"}, "the account is SUSPENDED"),
        ({"State": "PENDING_CLOSURE", "Status": "ACTIVE"}, "the account is PENDING_CLOSURE"),
        ({"Status": "SUSPENDED"}, "the account is SUSPENDED"),
        ({"State": "ACTIVE", "Status": "SUSPENDED"}, ""),
        ({}, "the account is in an unknown state"),
    ],
)
def test_an_account_that_cannot_be_audited_says_why(
    simulated_aws: SimulatedAws, base: Connection, member: dict[str, str], expected: str
) -> None:
    """State goes before Status, which was retired; neither is no reason to believe that it is usable."""
    account = {"Id": "444444444444", "Name": "old", **member}

    def list_accounts(request: ApiRequest, _: Proceed) -> Answer:
        return request.answer({"Accounts": [account]})

    undo = simulated_aws.answer("organizations:ListAccounts", list_accounts)
    try:
        assert expected == _audited(base)["old"].left_out
    finally:
        undo()


def test_an_empty_page_is_not_the_last(simulated_aws: SimulatedAws, base: Connection) -> None:
    """Organizations gives empty pages with a token; the accounts behind them are found."""
    pages = {None: ([], "a"), "a": ([], "b"), "b": ([{"Id": "444444444444", "Name": "last", "State": "ACTIVE"}], None)}

    def list_accounts(request: ApiRequest, _: Proceed) -> Answer:
        accounts, token = pages[request.parameters.get("NextToken")]
        return request.answer({"Accounts": accounts, **({"NextToken": token} if token else {})})

    undo = simulated_aws.answer("organizations:ListAccounts", list_accounts)
    try:
        assert {"last"} == set(_audited(base))
    finally:
        undo()


def test_accounts_that_may_not_be_listed_are_an_error(simulated_aws: SimulatedAws, base: Connection) -> None:
    """Nothing is audited instead, and the missing permission is named."""
    simulated_aws.faults.inject("organizations:ListAccounts", "denied")
    with pytest.raises(UsageError, match=r"could not be listed: access denied .*allow organizations:ListAccounts"):
        _audited(base)
