"""A scope gives each resource with what is known of it; what is not known is unknown, and costs nothing else."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.auditing.letters import DENIED, NOW, SCHEMAS, SCOPE, TYPES, Post
from trueup.auditing.listing import ListingFailed
from trueup.auditing.pool import WorkerPool
from trueup.auditing.reading import ScopeReading
from trueup.auditing.scope import AuditScope
from trueup.errors import CredentialsError, PluginError, UnreadableError
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Finding, Judgement, Verdict
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.service.declarations import ResourceType

LETTERS = "arn:aws:post:eu-west-1:123456789012:letter/"


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    """Four threads."""
    with WorkerPool(4) as threads:
        yield threads


def scope_of(
    post: Post, pool: WorkerPool, selection: Selection | None = None, types: Mapping[str, ResourceType] = TYPES
) -> AuditScope:
    """Give a scope that reads the post."""
    return AuditScope(ScopeReading(SCOPE, post, SCHEMAS, NOW), types, pool, selection or Selection())


def read(post: Post, pool: WorkerPool, *aspects: str, **more: Any) -> dict[str, Snapshot]:
    """Read letters; gives id to snapshot."""
    scope = scope_of(post, pool, **more)
    found = list(scope.snapshots({"post.letter": set(aspects)}))
    assert scope.complete
    return {each.resource.id: each for each in found if isinstance(each, Snapshot)}


def test_only_wanted_aspects_and_what_they_need_are_read(pool: WorkerPool) -> None:
    """A derived aspect brings what it needs with it; nothing else is read."""
    post = Post(2)
    found = read(post, pool, "size")
    assert {"l0": {"paper", "size"}, "l1": {"paper", "size"}} == {
        name: set(each.aspects) for name, each in found.items()
    }
    assert {"double": 2} == found["l1"].aspects["size"]
    assert {"post:ListLetters": 1, "post:GetLetter": 2} == post.counts()


def test_values_have_the_declared_shape(pool: WorkerPool) -> None:
    """What the fact schema does not declare never gets into a snapshot."""
    found = read(Post(1), pool, "paper")
    assert {"Weight": 0} == found["l0"].aspects["paper"]
    assert (SCOPE.account, SCOPE.region, f"{LETTERS}l0", NOW) == (
        found["l0"].resource.account,
        found["l0"].resource.region,
        found["l0"].resource.arn,
        found["l0"].read_at,
    )


def test_resources_come_in_the_order_of_the_list(pool: WorkerPool) -> None:
    """However long each read takes, the order is the list's."""
    post = Post(40)
    wait = threading.Event()
    post.during = lambda _operation, key: wait.wait(0.01 if key == "l0" else 0)
    assert [f"l{number}" for number in range(40)] == list(read(post, pool, "paper"))


def test_aspect_of_the_scope_is_read_once(pool: WorkerPool) -> None:
    """What belongs to the account is read once, however many resources and threads ask for it."""
    post = Post(30)
    found = read(post, pool, "office")
    assert 1 == post.counts()["post:GetOffice"]
    assert all({"Weight": 0} == each.aspects["office"] for each in found.values())


def test_denied_aspect_of_the_scope_is_asked_for_once(pool: WorkerPool) -> None:
    """Its error is remembered, not repeated for each resource."""
    post = Post(30)
    post.fail("post:GetOffice")
    found = read(post, pool, "office", "paper")
    assert 1 == post.counts()["post:GetOffice"]
    assert {DENIED} == {each.aspects["office"] for each in found.values()}
    assert {"Weight": 7} == found["l7"].aspects["paper"]


@pytest.mark.parametrize("letters", [1, 9, 10, 11, 25])
def test_batched_aspect_is_read_in_full_batches(pool: WorkerPool, letters: int) -> None:
    """Ten resources a call, and each gets its own value."""
    post = Post(letters)
    found = read(post, pool, "tags", "paper")
    assert -(-letters // 10) == post.counts()["post:ListTags"]
    assert [{"box": name[-1]} for name in found] == [each.aspects["tags"] for each in found.values()]


def test_batch_that_fails_is_unknown_for_its_resources_only(pool: WorkerPool) -> None:
    """One denied batch of two leaves the other, and the other aspects, alone."""
    post = Post(12)
    post.fail("post:ListTags", ("l10", "l11"))
    found = read(post, pool, "tags", "paper")
    assert ["l10", "l11"] == [name for name, each in found.items() if isinstance(each.aspects["tags"], Unknown)]
    assert {"Weight": 10} == found["l10"].aspects["paper"]


def test_batch_of_the_wrong_length_is_broken(pool: WorkerPool) -> None:
    """A batch that does not answer for each resource must not give one resource another's value."""
    letter = TYPES["post.letter"]
    tags = replace(letter.aspects["tags"], read=lambda _aws, _letters: [{}])  # type: ignore[arg-type]  # it reads
    types = {"post.letter": replace(letter, aspects={**letter.aspects, "tags": tags})}
    found = read(Post(2), pool, "tags", types=types)
    for each in found.values():
        unknown = each.aspects["tags"]
        assert isinstance(unknown, Unknown)
        assert Reason.BROKEN_PLUGIN is unknown.reason
        assert "expected a list of 2 values, found [{}]" in unknown.detail


def test_failed_read_is_unknown_for_its_resource_only(pool: WorkerPool) -> None:
    """A denied read, and what is derived from it, is unknown for the same reason; other resources are as without it."""
    post = Post(3)
    post.fail("post:GetLetter", "l1")
    found = read(post, pool, "size", "office")
    assert (DENIED, DENIED, {"Weight": 0}) == tuple(found["l1"].aspects[name] for name in ("paper", "size", "office"))
    assert ({"double": 0}, {"double": 4}) == (found["l0"].aspects["size"], found["l2"].aspects["size"])


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(3), RecursionError("deep")])
def test_function_that_breaks_is_unknown_for_its_resource_only(pool: WorkerPool, error: Exception) -> None:
    """Whatever a plugin's function raises is the reason, with plugin and aspect named."""
    post = Post(2)
    post.fail("post:GetLetter", "l0", error)
    found = read(post, pool, "size")
    unknown = found["l0"].aspects["paper"]
    assert Reason.BROKEN_PLUGIN is unknown.reason
    assert f"plugin post, aspect paper of post.letter: {type(error).__name__}: {error}" == unknown.detail
    assert {"double": 2} == found["l1"].aspects["size"]


def test_refused_credentials_stop_the_run(pool: WorkerPool) -> None:
    """Nothing more can be read, so nothing more is tried."""
    post = Post(1000)
    post.fail("post:GetLetter", "l5", CredentialsError("expired"))
    with pytest.raises(CredentialsError):
        read(post, pool, "paper")
    assert post.counts()["post:GetLetter"] < 1000


@pytest.mark.parametrize("operation", ["post:ListLetters", "post:ListTags", "cloudwatch:GetMetricData"])
def test_credentials_that_expire_anywhere_stop_the_run(pool: WorkerPool, operation: str) -> None:
    """In a list, a batch or a metric call alike."""
    post = Post(20)
    post.fail(operation, error=CredentialsError("expired"))
    with pytest.raises(CredentialsError):
        read(post, pool, "tags", "metrics")


def test_list_that_breaks_off_keeps_what_it_gave(pool: WorkerPool) -> None:
    """The resources before the failure are judged; the rest is a failed listing, and the scope is not complete."""
    post = Post(10)
    post.fail("post:ListLetters", 4, UnreadableError(DENIED))
    scope = scope_of(post, pool)
    found = list(scope.snapshots({"post.letter": {"paper"}, "post.box": {"paper"}}))
    assert ["l0", "l1", "l2", "l3"] == [
        each.resource.id for each in found if isinstance(each, Snapshot) and each.resource.type == "post.letter"
    ]
    assert [ListingFailed("post.letter", DENIED)] == [each for each in found if isinstance(each, ListingFailed)]
    assert 10 == sum(isinstance(each, Snapshot) and each.resource.type == "post.box" for each in found)
    assert not scope.complete


@pytest.mark.parametrize("item", [{"Name": "no id"}, 5])
def test_item_that_is_no_resource_breaks_the_list_off(pool: WorkerPool, item: Any) -> None:
    """A listed item without its id is the plugin's fault, and said so."""
    box = replace(TYPES["post.box"], list=lambda _aws: iter(["b1", item, "b2"]))
    first, second = scope_of(Post(), pool, types={"post.box": box}).snapshots({"post.box": {"paper"}})
    failed, good = (first, second) if isinstance(first, ListingFailed) else (second, first)
    assert isinstance(good, Snapshot)
    assert isinstance(failed, ListingFailed)
    assert ("b1", Reason.BROKEN_PLUGIN) == (good.resource.id, failed.unknown.reason)
    assert "plugin post, list of post.box: " in failed.unknown.detail


def test_resource_of_a_telling_arn_is_not_listed(pool: WorkerPool) -> None:
    """``--resource ARN`` reads that resource and lists nothing; those of other scopes are left out."""
    post = Post(10)
    elsewhere = f"{LETTERS}l4".replace("eu-west-1", "us-east-1")
    found = read(post, pool, "paper", selection=Selection(resources=(f"{LETTERS}l3", elsewhere, "arn:aws:sqs:::q")))
    assert ["l3"] == list(found)
    assert {"post:GetLetter": 1} == post.counts()


def test_resource_of_an_arn_that_does_not_tell_is_listed(pool: WorkerPool) -> None:
    """A type whose ARNs have no Region is listed up to the wanted one; a type that cannot have the ARN is not."""
    post = Post(10)
    scope = scope_of(post, pool, Selection(resources=("arn:aws:post:::l3",)))
    found = [each.resource.id for each in scope.snapshots({"post.box": {"paper"}, "post.letter": {"paper"}})]  # type: ignore[union-attr]  # nothing fails
    assert ["l3"] == found
    assert {"post:ListBoxes": 1, "post:GetLetter": 1} == post.counts()


def test_failed_list_of_a_wanted_resource_is_said(pool: WorkerPool) -> None:
    """When the list breaks off before the wanted resource, the answer is unknown and not empty."""
    post = Post(10)
    post.fail("post:ListBoxes", 2)
    scope = scope_of(post, pool, Selection(resources=("arn:aws:post:::l3",)))
    assert [ListingFailed("post.box", DENIED)] == list(scope.snapshots({"post.box": {"paper"}}))


def test_tags_are_read_only_when_they_decide(pool: WorkerPool) -> None:
    """A selection by tag reads tags and leaves the others out."""
    post = Post(12)
    found = read(post, pool, "paper", selection=Selection(tags=("box=1",)))
    assert ["l1", "l11"] == list(found)
    assert 2 == post.counts()["post:ListTags"]
    assert "post:ListTags" not in read_counts(pool)


def test_unreadable_tags_keep_the_resource_unknown(pool: WorkerPool) -> None:
    """A resource whose tags cannot be read is not skipped: all of it is unknown for that reason."""
    post = Post(12)
    post.fail("post:ListTags", ("l10", "l11"))
    found = read(post, pool, "paper", selection=Selection(tags=("box=1",)))
    assert {"l1": {"Weight": 1}, "l10": DENIED, "l11": DENIED} == {
        name: each.aspects["paper"] for name, each in found.items()
    }


def test_type_without_tags_cannot_be_selected_by_them(pool: WorkerPool) -> None:
    """A type whose tags nobody reads is unknown in a selection by tag, not left out."""
    scope = scope_of(Post(1), pool, Selection(tags=("box=1",)))
    (found,) = scope.snapshots({"post.box": {"paper"}})
    assert isinstance(found, Snapshot)
    assert Reason.NOT_READ is found.aspects["paper"].reason


def test_undeclared_names_are_errors(pool: WorkerPool) -> None:
    """A plugin that asks for a type or an aspect it has not declared is told so."""
    with pytest.raises(PluginError, match=r"found 'post\.leter'; did you mean 'post\.letter'"):
        list(scope_of(Post(), pool).snapshots({"post.leter": {"paper"}}))
    with pytest.raises(
        PluginError, match=r"post\.letter: expected a declared aspect, found 'papr'; did you mean 'paper'"
    ):
        list(scope_of(Post(), pool).snapshots({"post.letter": {"papr"}}))


def test_reader_of_an_aspect_may_only_do_what_the_aspect_declares(pool: WorkerPool) -> None:
    """Each aspect reads with its own operations, and one reader serves all resources."""
    post = Post(20)
    read(post, pool, "office", "paper", "tags")
    assert [("post:GetLetter",), ("post:GetOffice",), ("post:ListLetters",), ("post:ListTags",)] == sorted(post.readers)


def read_counts(pool: WorkerPool) -> Mapping[str, int]:
    """Give what is read without a selection by tag."""
    post = Post(2)
    read(post, pool, "paper")
    return post.counts()


def test_tags_that_decide_are_read_whatever_a_plugin_wants(pool: WorkerPool) -> None:
    """A finding that comes without the tags of its resource gets them, as long as they are at hand."""
    post = Post(2)
    scope = AuditScope(ScopeReading(SCOPE, post, SCHEMAS, NOW), TYPES, pool, tagged={"post.letter"})
    found: list[Finding] = []
    for each in scope.snapshots({"post.letter": {"paper"}}):
        assert isinstance(each, Snapshot)
        assert {"paper", "tags"} == set(each.aspects)
        found.append(Finding("r", "post.letter", each.resource, Judgement(Verdict.FAIL)))
        own = {"mine": "yes"}
        assert each.aspects["tags"] == scope.with_tags(found[-1]).tags
        assert own == scope.with_tags(replace(found[-1], tags=own)).tags
    late = scope.with_tags(found[0]).tags
    assert isinstance(late, Unknown)
    assert "not read: the plugin's finding came without the tags of its resource" == late.sentence()


def test_tags_that_do_not_decide_are_not_looked_for(pool: WorkerPool) -> None:
    """Without exemptions by tag a finding stays as the plugin gave it."""
    scope = scope_of(Post(1), pool)
    (each,) = scope.snapshots({"post.letter": {"paper"}})
    assert isinstance(each, Snapshot)
    finding = Finding("r", "post.letter", each.resource, Judgement(Verdict.FAIL))
    assert finding is scope.with_tags(finding)
