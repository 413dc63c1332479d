"""What comes of a read that fails: denied, throttled or timed out, it is unknown, and nothing is made of it.

Each declared operation fails once in each way. What reads it is read again over HTTP; what is derived, judged and
planned from it is worked out anew from the rest as it was, by the host's own code.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trueup.auditing.listing import ListingFailed, list_resources
from trueup.auditing.reading import contained
from trueup.aws.iam.operations import actions_for
from trueup.aws.metrics import METRIC_OPERATION
from trueup.aws.settings import ClientSettings
from trueup.change import Change
from trueup.facts.snapshot import Snapshot, freeze
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Verdict
from trueup.service.declarations import DerivedAspect, MetricsAspect, ReadAspect
from trueup.service.needs import reading_order
from trueup.testing.plugin_contract.broken import Invariant, invariant
from trueup.testing.plugin_contract.estate import asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trueup.ruleset.rule import BoundRule
    from trueup.running.account import Account
    from trueup.service.declarations import AspectDeclaration, MetricQuery, ResourceType
    from trueup.testing.faults import FaultKind
    from trueup.testing.plugin_contract.estate import Estate, Looked
    from trueup.testing.plugin_contract.subject import Subject

__all__ = ["denied_is_unknown", "nothing_is_planned_from_unknown", "throttled_is_unknown", "timeout_is_unknown"]

_REASONS: Mapping[str, Reason] = {
    "denied": Reason.ACCESS_DENIED,
    "throttled": Reason.THROTTLED,
    "timeout": Reason.TIMEOUT,
}

_SAID: Mapping[str, str] = {"denied": "denied", "throttled": "throttled", "timeout": "silent"}

_PATIENT = ClientSettings(attempts=1)

# Whatever is too slow for this on a busy machine ends as unknown as well, which is what must come of it.
_HASTY = ClientSettings(attempts=1, read_timeout_seconds=0.4)
_HELD_SECONDS = 5.0


@dataclass(frozen=True)
class _Failed:
    """A resource as it looks while an operation fails.

    Args:
        looked: the resource as it is.
        operation: what fails.
        struck: the aspects that call it.
        aspects: all aspects, as they are then.
    """

    looked: Looked
    operation: str
    struck: tuple[AspectDeclaration, ...]
    aspects: Mapping[str, Any]


def _failing(kind: FaultKind, word: str) -> Invariant:
    @invariant(
        f"a {word} read makes its aspect unknown, and no verdict of it",
        why="what could not be read is neither fine nor broken: a pass hides a risk, a fail changes something",
        mend="{plugin}: let what `aws.call` raises pass, name in `absent` only codes that mean `there is none`, "
        "and ask derived facts with snapshot[path], which raises what is unknown",
    )
    def find(subject: Subject) -> Iterator[str]:
        estate = subject.estate
        account = estate.account(_HASTY if kind == "timeout" else _PATIENT)
        for declared in subject.types.values():
            for operation in declared.lists:
                yield from _listed(estate, account, declared, operation, kind)
        for failed in _failures(estate, account, kind):
            yield from _known(failed, kind)
            yield from _judged(estate, failed)

    return find


denied_is_unknown = _failing("denied", "denied")
throttled_is_unknown = _failing("throttled", "throttled")
timeout_is_unknown = _failing("timeout", "timed-out")


@invariant(
    "nothing is planned from what is not known",
    why="a fix that rests on a guess is sent to production all the same",
    mend="{plugin}: ask facts with snapshot[path] in the action, which refuses by itself where one is unknown; "
    "where a change may go on without one it must say so, as in its savings",
)
def nothing_is_planned_from_unknown(subject: Subject) -> Iterator[str]:
    """Deny each read in turn, and ask for the fixes of what still fails."""
    estate = subject.estate
    for failed in _failures(estate, estate.account(_PATIENT), "denied"):
        looked = failed.looked
        snapshot = Snapshot(looked.resource, freeze(failed.aspects), looked.snapshot.read_at)
        for name, rule in estate.rules.items():
            if rule.rule.remediation is None or rule.rule.resource != looked.declared.name:
                continue
            judgement = rule.judge(failed.aspects)
            if judgement.verdict is not Verdict.FAIL:
                continue
            answer, whole = asked(subject, looked.declared, rule, snapshot, judgement), looked.answers.get(name)
            if not isinstance(answer, Change):
                continue
            without = f"{looked.resource.arn}: the fix of {name} is planned while {failed.operation} is denied"
            if not isinstance(whole, Change) or whole.steps != answer.steps:
                yield f"{without}, with other calls than when it is not"
            elif whole == answer and (unknown := _looked_past(looked.declared, rule, snapshot)):
                yield f"{without}, though the action looks at {', '.join(unknown)}, and says nothing of it"


class _Watched(dict[str, Any]):
    """The aspects of a snapshot; notes which unknown ones are looked at."""

    def __init__(self, aspects: Mapping[str, Any]) -> None:
        super().__init__(aspects)
        self.unknown: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """Give an aspect, as a snapshot asks for it."""
        value = super().get(name, default)
        if isinstance(value, Unknown):
            self.unknown.add(name)
        return value


def _looked_past(declared: ResourceType, rule: BoundRule, snapshot: Snapshot) -> list[str]:
    """Give the aspects that an action looks at and takes for known though they are not."""
    action = rule.rule.remediation.action if rule.rule.remediation else ""
    watched = _Watched(snapshot.aspects)
    declared.actions[action].plan(Snapshot(snapshot.resource, watched, snapshot.read_at), rule.action_parameters)
    return sorted(watched.unknown)


def _failures(estate: Estate, account: Account, kind: FaultKind) -> Iterator[_Failed]:
    """Let each operation that aspects read fail: on two resources a type, on all of them where that takes no time."""
    for declared in estate.subject.types.values():
        resources = [each for each in estate.looked if each.declared.name == declared.name]
        for operation, readers in _readers(declared).items():
            callers = [(each, _callers(estate, each, readers, operation)) for each in resources]
            calling = {looked.resource.arn: (looked, struck) for looked, struck in callers if struck}
            chosen = list(calling) if kind == "denied" else _telling([looked for looked, _ in calling.values()])
            with _fault(estate, operation, kind):
                for looked, struck in (calling[arn] for arn in chosen):
                    yield _Failed(looked, operation, struck, _aspects(estate, account, looked, struck))


def _telling(resources: Sequence[Looked]) -> list[str]:
    """Give the ARNs of those two whose verdicts have most to lose: the most fixes, and the most passes."""
    if not resources:
        return []
    fixed = max(resources, key=lambda each: len(each.answers))
    good = max(resources, key=lambda each: sum(said.verdict is Verdict.PASS for said in each.judgements.values()))
    return list(dict.fromkeys([fixed.resource.arn, good.resource.arn]))


def _readers(declared: ResourceType) -> dict[str, list[AspectDeclaration]]:
    found: dict[str, list[AspectDeclaration]] = {}
    for aspect in declared.aspects.values():
        operations = aspect.reads if isinstance(aspect, ReadAspect) else ()
        for operation in (METRIC_OPERATION,) if isinstance(aspect, MetricsAspect) else operations:
            found.setdefault(operation, []).append(aspect)
    return found


def _callers(
    estate: Estate, looked: Looked, readers: Iterable[AspectDeclaration], operation: str
) -> tuple[AspectDeclaration, ...]:
    """Give the aspects that do call an operation for a resource: which ones do may depend on what was read before."""
    return tuple(each for each in readers if operation in estate.called(looked, each))


def _aspects(estate: Estate, account: Account, looked: Looked, struck: tuple[AspectDeclaration, ...]) -> dict[str, Any]:
    """Give all aspects of a resource as they are now: read where something fails, worked out where it comes of that."""
    declared, names = looked.declared, {each.name for each in struck}
    now = account.reader().read(declared, looked.resource, names)
    aspects = {**looked.snapshot.aspects, **{name: now.aspects[name] for name in names}}
    series = {path: each for path, each in looked.snapshot.series.items() if _aspect_of(path) not in names}
    series |= {path: each for path, each in now.series.items() if _aspect_of(path) in names}
    for aspect in reading_order(declared.aspects, declared.aspects):
        if isinstance(aspect, ReadAspect) or aspect.name in names or not names.intersection(aspect.needs):
            continue
        names.add(aspect.name)
        if isinstance(aspect, DerivedAspect):
            aspects[aspect.name] = estate.reading(account).derive(declared, aspect, looked.resource, aspects, series)
            continue
        snapshot = Snapshot(looked.resource, MappingProxyType(aspects), looked.snapshot.read_at)
        asking = contained(declared, aspect, _queries, aspect, snapshot)
        if isinstance(asking, Unknown):
            aspects[aspect.name] = asking
            series = {path: each for path, each in series.items() if _aspect_of(path) != aspect.name}
    return aspects


def _queries(aspect: MetricsAspect, snapshot: Snapshot) -> tuple[MetricQuery, ...]:
    return tuple(aspect.queries(snapshot))


def _aspect_of(path: str) -> str:
    return path.partition(".")[0]


def _listed(estate: Estate, account: Account, declared: ResourceType, operation: str, kind: FaultKind) -> Iterator[str]:
    """Yield a list that does not break off when an operation that it calls fails."""
    if operation not in estate.called_by_list(declared):
        return
    with _fault(estate, operation, kind):
        found = list(list_resources(estate.reading(account), declared))
    failures = [each for each in found if isinstance(each, ListingFailed)]
    if not failures:
        count = len(found)
        yield f"{declared.name}: the list ends as if it were whole, with {count} resources, while {operation} fails"
    elif kind != "timeout" and failures[0].unknown.reason is not _REASONS[kind]:
        yield f"{declared.name}: expected the list to be unknown as {kind}, found {failures[0].unknown.sentence()}"


def _known(failed: _Failed, kind: FaultKind) -> Iterator[str]:
    """Yield aspects that are known though their read failed, or unknown for another reason."""
    arn, operation = failed.looked.resource.arn, failed.operation
    for aspect in failed.struck:
        value = failed.aspects[aspect.name]
        where = f"{arn}: aspect {aspect.name} while {operation} is {_SAID[kind]}"
        if isinstance(aspect, MetricsAspect):
            known = sorted(_known_in(value))
            if known:
                yield f"{where}: expected every series to be unknown, found {', '.join(known)}"
        elif not isinstance(value, Unknown):
            yield f"{where}: expected it to be unknown, found {value!r:.100}"
        elif kind != "timeout" and value.reason is not _REASONS[kind]:
            yield f"{where}: expected the reason {_REASONS[kind]}, found {value.sentence()}"
        elif kind == "denied" and value.missing_action not in actions_for(operation):
            yield f"{where}: expected it to name {actions_for(operation)[0]}, found {value.missing_action}"


def _judged(estate: Estate, failed: _Failed) -> Iterator[str]:
    """Yield verdicts that are neither as before nor unknown."""
    for name, before in failed.looked.judgements.items():
        verdict = estate.rules[name].judge(failed.aspects).verdict
        if verdict not in {before.verdict, Verdict.UNKNOWN}:
            yield (
                f"{failed.looked.resource.arn}: rule {name} is {before.verdict}, and {verdict} while "
                f"{failed.operation} fails"
            )


def _known_in(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _known_in(item, f"{path}.{name}" if path else name)
    elif not isinstance(value, Unknown):
        yield path


@contextmanager
def _fault(estate: Estate, operation: str, kind: FaultKind) -> Iterator[None]:
    fault = estate.aws.faults.inject(operation, kind, seconds=_HELD_SECONDS)
    try:
        yield
    finally:
        estate.aws.faults.clear(fault)
