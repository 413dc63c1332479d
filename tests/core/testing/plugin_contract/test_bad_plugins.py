"""Deliberately bad plugins: each is caught by exactly the check that is for it, with a message that teaches."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from trueup.testing.plugin_contract import (
    acting,
    declaring,
    elsewhere,
    failing,
    finding,
    fixing,
    importing,
    listing,
    moving,
    reading,
    ruling,
)
from trueup.testing.plugin_contract.contract import INVARIANTS

if TYPE_CHECKING:
    from trueup.testing.plugin_contract import Invariant

PLUGIN, ESTATE, FACTS = "plugin.py", "estate.py", "facts/queue.schema.json"
RULE, CASES = "rules/sqs-queue-encrypted.json", "rules/sqs-queue-encrypted.cases.json"
READ = 'found = aws.call("sqs:GetQueueAttributes", QueueUrl=queue.id, AttributeNames=["All"])["Attributes"]'
TAGS = 'return aws.call("sqs:ListQueueTags", QueueUrl=queue.id).get("Tags", {})'
FIX = 'if queue["attributes.SqsManagedSseEnabled"]:'
NOTHING = '{"description": "Stop.", "parameters": {"type": "object"}}'
NO_CASE = ',\n    {"name": "not readable", "facts": {"security": {"$unknown": "access denied"}}, "expect": "unknown"}'
PRICES = """{"service": "sqs", "currency": "USD", "date": "2026-09-29", "source": "the price list",
 "regions": {"us-east-1": {"requests": 0.4}}}"""
CORRECTION = """from trueup.testing import Correction

CORRECTIONS = (Correction("sqs-purge", "sqs", "purges once a minute", "", lambda aws: None),)
"""
DENIED_IS_NONE = """found = aws.call("sqs:ListQueueTags", QueueUrl=queue.id, absent=("AccessDenied",))
        return (found or {}).get("Tags", {})"""
THREAD = """
import threading, time

threading.Thread(None, time.sleep, "own", (9,), daemon=True).start()
"""
FAILED_IS_NONE = """        from trueup.errors import UnreadableError
        try:
            urls = list(aws.paginate("sqs:ListQueues", "QueueUrls[]"))
        except UnreadableError:
            urls = []
        for url in urls:
"""
PLANNED_IN_SPITE = f"""if queue.get("tags.frozen") == "yes":
            return Refusal("it is frozen")
        {FIX}"""
OWN_CLIENT = '(lambda boto: boto.client("sqs", "us-east-1"))(__import__("bo" + "to3"))'


UNDECLARED = f"""{TAGS.replace("return ", "found = ")}
        aws.call("sqs:ListDeadLetterSourceQueues", QueueUrl=queue.id)
        return found"""
MARKED = f"""{READ}
        if queue.id.endswith("events") and found["SqsManagedSseEnabled"] == "true":
            {OWN_CLIENT}.tag_queue(QueueUrl=queue.id, Tags={{"by": "trueup"}})"""
FORGOTTEN = """{"encrypted": queue["attributes.SqsManagedSseEnabled"]
                and queue.read_at.timestamp() - queue["attributes.LastModifiedTimestamp"] < 7200}"""


PASSES_UNKNOWN = """class _Optimist(ServicePlugin):
    @hookimpl
    def audit(self, scope, rules):
        for each in judge_resources(scope, rules):
            known = each.judgement.verdict is not Verdict.UNKNOWN or each.resource is None
            yield each if known else replace(each, judgement=Judgement(Verdict.PASS))


class SqsPlugin"""
LEAVES_OUT = """class _Optimist(ServicePlugin):
    @hookimpl
    def audit(self, scope, rules):
        return (each for each in judge_resources(scope, rules) if each.resource is not None)


class SqsPlugin"""
OWN_AUDIT = """from dataclasses import replace

from trueup.finding import Judgement, Verdict
from trueup.hosting.markers import hookimpl
from trueup.service.judging import judge_resources
from trueup.change"""
DROPPED = f"""from trueup.errors import UnreadableError
        from trueup.facts.unknown import Reason
        try:
            {TAGS}
        except UnreadableError as error:
            if error.unknown.reason is not Reason.UNEXPECTED:
                raise
            return {{}}"""
UNUSED = """

    @action("queue", "stop-encryption", needs=(), owned=("attributes.SqsManagedSseEnabled",),
            writes=("sqs:SetQueueAttributes",), risk="safe")
    def stop_encryption(self, queue: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
        return Refusal("not today")


def _set"""
TAGGED = """        tags = {"QueueUrl": queue.resource.id, "Tags": {"fixed": "yes"}}
        tag = Step(call=Call("sqs", "TagQueue", tags), undo=(), leaves="a tag", repeatable=True)
        return Change("""


@dataclass(frozen=True)
class Bad:
    """A plugin with something broken in it.

    Args:
        name: what is broken.
        edits: file, text and what stands there instead.
        caught: the checks that must find it; no others may find anything.
        says: what the first of them says of it.
    """

    name: str
    edits: tuple[tuple[str, str, str], ...]
    caught: tuple[Invariant, ...]
    says: str


def bad(name: str, *edits: tuple[str, str, str], caught: Invariant | tuple[Invariant, ...], says: str) -> Any:
    """Give a bad plugin as a parameter."""
    found = caught if isinstance(caught, tuple) else (caught,)
    return pytest.param(Bad(name, edits, found, says), id=name.replace(" ", "-"))


OF_FILES = (
    bad(
        "connects at import",
        (PLUGIN, "", "\nimport socket\n\nwith socket.socket() as it:\n    it.connect_ex(('127.0.0.1', 9))\n"),
        caught=(importing.import_does_nothing, importing.no_client_is_made),
        says="socket.connect",
    ),
    bad(
        "writes a file at import",
        (PLUGIN, "", "\nimport tempfile\n\ntempfile.NamedTemporaryFile('w')\n"),
        caught=importing.import_does_nothing,
        says="for writing",
    ),
    bad(
        "starts a thread at import",
        (PLUGIN, "", THREAD),
        caught=importing.import_does_nothing,
        says="thread own runs",
    ),
    bad(
        "makes a client at import",
        (PLUGIN, "", f"\nCLIENT = {OWN_CLIENT}\n"),
        caught=(importing.import_does_nothing,),
        says="makes a client of sqs",
    ),
    bad(
        "prints at import",
        (PLUGIN, "", '\nprint("hello")\n'),
        caught=importing.import_does_nothing,
        says="prints hello",
    ),
    bad(
        "changes the environment at import",
        (PLUGIN, "", '\nimport os\n\nos.environ["AWS_PROFILE"] = "mine"\n'),
        caught=importing.import_does_nothing,
        says="environment variable AWS_PROFILE is changed",
    ),
    bad(
        "has code in init",
        ("rules/__init__.py", "", '"""Rules."""\n\nVERSION = "1.0"\n'),
        caught=importing.init_is_empty,
        says="expected nothing, found VERSION = '1.0'",
    ),
    bad(
        "imports the SDK",
        (PLUGIN, "        for url in aws", "        from boto3.session import Session\n        for url in aws"),
        caught=importing.no_client_is_made,
        says="plugin.py:28: imports boto3.session",
    ),
    bad(
        "imports the SDK by name",
        (PLUGIN, "", '\n\ndef client():\n    return __import__("boto3").client("sqs")\n'),
        caught=importing.no_client_is_made,
        says="imports boto3",
    ),
    bad(
        "starts the AWS CLI",
        (PLUGIN, "        for url in aws", '        import os\n        os.system("aws")\n        for url in aws'),
        caught=importing.no_client_is_made,
        says="plugin.py:29: uses os.system",
    ),
    bad(
        "starts a program",
        (PLUGIN, "        for url in aws", "        import subprocess\n        for url in aws"),
        caught=importing.no_client_is_made,
        says="plugin.py:28: imports subprocess",
    ),
    bad(
        "makes a client of the host's",
        (PLUGIN, "        for url in aws", "        from trueup.aws.connection import connect\n        for url in aws"),
        caught=importing.no_client_is_made,
        says="plugin.py:28: imports trueup.aws.connection",
    ),
    bad(
        "names its resources in one partition",
        (PLUGIN, "arn:{partition}:sqs", "arn:aws:sqs"),
        caught=declaring.declarations_are_sound,
        says="sqs.queue: arn: expected {partition} or a field of the item, found 'aws'",
    ),
    bad(
        "names its resources in one account",
        (PLUGIN, "{region}:{account}", "us-east-1:123456789012"),
        caught=declaring.declarations_are_sound,
        says="sqs.queue: arn: expected {region} or a field of the item, found 'us-east-1'",
    ),
    bad(
        "reads by an operation that is none",
        (PLUGIN, 'reads="sqs:ListQueueTags"', 'reads="sqs:ListQueueTag"'),
        (FACTS, '["sqs:ListQueueTags"]', '["sqs:ListQueueTag"]'),
        caught=declaring.operations_have_iam_actions,
        says="aspect tags of sqs.queue: 'sqs:ListQueueTag' is no operation",
    ),
    bad(
        "depends on a permission that is none",
        (PLUGIN, 'risk="safe",', 'risk="safe",\n        permissions=("sqs:SetEverything",),'),
        caught=declaring.operations_have_iam_actions,
        says="AWS has no IAM action 'sqs:SetEverything'",
    ),
    bad(
        "declares a write as a read",
        (PLUGIN, 'reads="sqs:ListQueueTags"', 'reads=("sqs:ListQueueTags", "sqs:TagQueue")'),
        (FACTS, '["sqs:ListQueueTags"]', '["sqs:ListQueueTags", "sqs:TagQueue"]'),
        caught=declaring.reads_only_read,
        says="expected sqs:TagQueue to list or read, found that sqs:TagQueue is Tagging",
    ),
    bad(
        "takes messages while it reads",
        (PLUGIN, 'reads="sqs:ListQueueTags"', 'reads=("sqs:ListQueueTags", "sqs:ReceiveMessage")'),
        (FACTS, '["sqs:ListQueueTags"]', '["sqs:ListQueueTags", "sqs:ReceiveMessage"]'),
        caught=declaring.reads_only_read,
        says="sqs:ReceiveMessage",
    ),
    bad(
        "has a fact schema without reads",
        (FACTS, '      "x-reads": ["sqs:ListQueueTags"],\n', ""),
        caught=declaring.schemas_are_sound,
        says="expected 'x-reads', which is missing",
    ),
    bad(
        "says that something else reads an aspect",
        (FACTS, '["sqs:ListQueueTags"]', '["sqs:GetQueueAttributes"]'),
        caught=declaring.aspects_match_schema,
        says="aspect 'tags' reads sqs:ListQueueTags, but x-reads says sqs:GetQueueAttributes",
    ),
    bad(
        "declares an aspect that the schema does not have",
        (PLUGIN, '@derived("queue", needs=("attributes",))', '@derived("queue", needs=("attributes",), name="safety")'),
        caught=declaring.aspects_match_schema,
        says="aspect 'safety' is declared, but not in the schema",
    ),
    bad(
        "declares an action that the schema does not have",
        (FACTS, '"x-actions": {', f'"x-actions": {{"stop-encryption": {NOTHING},'),
        caught=declaring.actions_match_schema,
        says="action 'stop-encryption' is in x-actions, but not declared; did you mean 'enable-encryption'?",
    ),
    bad(
        "describes parameters by what is no schema",
        (PLUGIN, 'risk="safe",', 'risk="safe",\n        parameters={"type": "objekt"},'),
        caught=declaring.parameters_are_schemas,
        says="action enable-encryption as declared: $.type: 'objekt' is not valid",
    ),
    bad(
        "names a rule otherwise than its file",
        (RULE, '"id": "sqs-queue-encrypted"', '"id": "sqs-queue-encryption"'),
        caught=ruling.rules_are_sound,
        says="sqs-queue-encrypted.json:2:9: expected 'sqs-queue-encrypted', as the file is called",
    ),
    bad(
        "has a rule about what is no fact",
        (RULE, "security.encrypted", "security.encrypte"),
        caught=ruling.rules_are_sound,
        says="'security.encrypte' names no fact of sqs.queue",
    ),
    bad(
        "has a rule whose fix is no action",
        (RULE, "enable-encryption", "enable-encrypting"),
        caught=ruling.rules_are_sound,
        says="enable-encrypting",
    ),
    bad(
        "has no case of unknown",
        (CASES, NO_CASE, ""),
        caught=ruling.cases_hold,
        says="sqs-queue-encrypted: expected a case each of pass, fail and unknown, found none of unknown",
    ),
    bad(
        "has a case that does not hold",
        (CASES, '{"encrypted": true}}, "expect": "pass"', '{"encrypted": true}}, "expect": "fail"'),
        caught=ruling.cases_hold,
        says="sqs-queue-encrypted: on: expected fail, found pass",
    ),
    bad(
        "has cases of no rule",
        ("rules/sqs-queue-encryptet.cases.json", "", '{"cases": []}'),
        caught=ruling.cases_hold,
        says="expected a rule sqs-queue-encryptet.json beside it, found none; did you mean 'sqs-queue-encrypted'?",
    ),
    bad(
        "has prices that cannot be fetched anew",
        ("prices.json", "", PRICES),
        caught=ruling.prices_are_sound,
        says="expected price_queries.json beside",
    ),
    bad(
        "has a correction without a source",
        ("simulated.py", "", CORRECTION),
        caught=ruling.corrections_name_sources,
        says="sqs-purge: source is empty",
    ),
)  # fmt: skip

IN_ACCOUNT = (
    bad(
        "writes while it reads",
        (PLUGIN, TAGS, f'{OWN_CLIENT}.tag_queue(QueueUrl=queue.id, Tags={{"seen": "yes"}})\n        {TAGS}'),
        caught=(reading.audit_writes_nothing, fixing.sent_is_what_is_planned),
        says="sqs:TagQueue was sent by an audit or a plan",
    ),
    bad(
        "calls what it does not declare",
        (PLUGIN, TAGS, UNDECLARED),
        caught=(reading.only_declared_is_called, fixing.apply_makes_it_pass),
        says="sqs:ListDeadLetterSourceQueues was refused before sending",
    ),
    bad(
        "declares what it does not call",
        (PLUGIN, 'reads="sqs:ListQueueTags"', 'reads=("sqs:ListQueueTags", "sqs:ListDeadLetterSourceQueues")'),
        (FACTS, '["sqs:ListQueueTags"]', '["sqs:ListQueueTags", "sqs:ListDeadLetterSourceQueues"]'),
        caught=reading.every_read_is_tried,
        says="sqs:ListDeadLetterSourceQueues is never called, though it is declared by aspect tags of sqs.queue",
    ),
    bad(
        "reads with a client of its own",
        (PLUGIN, TAGS, f'return {OWN_CLIENT}.list_queue_tags(QueueUrl=queue.id).get("Tags", {{}})'),
        caught=(reading.only_declared_is_called, failing.denied_is_unknown),
        says="sqs:ListQueueTags was called by a client that the host did not make",
    ),
    bad(
        "breaks on one queue",
        (PLUGIN, TAGS, f'{TAGS.replace("return ", "found = ")}\n        return {{"events": found}}[queue.id[-6:]]'),
        caught=reading.every_aspect_is_read,
        says="aspect tags of sqs.queue: KeyError: 'orders'",
    ),
    bad(
        "gives a number as text",
        (PLUGIN, 'int(float(found["LastModifiedTimestamp"]))', 'found["LastModifiedTimestamp"]'),
        caught=reading.facts_match_schema,
        says="expected an integer",
    ),
    bad(
        "has a fact under another name",
        (FACTS, "DelaySeconds", "DelaySecond"),
        ("rules/sqs-queue-without-delay.json", "DelaySeconds", "DelaySecond"),
        ("rules/sqs-queue-without-delay.cases.json", "DelaySeconds", "DelaySecond"),
        caught=reading.facts_match_schema,
        says="attributes.DelaySecond, which rule sqs-queue-without-delay looks at, is there of no resource of the "
        "estate; did you mean 'DelaySeconds'?",
    ),
    bad(
        "takes a denial for no tags",
        (PLUGIN, TAGS, DENIED_IS_NONE),
        caught=failing.denied_is_unknown,
        says="aspect tags while sqs:ListQueueTags is denied: expected it to be unknown, found {}",
    ),
    bad(
        "takes a failed list for a short one",
        (PLUGIN, '        for url in aws.paginate("sqs:ListQueues", "QueueUrls[]"):\n', FAILED_IS_NONE),
        caught=(failing.denied_is_unknown, failing.throttled_is_unknown, failing.timeout_is_unknown),
        says="sqs.queue: the list ends as if it were whole, with 0 resources, while sqs:ListQueues fails",
    ),
    bad(
        "lists the first page only",
        (PLUGIN, 'aws.paginate("sqs:ListQueues", "QueueUrls[]")', 'aws.call("sqs:ListQueues").get("QueueUrls", [])'),
        caught=listing.lists_reach_their_end,
        says="sqs:ListQueues, which lists sqs.queue, says that there is more, which is not asked for",
    ),
    bad(
        "passes what it could not read",
        (PLUGIN, "class SqsPlugin", PASSES_UNKNOWN),
        (PLUGIN, "class SqsPlugin(ServicePlugin)", "class SqsPlugin(_Optimist)"),
        (PLUGIN, "from trueup.change", OWN_AUDIT),
        caught=finding.audit_says_what_facts_say,
        says="rule sqs-queue-encrypted while reads are denied: expected unknown, found pass",
    ),
    bad(
        "finds nothing where its list breaks off",
        (PLUGIN, "class SqsPlugin", LEAVES_OUT),
        (PLUGIN, "class SqsPlugin(ServicePlugin)", "class SqsPlugin(_Optimist)"),
        (PLUGIN, "from trueup.change", OWN_AUDIT),
        caught=finding.audit_says_what_facts_say,
        says="the list: rule sqs-queue-encrypted while lists are denied: expected unknown, found no finding",
    ),
    bad(
        "orders by chance",
        (PLUGIN, 'summary="encryption: off becomes on"', 'summary=" ".join({*"abcdefghijklmnopqrstuvwxyz"})'),
        caught=elsewhere.fixes_are_the_same_elsewhere,
        says="the fix of sqs-queue-encrypted is another one in another process, in summary",
    ),
    bad(
        "says what day it is",
        (PLUGIN, 'summary="encryption: off becomes on"', 'summary=f"encryption since {date.today()}"'),
        (PLUGIN, "from typing import", "from datetime import date\nfrom typing import"),
        caught=elsewhere.fixes_are_the_same_elsewhere,
        says="the fix of sqs-queue-encrypted is another one in another process, in summary",
    ),
    bad(
        "has an action that no rule uses",
        (PLUGIN, "\n\ndef _set", UNUSED),
        (FACTS, '"x-actions": {', f'"x-actions": {{"stop-encryption": {NOTHING},'),
        caught=fixing.every_action_is_tried,
        says="action stop-encryption of sqs.queue is the fix of no rule; write one in",
    ),
    bad(
        "changes a setting beside the one it owns",
        (PLUGIN, '{"SqsManagedSseEnabled": value}', '{"SqsManagedSseEnabled": value, "DelaySeconds": "9"}'),
        caught=fixing.nothing_else_changes,
        says="the fix of sqs-queue-encrypted changes attributes.DelaySeconds at 9 instead of 0",
    ),
    bad(
        "leaves a tag behind",
        (PLUGIN, 'writes=("sqs:SetQueueAttributes",)', 'writes=("sqs:SetQueueAttributes", "sqs:TagQueue")'),
        (PLUGIN, "steps=(step,)", "steps=(step, tag)"),
        (PLUGIN, "        return Change(", TAGGED),
        caught=fixing.nothing_else_changes,
        says="rolled back, leaves tags.fixed at 'yes' instead of None",
    ),
    bad(
        "derives a verdict from what is not known",
        (PLUGIN, '{"encrypted": queue["attributes.SqsManagedSseEnabled"]}',
         '{"encrypted": queue.get("attributes.SqsManagedSseEnabled") is True}'),
        caught=(failing.denied_is_unknown, failing.throttled_is_unknown, failing.timeout_is_unknown),
        says="orders: rule sqs-queue-encrypted is pass, and fail while sqs:GetQueueAttributes fails",
    ),
    bad(
        "writes back what it did not read whole",
        (PLUGIN, '@aspect("queue", reads="sqs:ListQueueTags")',
         '@aspect("queue", reads="sqs:ListQueueTags", written_back=".")'),
        (PLUGIN, TAGS, DROPPED),
        caught=moving.newer_answers_are_not_written_back,
        says="aspect tags while sqs:ListQueueTags answers with members that no model has: expected it to be unknown",
    ),
    bad(
        "plans from what is not known",
        (PLUGIN, 'needs=("attributes",),\n        owned', 'needs=("attributes", "tags"),\n        owned'),
        (PLUGIN, FIX, PLANNED_IN_SPITE),
        caught=failing.nothing_is_planned_from_unknown,
        says="events: the fix of sqs-queue-encrypted is planned while sqs:ListQueueTags is denied, though the action "
        "looks at tags",
    ),
    bad(
        "counts its plans",
        (PLUGIN, "class SqsPlugin", "COUNTED = []\n\n\nclass SqsPlugin"),
        (PLUGIN, 'summary="encryption: off becomes on"', 'summary=f"encryption: fix {len(COUNTED)}"'),
        (PLUGIN, FIX, f"COUNTED.append(queue)\n        {FIX}"),
        caught=(acting.functions_are_pure, elsewhere.fixes_are_the_same_elsewhere),
        says="the fix of sqs-queue-encrypted is another one the second time, in summary",
    ),
    bad(
        "changes what it is given",
        (PLUGIN, FIX, f'queue.aspects["attributes"]["planned"] = True\n        {FIX}'),
        caught=(acting.functions_are_pure, fixing.every_action_is_tried),
        says="the fix of sqs-queue-encrypted changes the snapshot",
    ),
    bad(
        "derives into what it is given",
        (PLUGIN, 'return {"encrypted"', 'queue["attributes"].update(derived=True)\n        return {"encrypted"'),
        caught=(acting.functions_are_pure, reading.facts_match_schema),
        says="derived aspect security changes what it is given",
    ),
    bad(
        "uses a write that it does not declare",
        (PLUGIN, 'writes=("sqs:SetQueueAttributes",)', 'writes=("sqs:TagQueue",)'),
        caught=(acting.changes_stay_declared, fixing.apply_makes_it_pass),
        says="expected one of its declared writes, found sqs:SetQueueAttributes",
    ),
    bad(
        "owns another fact than it writes",
        (PLUGIN, 'owned=("attributes.SqsManagedSseEnabled",)', 'owned=("attributes.DelaySeconds",)'),
        caught=(acting.changes_stay_declared, fixing.apply_makes_it_pass),
        says="expected a fact that it owns, found attributes.SqsManagedSseEnabled",
    ),
    bad(
        "plans a call that AWS does not take",
        (PLUGIN, '"QueueUrl": queue.resource.id', '"QueueURL": queue.resource.id'),
        caught=(acting.calls_are_valid, fixing.apply_makes_it_pass),
        says="sqs:SetQueueAttributes QueueUrl: expected a value, as it is required",
    ),
    bad(
        "has an undo that AWS does not take",
        (PLUGIN, 'undo=(_set(queue, "false"),)', "undo=(_set(queue, False),)"),
        caught=(acting.calls_are_valid, fixing.apply_makes_it_pass),
        says="undo: sqs:SetQueueAttributes Attributes.SqsManagedSseEnabled: expected a string, found False",
    ),
    bad(
        "has an estate that needs no fix",
        (ESTATE, '"false"', '"true"'),
        caught=fixing.every_action_is_tried,
        says="action enable-encryption of sqs.queue is planned for nothing (sqs-queue-encrypted: no resource fails",
    ),
    bad(
        "has a fix that does not fix",
        (PLUGIN, 'call=_set(queue, "true")', 'call=_set(queue, "false")'),
        (PLUGIN, 'undo=(_set(queue, "false"),)', 'undo=(_set(queue, "true"),)'),
        caught=fixing.apply_makes_it_pass,
        says="the fix of sqs-queue-encrypted ends as",
    ),
    bad(
        "has an effect that is not the rule's",
        (PLUGIN, 'owned=("attributes.SqsManagedSseEnabled",)', 'owned=("attributes.DelaySeconds",)'),
        (PLUGIN, 'effect={"attributes.SqsManagedSseEnabled": True}', 'effect={"attributes.DelaySeconds": 0}'),
        (PLUGIN, '"Attributes": {"SqsManagedSseEnabled": value}', '"Attributes": {"DelaySeconds": "0"}'),
        caught=fixing.apply_makes_it_pass,
        says="the fix of sqs-queue-encrypted ends as",
    ),
    bad(
        "sends more than is planned",
        (PLUGIN, READ, MARKED),
        caught=(fixing.sent_is_what_is_planned, fixing.nothing_else_changes, fixing.second_apply_does_nothing),
        says="apply: expected sqs:SetQueueAttributes to be sent, found sqs:SetQueueAttributes, sqs:TagQueue",
    ),
    bad(
        "forgets its fix over night",
        (PLUGIN, '{"encrypted": queue["attributes.SqsManagedSseEnabled"]}', FORGOTTEN),
        (PLUGIN, FIX, 'if queue["security.encrypted"]:'),
        (ESTATE, '    client.create_queue(QueueName="orders", Attributes={"SqsManagedSseEnabled": "true"})\n', ""),
        (PLUGIN, 'needs=("attributes",),\n        owned', 'needs=("attributes", "security"),\n        owned'),
        caught=fixing.second_apply_does_nothing,
        says="it is planned again the night after (sqs:SetQueueAttributes)",
    ),
    bad(
        "does not undo",
        (PLUGIN, 'undo=(_set(queue, "false"),)', 'undo=(_set(queue, "true"),)'),
        caught=fixing.rollback_restores,
        says="the fix of sqs-queue-encrypted",
    ),
)  # fmt: skip

CHECKED_IN_ACCOUNT = INVARIANTS[INVARIANTS.index(reading.audit_writes_nothing) :]
# These two cost most of the time, and find what the denied one finds, unless they are asked for.
SLOW = {failing.throttled_is_unknown.says, failing.timeout_is_unknown.says}


@pytest.mark.parametrize("plugin", OF_FILES)
def test_a_bad_package_is_caught(package: Any, plugin: Bad) -> None:
    """What is wrong in the files of a package is found without an account."""
    _check(package, plugin, INVARIANTS[: INVARIANTS.index(reading.audit_writes_nothing)])


@pytest.mark.parametrize("plugin", IN_ACCOUNT)
def test_a_bad_behaviour_is_caught(package: Any, plugin: Bad) -> None:
    """What a plugin does wrong is found where it does it: on its estate."""
    wanted = {each.says for each in plugin.caught}
    _check(package, plugin, [each for each in CHECKED_IN_ACCOUNT if each.says not in SLOW - wanted])


def _check(package: Any, plugin: Bad, invariants: Any) -> None:
    for edit in plugin.edits:
        package.change(*edit)
    found = package.broken(invariants)
    assert {each.says for each in plugin.caught} == set(found), "\n".join(found.values())
    told = found[plugin.caught[0].says]
    assert plugin.says in told, told
    assert plugin.caught[0].why in told
    assert "mend:" in told
    assert str(package.folder) in told.partition("mend:")[2]


def test_every_check_has_a_bad_plugin() -> None:
    """A check that nothing was ever caught by may catch nothing; the slow two are seen together with the third."""
    caught = {each.says for case in (*OF_FILES, *IN_ACCOUNT) for each in case.values[0].caught}
    assert {each.says for each in INVARIANTS} == caught


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("no estate", "there is no such file"),
        ("no build", "it has no function build(aws)"),
        ("build fails", "building it fails with ZeroDivisionError"),
        ("nothing built", "expected at least one sqs.queue to be listed, found none"),
    ],
)
def test_a_plugin_without_an_estate_is_told_so(package: Any, broken: str, says: str) -> None:
    """Each check that needs one says the same: what is missing, what for, and where."""
    estate = package.folder / ESTATE
    if broken == "no estate":
        estate.unlink()
    else:
        body = {"no build": "", "build fails": "1 / 0", "nothing built": "pass"}[broken]
        estate.write_text(f"def build(aws):\n    {body}\n" if body else "BUILD = None\n", encoding="utf-8")
    found = package.broken([reading.facts_match_schema, fixing.every_action_is_tried])
    ((invariant, told),) = found.items()
    assert invariant == "estate.py beside the plugin builds resources, some of which need each fix: build(aws)"
    assert says in told
    assert str(estate) in told


def test_a_plugin_that_is_not_installed_is_told_so(package: Any) -> None:
    """With the names that are near."""
    package.install(plugins="sqss = stranger_sqs.plugin", rules="sqs = stranger_sqs.rules")
    told = package.broken([declaring.declarations_are_sound])
    assert (
        "no installed distribution has an entry point 'sqs'"
        in told["the plugin is installed under the name of its service"]
    )


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("raise RuntimeError('no network')", "RuntimeError: no network"),
        ("def nothing(): pass", "expected a ServicePlugin or a function marked with hookimpl"),
        (
            "from trueup.service.plugin import ServicePlugin\nclass Sqs(ServicePlugin):\n    service = 'sqs'\n",
            "declares no resource type",
        ),
    ],
)
def test_a_plugin_that_does_not_load_is_told_so(package: Any, code: str, says: str) -> None:
    """By whatever check comes first."""
    (package.folder / PLUGIN).write_text(code, encoding="utf-8")
    assert says in package.broken([declaring.reads_only_read])["the plugin loads, and declares what it audits"]


def test_a_plugin_without_rules_is_told_so(package: Any) -> None:
    """It would never be imported."""
    package.install(plugins="sqs = stranger_sqs.plugin", rules="")
    told = package.broken([ruling.rules_are_sound, ruling.cases_hold])
    assert "no package of rules is installed as 'sqs' in the group trueup.rules" in told["the plugin ships rules"]
    assert 1 == len(told)


def test_declarations_that_contradict_each_other_are_told(package: Any) -> None:
    """The class of declared services checks itself; a plugin of bare hooks is checked here."""
    package.change(PLUGIN, "class SqsPlugin", "class _Sqs")
    (package.folder / PLUGIN).rename(package.folder / "queues.py")
    code = """
        from dataclasses import replace

        from stranger_sqs.queues import _Sqs
        from trueup.hosting.markers import hookimpl


        @hookimpl
        def resource_types():
            return [replace(each, busy_needs=("attribute",)) for each in _Sqs().types]
    """
    (package.folder / PLUGIN).write_text(dedent(code), encoding="utf-8")
    ((told),) = package.broken([*declaring.DECLARED, reading.audit_writes_nothing]).values()
    assert declaring.declarations_are_sound.says in told
    assert "sqs.queue: busy: 'attribute' is no aspect of it; did you mean 'attributes'?" in told
