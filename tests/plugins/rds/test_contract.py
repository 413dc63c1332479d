"""The contract of every plugin, kept by this one."""

from __future__ import annotations

from trueup.testing.plugin_contract import PluginContract


class TestContract(PluginContract):
    """Runs the contract."""

    plugin = "rds"
