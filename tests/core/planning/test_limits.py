"""Limits, budgets and what manages a resource as code."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.test_references import QUEUE, change
from trueup.change import Change, Risk
from trueup.errors import PluginError, UnknownFactError, UsageError
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason, Unknown
from trueup.planning.budget import Budgets
from trueup.planning.iac import managed_by, terraform_arns
from trueup.planning.limits import over_limits
from trueup.service.declarations import ActionDeclaration, ReadAspect, ResourceType
from trueup.settings import PlanSettings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("number", "matched", "settings", "expected"),
    [
        (3, 3, PlanSettings(), []),
        (4, 8, PlanSettings(), []),
        (4, 7, PlanSettings(), ["at most 3 of its 7 resources"]),
        (4, 0, PlanSettings(), ["at most 3 of its 0 resources"]),
        (50, 100, PlanSettings(), []),
        (51, 200, PlanSettings(), ["at most 50 changes (plan.max_changes), found 51"]),
        (60, 60, PlanSettings(), ["at most 50 changes", "at most 30 of its 60 resources"]),
        (60, 60, PlanSettings(max_changes=60, max_share=1.0), []),
    ],
)
def test_limits(number: int, matched: int, settings: PlanSettings, expected: list[str]) -> None:
    """Changes in all, and the share of each rule's resources, with a floor for small accounts."""
    found = over_limits([change()] * number, {"sqs-queue-x": matched}, settings)
    assert len(expected) == len(found)
    assert all(part in sentence for part, sentence in zip(expected, found, strict=True)), found


def _draw(budgets: Budgets, spare: Any, resource: Any = QUEUE, **budget: float) -> str | None:
    asked = ActionDeclaration("set", lambda _s, _p: None, (), (), (), Risk.SAFE, budgets={"delay": "account.spare"})  # type: ignore[arg-type, return-value]
    snapshot = Snapshot(resource, {"account": {"spare": spare}}, datetime(2026, 11, 23, tzinfo=UTC))
    return budgets.draw(asked, Change("s", (), Risk.SAFE, "r", budget=budget), snapshot)


def test_budgets_are_taken_by_all_changes_together() -> None:
    """What one may take alone two may not; what does not fit takes nothing; other accounts have their own."""
    budgets = Budgets()
    assert _draw(budgets, 100, delay=60) is None
    assert "delay: needs 60, 40 of 100 left in this plan" == _draw(budgets, 100, delay=60)
    assert _draw(budgets, 100, replace(QUEUE, region="eu-west-1"), delay=60) is None
    assert _draw(budgets, 100, replace(QUEUE, account="999999999999"), delay=60) is None
    assert _draw(budgets, 100, delay=40) is None
    assert "delay: needs 0.5, 0 of 100 left in this plan" == _draw(budgets, 100, delay=0.5)
    assert _draw(budgets, 100) is None


def test_budgets_fail_closed() -> None:
    """Unknown, absent and undeclared are never taken for free."""
    for spare in (None, Unknown(Reason.TIMEOUT)):
        with pytest.raises(UnknownFactError, match=r"account.spare"):
            _draw(Budgets(), spare, delay=1)
    with pytest.raises(PluginError, match="action set: expected a budget that it declares, found other"):
        _draw(Budgets(), 1, other=1)


def _managed(tags: Any, *patterns: str, declared: bool = True) -> str | None:
    aspects = {"tags": ReadAspect("tags", ("sqs:ListQueueTags",), lambda _aws, _queue: {})} if declared else {}
    kind = ResourceType("sqs.queue", "Name", "arn:{key}", lambda _aws: [], ("sqs:ListQueues",), aspects)
    snapshot = Snapshot(QUEUE, {"tags": tags}, datetime(2026, 11, 23, tzinfo=UTC))
    return managed_by(kind, snapshot, patterns) if patterns else managed_by(kind, snapshot)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, None),
        (None, None),
        ({"team": "shop"}, None),
        ({"aws:cloudformation:stack-name": "s"}, "tag aws:cloudformation:stack-name=s"),
        ({"TerraformWorkspace": "s"}, "tag TerraformWorkspace=s"),
        ({"pulumi:project": "s"}, "tag pulumi:project=s"),
        ({"pulumi": "s"}, None),
        ({"b": "1", "terraform": "x", "a": "2"}, "tag terraform=x"),
        (Unknown(Reason.ACCESS_DENIED), "perhaps: its tags are not known (access denied)"),
    ],
)
def test_tags_say_what_manages(tags: Any, expected: str | None) -> None:
    """Whatever their case; tags that cannot be read count as managed."""
    assert expected == _managed(tags)


def test_other_tags_may_be_named() -> None:
    """And a type without tags cannot say."""
    assert "tag Owner=ci" == _managed({"Owner": "ci"}, "own*")
    assert _managed({"terraform": "x"}, "own*") is None
    assert _managed({"terraform": "x"}, declared=False) is None


def _state(folder: Path, text: str) -> Path:
    file = folder / "state.json"
    file.write_text(text)
    return file


def test_a_terraform_state_names_its_resources(tmp_path: Path) -> None:
    """Managed ones, in modules of modules too; data sources and what has no ARN are none."""
    resource = {"mode": "managed", "values": {"arn": "arn:1"}}
    module = {
        "resources": [resource, {"mode": "data", "values": {"arn": "arn:2"}}, {"mode": "managed", "values": {}}],
        "child_modules": [{"child_modules": [{"resources": [{"mode": "managed", "values": {"arn": "arn:3"}}]}]}],
    }
    file = _state(tmp_path, json.dumps({"values": {"root_module": module}}))
    assert frozenset({"arn:1", "arn:3"}) == terraform_arns(file)


_BROKEN_ROOTS = (5, {"resources": [5]}, {"resources": [{"values": None}]}, {"child_modules": 5})


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"values": null}', *(json.dumps({"values": {"root_module": root}}) for root in _BROKEN_ROOTS)],
)
def test_a_broken_terraform_state_fails_closed(tmp_path: Path, text: str) -> None:
    """Nothing is taken for unmanaged because a file could not be understood."""
    with pytest.raises(UsageError, match="expected the output of `terraform show -json`"):
        terraform_arns(_state(tmp_path, text))


def test_a_terraform_state_that_is_not_there(tmp_path: Path) -> None:
    """One sentence."""
    with pytest.raises(UsageError, match=r"nothing.json: expected the output of"):
        terraform_arns(tmp_path / "nothing.json")
