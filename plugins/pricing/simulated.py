"""What the Pricing API does and moto does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.pricing.simulation import products

if TYPE_CHECKING:
    from trueup.testing.correction import Correction

__all__ = ["CORRECTIONS"]

CORRECTIONS: tuple[Correction, ...] = (products.PRODUCTS, products.SERVICES)
