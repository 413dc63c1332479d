"""The contract of every plugin, kept by this one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.plugins.elasticache.estate import GROUPS, build
from trueup.testing.plugin_contract import PluginContract

if TYPE_CHECKING:
    from trueup.testing import SimulatedAws


class TestContract(PluginContract):
    """Runs the contract; the demo's groups have failover and Multi-AZ or neither, so one is made with the first."""

    plugin = "elasticache"

    def prepare(self, aws: SimulatedAws) -> None:
        """Make a group that fails over automatically, in one Availability Zone."""
        catalogue = next(group for group in GROUPS if group.name == "catalogue")
        build(aws, [replace(catalogue, name="recommendations", made={**catalogue.made, "MultiAZEnabled": False})])
