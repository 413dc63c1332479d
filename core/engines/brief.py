"""An audit as plain data, for another process to do a part of: what it is about, and never whose credentials.

The rules travel whole, so that it does not matter which rule files lie on the other machine.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from trueup import __version__
from trueup.accounts.connections import Connections
from trueup.auditing.job import AuditJob, Found, Place, ScopeAudit
from trueup.auditing.together import audit_places
from trueup.aws.connection import connect
from trueup.aws.rate import rate_limit
from trueup.clock import clock_from_environment
from trueup.errors import CredentialsError, UsageError
from trueup.facts.unknown import Reason, Unknown
from trueup.hosting.host import Host
from trueup.prices.book import PriceBook, price_folder
from trueup.ruleset.rule import BoundRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.accounts.opening import OpenScope
    from trueup.aws.settings import ClientSettings
    from trueup.finding import Finding
    from trueup.ruleset.selection import Selection

__all__ = ["AuditBrief", "audit_elsewhere", "packed_rules"]

# Scopes of an account come in any order; so many accounts' roles are not assumed anew for each of them.
_ACCOUNTS_KEPT = 8


@dataclass(frozen=True, slots=True)
class AuditBrief:
    """One audit, for another process.

    Args:
        rules: the selected rules with their parameters, as ``packed_rules`` gives them.
        selection: which resources are meant.
        tagged: the resource types whose tags are read too.
        plugins: the values of ``-p``.
        client: how clients behave, the run's id among it.
        profile: the profile of the other process's ~/.aws.
        region: the Region that is used where none is said.
        endpoint_url: where every call goes instead of to AWS.
        role_arn: the role to assume before those of the accounts.
        external_id: the external id for it.
        price_folder: where fetched prices lie, empty for the default.
        calls_per_second: the most reads that go out in a second, 0 for any.
        version: trueup's version.
    """

    rules: bytes
    selection: Selection
    tagged: frozenset[str]
    plugins: tuple[str, ...]
    client: ClientSettings
    profile: str | None
    region: str
    endpoint_url: str | None
    role_arn: str | None
    external_id: str | None
    price_folder: str = ""
    calls_per_second: float = 0
    version: str = __version__


def packed_rules(rules: Iterable[BoundRule]) -> bytes:
    """Give rules and their parameters as bytes."""
    return zlib.compress(json.dumps([each.document_bound for each in rules]).encode())


def audit_elsewhere(brief: AuditBrief, opened: OpenScope) -> tuple[tuple[Finding, ...], ScopeAudit]:
    """Audit one scope in this process, with credentials of its own.

    Returns:
        All findings of the scope, and what became of it.

    Raises:
        UsageError: this process has another version of trueup, or not the plugins that the rules are about.
    """
    if brief.version != __version__:
        message = f"expected trueup {brief.version} as where the audit was begun, found {__version__}; install the same"
        raise UsageError(message)
    job, connections = _workshop(brief)
    try:
        connection = connections.checked(opened.account)
    except CredentialsError as error:
        why = Unknown(Reason.ACCESS_DENIED, str(error), "sts:AssumeRole", "sts:AssumeRole")
        return (), ScopeAudit.unreadable(opened.scope, why)
    connections.enter(opened.account)
    findings: list[Finding] = []
    ended: list[ScopeAudit] = []
    try:
        for event in audit_places(job, (Place(opened.scope, connection),)):
            if isinstance(event, Found):
                findings += event.findings
            else:
                ended.append(event)
    finally:
        connections.leave(opened.account, opened.scope)
    return tuple(findings), ended[0]


@lru_cache(maxsize=1)
def _workshop(brief: AuditBrief) -> tuple[AuditJob, Connections]:
    """Give what all scopes of an audit share in this process."""
    host = Host(brief.plugins, os.environ)
    schemas = host.fact_schemas()
    documents = json.loads(zlib.decompress(brief.rules))
    job = AuditJob(
        host=host,
        rules=tuple(BoundRule.from_document(each, schemas) for each in documents),
        clock=clock_from_environment(),
        selection=brief.selection,
        workers=brief.client.workers,
        tagged=brief.tagged,
        tolerant=True,
        run=brief.client.run_id,
    )
    prices = PriceBook(price_folder(brief.price_folder))
    limiter = rate_limit(brief.calls_per_second)
    base = connect(brief.profile, brief.endpoint_url, brief.region, brief.client, prices, limiter=limiter)
    if brief.role_arn:
        base = base.assume_role(brief.role_arn, brief.external_id)
    return job, Connections(base, _ACCOUNTS_KEPT)
