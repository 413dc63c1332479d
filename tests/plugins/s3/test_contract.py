"""The contract of every plugin, kept by this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from trueup.testing.plugin_contract import PluginContract

if TYPE_CHECKING:
    from collections.abc import Mapping


class TestContract(PluginContract):
    """Runs the contract; every bucket is encrypted by default, so that a fix is due only where a key is asked for."""

    plugin = "s3"
    parameters: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "s3-bucket-server-side-encryption-enabled": {"algorithms": ["aws:kms"], "kms_key_id": "alias/shop"},
    }
