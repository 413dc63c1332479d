"""The price book: the newest prices that are known of a service in a Region, shipped or fetched.

Plugins ship a dated file each, and ``trueup prices update`` writes fresher ones into a folder. Both are data: they are
found by a plugin's entry point, without importing its code. What has no price is unknown, and never costs 0.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.errors import PluginError, UnreadableError
from trueup.facts.unknown import Reason, Unknown
from trueup.prices.price_file import PriceFile, PriceFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PRICES_VARIABLE", "PriceBook", "fetched_file", "plugin_file", "price_folder", "shipped_file"]

PRICES_VARIABLE = "TRUEUP_PRICES"
"""Names the folder of fetched prices, before the settings do."""

_SHIPPED = "prices.json"


class PriceBook:
    """The prices of every plugin; each file is read once.

    Args:
        folder: where fetched prices lie; None for the shipped ones alone.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Mapping[str, Any] | Unknown] = {}
        self._of_plugins: dict[str, PriceFile | None] = {}

    def prices(self, service: str, region: str) -> Mapping[str, Any]:
        """Give the newest prices of a service in a Region.

        Returns:
            ``{"currency", "date", "source", "list"}``; ``list`` has the Region's prices by nested names.

        Raises:
            UnreadableError: none is known there, or a file is broken; the reason says which.
        """
        with self._lock:
            if (service, region) not in self._known:
                self._known[service, region] = self._newest(service, region)
            found = self._known[service, region]
        if isinstance(found, Unknown):
            raise UnreadableError(found)
        return found

    def files(self, service: str, region: str) -> tuple[PriceFile, ...]:
        """Give the files that have prices of a service in a Region, the one to use first.

        Raises:
            PriceFileError: one of them is broken.
        """
        files = [self._shipped(service)]
        if self._folder is not None and (fetched := fetched_file(self._folder, service, region)).exists():
            files.insert(0, PriceFile.load(fetched, service))
        return tuple(sorted((each for each in files if each and region in each.regions), key=_day, reverse=True))

    def _shipped(self, service: str) -> PriceFile | None:
        """Give the file of all Regions that the service's plugin ships, None when it ships none."""
        if service not in self._of_plugins:
            path = shipped_file(service)
            self._of_plugins[service] = None if path is None else PriceFile.load(path, service)
        return self._of_plugins[service]

    def _newest(self, service: str, region: str) -> Mapping[str, Any] | Unknown:
        try:
            files = self.files(service, region)
        except PriceFileError as error:
            return Unknown(Reason.NO_PRICE, str(error))
        if not files:
            return Unknown(
                Reason.NO_PRICE,
                f"no price file has {service} in {region}; run `trueup prices update --service {service} "
                f"--region {region}`",
            )
        file = files[0]
        return {"currency": file.currency, "date": file.date, "source": file.source, "list": file.regions[region]}


def price_folder(setting: str = "") -> Path:
    """Give the folder of fetched prices: the environment's, the setting's, or the user's own.

    Args:
        setting: ``[prices] folder`` of the settings file, empty for none.
    """
    from platformdirs import user_data_path

    chosen = os.environ.get(PRICES_VARIABLE) or setting
    return Path(chosen).expanduser() if chosen else user_data_path("trueup") / "prices"


def fetched_file(folder: Path, service: str, region: str) -> Path:
    """Give where the fetched prices of a service in a Region lie: each Region has its own date."""
    return folder / service / f"{region}.json"


def shipped_file(service: str) -> Path | None:
    """Give the price file that a plugin ships, None when it ships none."""
    return plugin_file(service, _SHIPPED)


def plugin_file(service: str, name: str) -> Path | None:
    """Give a data file beside a plugin's module, None when there is none; imports nothing of the plugin."""
    from trueup.hosting.installed import PLUGINS, installed_entry_points
    from trueup.hosting.locate import package_folders

    try:
        modules = [each.module for each in installed_entry_points() if (each.group, each.name) == (PLUGINS, service)]
    except PluginError:
        return None  # said where plugins are loaded
    paths = (folder / name for module in modules for folder in package_folders(module))
    return next((path for path in paths if path.is_file()), None)


def _day(file: PriceFile) -> str:
    return file.date
