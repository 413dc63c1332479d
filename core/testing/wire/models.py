"""botocore's service models, and which client a signing name stands for.

A request carries its signing name and not boto3's client name, and several clients may share one. The index is built
from botocore's own data, so that no list of services has to be kept here.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["clients_signing_as", "metadata_of", "service_model"]

_HEAD_CHARACTERS = 16_384
"""Metadata is the head of a model; reading only this much makes an index of all services take 0.1 s instead of 10."""


@cache
def service_model(service: str) -> Any:
    """The model of one client, with the error shapes that moto adds.

    Raises:
        botocore.exceptions.UnknownServiceError: botocore has no such client.
    """
    from moto.core.utils import get_service_model

    return get_service_model(service)


def clients_signing_as(name: str) -> tuple[str, ...]:
    """The clients whose requests are signed with this name, the one of the same name first."""
    found = _clients_by_signing_name().get(name, ())
    return tuple(sorted(found, key=lambda client: (client != name, client)))


def metadata_of(folder: Path) -> Mapping[str, Any]:
    """The metadata of the newest model in a service's folder."""
    newest = max(folder.glob("*/service-2.json*"))
    unpack = gzip.open if newest.suffix == ".gz" else open
    with unpack(newest, "rt", encoding="utf-8") as file:
        head = file.read(_HEAD_CHARACTERS)
        place = head.find('"metadata":')
        if place < 0:
            return dict(json.loads(head + file.read())["metadata"])
    return dict(json.JSONDecoder().raw_decode(head, head.index("{", place))[0])


@cache
def _clients_by_signing_name() -> dict[str, tuple[str, ...]]:
    """All clients of the installed botocore by signing name."""
    from botocore.loaders import Loader

    loader = Loader()
    index: dict[str, tuple[str, ...]] = {}
    for service in loader.list_available_services("service-2"):
        metadata = metadata_of(Path(loader.BUILTIN_DATA_PATH, service))
        signing = metadata.get("signingName") or metadata.get("endpointPrefix") or service
        index[signing] = (*index.get(signing, ()), service)
    return index
