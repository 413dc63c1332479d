"""The contract of a plugin, as a test class: what trueup promises of every service, checked on yours.

A stranger's plugin is trusted code, so that its author must be able to know that it keeps the invariants; the built-in
services run exactly this class. See ``trueup.testing.plugin_contract.contract``.
"""

from __future__ import annotations

from trueup.testing.plugin_contract.broken import ContractError, Invariant
from trueup.testing.plugin_contract.contract import PluginContract
from trueup.testing.plugin_contract.subject import Subject

__all__ = ["ContractError", "Invariant", "PluginContract", "Subject"]
