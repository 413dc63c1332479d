"""The configurations that a bucket has many of, each by its ID: Intelligent-Tiering, metrics, analytics, inventory.

moto has none of the first three: it takes their put for the creation of the bucket and their delete for the bucket's
deletion. They are alike in everything but their names, so one mechanism serves all four.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.simulation.buckets import bucket_of, documents_of
from trueup.plugins.s3.simulation.refusals import invalid_argument, malformed_xml
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["ANALYTICS", "INTELLIGENT_TIERING", "INVENTORY", "METRICS"]

PAGE_SIZE = 100
"""Configurations a page of a list (S3 API reference, ListBucketMetricsConfigurations: at most 100 per page)."""

MAX_CONFIGURATIONS = 1000
"""How many of a kind a bucket may have (S3 API reference, TooManyConfigurations of PutBucketMetricsConfiguration)."""

TIER_DAYS = {"ARCHIVE_ACCESS": 90, "DEEP_ARCHIVE_ACCESS": 180}
"""The fewest days without access of each archive tier (botocore model s3:Tiering)."""

MAX_TIER_DAYS = 730


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of configuration: ``name`` as the operations have it, e.g. ``Metrics``."""

    name: str

    @property
    def member(self) -> str:
        return f"{self.name}Configuration"

    def install(self, aws: Simulation) -> Undo:
        return together(
            aws.answer(f"s3:PutBucket{self.member}", self.put),
            aws.answer(f"s3:GetBucket{self.member}", self.get),
            aws.answer(f"s3:ListBucket{self.member}s", self.list),
            aws.answer(f"s3:DeleteBucket{self.member}", self.delete),
        )

    def put(self, request: ApiRequest, _proceed: Proceed) -> Answer:
        kept = self._kept(request)
        document = deepcopy(request.parameters.get(self.member))
        if not document or not document.get("Id"):
            raise malformed_xml()
        name = request.parameters["Id"]
        if document["Id"] != name:
            raise invalid_argument("The id in the document does not match the id in the request")
        if self.name == "IntelligentTiering":
            _check_tiers(document)
        if name not in kept and len(kept) >= MAX_CONFIGURATIONS:
            raise AwsError(
                "TooManyConfigurations",
                "You are attempting to create a new configuration but have already reached the "
                "1,000-configuration limit.",
                400,
            )
        kept[name] = document
        return request.answer()

    def get(self, request: ApiRequest, _proceed: Proceed) -> Answer:
        return request.answer({self.member: self._one(request)})

    def list(self, request: ApiRequest, _proceed: Proceed) -> Answer:
        kept = self._kept(request)
        token = request.parameters.get("ContinuationToken")
        if token and token not in kept:
            raise AwsError("MalformedContinuationToken", "The continuation-token you provided invalid.", 400)
        names = sorted(name for name in kept if not token or name > token)
        page, rest = names[:PAGE_SIZE], names[PAGE_SIZE:]
        result: dict[str, Any] = {"IsTruncated": bool(rest)}
        if page:
            result[f"{self.member}List"] = [kept[name] for name in page]
        if token is not None:
            result["ContinuationToken"] = token
        if rest:
            result["NextContinuationToken"] = page[-1]
        return request.answer(result)

    def delete(self, request: ApiRequest, _proceed: Proceed) -> Answer:
        self._one(request)
        del self._kept(request)[request.parameters["Id"]]
        return request.answer()

    def _kept(self, request: ApiRequest) -> dict[str, Any]:
        kept: dict[str, Any] = documents_of(bucket_of(request)).setdefault(self.member, {})
        return kept

    def _one(self, request: ApiRequest) -> Any:
        kept = self._kept(request)
        if request.parameters["Id"] not in kept:
            raise AwsError("NoSuchConfiguration", "The specified configuration does not exist.", 404)
        return kept[request.parameters["Id"]]


def _check_tiers(document: dict[str, Any]) -> None:
    for tiering in document.get("Tierings", []):
        least = TIER_DAYS.get(tiering.get("AccessTier"))
        if least is None:
            raise malformed_xml()
        # The code is documented, S3's own words were not recorded.
        if not least <= tiering["Days"] <= MAX_TIER_DAYS:
            raise invalid_argument(f"'Days' for {tiering['AccessTier']} should be between {least} and {MAX_TIER_DAYS}")


_ANSWERS = (
    "answers of S3 of 2026-09-29 recorded for the four lists (NoSuchConfiguration, MalformedContinuationToken); "
    "botocore model s3"
)

INTELLIGENT_TIERING = Correction(
    name="s3-intelligent-tiering",
    service="s3",
    says="S3 keeps a bucket's Intelligent-Tiering configurations; moto takes a put for CreateBucket and deletes the "
    "whole bucket when a configuration is deleted",
    source=f"{_ANSWERS} PutBucketIntelligentTieringConfiguration and its neighbours",
    install=_Kind("IntelligentTiering").install,
)

METRICS = Correction(
    name="s3-metrics-configurations",
    service="s3",
    says="S3 keeps a bucket's request metrics configurations; moto has none and deletes the bucket instead of one",
    source=f"{_ANSWERS} PutBucketMetricsConfiguration and its neighbours",
    install=_Kind("Metrics").install,
)

ANALYTICS = Correction(
    name="s3-analytics-configurations",
    service="s3",
    says="S3 keeps a bucket's storage class analyses; moto has none and deletes the bucket instead of one",
    source=f"{_ANSWERS} PutBucketAnalyticsConfiguration and its neighbours",
    install=_Kind("Analytics").install,
)

INVENTORY = Correction(
    name="s3-inventory-configurations",
    service="s3",
    says="S3 keeps a bucket's inventory configurations whole; moto deletes the bucket instead of one",
    source=f"{_ANSWERS} PutBucketInventoryConfiguration and its neighbours",
    install=_Kind("Inventory").install,
)
