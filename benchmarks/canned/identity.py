"""Who and where: STS, Organizations, and the Regions of an account.

Source: the API references of STS, Organizations, Account Management and EC2.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from canned.request import access_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from canned.request import Request
    from canned.world import World

__all__ = ["IDENTITY"]

# Organizations gives at most 20 at once.
_PAGE = 20

_ORGANISATION = "o-exampleorgid"
_ROOT = "r-root"
_UNITS = ("ou-root-00000000", "ou-root-00000001")

# An account has these, too, but must opt into them first.
_DISABLED = ("af-south-1", "ap-east-1", "eu-south-1", "me-south-1")

_LASTS = timedelta(hours=1)


def _caller(_world: World, request: Request) -> str:
    who = f"<Arn>arn:aws:sts::{request.account}:assumed-role/audit/trueup</Arn><UserId>AROAEXAMPLE:trueup</UserId>"
    return _sts("GetCallerIdentity", f"{who}<Account>{request.account}</Account>")


def _assumed(world: World, request: Request) -> str | None:
    role = request.parameters["RoleArn"]
    account = role.split(":")[4]
    if account not in world.accounts:
        return None
    until = (datetime.now(UTC) + _LASTS).strftime("%Y-%m-%dT%H:%M:%SZ")
    given = (
        f"<AccessKeyId>{access_key(account)}</AccessKeyId><SecretAccessKey>canned</SecretAccessKey>"
        f"<SessionToken>canned-{account}</SessionToken><Expiration>{until}</Expiration>"
    )
    session = request.parameters["RoleSessionName"]
    who = f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{session}"
    user = f"<AssumedRoleId>AROAEXAMPLE:{session}</AssumedRoleId><Arn>{who}</Arn>"
    return _sts("AssumeRole", f"<Credentials>{given}</Credentials><AssumedRoleUser>{user}</AssumedRoleUser>")


def _sts(operation: str, result: str) -> str:
    return (
        f'<{operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{operation}Result>{result}'
        f"</{operation}Result><ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></{operation}Response>"
    )


def _organisation(world: World, _request: Request) -> str:
    home = world.accounts[0]
    about = {"Id": _ORGANISATION, "Arn": f"arn:aws:organizations::{home}:organization/{_ORGANISATION}"}
    return json.dumps({"Organization": about | {"FeatureSet": "ALL", "MasterAccountId": home}})


def _roots(world: World, _request: Request) -> str:
    arn = f"arn:aws:organizations::{world.accounts[0]}:root/{_ORGANISATION}/{_ROOT}"
    return json.dumps({"Roots": [{"Id": _ROOT, "Arn": arn, "Name": "Root", "PolicyTypes": []}]})


def _accounts(world: World, request: Request) -> str:
    return _account_page(world, world.accounts, request)


def _accounts_of(world: World, request: Request) -> str:
    """Give every second account to each unit, and none to the root itself."""
    parent = request.parameters["ParentId"]
    return _account_page(world, world.accounts[_UNITS.index(parent) :: 2] if parent in _UNITS else (), request)


def _units_of(world: World, request: Request) -> str:
    home = world.accounts[0]
    units = [
        {"Id": each, "Arn": f"arn:aws:organizations::{home}:ou/{_ORGANISATION}/{each}", "Name": each}
        for each in _UNITS
        if request.parameters["ParentId"] == _ROOT
    ]
    return json.dumps({"OrganizationalUnits": units})


def _account_page(world: World, accounts: Sequence[str], request: Request) -> str:
    first = int(request.parameters.get("NextToken", "0"))
    last = first + min(_PAGE, request.parameters.get("MaxResults", _PAGE))
    answer: dict[str, Any] = {"Accounts": [_account(world.accounts[0], each) for each in accounts[first:last]]}
    return json.dumps(answer | ({"NextToken": str(last)} if last < len(accounts) else {}))


def _account(home: str, account: str) -> dict[str, Any]:
    return {
        "Id": account,
        "Arn": f"arn:aws:organizations::{home}:account/{_ORGANISATION}/{account}",
        "Email": f"{account}@example.com",
        "Name": f"account {account}",
        "Status": "ACTIVE",
        "State": "ACTIVE",
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": 1704067200,
    }


def _regions(world: World, request: Request) -> str:
    wanted = request.parameters.get("RegionOptStatusContains")
    known = [{"RegionName": each, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for each in world.regions]
    known += [{"RegionName": each, "RegionOptStatus": "DISABLED"} for each in _DISABLED if each not in world.regions]
    return json.dumps({"Regions": [each for each in known if not wanted or each["RegionOptStatus"] in wanted]})


def _regions_of_ec2(world: World, _request: Request) -> str:
    items = "".join(
        f"<item><regionName>{each}</regionName><regionEndpoint>ec2.{each}.amazonaws.com</regionEndpoint>"
        "<optInStatus>opt-in-not-required</optInStatus></item>"
        for each in world.regions
    )
    return (
        '<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>0</requestId>'
        f"<regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
    )


IDENTITY: Mapping[str, Callable[[World, Request], str | None]] = {
    "sts:GetCallerIdentity": _caller,
    "sts:AssumeRole": _assumed,
    "organizations:DescribeOrganization": _organisation,
    "organizations:ListRoots": _roots,
    "organizations:ListAccounts": _accounts,
    "organizations:ListAccountsForParent": _accounts_of,
    "organizations:ListOrganizationalUnitsForParent": _units_of,
    "account:ListRegions": _regions,
    "ec2:DescribeRegions": _regions_of_ec2,
}
"""Operation to the document that it answers with; None says that it is denied."""
