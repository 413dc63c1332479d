"""Requests to AWS, as far as the canned answers depend on them; read by hand, since a real parser would cost more.

Account, Region and service are in the credentials that a request is signed with: the access keys that the canned STS
gives away hold the account's id. The operation is where its protocol has it.

Source: botocore ``serialize.py`` and ``auth.py``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote

from canned.world import HOME

__all__ = ["Request", "access_key", "parse"]

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_TARGET = re.compile(r"\r\nx-amz-target: *(\S+)", re.IGNORECASE)
_ACTION = re.compile(rb"(?:^|&)Action=(\w+)")

_PATHS = (
    ("lambda", re.compile(r"/functions/?$"), "ListFunctions"),
    ("lambda", re.compile(r"/functions/[^/]+$"), "GetFunction"),
    ("lambda", re.compile(r"/tags/"), "ListTags"),
    ("lambda", re.compile(r"/aliases$"), "ListAliases"),
    ("lambda", re.compile(r"/provisioned-concurrency$"), "ListProvisionedConcurrencyConfigs"),
    ("lambda", re.compile(r"/event-source-mappings/?$"), "ListEventSourceMappings"),
    ("lambda", re.compile(r"/account-settings/?$"), "GetAccountSettings"),
    ("account", re.compile(r"/listRegions$"), "ListRegions"),
)

# The names of services as operations have them, where credentials have others.
_SERVICES = {"monitoring": "cloudwatch"}


def access_key(account: str) -> str:
    """Give the access key id of a role in an account: 20 letters, the account's id among them."""
    return f"ASIA{account}CANN"


@dataclass(frozen=True)
class Request:
    """A request.

    Args:
        method: GET or POST.
        target: path and query.
        body: the body.
        account: whose credentials these are.
        region: the Region that it is for.
        service: the service that it is for, as operations name it.
        operation: its name, empty where the service must look for itself.
    """

    method: str
    target: str
    body: bytes
    account: str = HOME
    region: str = "us-east-1"
    service: str = ""
    operation: str = ""

    @property
    def path(self) -> str:
        """The path, as it was sent."""
        return self.target.partition("?")[0]

    @cached_property
    def query(self) -> dict[str, str]:
        """The query's parameters; of those without a value, an empty one."""
        asked = parse_qs(self.target.partition("?")[2], keep_blank_values=True)
        return {name: values[0] for name, values in asked.items()}

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The parameters in the body, whether it is JSON or a form."""
        if self.body.startswith(b"{"):
            return dict(json.loads(self.body))
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    def named(self, where: str) -> list[str]:
        """Give what a parameter names, or the path's last part; one name or many."""
        if where == "path":
            return [unquote(self.path.rpartition("/")[2])]
        given = self.parameters.get(where, [])
        return [given] if isinstance(given, str) else list(given)


def parse(head: str, body: bytes) -> Request:
    """Give the request of a head, without the blank line, and a body."""
    method, target, _ = head.partition("\r\n")[0].split(" ")
    signed = _CREDENTIAL.search(head)
    if signed is None:
        return Request(method, target, body)
    key, region, service = signed.groups()
    account = key[4:16] if key[4:16].isdigit() else HOME
    operation = _operation(service, head, target, body)
    return Request(method, target, body, account, region, _SERVICES.get(service, service), operation)


def _operation(service: str, head: str, target: str, body: bytes) -> str:
    named = _TARGET.search(head)
    if named is not None:
        return named[1].rpartition(".")[2]
    action = _ACTION.search(body)
    if action is not None:
        return action[1].decode()
    path = target.partition("?")[0]
    return next((name for owner, shape, name in _PATHS if owner == service and shape.search(path)), "")
