"""A finding as it stands once the exemptions were asked: a failure that one permits is exempt.

Only failures are asked about: what passes needs no permission, and what is unknown may be either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.finding import Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from trueup.exemptions.exemptions import Exemptions
    from trueup.finding import Finding

__all__ = ["exempted"]


def exempted(finding: Finding, exemptions: Exemptions, now: datetime) -> Finding:
    """Give the finding as the exemptions have it; with its evidence, whatever they say."""
    if not exemptions or finding.judgement.verdict is not Verdict.FAIL or finding.resource is None:
        return finding
    ruling = exemptions.rule_on(finding.rule, finding.resource.arn, finding.tags, now)
    verdict = Verdict.EXEMPT if ruling.exempt else Verdict.FAIL
    return replace(finding, judgement=replace(finding.judgement, verdict=verdict), exemption=ruling)
