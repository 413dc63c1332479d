"""A small service that is not AWS: letters in boxes, read through a reader that tests can stop, fail and count."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from trueup.aws.metrics import METRIC_OPERATION
from trueup.errors import UnreadableError
from trueup.facts.schema import FactSchema
from trueup.facts.unknown import Reason, Unknown
from trueup.resource import Scope
from trueup.service.declarations import MetricQuery, ZeroWhenMeasured
from trueup.service.plugin import ServicePlugin, aspect, derived, metrics, resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SCOPE = Scope("123456789012", "eu-west-1")
NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
DENIED = Unknown(Reason.ACCESS_DENIED, "no", "post:GetLetter", "post:GetLetter")


class Post:
    """A ``ReaderSource``: answers reads, counts them, and can be told to fail or to wait.

    Args:
        letters: how many letters there are.
    """

    def __init__(self, letters: int = 3) -> None:
        self.letters = letters
        self.made: list[tuple[str, Any]] = []
        self.failing: dict[tuple[str, Any], Exception] = {}
        self.during: Callable[[str, Any], object] = lambda _operation, _key: None
        self.threads: set[str] = set()
        self.under_way = 0
        self.most_under_way = 0
        self.readers: list[tuple[str, ...]] = []
        self._lock = threading.Lock()

    def fail(self, operation: str, key: Any = None, error: Exception | None = None) -> None:
        """Let a read fail: denied, unless another error is given."""
        self.failing[operation, key] = error or UnreadableError(DENIED)

    def counts(self) -> Counter[str]:
        """Give how often each operation was read."""
        return Counter(operation for operation, _ in self.made)

    def reader(self, scope: Scope, operations: Iterable[str], statistics: Any = None, *_more: Any) -> Any:
        """See ``ReaderSource``."""
        del statistics
        self.readers.append(tuple(operations))
        return PostReader(self, scope, frozenset(operations))

    def answer(self, operation: str, key: Any) -> None:
        """Count one read and fail if told so."""
        with self._lock:
            self.made.append((operation, key))
            self.threads.add(threading.current_thread().name)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            self.during(operation, key)
            error = self.failing.get((operation, key)) or self.failing.get((operation, None))
            if error is not None:
                raise error
        finally:
            with self._lock:
                self.under_way -= 1


class PostReader:
    """A ``Reader`` of the post."""

    def __init__(self, post: Post, scope: Scope, operations: frozenset[str]) -> None:
        self.post = post
        self.scope = scope
        self.operations = operations

    def call(self, operation: str, /, *, absent: tuple[str, ...] = (), **parameters: Any) -> Any:
        """Answer one read."""
        del absent
        assert operation in self.operations
        if operation == METRIC_OPERATION:
            return self.measure(**parameters)
        self.post.answer(operation, parameters.get("Id") or tuple(parameters.get("Ids", ())) or None)
        if "Ids" in parameters:
            return {"Tags": [{"Id": each, "Tags": {"box": each[-1]}} for each in parameters["Ids"]]}
        return {"Weight": int(parameters.get("Id", "l0")[1:]), "Secret": "hush"}

    def paginate(self, operation: str, items: str, /, **parameters: Any) -> Iterator[Any]:
        """List letters; a failure for key n comes after n letters."""
        del items, parameters
        self.post.answer(operation, None)
        for number in range(self.post.letters):
            if (operation, number) in self.post.failing:
                raise self.post.failing[operation, number]
            yield f"l{number}"

    def prices(self, service: str) -> Any:
        """Give no prices: the post has none."""
        raise UnreadableError(Unknown(Reason.NO_PRICE, service))

    def measure(self, **parameters: Any) -> Any:
        """Answer GetMetricData: one point of 60 an hour back, none for letters in ``quiet``."""
        queries = parameters["MetricDataQueries"]
        self.post.answer(METRIC_OPERATION, len(queries))
        last = parameters["EndTime"] - timedelta(seconds=queries[0]["MetricStat"]["Period"])
        results = []
        for each in queries:
            metric = each["MetricStat"]["Metric"]
            value = {"Weighed": 60.0}.get(metric["MetricName"])
            points = [] if value is None else [value]
            results.append(
                {"Id": each["Id"], "StatusCode": "Complete", "Timestamps": [last] * len(points), "Values": points}
            )
        return {"MetricDataResults": results}


class PostPlugin(ServicePlugin):
    """Letters."""

    service = "post"

    @resource("letter", key="Id", arn="arn:{partition}:post:{region}:{account}:letter/{key}", lists="post:ListLetters")
    def letters(self, aws: Any) -> Any:
        """List."""
        yield from aws.paginate("post:ListLetters", "Letters[]")

    @resource("box", key="Id", arn="arn:{partition}:post:::{key}", lists="post:ListBoxes")
    def boxes(self, aws: Any) -> Any:
        """List."""
        yield from aws.paginate("post:ListBoxes", "Boxes[]")

    @aspect("letter", reads="post:GetLetter")
    @aspect("box", reads="post:GetLetter")
    def paper(self, aws: Any, letter: Any) -> Any:
        """Read."""
        return aws.call("post:GetLetter", Id=letter.id)

    @aspect("letter", reads="post:GetOffice", per="scope")
    def office(self, aws: Any, _none: None) -> Any:
        """Read once."""
        return aws.call("post:GetOffice")

    @aspect("letter", reads="post:ListTags", batch=10)
    def tags(self, aws: Any, letters: Any) -> Any:
        """Read ten at once."""
        answer = aws.call("post:ListTags", Ids=[each.id for each in letters])
        return [each["Tags"] for each in answer["Tags"]]

    @derived("letter", needs=("paper",))
    def size(self, snapshot: Any) -> Any:
        """Derive from what was read."""
        return {"double": 2 * snapshot["paper.Weight"]}

    @metrics("letter", name="metrics", needs=("size",))
    def weighing(self, snapshot: Any) -> Any:
        """Measure."""
        letter = {"Letter": snapshot.resource.id, "Size": str(snapshot["size.double"])}
        stamps = ZeroWhenMeasured("weight", "the post's manual")
        yield MetricQuery("weight", "Post", "Weighed", letter, "Maximum", "g")
        yield MetricQuery("stamps.used", "Post", "Stamps", letter, "Sum", "stamps", "sum", stamps)
        yield MetricQuery("lost", "Post", "Lost", letter, "Sum", "letters", "sum")

    @derived("letter", needs=("metrics", "paper"))
    def rate(self, snapshot: Any) -> Any:
        """Derive from metrics, with the series in hand."""
        return {"peak": snapshot["metrics.weight"], "points": len(snapshot.series["metrics.stamps.used"].points)}


def number(kind: str = "configuration") -> dict[str, Any]:
    """Give the schema of a number."""
    return {"type": "number", "description": "d", "x-kind": kind}


def thing(**properties: Any) -> dict[str, Any]:
    """Give the schema of an aspect."""
    return {"type": "object", "description": "d", "x-kind": "configuration", "properties": properties}


LETTER = FactSchema(
    {
        "title": "post.letter",
        "properties": {
            "paper": thing(Weight=number()),
            "office": thing(Weight=number()),
            "tags": {"type": "object", "description": "d", "additionalProperties": {"type": "string"}},
            "size": thing(double=number()),
            "metrics": thing(weight=number(), stamps=thing(used=number()), lost=number()),
            "rate": thing(peak=number(), points=number()),
        },
    }
)
BOX = FactSchema({"title": "post.box", "properties": {"paper": thing(Weight=number())}})
SCHEMAS = {"post.letter": LETTER, "post.box": BOX}
TYPES = {each.name: each for each in PostPlugin().types}
