"""The rules of the package, by their cases."""

from __future__ import annotations

from trueup.cli.main import main


def test_cases_get_their_verdicts() -> None:
    """Each case beside a rule file gets the verdict that it names."""
    assert 0 == main(["rules", "test", "sqs-*"])
