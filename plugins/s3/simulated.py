"""The corrections that make moto's S3 behave as AWS's: one line each, the work is in ``simulation/``.

The order matters where two answer the same operation: the last one is asked first, so what refuses stands after what
does, and what every request meets first, the owner and the Region, at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.s3.simulation import (
    acls,
    configurations,
    defaults,
    lifecycle,
    listing,
    owners,
    policies,
    policy_checks,
    regions,
    unserved,
)

if TYPE_CHECKING:
    from trueup.testing.correction import Correction

__all__ = ["CORRECTIONS"]

CORRECTIONS: tuple[Correction, ...] = (
    listing.PAGED,
    defaults.CREATION_DATE,
    regions.OLD_NAME,
    defaults.DEFAULT_PUBLIC_ACCESS_BLOCK,
    defaults.DEFAULT_ENCRYPTION,
    lifecycle.KEPT_WHOLE,
    lifecycle.CHECKED,
    configurations.INTELLIGENT_TIERING,
    configurations.METRICS,
    configurations.ANALYTICS,
    configurations.INVENTORY,
    acls.DISABLED,
    acls.PUBLIC_REFUSED,
    policy_checks.CHECKED,
    policies.JUDGED,
    policies.CONDITIONS_COUNT,
    unserved.REFUSED,
    owners.EXPECTED,
    regions.REDIRECTED,
)
