"""The names of a package for a service: from the boto3 client's name to those of distribution, module and class.

One name is one service, so a name that some installed package has cannot be used again; and what is no boto3 client
cannot be asked anything.
"""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.aws.models import shared_loader
from trueup.errors import UsageError
from trueup.hosting.installed import OWN_DISTRIBUTION
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.hosting.info import PluginInfo

__all__ = ["PackageName", "package_name"]


@dataclass(frozen=True, slots=True)
class PackageName:
    """What the parts of a service's package are called.

    Args:
        client: boto3's client name, such as ``resource-groups``.
    """

    client: str

    @property
    def service(self) -> str:
        """The entry point: the client's name as a Python name, ``aws`` before it where Python has the word."""
        name = self.client.replace("-", "_")
        return f"aws{name}" if keyword.iskeyword(name) else name

    @property
    def distribution(self) -> str:
        """What pip calls it."""
        return f"trueup-{self.client}"

    @property
    def package(self) -> str:
        """What Python calls it."""
        return f"trueup_{self.service}"

    @property
    def class_name(self) -> str:
        """The plugin's class."""
        return f"{''.join(word.capitalize() for word in self.client.split('-'))}Plugin"

    @property
    def rule_prefix(self) -> str:
        """What the ids of its rules begin with."""
        return self.client


def package_name(client: str, installed: Iterable[PluginInfo]) -> PackageName:
    """Give the names of a new package for a service.

    Args:
        client: what the user gave, to be a boto3 client's name.
        installed: the installed plugins and rules.

    Raises:
        UsageError: there is no such client, or an installed package has the service's name.
    """
    known = shared_loader().list_available_services("service-2")
    if client not in known:
        hint = did_you_mean(client.replace("_", "-"), known) or "; `aws help` lists them"
        raise UsageError(f"plugin name: expected the name of a boto3 client, found {client!r}{hint}")
    name = PackageName(client)
    for each in installed:
        if each.name == name.service:
            ours = each.distribution == OWN_DISTRIBUTION
            raise UsageError(
                f"plugin {name.service}: expected a name that no installed package has, found it in "
                f"{each.distribution} {each.version} ({each.origin}), beside which {name.distribution} could not be "
                f"used; choose another service{'' if ours else f', or uninstall {each.distribution}'}"
            )
    return name
