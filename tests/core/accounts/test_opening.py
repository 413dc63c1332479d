"""From accounts to scopes: what cannot be had is one unreadable scope, and the others go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.accounts import FIRST, ROLE, SECOND
from trueup.accounts.account_spec import ALL_REGIONS, AccountSpec
from trueup.accounts.connections import Connections
from trueup.accounts.opening import EVERY_REGION, Opening, OpenScope, enabled_regions
from trueup.auditing.job import ScopeAudit
from trueup.errors import CredentialsError, UnreadableError
from trueup.plugins.account.simulated import ENABLED_BY_DEFAULT, REGIONS

if TYPE_CHECKING:
    from trueup.aws.connection import Connection
    from trueup.testing import SimulatedAws


def _opened(base: Connection, *accounts: AccountSpec, **more: Any) -> list[OpenScope | ScopeAudit]:
    return list(Opening(Connections(base), accounts or (AccountSpec(),), **more).scopes())


def _where(opened: list[OpenScope | ScopeAudit]) -> list[tuple[str, str, bool]]:
    return [(each.scope.account, each.scope.region, isinstance(each, OpenScope)) for each in opened]


def test_the_account_of_the_credentials_in_its_region(simulated_aws: SimulatedAws, base: Connection) -> None:
    """Without accounts and Regions it is the one at hand; its identity is asked for once."""
    assert [(simulated_aws.account, "us-east-1", True)] == _where(_opened(base))
    assert ["sts:GetCallerIdentity"] == [call.name for call in simulated_aws.calls]


def test_each_account_by_its_role_in_its_regions(simulated_aws: SimulatedAws, base: Connection) -> None:
    """Session names carry the run's id, the external id is sent, and an account's own Regions go before the run's."""
    own = AccountSpec(FIRST, ROLE, "x1", regions=("eu-west-1", "eu-central-1"))
    found = _opened(base, own, AccountSpec(SECOND, f"arn:aws:iam::{SECOND}:role/teams/a"), regions=("us-west-2",))
    assert [(FIRST, "eu-west-1", True), (FIRST, "eu-central-1", True), (SECOND, "us-west-2", True)] == _where(found)
    assumed = [call.parameters for call in simulated_aws.calls if call.name == "sts:AssumeRole"]
    assert [
        {"RoleArn": f"arn:aws:iam::{FIRST}:role/{ROLE}", "ExternalId": "x1"},
        {"RoleArn": f"arn:aws:iam::{SECOND}:role/teams/a"},
    ] == [{name: value for name, value in each.items() if name != "RoleSessionName"} for each in assumed]
    assert {"trueup-20260301-123000-abcdef"} == {each["RoleSessionName"] for each in assumed}


def test_a_role_that_assumes_roles(simulated_aws: SimulatedAws, base: Connection) -> None:
    """Roles are chained: the account's is assumed by the one before, not by the credentials in hand."""
    hub = base.assume_role("arn:aws:iam::555555555555:role/hub")
    assert [(FIRST, "us-east-1", True)] == _where(_opened(hub, AccountSpec(FIRST, ROLE)))
    assumed = [(call.account, call.parameters["RoleArn"]) for call in simulated_aws.calls if "Assume" in call.name]
    assert [
        (simulated_aws.account, "arn:aws:iam::555555555555:role/hub"),
        ("555555555555", f"arn:aws:iam::{FIRST}:role/{ROLE}"),
    ] == assumed


def test_all_regions_are_those_that_are_enabled(simulated_aws: SimulatedAws, base: Connection) -> None:
    """Each account has its own; disabled ones are not asked."""
    simulated_aws.settings[REGIONS] = {"*": {"ap-east-1": "DISABLED"}, FIRST: {"eu-south-1": "ENABLED"}}
    found = _opened(base, AccountSpec(FIRST, ROLE), AccountSpec(SECOND, ROLE), regions=(ALL_REGIONS,))
    assert [
        *((FIRST, name, True) for name in sorted((*ENABLED_BY_DEFAULT, "eu-south-1"))),
        *((SECOND, name, True) for name in ENABLED_BY_DEFAULT),
    ] == _where(found)
    assert ENABLED_BY_DEFAULT == enabled_regions(base)


def test_a_region_that_botocore_does_not_know_is_unreadable_and_not_left_out(
    simulated_aws: SimulatedAws, base: Connection
) -> None:
    """AWS opens Regions more often than people install botocore."""
    simulated_aws.settings[REGIONS] = {"*": {"mars-north-1": "ENABLED"}}
    found = _opened(base, AccountSpec(FIRST, ROLE), regions=(ALL_REGIONS,))
    unread = [each for each in found if isinstance(each, ScopeAudit)]
    assert [(FIRST, "mars-north-1")] == [(each.scope.account, each.scope.region) for each in unread]
    assert unread[0].unread is not None
    assert "install a newer botocore" in unread[0].unread.detail
    assert len(ENABLED_BY_DEFAULT) + 1 == len(found)


def test_what_an_account_has_once_has_a_scope_of_its_own(base: Connection) -> None:
    """Beside the Regions, or instead of them where nothing is asked of Regions."""
    spec = AccountSpec(FIRST, ROLE)
    regions = ("us-east-1", "eu-west-1")
    assert ["us-east-1", "eu-west-1", "global"] == [
        each.scope.region for each in _opened(base, spec, regions=regions, once=True)
    ]
    assert ["global"] == [each.scope.region for each in _opened(base, spec, regions=regions, once=True, regional=False)]


def test_what_was_audited_before_is_left_out(base: Connection) -> None:
    """A resumed audit does not read it again."""
    found = _opened(base, AccountSpec(FIRST, ROLE), regions=("us-east-1", "eu-west-1"), finished={(FIRST, "us-east-1")})
    assert [(FIRST, "eu-west-1", True)] == _where(found)


@pytest.mark.parametrize(
    ("operation", "reason", "action"),
    [
        ("sts:AssumeRole", "access denied", "sts:AssumeRole"),
        ("account:ListRegions", "access denied", "account:ListRegions"),
    ],
)
def test_an_account_that_denies_is_one_unreadable_scope(
    simulated_aws: SimulatedAws, base: Connection, operation: str, reason: str, action: str
) -> None:
    """With the reason and the missing permission; the next account is opened all the same."""
    resource = FIRST if operation == "sts:AssumeRole" else None
    simulated_aws.faults.inject(operation, "denied", resource=resource, times=1)
    first, *others = _opened(base, AccountSpec(FIRST, ROLE), AccountSpec(SECOND, ROLE), regions=(ALL_REGIONS,))
    assert isinstance(first, ScopeAudit)
    assert (FIRST, EVERY_REGION) == (first.scope.account, first.scope.region)
    assert first.unread is not None
    assert (reason, action) == (str(first.unread.reason), first.unread.missing_action)
    assert [action] == [each["missing_action"] for each in first.to_json()["errors"]]
    assert {(SECOND, True)} == {(account, is_open) for account, _, is_open in _where(others)}


def test_an_account_that_is_suspended_is_not_asked(simulated_aws: SimulatedAws, base: Connection) -> None:
    """Its scope says so."""
    (only,) = _opened(base, AccountSpec(FIRST, ROLE, left_out="the account is SUSPENDED"))
    assert isinstance(only, ScopeAudit)
    assert only.unread is not None
    assert "the account is SUSPENDED" in only.unread.sentence()
    assert [] == [call.name for call in simulated_aws.calls if call.name == "sts:AssumeRole"]


def test_a_role_of_another_account_is_refused(base: Connection) -> None:
    """Nothing of one account may stand in the report as another's."""
    with pytest.raises(CredentialsError, match=f"account {FIRST}: expected credentials of it, found those of {SECOND}"):
        Connections(base).checked(AccountSpec(FIRST, f"arn:aws:iam::{SECOND}:role/audit"))


def test_of_the_only_account_what_cannot_be_had_is_an_error(simulated_aws: SimulatedAws, base: Connection) -> None:
    """A person at a terminal is told, instead of given a report of nothing."""
    simulated_aws.faults.inject("account:ListRegions", "denied")
    with pytest.raises(UnreadableError, match="allow account:ListRegions"):
        _opened(base, regions=(ALL_REGIONS,))


def test_clients_are_dropped_with_their_scope_and_connections_with_their_account(base: Connection) -> None:
    """Fifty accounts in seventeen Regions keep the clients of those that are being read."""
    connections = Connections(base)
    spec = AccountSpec(FIRST, ROLE)
    opened = list(Opening(connections, (spec,), ("us-east-1", "eu-west-1")).scopes())
    connection = connections.of(spec)
    clients = {each.scope.region: connection.reading_client("sqs", each.scope.region) for each in opened}
    connections.leave(spec, opened[0].scope)
    assert connection is connections.of(spec)
    assert clients["eu-west-1"] is connection.reading_client("sqs", "eu-west-1")
    assert clients["us-east-1"] is not connection.reading_client("sqs", "us-east-1")
    connections.leave(spec, opened[1].scope)
    assert connection is not connections.of(spec)
