"""What is allowed beyond safe and reversible changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.applying.test_references import change
from trueup.applying.options import ApplyOptions
from trueup.change import Reversible, Risk


@pytest.mark.parametrize(
    ("risk", "reversible", "options", "expected"),
    [
        (Risk.SAFE, Reversible.YES, ApplyOptions(), None),
        (Risk.DISRUPTIVE, Reversible.YES, ApplyOptions(), "disruptive (r): needs --allow disruptive"),
        (Risk.DISRUPTIVE, Reversible.YES, ApplyOptions(("destructive",)), "disruptive (r): needs --allow disruptive"),
        (Risk.DISRUPTIVE, Reversible.YES, ApplyOptions(("disruptive",)), None),
        (Risk.SAFE, Reversible.PARTLY, ApplyOptions(), "partly reversible (w): needs --allow-irreversible"),
        (Risk.SAFE, Reversible.NO, ApplyOptions(), "irreversible (w): needs --allow-irreversible"),
        (Risk.SAFE, Reversible.NO, ApplyOptions(allow_irreversible=True), None),
        (Risk.DESTRUCTIVE, Reversible.NO, ApplyOptions(), "destructive (r): needs --allow destructive"),
    ],
)
def test_refusal(risk: Risk, reversible: Reversible, options: ApplyOptions, expected: str | None) -> None:
    """Risk and irreversibility each need their own option."""
    asked = replace(change(), risk=risk, reversible=reversible, reversible_reason="w")
    assert expected == options.refusal(asked)


def test_options_come_back_from_the_journal() -> None:
    """A resume allows what was allowed, and an old journal without a field the default."""
    options = ApplyOptions(("disruptive",), allow_irreversible=True, accept_unobserved=True)
    assert options == ApplyOptions.from_json(options.to_json())
    assert ApplyOptions() == ApplyOptions.from_json({})
