"""The synthetic service of ``million_findings.py``: many cheap resources, listed without a call of AWS.

It looks at the peak memory of its own process when the last resource was judged: the engine asks for the next finding
only when it has taken the last one.
"""

from __future__ import annotations

import json
import os
import resource as limits
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.hosting.markers import hookimpl
from trueup.service.plugin import ServicePlugin, aspect, resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.auditing.scope import AuditScope
    from trueup.finding import Finding
    from trueup.resource import Resource
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import Reader

__all__ = ["SyntheticPlugin"]


class SyntheticPlugin(ServicePlugin):
    """Things that exist here only."""

    service = "synthetic"

    @resource(
        "thing",
        key="key",
        arn="arn:{partition}:synthetic:{region}:{account}:thing/{key}",
        lists="sts:GetCallerIdentity",
    )
    def things(self, _aws: Reader) -> Iterator[str]:
        """Yield as many names as the benchmark asks for."""
        for number in range(int(os.environ["SYNTHETIC_RESOURCES"])):
            yield f"thing-{number:09d}"

    @aspect("thing", reads="sts:GetCallerIdentity")
    def about(self, _aws: Reader, thing: Resource) -> dict[str, Any]:
        """Give the last digit of the name; some operation must be declared, but none is called."""
        return {"digit": int(thing.id[-1])}

    @hookimpl
    def audit(self, scope: AuditScope, rules: Sequence[BoundRule]) -> Iterator[Finding]:
        """Judge as every plugin does, and look at the memory at the end."""
        began = time.perf_counter()
        yield from super().audit(scope, rules)
        seconds = time.perf_counter() - began
        peak = _peak_kb() / 1024
        Path(os.environ["SYNTHETIC_LOOKED"]).write_text(json.dumps({"peak_mb": peak, "seconds": seconds}))


def _peak_kb() -> int:
    """Give the most memory of this process since it began to run this program, where the kernel tells it so."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else ()
    noted = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return noted[0] if noted else limits.getrusage(limits.RUSAGE_SELF).ru_maxrss
