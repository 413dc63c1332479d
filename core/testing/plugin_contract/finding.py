"""What an audit finds: what the facts say by the rules, and unknown where they cannot be read.

A plugin may implement the ``audit`` hook itself, so its findings are held against the host's own judgement of the
same resources at the same time.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.auditing.job import AuditJob, Found, Place
from trueup.auditing.listing import ListingFailed, list_resources
from trueup.auditing.together import audit_places
from trueup.aws.metrics import METRIC_OPERATION
from trueup.aws.settings import ClientSettings
from trueup.finding import Verdict
from trueup.resource import GLOBAL
from trueup.service.declarations import MetricsAspect, ReadAspect
from trueup.testing.plugin_contract.broken import invariant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.testing.plugin_contract.estate import Estate
    from trueup.testing.plugin_contract.subject import Subject

__all__ = ["audit_says_what_facts_say"]

_PATIENT = ClientSettings(attempts=1)

_Said = Counter[tuple[str, str, str]]
"""Rule, ARN (empty where the list broke off) and verdict to how often that is found."""


@invariant(
    "an audit finds what the facts say by the rules, once a resource and rule, and unknown where they are denied",
    why="a verdict of the plugin's own making may pass what nobody could read, or leave a resource out",
    mend="{plugin}: leave the hook `audit` to ServicePlugin, or give the findings of "
    "trueup.service.judging.judge_resources",
)
def audit_says_what_facts_say(subject: Subject) -> Iterator[str]:
    """Audit as things are, with every read denied, and with every list denied."""
    lists = {operation for declared in subject.types.values() for operation in declared.lists}
    for denied, when in ((set(), ""), (_reads(subject), " while reads are denied"), (lists, " while lists are denied")):
        expected, found = _both(subject.estate, denied)
        for rule, arn, verdict in sorted(expected - found):
            others = sorted(other for named, where, other in found if (named, where) == (rule, arn))
            what = " and ".join(others) or "no finding"
            yield f"{arn or 'the list'}: rule {rule}{when}: expected {verdict}, found {what}"
        for rule, arn, verdict in sorted(found - expected):
            if not any((named, where) == (rule, arn) for named, where, _ in expected - found):
                yield f"{arn or 'no resource'}: rule {rule}{when}: expected no such finding, found {verdict}"


def _reads(subject: Subject) -> set[str]:
    aspects = [aspect for declared in subject.types.values() for aspect in declared.aspects.values()]
    found = {operation for each in aspects if isinstance(each, ReadAspect) for operation in each.reads}
    return found | ({METRIC_OPERATION} if any(isinstance(each, MetricsAspect) for each in aspects) else set())


def _both(estate: Estate, denied: set[str]) -> tuple[_Said, _Said]:
    """Give what the host judges, and what the plugin finds, while some operations are denied."""
    with ExitStack() as faults:
        for operation in sorted(denied):
            faults.callback(estate.aws.faults.clear, estate.aws.faults.inject(operation, "denied"))
        return _judged(estate), _found(estate)


def _judged(estate: Estate) -> _Said:
    account, said = estate.account(_PATIENT), _Said()
    for declared in estate.subject.types.values():
        rules = [rule for rule in estate.rules.values() if rule.rule.resource == declared.name]
        wanted = tuple({aspect for rule in rules for aspect in rule.aspects})
        listed = list(list_resources(estate.reading(account), declared)) if rules else []
        if any(isinstance(each, ListingFailed) for each in listed):
            said.update((rule.id, "", str(Verdict.UNKNOWN)) for rule in rules)
        found = [(declared, each, wanted) for each in listed if not isinstance(each, ListingFailed)]
        for snapshot in account.reader().read_all(found):
            arn = snapshot.resource.arn
            said.update((rule.id, arn, str(rule.judge(snapshot.aspects).verdict)) for rule in rules)
    return said


def _found(estate: Estate) -> _Said:
    account, said = estate.account(_PATIENT), _Said()
    job = AuditJob(estate.subject.host, tuple(estate.rules.values()), account.clock)
    once = replace(account.scopes[0], region=GLOBAL)
    places = [Place(scope, account.connection) for scope in (account.scopes[0], once)]
    for event in audit_places(job, places):
        for each in event.findings if isinstance(event, Found) else ():
            said[each.rule, each.resource.arn if each.resource else "", str(each.judgement.verdict)] += 1
    return said
