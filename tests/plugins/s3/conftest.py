"""Buckets for the tests: as the plugin reads them, with every derived aspect as the host derives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from trueup.change import Change, Refusal
from trueup.errors import UnknownFactError
from trueup.facts.schema import FactSchema
from trueup.facts.series import Series
from trueup.facts.snapshot import Snapshot
from trueup.plugins.s3.exposure import FLAGS
from trueup.plugins.s3.lifecycle import configuration
from trueup.plugins.s3.plugin import S3Plugin
from trueup.prices.book import PriceBook
from trueup.resource import Resource
from trueup.service.declarations import DerivedAspect, MetricsAspect, ResourceType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.facts.unknown import Unknown

NOW = datetime(2026, 11, 23, 10, 17, tzinfo=UTC)
END = datetime(2026, 11, 23, tzinfo=UTC)
DAY = 86_400
DAYS = 30
GIB = 1024**3

PLAIN: dict[str, Any] = {
    "lifecycle": configuration(None),
    "intelligent_tiering": {"configurations": []},
    "versioning": {"enabled": False},
    "public_access_block": {**dict.fromkeys(FLAGS, False), "configured": False},
    "encryption": {
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}],
        "algorithm": "AES256",
    },
    "policy": {"text": None, "document": None},
    "policy_status": {"IsPublic": False},
    "acl": {"public_grants": []},
    "ownership": {"ObjectOwnership": "BucketOwnerEnforced"},
    "website": {"enabled": False},
    "tags": {},
    "metrics_configurations": {"whole_bucket": ["all"], "filtered": []},
}
"""A bucket that nobody configured but for request metrics."""

GIVEN: dict[str, dict[str, Any]] = {
    "add-lifecycle-transition": {"days": 30},
    "enable-default-encryption": {"algorithms": ["aws:kms"]},
}
"""What an action must be given."""


@dataclass(repr=False)
class Buckets:
    """Builds buckets of one resource type.

    Args:
        type: the plugin's declaration.
        schema: its facts.
    """

    type: ResourceType
    schema: FactSchema
    now: datetime = NOW
    gib: int = GIB

    def series(self, value: float | Callable[[int], float | None] | None) -> Series:
        """Give a daily series of one value, or of a function of the day's number; None is no point."""
        start = END - timedelta(days=DAYS)
        begin, count = int(start.timestamp()), 0 if value is None else DAYS
        values = ((day, value(day) if callable(value) else value) for day in range(count))
        return Series(start, END, DAY, {begin + day * DAY: float(each) for day, each in values if each is not None})

    def stored(self, count: Any = 1000, read: Any = 0, **sizes: Any) -> dict[str, Series]:
        """Give the series of a bucket by the number of objects, bytes by storage type, and bytes read a day."""
        types = self.schema.document["properties"]["storage"]["properties"]["bytes_by_type"]["properties"]
        held = dict.fromkeys(types, 0) | (sizes or {"StandardStorage": 1000 * GIB})
        return {
            "storage.number_of_objects": self.series(count),
            **{f"storage.bytes_by_type.{name}": self.series(value) for name, value in held.items()},
            "requests.all_requests": self.series(10 if read is not None else None),
            "requests.get_requests": self.series(5 if read is not None else None),
            "requests.bytes_downloaded": self.series(read),
        }

    def snapshot(self, series: Mapping[str, Series | Unknown] | None = None, /, **aspects: Any) -> Snapshot:
        """Give a bucket that is plain but for ``aspects``, with every derived aspect."""
        region = aspects.pop("region", "us-east-1")
        resource = Resource("s3.bucket", "arn:aws:s3:::orders", "orders", "123456789012", region)
        known = {name: self.schema.normalise(name, value) for name, value in (self._plain() | aspects).items()}
        measured = self.stored() if series is None else series
        for name, declared in self.type.aspects.items():
            if isinstance(declared, MetricsAspect):
                known.setdefault(name, {})
            if isinstance(declared, DerivedAspect) and name not in aspects:
                known[name] = self._derive(declared, Snapshot(resource, dict(known), self.now, measured))
        return Snapshot(resource, known, self.now, measured)

    def _plain(self) -> dict[str, Any]:
        return {**PLAIN, "prices": PriceBook().prices("s3", "us-east-1")}

    def with_rules(self, *rules: Mapping[str, Any], size: str = "all_storage_classes_128K", **aspects: Any) -> Snapshot:
        """Give a bucket with these lifecycle rules."""
        answer = {"Rules": list(rules), "TransitionDefaultMinimumObjectSize": size}
        return self.snapshot(lifecycle=configuration(answer), **aspects)

    def change(self, action: str, snapshot: Snapshot, **parameters: Any) -> Change:
        """Give the change that an action plans; it must plan one."""
        found = self._asked(action, snapshot, parameters)
        assert isinstance(found, Change), found
        return found

    def refusal(self, action: str, snapshot: Snapshot, **parameters: Any) -> Refusal:
        """Give why an action plans nothing; it must not plan anything."""
        found = self._asked(action, snapshot, parameters)
        assert isinstance(found, Refusal), found
        return found

    def _asked(self, action: str, snapshot: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        return self.type.actions[action].plan(snapshot.frozen(), {**GIVEN.get(action, {}), **parameters})

    def _derive(self, declared: DerivedAspect, snapshot: Snapshot) -> Any:
        try:
            return self.schema.normalise(declared.name, declared.derive(snapshot))
        except UnknownFactError as error:
            return error.unknown


@pytest.fixture(scope="session")
def buckets() -> Buckets:
    """The builder; it keeps nothing, so that all tests may share it."""
    schema = FactSchema.load(files("trueup.plugins.s3").joinpath("facts", "bucket.schema.json"))
    return Buckets(S3Plugin().types[0], schema)
