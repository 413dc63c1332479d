"""The pipeline keeps the threads busy, packs metrics, and holds only so many resources at once."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.auditing.letters import DENIED, NOW, SCHEMAS, SCOPE, TYPES, Post
from trueup.auditing.pipeline import Pipeline
from trueup.auditing.pool import WorkerPool
from trueup.auditing.reading import ScopeReading
from trueup.auditing.recipe import Recipe
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason, Unknown
from trueup.service.arn import identify
from trueup.service.declarations import MetricQuery, MetricsAspect

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from trueup.auditing.listing import ListingFailed
    from trueup.resource import Resource


LETTER = TYPES["post.letter"]


def letters(count: int, taken: list[int] | None = None) -> Iterator[Resource]:
    """Yield letters, noting how many were taken."""
    for number in range(count):
        if taken is not None:
            taken.append(number)
        yield identify(LETTER, f"l{number}", SCOPE)


def run(
    post: Post, pool: WorkerPool, aspects: tuple[str, ...], count: int, taken: list[int] | None = None
) -> Generator[Snapshot | ListingFailed]:
    """Run the pipeline over letters."""
    recipe = Recipe.of(LETTER, aspects)
    reading = ScopeReading(SCOPE, post, SCHEMAS, NOW)
    return Pipeline(reading, pool).run((recipe, each) for each in letters(count, taken))


@pytest.mark.parametrize("workers", [1, 4])
def test_so_many_reads_are_under_way_at_once(workers: int) -> None:
    """All threads work at the same time, and no more than these."""
    post = Post()
    together = threading.Barrier(workers)
    post.during = lambda _operation, _key: together.wait(30)
    with WorkerPool(workers) as pool:
        assert 8 == sum(1 for _ in run(post, pool, ("paper",), 8))
    assert workers == post.most_under_way == len(post.threads)


def test_one_slow_resource_keeps_the_others_going() -> None:
    """While one read hangs, the other threads go on reading; what they read comes after it, in the list's order."""
    post, others = Post(), threading.Event()

    def hang(_operation: str, key: Any) -> None:
        if key == "l0":
            others.wait(30)
        if key == "l50":
            others.set()

    post.during = hang
    with WorkerPool(2) as pool:
        found = [each.resource.id for each in run(post, pool, ("paper",), 60) if isinstance(each, Snapshot)]
    assert others.is_set()
    assert [f"l{number}" for number in range(60)] == found


@given(st.integers(1, 3), st.integers(0, 300), st.sampled_from([("paper",), ("tags", "paper"), ("rate", "office")]))
def test_no_more_is_taken_from_the_list_than_can_be_read_ahead(
    workers: int, count: int, aspects: tuple[str, ...]
) -> None:
    """What was listed and not yet handed on is bounded, whatever the number of resources; and none is lost."""
    taken: list[int] = []
    post, given_on, most = Post(), 0, 0
    with WorkerPool(workers) as pool:
        for snapshot in run(post, pool, aspects, count, taken):
            assert isinstance(snapshot, Snapshot)
            most = max(most, len(taken) - given_on)
            given_on += 1
    assert count == given_on
    # What may be held, one batch of tags, and the letters of three metric calls (420 series, three of a letter).
    bound = workers * 32 + 1 + 10 + (3 * 140 if "rate" in aspects else 0)
    assert most <= bound


@pytest.mark.parametrize(("count", "calls"), [(0, 0), (1, 1), (140, 1), (141, 2), (300, 3), (700, 5)])
def test_metric_queries_of_many_resources_share_a_call(count: int, calls: int) -> None:
    """Three hourly series of a letter over 30 days: 140 letters fill the three pages of a call."""
    post = Post()
    with WorkerPool(4) as pool:
        found = [each for each in run(post, pool, ("metrics",), count) if isinstance(each, Snapshot)]
    assert calls == post.counts()["cloudwatch:GetMetricData"]
    assert 3 * count == sum(key for operation, key in post.made if operation == "cloudwatch:GetMetricData")
    assert {f"l{number}" for number in range(count)} == {each.resource.id for each in found}


def test_metrics_become_facts() -> None:
    """Series are reduced, absence is zero where a companion proves it, and unknown elsewhere."""
    with WorkerPool(2) as pool:
        (found,) = run(Post(), pool, ("rate",), 1)
    assert isinstance(found, Snapshot)
    facts = found.aspects["metrics"]
    assert (60, {"used": 0}) == (facts["weight"], facts["stamps"])
    assert Reason.NO_DATA is facts["lost"].reason
    assert {"peak": 60, "points": 1} == found.aspects["rate"]
    assert {"metrics.weight", "metrics.stamps.used", "metrics.lost"} == set(found.series)


def test_metrics_of_an_unknown_need_are_unknown_and_cost_no_call() -> None:
    """When the queries cannot be told, the metrics are unknown for that reason; the others' are read."""
    post = Post()
    post.fail("post:GetLetter", "l1")
    with WorkerPool(2) as pool:
        found = {each.resource.id: each for each in run(post, pool, ("rate",), 3) if isinstance(each, Snapshot)}
    assert (DENIED, DENIED) == (found["l1"].aspects["metrics"], found["l1"].aspects["rate"])
    assert 60 == found["l2"].aspects["metrics"]["weight"]
    assert [6] == [key for operation, key in post.made if operation == "cloudwatch:GetMetricData"]


def test_denied_metrics_are_unknown_with_their_reason() -> None:
    """A denied GetMetricData makes each series unknown, and what is derived from it."""
    post = Post()
    post.fail("cloudwatch:GetMetricData")
    with WorkerPool(2) as pool:
        (found,) = run(post, pool, ("rate", "paper"), 1)
    assert isinstance(found, Snapshot)
    assert {"weight": DENIED, "stamps": {"used": DENIED}, "lost": DENIED} == found.aspects["metrics"]
    assert DENIED == found.aspects["rate"]
    assert {"Weight": 0} == found.aspects["paper"]


@pytest.mark.parametrize("wrong", ["twice", "foreign", "raises", "window"])
def test_wrong_queries_are_broken(wrong: str) -> None:
    """Queries that clash, are none or raise, or a window that CloudWatch does not keep: unknown, naming the plugin."""

    def queries(snapshot: Any) -> Any:
        first = MetricQuery("weight", "Post", "Weighed", {"Letter": snapshot.resource.id}, "Maximum", "g")
        yield first
        if wrong != "window":
            yield {"twice": first, "foreign": "weight"}.get(wrong) or 1 / 0

    metrics = MetricsAspect("metrics", queries, days=456 if wrong == "window" else 30)
    changed = replace(LETTER, aspects={**LETTER.aspects, "metrics": metrics})
    reading = ScopeReading(SCOPE, Post(), SCHEMAS, NOW)
    with WorkerPool(2) as pool:
        (found,) = Pipeline(reading, pool).run([(Recipe.of(changed, ["metrics"]), each) for each in letters(1)])
    assert isinstance(found, Snapshot)
    unknown = found.aspects["metrics"]
    assert isinstance(unknown, Unknown)
    assert Reason.BROKEN_PLUGIN is unknown.reason
    assert "plugin post, aspect metrics of post.letter: " in unknown.detail


def test_closing_begins_nothing_more() -> None:
    """When nobody wants the rest, calls under way end and no further one is made; no thread is left."""
    post = Post()
    with WorkerPool(2) as pool:
        snapshots = run(post, pool, ("paper", "office"), 1000)
        next(snapshots)
        snapshots.close()
    # What was taken from the list before the first was given, at the most.
    assert post.counts()["post:GetLetter"] <= 2 * 32 + 1
    assert not [each.name for each in threading.enumerate() if each.name.startswith("trueup-read")]


def test_interrupt_while_waiting_ends_the_run() -> None:
    """Ctrl-C in the waiting thread stops the feeding; the call that is under way ends by itself."""
    post, inside, released = Post(), threading.Event(), threading.Event()
    ended: list[str] = []

    def hold(_operation: str, key: Any) -> None:
        if key == "l3":
            inside.set()
            released.wait(30)
            ended.append(key)

    post.during = hold

    def interrupted() -> Iterator[tuple[Recipe, Resource]]:
        recipe = Recipe.of(LETTER, ["paper"])
        for number, each in enumerate(letters(1000)):
            if number == 6:
                inside.wait(30)
                raise KeyboardInterrupt
            yield recipe, each

    def interrupt() -> None:
        with WorkerPool(1) as pool:
            try:
                list(Pipeline(ScopeReading(SCOPE, post, SCHEMAS, NOW), pool).run(interrupted()))
            finally:
                released.set()

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert (4, ["l3"]) == (post.counts()["post:GetLetter"], ended)


def test_scope_can_be_read_again_after_it_was_left() -> None:
    """A plugin that leaves its snapshots early may ask for others."""
    recipe = Recipe.of(LETTER, ["paper", "office"])
    reading = ScopeReading(SCOPE, Post(), SCHEMAS, NOW)
    with WorkerPool(2) as pool:
        first = Pipeline(reading, pool).run((recipe, each) for each in letters(50))
        next(first)
        first.close()
        second = list(Pipeline(reading, pool).run((recipe, each) for each in letters(50)))
    assert 50 == len(second)


def test_batches_hold_resources_of_one_recipe() -> None:
    """A batch that is not full is read before another type begins."""
    post = Post()
    recipes = [Recipe.of(LETTER, ["tags"]), Recipe.of(LETTER, ["tags", "paper"])]
    reading = ScopeReading(SCOPE, post, SCHEMAS, NOW)
    with WorkerPool(2) as pool:
        found = list(Pipeline(reading, pool).run((recipe, each) for recipe in recipes for each in letters(4)))
    assert [{"tags"}] * 4 + [{"tags", "paper"}] * 4 == [
        set(each.aspects) for each in found if isinstance(each, Snapshot)
    ]
    assert 2 == post.counts()["post:ListTags"]


def test_stop_ends_a_resource_between_two_reads() -> None:
    """A resource that is being read when the run is stopped is not read to its end."""
    post, inside, go_on = Post(), threading.Event(), threading.Event()

    def hold(operation: str, key: Any) -> None:
        if (operation, key) == ("post:GetLetter", "l3"):
            inside.set()
            go_on.wait(30)

    post.during = hold
    with WorkerPool(2) as pool:
        snapshots = run(post, pool, ("paper", "tags"), 40)
        next(snapshots)
        inside.wait(30)
        snapshots.close()
        go_on.set()
    assert post.counts()["post:GetLetter"] < 40


def test_two_types_share_metric_calls() -> None:
    """Resources of several types in one scope fill the same calls."""
    post = Post()
    recipes = [Recipe.of(LETTER, ["metrics"]), Recipe.of(LETTER, ["rate"])]
    reading = ScopeReading(SCOPE, post, SCHEMAS, NOW)
    with WorkerPool(2) as pool:
        found = list(Pipeline(reading, pool).run((recipe, each) for recipe in recipes for each in letters(50)))
    assert 100 == len(found)
    assert 1 == post.counts()["cloudwatch:GetMetricData"]


def test_each_resource_is_given_once_whatever_fails() -> None:
    """With failures all over, every resource comes, once."""
    post = Post()
    for number in range(0, 100, 3):
        post.fail("post:GetLetter", f"l{number}")
    with WorkerPool(4) as pool:
        found = Counter(
            each.resource.id for each in run(post, pool, ("rate", "tags"), 100) if isinstance(each, Snapshot)
        )
    assert {f"l{number}": 1 for number in range(100)} == found
