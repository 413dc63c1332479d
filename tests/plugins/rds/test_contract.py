"""The contract of every plugin, kept by this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.testing.plugin_contract import PluginContract

if TYPE_CHECKING:
    from trueup.testing import SimulatedAws


class TestContract(PluginContract):
    """Runs the contract; the demo has no instance that is public, so one is opened."""

    plugin = "rds"

    def prepare(self, aws: SimulatedAws) -> None:
        """Make an instance reachable from everywhere."""
        aws.client("rds").modify_db_instance(DBInstanceIdentifier="shop-2", PubliclyAccessible=True)
