"""Everything that trueup promises of a plugin, checked on this one."""

from __future__ import annotations

from trueup.testing.plugin_contract import PluginContract


class TestContract(PluginContract):
    """Audits cannot write, what is unknown stays unknown, every fix goes there and back, and more."""

    plugin = "sqs"
