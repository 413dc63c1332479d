"""One resource is read with the same code as an audit's many, found by its ARN, and afresh each time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.auditing.letters import DENIED, NOW, SCHEMAS, SCOPE, TYPES, Post
from trueup.auditing.pool import WorkerPool
from trueup.auditing.reading import ScopeReading
from trueup.auditing.resource_reader import ResourceReader
from trueup.auditing.scope import AuditScope
from trueup.errors import PluginError, UnreadableError, UsageError
from trueup.resource import Resource, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.schema import FactSchema
    from trueup.service.declarations import ResourceType

ARN = "arn:aws:post:eu-west-1:123456789012:letter/l5"
LETTER = TYPES["post.letter"]
L5 = Resource("post.letter", ARN, "l5", SCOPE.account, SCOPE.region)


class StandingClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Give half past twelve."""
        return NOW

    def sleep(self, seconds: float) -> None:
        """Do not wait."""


class PostHost:
    """A host with the post, and a plugin that is broken."""

    def services(self) -> tuple[str, ...]:
        """Name both."""
        return ("broken", "post")

    def resource_types(self, service: str) -> Mapping[str, ResourceType]:
        """Give the post's types."""
        if service == "broken":
            message = "plugin broken: it is"
            raise PluginError(message)
        return TYPES

    def fact_schemas(self) -> Mapping[str, FactSchema]:
        """Give the post's facts."""
        return SCHEMAS


def reader(post: Post, *scopes: Scope) -> ResourceReader:
    """Give a reader of the post."""
    return ResourceReader(PostHost(), post, StandingClock(), scopes or (SCOPE,))  # type: ignore[arg-type]  # as a host


def test_resource_is_found_by_its_arn_without_a_call() -> None:
    """An ARN that tells account, Region and name needs no list."""
    post = Post()
    assert (LETTER, L5) == reader(post).locate(ARN)
    assert [] == post.made


def test_resource_is_looked_for_where_its_arn_does_not_tell() -> None:
    """Types whose ARNs have no Region are listed in each scope until the resource is found."""
    post = Post(10)
    resource_type, found = reader(post, SCOPE).locate("arn:aws:post:::l3")
    assert ("post.box", "l3", "eu-west-1") == (resource_type.name, found.id, found.region)
    assert {"post:ListBoxes": 1} == post.counts()


def test_an_arn_that_is_not_listed_says_where_it_was_looked_for() -> None:
    """Its type is known: the name is wrong, or it is elsewhere."""
    expected = (
        "resource arn:aws:post:::l99: expected a post.box of account 123456789012, Region eu-west-1, "
        "found none with this ARN; check name and --region"
    )
    with pytest.raises(UsageError) as raised:
        reader(Post(10)).locate("arn:aws:post:::l99")
    assert expected == str(raised.value)


@pytest.mark.parametrize("arn", ["arn:aws:sqs:eu-west-1:123456789012:q", "nonsense"])
def test_unknown_arn_is_a_usage_error(arn: str) -> None:
    """An ARN that no plugin's type has is said to be unknown."""
    with pytest.raises(UsageError, match=f"resource {arn}: expected the ARN of a resource that a plugin knows"):
        reader(Post(10)).locate(arn)


def test_resource_of_another_account_is_refused() -> None:
    """The credentials in hand cannot read another account's resource."""
    with pytest.raises(UsageError, match=r"expected one of account 210987654321, found 123456789012"):
        reader(Post(), Scope("210987654321", "eu-west-1")).locate(ARN)


def test_list_that_fails_is_not_taken_for_an_unknown_arn() -> None:
    """Whether the resource is there cannot be told, and the reason is given."""
    post = Post(10)
    post.fail("post:ListBoxes", 2)
    with pytest.raises(UnreadableError) as raised:
        reader(post).locate("arn:aws:post:::l3")
    assert DENIED == raised.value.unknown


def test_facts_are_the_same_as_in_an_audit() -> None:
    """Every aspect of a resource is read as the audit reads it."""
    aspects = frozenset(LETTER.aspects)
    with WorkerPool(2) as pool:
        scope = AuditScope(ScopeReading(SCOPE, Post(6), SCHEMAS, NOW), TYPES, pool)
        audited = {each.resource.id: each for each in scope.snapshots({"post.letter": aspects})}  # type: ignore[union-attr]
    assert audited["l5"] == reader(Post()).read(LETTER, L5, aspects)


def test_each_read_is_made_again() -> None:
    """What applies to the account is read again too, once for each read."""
    post = Post()
    letters = reader(post)
    for _ in range(2):
        letters.read(LETTER, L5, ["office", "size"])
    assert {"post:GetOffice": 2, "post:GetLetter": 2} == post.counts()


def test_many_are_read_together() -> None:
    """A plan's resources share what is read once, batches and metric calls."""
    post = Post()
    resources = [
        Resource("post.letter", ARN.replace("l5", f"l{n}"), f"l{n}", SCOPE.account, SCOPE.region) for n in range(20)
    ]
    found = list(reader(post).read_all((LETTER, each, ["office", "tags", "rate"]) for each in resources))
    assert resources == [each.resource for each in found]
    expected = {"post:GetOffice": 1, "post:ListTags": 2, "post:GetLetter": 20, "cloudwatch:GetMetricData": 1}
    assert expected == post.counts()


def test_resources_of_two_regions_are_read_where_they_are() -> None:
    """Each resource is read in its own Region."""
    post = Post()
    far = Resource("post.letter", ARN.replace("eu-west-1", "us-east-1"), "l5", SCOPE.account, "us-east-1")
    found = list(reader(post).read_all([(LETTER, L5, ["paper"]), (LETTER, far, ["paper"])]))
    assert [L5, far] == [each.resource for each in found]


@pytest.mark.parametrize(
    ("window", "period", "expected"),
    [
        (None, None, (720, "2026-03-01T12:00:00+00:00", 3600)),
        (timedelta(minutes=30), None, (6, "2026-03-01T12:30:00+00:00", 300)),
        (timedelta(minutes=10), 60, (10, "2026-03-01T12:30:00+00:00", 60)),
        (timedelta(seconds=10), 60, (1, "2026-03-01T12:30:00+00:00", 60)),
        (timedelta(hours=2), 3600, (2, "2026-03-01T12:00:00+00:00", 3600)),
    ],
)
def test_window_of_metrics_can_be_set(
    window: timedelta | None, period: int | None, expected: tuple[int, str, int]
) -> None:
    """A soak looks at the last minutes: whole periods up to the last full one."""
    found = reader(Post()).read(LETTER, L5, ["metrics"], window=window, period=period)
    series: Any = found.series["metrics.weight"]
    assert expected == (series.expected(), series.end.isoformat(), series.period)


def test_undeclared_aspect_is_an_error() -> None:
    """An aspect that the type has not is an error with a suggestion."""
    with pytest.raises(
        PluginError, match=r"post\.letter: expected a declared aspect, found 'papr'; did you mean 'paper'"
    ):
        reader(Post()).read(LETTER, L5, ["papr"])
