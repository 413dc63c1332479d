"""Local and Dask find the same, whatever there is and whatever fails: none lost, none invented."""

from __future__ import annotations

import os
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.accounts import FIRST, ROLE, SECOND, client_of
from trueup.accounts.account_spec import AccountSpec
from trueup.accounts.connections import Connections
from trueup.accounts.opening import Opening
from trueup.auditing.job import AuditJob, Found
from trueup.aws.connection import connect
from trueup.aws.settings import ClientSettings
from trueup.clock import SystemClock
from trueup.engines.brief import AuditBrief, packed_rules
from trueup.engines.dask import run_dask
from trueup.engines.engine import EngineOptions, EngineWork
from trueup.engines.local import run_local
from trueup.hosting.host import Host
from trueup.journal.findings import finding_to_json
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from trueup.auditing.job import AuditEvent
    from trueup.ruleset.rule import BoundRule
    from trueup.testing.faults import FaultKind
    from trueup.testing.server import SimulatedAws

ACCOUNTS = (FIRST, SECOND)
REGIONS = ("us-east-1", "eu-west-1")
TABLES = ("orders", "carts")
RULES = (
    "dynamodb-table-deletion-protection-enabled",
    "dynamodb-table-on-demand-when-idle",
    "dynamodb-table-pitr-enabled",
)
LISTS = "dynamodb:ListTables"

PLACES = tuple(product(ACCOUNTS, REGIONS, TABLES))
LASTING: tuple[FaultKind, ...] = ("denied", "throttled", "server_error", "cut_off", "reset")
PASSING: tuple[FaultKind, ...] = ("throttled", "server_error", "reset")


class Break(NamedTuple):
    """A fault: a refused role, a list or a table's read that fails for ever, or one call that fails once."""

    operation: str
    kind: FaultKind
    resource: str | None
    times: int | None = None


class World(NamedTuple):
    """What there is, and what fails: each table (account, Region, name), True for one that may not be deleted."""

    tables: dict[tuple[str, str, str], bool]
    broken: tuple[Break, ...]


REFUSED = st.builds(Break, st.just("sts:AssumeRole"), st.just("denied"), st.sampled_from(ACCOUNTS))
UNREAD = st.builds(
    Break,
    st.sampled_from(("dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups")),
    st.sampled_from(LASTING),
    st.sampled_from((None, *TABLES)),
)
UNLISTED = st.builds(Break, st.just(LISTS), st.sampled_from(LASTING), st.none())
# One at most: an attempt is repeated once, and two might befall the same.
ONCE = st.builds(Break, st.sampled_from(("dynamodb:*", LISTS)), st.sampled_from(PASSING), st.none(), st.just(1))
# Not both: what fails once could befall the first attempt of a call that fails for ever, or the second.
BROKEN = st.one_of(
    st.lists(st.one_of(UNREAD, UNREAD, REFUSED, UNLISTED), max_size=3), st.lists(ONCE, min_size=1, max_size=1)
).map(tuple)
THREADS = st.sampled_from((1, 3, 16, 64))
WORLDS = st.builds(World, st.dictionaries(st.sampled_from(PLACES), st.booleans(), max_size=6), BROKEN)


@pytest.fixture(scope="module")
def scheduler(simulated_aws_server: SimulatedAws) -> Iterator[str]:
    """Where the scheduler of a cluster of two processes listens, which has the simulated AWS's credentials."""
    from distributed import LocalCluster

    with pytest.MonkeyPatch.context() as patch:
        for name, value in simulated_aws_server.environment().items():
            patch.setenv(name, value)
        with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
            yield cluster.scheduler_address


@pytest.fixture(scope="module")
def host() -> Host:
    """The shipped plugins."""
    return Host((), os.environ)


def make(aws: SimulatedAws, world: World) -> None:
    """Make the tables, in an AWS that has nothing else."""
    aws.reset()
    for (account, region, name), protected in sorted(world.tables.items()):
        client_of(aws, account, "dynamodb", region).create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PROVISIONED",
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
            DeletionProtectionEnabled=protected,
        )


def work(
    aws: SimulatedAws, host: Host, rules: Sequence[BoundRule], workers: int, scheduler: str | None = None
) -> EngineWork:
    """Give what an engine is given, of a run of its own."""
    run = uuid4().hex
    client = ClientSettings(workers=workers, attempts=2, run_id=run)
    base = connect(endpoint_url=aws.endpoint_url, region="us-east-1", settings=client)
    job = AuditJob(host, tuple(rules), SystemClock(), Selection(), client.workers, tolerant=True, run=run)
    accounts = tuple(AccountSpec(each, ROLE) for each in ACCOUNTS)
    brief = AuditBrief(
        rules=packed_rules(rules),
        selection=job.selection,
        tagged=job.tagged,
        plugins=(),
        client=client,
        profile=None,
        region="us-east-1",
        endpoint_url=aws.endpoint_url,
        role_arn=None,
        external_id=None,
    )
    return EngineWork(job, Opening(Connections(base), accounts, REGIONS), brief, EngineOptions(scheduler=scheduler))


def seen(aws: SimulatedAws, world: World, events: Generator[AuditEvent]) -> tuple[list[dict[str, Any]], list[Any]]:
    """Give the findings as the report has them, and what became of the scopes, each list in one order."""
    aws.faults.clear()
    for each in world.broken:
        aws.faults.inject(each.operation, each.kind, resource=each.resource, times=each.times)
    findings: list[dict[str, Any]] = []
    scopes: list[Any] = []
    for event in events:
        if isinstance(event, Found):
            findings += (finding_to_json(each, event.scope, None) for each in event.findings)
        else:
            ended = event.to_json()
            scopes.append([ended[name] for name in ("account", "region", "complete", "unread", "errors")])
    return sorted(findings, key=str), sorted(scopes, key=str)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=WORLDS, chosen=st.sets(st.sampled_from(RULES), min_size=1), workers=st.tuples(THREADS, THREADS))
def test_other_processes_find_what_this_one_finds(
    world: World, chosen: set[str], workers: tuple[int, int], simulated_aws: SimulatedAws, host: Host, scheduler: str
) -> None:
    """By any number of threads, under faults that last and faults that pass."""
    make(simulated_aws, world)
    loaded = load_rules(host.rule_sources(), host.fact_schemas()).rules
    rules = [loaded[rule].bind() for rule in sorted(chosen)]
    here = seen(simulated_aws, world, run_local(work(simulated_aws, host, rules, workers[0])))
    there = seen(simulated_aws, world, run_dask(work(simulated_aws, host, rules, workers[1], scheduler)))
    assert here == there
    refused = {each.resource for each in world.broken if each.operation == "sts:AssumeRole"}
    unlisted = any(each.operation == LISTS and each.times is None for each in world.broken)
    listed = [] if unlisted else [place for place in world.tables if place[0] not in refused]
    found = [
        (each["resource"]["account"], each["resource"]["region"], each["resource"]["id"], each["rule"])
        for each in here[0]
        if each["resource"]["id"]
    ]
    assert sorted((*place, rule) for place in listed for rule in chosen) == sorted(found)
