"""Third parties' distributions, installed for one test: a folder on ``sys.path`` with packages and their metadata."""

from __future__ import annotations

import importlib
import json
import sys
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SQS_PLUGIN = """
    from trueup.service.plugin import ServicePlugin, action, aspect, resource
    from trueup.change import Refusal

    class SqsPlugin(ServicePlugin):
        service = "sqs"

        @resource("queue", key="QueueUrl", arn="arn:{partition}:sqs:{region}:{account}:{Name}", lists="sqs:ListQueues")
        def queues(self, aws):
            for url in aws.paginate("sqs:ListQueues", "QueueUrls[]"):
                yield {"QueueUrl": url, "Name": url.rpartition("/")[2]}

        @aspect("queue", reads="sqs:GetQueueAttributes")
        def attributes(self, aws, queue):
            return aws.call("sqs:GetQueueAttributes", QueueUrl=queue.id, AttributeNames=["All"])["Attributes"]

        @action("queue", "encrypt", needs=("attributes",), owned=("attributes.SqsManagedSseEnabled",),
                writes=("sqs:SetQueueAttributes",), risk="safe")
        def encrypt(self, queue, parameters):
            return Refusal(f"{queue['attributes.SqsManagedSseEnabled']} {type(queue.aspects).__name__} {parameters}")
"""

SQS_FACTS: dict[str, Any] = {
    "title": "sqs.queue",
    "type": "object",
    "x-actions": {"encrypt": {"parameters": {"type": "object"}}},
    "properties": {
        "attributes": {
            "description": "What GetQueueAttributes says.",
            "type": "object",
            "x-kind": "configuration",
            "x-reads": ["sqs:GetQueueAttributes"],
            "properties": {"SqsManagedSseEnabled": {"type": "string", "description": "Whether SQS encrypts."}},
        }
    },
}


class Site:
    """A folder of installed distributions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, path: str, text: str) -> None:
        """Write a file of a package."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")

    def distribution(self, name: str, version: str, **groups: Mapping[str, str]) -> None:
        """Write a distribution's metadata; ``plugins={"sqs": "trueup_sqs.plugin"}`` is its entry points."""
        self.write(f"{name.replace('-', '_')}-{version}.dist-info/METADATA", f"Name: {name}\nVersion: {version}\n")
        lines = [
            f"[trueup.{group}]\n" + "".join(f"{key} = {value}\n" for key, value in each.items())
            for group, each in groups.items()
        ]
        self.write(f"{name.replace('-', '_')}-{version}.dist-info/entry_points.txt", "\n".join(lines))
        importlib.invalidate_caches()

    def plugin(
        self, code: str = SQS_PLUGIN, facts: Mapping[str, Any] | None = SQS_FACTS, *, package: str = "trueup_sqs"
    ) -> None:
        """Write a package with ``plugin.py`` and the facts of ``sqs.queue``, and install it as ``trueup-sqs`` 1.0."""
        self.write(f"{package}/__init__.py", "")
        self.write(f"{package}/plugin.py", code)
        if facts is not None:
            self.write(f"{package}/facts/queue.schema.json", json.dumps(facts))
        self.distribution("trueup-sqs", "1.0", plugins={"sqs": f"{package}.plugin"})


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty folder of distributions, in front of ``sys.path``; what is imported from it is forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    before = set(sys.modules)
    yield Site(folder)
    for name in set(sys.modules) - before:
        if name.partition(".")[0] != "trueup":
            del sys.modules[name]


@pytest.fixture
def sqs_plugin() -> str:
    """The code of a plugin as a third party would write it."""
    return dedent(SQS_PLUGIN)


@pytest.fixture
def sqs_facts() -> dict[str, Any]:
    """The facts that go with it; a copy to be changed."""
    return json.loads(json.dumps(SQS_FACTS))  # type: ignore[no-any-return]  # what was dumped
