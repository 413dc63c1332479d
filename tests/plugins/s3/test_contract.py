"""The contract of every plugin, kept by this one."""

from __future__ import annotations

from trueup.testing.plugin_contract import PluginContract


class TestContract(PluginContract):
    """Runs the contract; every bucket is encrypted by default, so that a fix is due only where a key is asked for."""

    plugin = "s3"
    parameters = {  # noqa: RUF012 - as its readers declare it
        "s3-bucket-server-side-encryption-enabled": {"algorithms": ["aws:kms"], "kms_key_id": "alias/shop"},
    }
