"""How operations page: from the SDK's data, and by the usual names without it."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.aws.models import operation_model, shared_loader
from trueup.aws.pages import BrokenPagingError, Paging, pages, paging_of


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("dynamodb:ListTables", Paging({"ExclusiveStartTableName": "LastEvaluatedTableName"})),
        ("iam:ListUsers", Paging({"Marker": "Marker"}, "IsTruncated")),
        (
            "s3:ListObjectVersions",
            Paging({"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"}, "IsTruncated"),
        ),
        (
            "s3:ListBucketIntelligentTieringConfigurations",
            Paging({"ContinuationToken": "NextContinuationToken"}, "IsTruncated"),
        ),
        ("dynamodb:DescribeTable", Paging({})),
    ],
)
def test_an_operations_paging_is_known(operation: str, expected: Paging) -> None:
    """With one token or several, with or without a word that there is more."""
    assert expected == paging_of(operation)


@pytest.mark.parametrize("service", ["cloudwatch", "dynamodb", "ecs", "elasticache", "iam", "lambda", "rds", "s3"])
def test_every_paginator_of_a_service_is_understood(service: str) -> None:
    """Walks the data; each request token is a parameter of the operation."""
    names = shared_loader().load_service_model(service, "paginators-1")["pagination"]
    strange = [
        name
        for name in names
        if not set(paging_of(f"{service}:{name}").tokens)
        <= set(operation_model(f"{service}:{name}").input_shape.members)
    ]
    assert [] == strange
    assert names


def ask_of(*answers: dict[str, Any]) -> Any:
    """A call that gives these answers in turn."""
    waiting = list(answers)
    return lambda **_asked: waiting.pop(0)


def test_pages_end_where_no_token_comes() -> None:
    """An empty token is none."""
    found = list(pages(ask_of({"t": "1"}, {"t": ""}), Paging({"T": "t"}), {}))
    assert [{"t": "1"}, {"t": ""}] == found


def test_pages_end_where_the_answer_says_so_though_a_token_comes() -> None:
    """Some operations give a token with the last page."""
    assert [{"t": "1", "more": False}] == list(pages(ask_of({"t": "1", "more": False}), Paging({"T": "t"}, "more"), {}))


def test_pages_that_go_in_circles_or_on_without_a_token_are_broken() -> None:
    """What came before is not the whole."""
    with pytest.raises(BrokenPagingError, match="twice"):
        list(pages(ask_of({"t": "1"}, {"t": "1"}), Paging({"T": "t"}), {}))
    with pytest.raises(BrokenPagingError, match="no token came"):
        list(pages(ask_of({"more": True}), Paging({"T": "t"}, "more"), {}))
