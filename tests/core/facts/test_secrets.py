"""What must not be shown is shown as a digest, wherever it lies, and no rule looks at it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UsageError
from trueup.facts.schema import FactSchema
from trueup.facts.secrets import hide_secrets
from trueup.facts.unknown import Reason, Unknown
from trueup.ruleset.condition import compile_condition

SECRET = "hunter2"
FACTS = FactSchema(
    {
        "title": "a.thing",
        "properties": {
            "containers": {
                "type": "array",
                "x-kind": "configuration",
                "x-secret": True,
                "items": {"type": "object", "additionalProperties": True},
            },
            "settings": {
                "type": "object",
                "x-kind": "configuration",
                "properties": {
                    "Name": {"type": "string"},
                    "Token": {"type": "string", "x-secret": True},
                    "Parts": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"Key": {"type": "string", "x-secret": True}}},
                    },
                    "Words": {"type": "object", "additionalProperties": {"type": "string", "x-secret": True}},
                },
            },
        },
    }
)


def test_secrets_are_shown_as_digests() -> None:
    """Whole aspects, members, elements of lists and values of maps; what lies beside them stays."""
    settings = {"Name": "n", "Token": SECRET, "Parts": [{"Key": SECRET}], "Words": {"a": SECRET}}
    found: Any = hide_secrets(FACTS, {"containers": [{"environment": SECRET}], "settings": settings, "more": 1})
    assert SECRET not in str(found)
    assert ("n", 1) == (found["settings"]["Name"], found["more"])
    (shown,) = {str(each) for each in (found["settings"]["Token"], found["settings"]["Words"]["a"])}
    assert "sha256:" in shown
    assert ["$secret"] == list(found["containers"])


def test_what_is_not_known_stays_unknown() -> None:
    """Why it is not known is no secret."""
    unknown = Unknown(Reason.ACCESS_DENIED)
    assert {"containers": unknown} == hide_secrets(FACTS, {"containers": unknown})


@given(st.recursive(st.just(SECRET), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5))
def test_no_shape_of_a_secret_is_shown(value: Any) -> None:
    """However deep it lies below what is marked."""
    assert SECRET not in str(hide_secrets(FACTS, {"containers": value}))


@pytest.mark.parametrize(
    "path", ["containers", "settings.Token", "settings.Words.a", "settings.Words", "settings.Parts"]
)
def test_no_rule_looks_at_a_secret(path: str) -> None:
    """Nor at what it is part of: evidence would show it."""
    with pytest.raises(UsageError, match="must not be shown, so no rule may look at it"):
        compile_condition({path: {"const": 1}}, schema=FACTS)
    assert FACTS.is_secret(path)


def test_what_is_no_secret_can_be_looked_at() -> None:
    """Beside a secret."""
    assert compile_condition({"settings.Name": {"const": "n"}}, schema=FACTS).holds({"settings": {"Name": "n"}})
    assert not FACTS.is_secret("settings.Name")
