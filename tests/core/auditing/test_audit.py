"""An audit judges every resource by every rule about it, and what breaks ends as unknown findings, never as none."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.auditing import audit_rules
from tests.core.auditing.letters import DENIED, NOW, SCHEMAS, SCOPE, TYPES, Post, PostPlugin
from trueup.errors import PluginError, StateError, UsageError
from trueup.facts.unknown import Reason
from trueup.finding import Verdict
from trueup.ruleset.rule import BoundRule, Rule
from trueup.ruleset.selection import Selection
from trueup.service.judging import judge_resources

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
    from datetime import datetime

    from trueup.auditing.job import ScopeAudit
    from trueup.auditing.scope import AuditScope
    from trueup.facts.schema import FactSchema
    from trueup.finding import Finding
    from trueup.resource import Scope
    from trueup.service.declarations import ResourceType


class StandingClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Give half past twelve."""
        return NOW

    def sleep(self, seconds: float) -> None:
        """Do not wait."""


class PostHost:
    """A host with the post, whose plugin can be broken."""

    def __init__(self, load: Exception | None = None, after: int | None = None) -> None:
        self.load = load
        self.after = after
        self.asked: list[Scope] = []

    def resource_types(self, service: str) -> Mapping[str, ResourceType]:
        """Give the post's types, or fail to load."""
        if self.load is not None:
            raise self.load
        return {name: each for name, each in TYPES.items() if each.service == service}

    def fact_schemas(self) -> Mapping[str, FactSchema]:
        """Give the post's facts."""
        return SCHEMAS

    def audit(self, service: str, scope: AuditScope, rules: Sequence[BoundRule]) -> Generator[Finding]:
        """Let the plugin judge, and break after so many findings."""
        assert service == PostPlugin.service
        self.asked.append(scope.scope)
        for number, finding in enumerate(judge_resources(scope, rules)):
            if number == self.after:
                message = "plugin post (post 1.0): hook audit(scope, rules): KeyError: 'x'"
                raise PluginError(message)
            yield finding


def rule(name: str, expect: Mapping[str, Any], resource: str = "post.letter", when: Any = None) -> BoundRule:
    """Give a rule."""
    document: dict[str, Any] = {
        "id": name,
        "title": "t",
        "resource": resource,
        "category": "cost",
        "severity": "low",
        "stage": "stable",
        "rationale": "why",
        "when": when or {},
        "expect": expect,
    }
    return Rule.from_document(document, SCHEMAS[resource]).bind()


LIGHT = rule("light", {"paper.Weight": {"maximum": 1}})
SMALL = rule("small", {"size.double": {"maximum": 1}}, when={"paper.Weight": {"minimum": 1}})
BOXED = rule("boxed", {"paper.Weight": {"minimum": 0}}, "post.box")


def run(
    post: Post,
    rules: Iterable[BoundRule],
    sink: Callable[[Finding], object],
    host: PostHost | None = None,
    selection: Selection | None = None,
    scopes: Sequence[Scope] = (SCOPE,),
    *,
    tolerant: bool = False,
) -> list[ScopeAudit]:
    """Audit the post in some scopes; gives what became of them, in the order in which they ended."""
    return audit_rules(
        host or PostHost(),  # type: ignore[arg-type]  # as a host
        rules,
        scopes,
        post,
        sink=sink,
        clock=StandingClock(),
        selection=selection or Selection(),
        workers=4,
        tolerant=tolerant,
    )


def audit(
    post: Post, *rules: BoundRule, host: PostHost | None = None, selection: Selection | None = None, **more: Any
) -> tuple[dict[tuple[str, str | None], Finding], list[dict[str, Any]]]:
    """Audit the post; gives findings by rule and resource, and the scopes as in the report."""
    found: dict[tuple[str, str | None], Finding] = {}

    def sink(finding: Finding) -> None:
        key = finding.rule, finding.resource.id if finding.resource else None
        assert key not in found
        found[key] = finding

    scopes = run(post, rules, sink, host=host, selection=selection, **more)
    return found, [each.to_json() for each in scopes]


def verdicts(found: Mapping[tuple[str, str | None], Finding]) -> dict[tuple[str, str | None], str]:
    """Give the verdicts."""
    return {key: str(each.judgement.verdict) for key, each in found.items()}


def test_each_rule_judges_each_resource() -> None:
    """Every resource has a finding of every rule about its type; reads are shared."""
    post = Post(3)
    found, scopes = audit(post, LIGHT, SMALL, BOXED)
    assert {
        ("light", "l0"): "pass",
        ("light", "l1"): "pass",
        ("light", "l2"): "fail",
        ("small", "l0"): "not_applicable",
        ("small", "l1"): "fail",
        ("small", "l2"): "fail",
        ("boxed", "l0"): "pass",
        ("boxed", "l1"): "pass",
        ("boxed", "l2"): "pass",
    } == verdicts(found)
    assert {"post:ListLetters": 1, "post:ListBoxes": 1, "post:GetLetter": 6} == post.counts()
    assert [
        {"account": SCOPE.account, "region": SCOPE.region, "complete": True, "calls": {}, "errors": [], "unread": None}
    ] == scopes


def test_denied_read_is_unknown_with_the_missing_action() -> None:
    """The finding of the resource is unknown and says what to allow; the others are judged."""
    post = Post(3)
    post.fail("post:GetLetter", "l1")
    found, _ = audit(post, LIGHT, SMALL)
    unknown = {key: each.judgement.unknown for key, each in found.items() if each.judgement.verdict is Verdict.UNKNOWN}
    assert {("light", "l1"): DENIED, ("small", "l1"): DENIED} == unknown


def test_failed_list_is_unknown_for_each_rule_of_the_type() -> None:
    """What was listed is judged; one finding without resource for each rule says that there may be more."""
    post = Post(5)
    post.fail("post:ListLetters", 1)
    found, scopes = audit(post, LIGHT, SMALL, BOXED)
    assert {("light", None), ("small", None)} == {key for key, each in found.items() if each.resource is None}
    assert ("unknown", DENIED) == (verdicts(found)["light", None], found["light", None].judgement.unknown)
    assert {("light", "l0"), ("small", "l0")} <= set(found)
    assert [False] == [each["complete"] for each in scopes]


@pytest.mark.parametrize("error", [PluginError("plugin post: no"), UsageError("plugin post: it is blocked")])
def test_plugin_that_cannot_be_loaded_makes_its_rules_unknown(error: Exception) -> None:
    """Each rule of a broken plugin is unknown in each scope, and the scopes are not complete."""
    found, scopes = audit(Post(), LIGHT, BOXED, host=PostHost(load=error))
    assert {("light", None): "unknown", ("boxed", None): "unknown"} == verdicts(found)
    assert {Reason.BROKEN_PLUGIN} == {
        each.judgement.unknown.reason for each in found.values() if each.judgement.unknown
    }
    assert [False] == [each["complete"] for each in scopes]


def test_plugin_that_breaks_half_way_keeps_its_findings() -> None:
    """What was found stands, and each rule is unknown for what was not reached."""
    found, scopes = audit(Post(3), LIGHT, host=PostHost(after=2))
    assert {("light", "l0"): "pass", ("light", "l1"): "pass", ("light", None): "unknown"} == verdicts(found)
    unknown = found["light", None].judgement.unknown
    assert unknown is not None
    assert "plugin post (post 1.0): hook audit(scope, rules): KeyError" in unknown.detail
    assert [False] == [each["complete"] for each in scopes]


def test_rule_that_breaks_costs_itself_only() -> None:
    """A rule that raises is unknown, with the error; the other rules judge the same resources."""

    class Broken(BoundRule):
        def judge(self, aspects: Mapping[str, Any]) -> Any:
            raise ZeroDivisionError(len(aspects))

    found, scopes = audit(Post(2), LIGHT, Broken(replace(LIGHT.rule, id="broken")))
    assert {("light", "l0"), ("light", "l1"), ("broken", "l0"), ("broken", "l1")} == set(found)
    unknown = found["broken", "l1"].judgement.unknown
    assert unknown is not None
    assert "rule broken could not be evaluated, ZeroDivisionError: 1" == unknown.detail
    assert [True] == [each["complete"] for each in scopes]


def test_tags_stand_in_findings_when_they_were_read() -> None:
    """Tags are in the finding when the selection, or a rule, read them."""
    found, _ = audit(Post(3), LIGHT, selection=Selection(tags=("box",)))
    assert {"l0": {"box": "0"}, "l1": {"box": "1"}, "l2": {"box": "2"}} == {
        each.resource.id: each.tags for each in found.values() if each.resource
    }
    found, _ = audit(Post(1), LIGHT)
    assert [None] == [each.tags for each in found.values()]


LETTERS = "arn:aws:post:eu-west-1:123456789012:letter/"


def test_named_resource_is_all_that_is_judged() -> None:
    """Only the named resource is listed, read and judged, by the rules about its type."""
    post = Post(3)
    found, _ = audit(post, LIGHT, BOXED, selection=Selection(resources=(f"{LETTERS}l1",)))
    assert {("light", "l1"): "pass"} == verdicts(found)
    assert {"post:GetLetter": 1} == post.counts()


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:sqs:eu-west-1:123456789012:q", r"an ARN of what the selected rules are about \(post\.letter\)"),
        (f"{LETTERS}l1".replace("eu-west-1", "us-east-1"), r"\(123456789012 eu-west-1\), found 123456789012 us-east-1"),
        (f"{LETTERS}l1".replace("1234", "4321"), r"found 432156789012 eu-west-1; choose its Region with --region"),
    ],
)
def test_named_resource_that_cannot_be_found_is_refused(arn: str, expected: str) -> None:
    """A resource that no selected rule is about, or that lies elsewhere, is an error and not an empty audit."""
    with pytest.raises(UsageError, match=expected):
        audit(Post(3), LIGHT, selection=Selection(resources=(arn,)))


def test_named_resource_that_is_not_listed_is_unknown() -> None:
    """A bucket-like resource that no list has is unknown for each rule about its type."""
    found, _ = audit(Post(3), LIGHT, BOXED, selection=Selection(resources=("arn:aws:post:::l9", "arn:aws:post:::l1")))
    assert {("boxed", "l1"): "pass", ("boxed", None): "unknown"} == verdicts(found)
    unknown = found["boxed", None].judgement.unknown
    assert unknown is not None
    assert (Reason.NOT_FOUND, "arn:aws:post:::l9 is in none of the audited account's lists") == (
        unknown.reason,
        unknown.detail,
    )


def test_named_resource_that_its_tags_leave_out_is_no_unknown() -> None:
    """Selections by ARN and by tag narrow each other."""
    found, _ = audit(Post(3), LIGHT, selection=Selection(resources=(f"{LETTERS}l1",), tags=("box=2",)))
    assert {} == found


def test_named_resource_of_a_broken_plugin_is_unknown() -> None:
    """When the plugin is broken nobody can tell whose the ARN is; its rules are unknown."""
    found, _ = audit(
        Post(3), LIGHT, host=PostHost(load=PluginError("no")), selection=Selection(resources=(f"{LETTERS}l1",))
    )
    assert {("light", None): "unknown"} == verdicts(found)


def test_each_scope_is_audited() -> None:
    """Every scope is asked once, and has its own facts."""
    host, scopes = PostHost(), [SCOPE, replace(SCOPE, region="us-east-1")]
    seen: Counter[str] = Counter()

    def sink(finding: Finding) -> None:
        seen.update([finding.resource.region if finding.resource else ""])

    ended = run(Post(2), [LIGHT], sink, host, scopes=scopes)
    assert set(scopes) == set(host.asked) == {each.scope for each in ended}
    assert [2, 2] == [len(scopes), len(host.asked)]
    assert {"eu-west-1": 2, "us-east-1": 2} == seen


def test_error_of_the_sink_is_no_plugins_fault() -> None:
    """A full disk ends the audit as what it is, and no thread is left."""

    def full(_finding: Finding) -> None:
        message = "the disk is full"
        raise StateError(message)

    with pytest.raises(StateError):
        run(Post(100), [LIGHT], full)
    assert not [each.name for each in threading.enumerate() if each.name.startswith("trueup-")]
