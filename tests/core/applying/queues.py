"""Queues for the tests of the engine: a plugin and rules installed as a third party's, and an operator of them.

A real distribution and a real wire, so that nothing of the engine is replaced: a test chooses the shape of a fix by
the parameters of its rule.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.core.hosting.conftest import Site
from trueup.aws.connection import connect
from trueup.cli.exits import changes_code
from trueup.hosting.host import Host
from trueup.running.account import Account, Target
from trueup.running.apply_plan import PlanApplier, resume
from trueup.running.undo_run import UndoRun
from trueup.settings import Settings
from trueup.testing.operator import Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from trueup.applying.bench import Bench
    from trueup.applying.rollback import Undo
    from trueup.aws.settings import ClientSettings
    from trueup.planning.plan_file import Plan

__all__ = ["ARN", "FACTS", "Hearing", "Shop", "Waiting", "fix", "install", "open_shop"]

ARN = "arn:aws:sqs:us-east-1:123456789012:{}"
PLUGIN = Path(__file__).with_name("trueup_queues.py.txt")

_INTEGER = {"type": "integer", "description": "d"}
FACTS: dict[str, Any] = {
    "title": "sqs.queue",
    "type": "object",
    "x-actions": {
        name: {"parameters": {"type": "object"}}
        for name in ("set", "lower", "shrink", "drop", "dead-letter", "copy-secret")
    },
    "properties": {
        "attributes": {
            "description": "d",
            "type": "object",
            "x-kind": "configuration",
            "properties": {
                "VisibilityTimeout": _INTEGER,
                "DelaySeconds": _INTEGER,
                "MaximumMessageSize": _INTEGER,
                "MessageRetentionPeriod": _INTEGER,
            },
        },
        "tags": {
            "description": "d",
            "type": "object",
            "x-kind": "configuration",
            "additionalProperties": {"type": "string"},
        },
        "members": {
            "description": "d",
            "type": "object",
            "x-kind": "configuration",
            "properties": {
                "dimensions": {
                    "type": "array",
                    "description": "d",
                    "items": {
                        "type": "object",
                        "description": "d",
                        "additionalProperties": {"type": "string", "description": "d"},
                    },
                }
            },
        },
        "account": {"description": "d", "type": "object", "x-kind": "observed", "properties": {"spare": _INTEGER}},
        "metrics": {
            "description": "d",
            "type": "object",
            "x-kind": "observed",
            "properties": {name: {"type": "number", "description": "d"} for name in ("depth", "delay")},
        },
        "demand": {
            "description": "d",
            "type": "object",
            "x-kind": "observed",
            "properties": {"needed": {"type": "number", "description": "d"}, "at": _INTEGER},
        },
        "fit": {
            "description": "d",
            "type": "object",
            "x-kind": "configuration",
            "properties": {"timeout": {"type": "boolean", "description": "d"}},
        },
        "daily": {
            "description": "d",
            "type": "object",
            "x-kind": "observed",
            "properties": {"oldest": {"type": "number", "description": "d"}},
        },
    },
}


def fix(
    rule: str = "sqs-queue-timeout",
    *,
    to: Mapping[str, int] | None = None,
    action: str = "set",
    expect: Mapping[str, Any] | None = None,
    when: Mapping[str, Any] | None = None,
    regression: Mapping[str, Any] | None = None,
    category: str = "operations",
    **parameters: Any,
) -> dict[str, Any]:
    """Give the document of a rule whose fix sets attributes of a queue, in their order."""
    wanted = {"VisibilityTimeout": 10} if to is None else to
    return {
        "id": rule,
        "title": "t",
        "resource": "sqs.queue",
        "category": category,
        "severity": "medium",
        "stage": "stable",
        "rationale": "r",
        **({"when": when} if when else {}),
        "expect": expect or {f"attributes.{name}": {"const": value} for name, value in wanted.items()},
        "remediation": {
            "action": action,
            "parameters": {"to": [list(each) for each in wanted.items()], **parameters},
            **({"regression": regression} if regression else {}),
        },
    }


class Hearing(list[str]):
    """What is said, with somebody who acts on it."""

    def __init__(self, heard: Callable[[str], object]) -> None:
        super().__init__()
        self.heard = heard

    def append(self, line: str) -> None:
        """Keep a line, then let it be heard."""
        super().append(line)
        self.heard(line)


class Waiting:
    """The simulated AWS's clock, with somebody who acts during each wait."""

    def __init__(self, aws: Any, meanwhile: Callable[[], object]) -> None:
        self.aws = aws
        self.meanwhile = meanwhile

    def now(self) -> datetime:
        """Give the time."""
        now: datetime = self.aws.clock.now()
        return now

    def sleep(self, seconds: float) -> None:
        """Move the clock forward, then let something happen."""
        self.aws.clock.advance(seconds)
        self.meanwhile()


@dataclass
class Shop(Operator):
    """An operator whose account has queues; see ``install``."""

    folder: Path = field(default_factory=Path)
    settings: Settings = field(default_factory=Settings)
    clients: ClientSettings | None = None
    said: list[str] = field(default_factory=list)

    def rule(self, document: Mapping[str, Any]) -> str:
        """Install a rule; give its id."""
        file = self.folder / "trueup_queue_rules" / f"{document['id']}.json"
        file.write_text(json.dumps(document), "utf-8")
        return str(document["id"])

    def queue(self, name: str, tags: Mapping[str, str] | None = None, **attributes: Any) -> str:
        """Make a queue; give its ARN."""
        given = {key: str(value) for key, value in attributes.items()}
        self.aws.client("sqs").create_queue(QueueName=name, Attributes=given, tags=dict(tags or {}))
        return ARN.format(name)

    def queues(self, *names: str, **attributes: Any) -> None:
        """Make several queues, then forget the calls that it took."""
        for name in names:
            self.queue(name, **attributes)
        self.aws.calls.clear()

    def attributes(self, name: str) -> dict[str, str]:
        """Give what is there, asked of the simulated AWS without trueup."""
        client = self.aws.client("sqs")
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
        found: dict[str, str] = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return found

    def timeouts(self, *names: str) -> list[int]:
        """Give the visibility timeouts that are there."""
        return [int(self.attributes(name)["VisibilityTimeout"]) for name in names]

    def tags(self, name: str) -> dict[str, str]:
        """Give the tags that are there."""
        client = self.aws.client("sqs")
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
        found: dict[str, str] = client.list_queue_tags(QueueUrl=url).get("Tags", {})
        return found

    def change_by_hand(self, name: str, **attributes: Any) -> None:
        """Do what somebody else would do in the console."""
        client = self.aws.client("sqs")
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
        client.set_queue_attributes(QueueUrl=url, Attributes={key: str(value) for key, value in attributes.items()})

    def tag_by_hand(self, name: str, **tags: str) -> None:
        """Tag a queue as somebody else would."""
        client = self.aws.client("sqs")
        client.tag_queue(QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"], Tags=tags)

    def account(self) -> Account:
        """Give the account for one more run, with these settings."""
        target = Target(endpoint_url=self.aws.endpoint_url)
        run = self.journal.runs.new_id()
        account = Account(target, run, self.host, self.journal, self.clock, self.settings)
        if self.clients is not None:
            account.__dict__["connection"] = connect(None, self.aws.endpoint_url, None, self.clients)
        return account

    def bench(self) -> Bench:
        """Give what applying works with."""
        return self.account().bench(self.said.append)

    def planned(self, document: Mapping[str, Any], *names: str) -> Plan:
        """Install a rule and plan its fixes; there must be some."""
        planned = self.plan(self.rule(document), *(ARN.format(name) for name in names))
        assert planned.plan is not None, (planned, self.findings(planned.run))
        return planned.plan

    def apply(self, plan: Plan) -> str:
        """Apply a plan; give the run."""
        applier = PlanApplier(self.account(), plan, self.options, self.said.append)
        return applier.go(applier.check(plan.digest))

    def resume(self, run: str) -> str:
        """Go on with a run, from a process that knows the journal only."""
        account = self.account()
        account.run = run
        return resume(account, self.journal.runs.get(run), self.said.append)

    def undos(self, run: str, **options: Any) -> list[Undo]:
        """Plan a rollback."""
        return UndoRun(self.account(), self.journal.runs.get(run), self.said.append).plan(**options)

    def rollback(self, run: str, **options: Any) -> str:
        """Roll a run back; give the rollback's own run."""
        undo = UndoRun(self.account(), self.journal.runs.get(run), self.said.append)
        return undo.go(undo.plan(**options))

    def statuses(self, run: str) -> dict[str, str]:
        """Give the status of each resource of a run, in the order of the plan."""
        return {record.change.resource.id: str(record.status) for record in self.changes(run)}

    def reasons(self, run: str) -> str:
        """Give the reasons of a run's changes in one text."""
        return "\n".join(record.reason or "" for record in self.changes(run))

    def exit_code(self, run: str) -> int:
        """Give what the command line would end with."""
        record = self.journal.runs.get(run)
        statuses = [each.status for each in self.changes(run)]
        return changes_code(statuses, record.status, rollback=record.kind == "rollback")

    def written(self) -> list[tuple[str, str]]:
        """Give the writes that reached AWS: the operation's name, and the queue's."""
        return [
            (call.operation, str(call.parameters.get("QueueUrl", call.parameters.get("QueueName"))).rpartition("/")[2])
            for call in self.writes()
        ]


def install(folder: Path) -> None:
    """Install the plugin and an empty folder of rules as the distribution ``trueup-queues``."""
    site = Site(folder)
    site.write("trueup_queues/__init__.py", "")
    site.write("trueup_queues/plugin.py", PLUGIN.read_text("utf-8"))
    site.write("trueup_queues/facts/queue.schema.json", json.dumps(FACTS))
    site.write("trueup_queue_rules/__init__.py", "")
    groups = {"plugins": {"sqs": "trueup_queues.plugin"}, "rules": {"sqs": "trueup_queue_rules"}}
    site.distribution("trueup-queues", "1.0", **groups)


def open_shop(aws: Any, folder: Path, monkeypatch: Any, state: Path) -> Iterator[Shop]:
    """Yield an operator of an empty account, with the queues' plugin installed; for fixtures."""
    import sys

    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    install(folder)
    before = set(sys.modules)
    shop = Shop(aws, state, folder=folder)
    assert "sqs" in Host().services()
    yield shop
    shop.journal.store.close()
    for name in set(sys.modules) - before:
        if name.startswith("trueup_queue"):
            del sys.modules[name]
