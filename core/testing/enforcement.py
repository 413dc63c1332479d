"""IAM enforced: users of the simulated AWS who may do what their policies allow, and nothing else.

moto has an enforcement of its own, which real policies do not pass: it takes some calls for others (reading a bucket's
encryption for ``s3:ListBucket``) and asks nearly every service about ``*``, so that a policy with ARNs allows nothing.
Here a request asks for the IAM actions of the shipped data, on the resources that its parameters name. Passing a role
and tagging what is made are asked for, too. Policies of resources, permission boundaries and organizations are not.

Source: Service Authorization Reference; IAM User Guide, "Grant a user permissions to pass a role to an AWS service";
moto 5, ``s3.responses.ACTION_MAP`` and ``core.responses.BaseResponse.call_action``.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

from trueup.aws.iam.arn_forms import bind, fill
from trueup.aws.iam.levels import AccessLevel, access_level, canonical_action, is_read_only
from trueup.aws.iam.named import named_resources
from trueup.aws.iam.operations import UnknownOperationError, actions_for
from trueup.aws.iam.resources import kinds_of
from trueup.aws.regions import partition_of
from trueup.testing.fault_answers import denied
from trueup.testing.iam_policy import permits, statements_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trueup.aws.iam.resources import Kind
    from trueup.testing.exchange import ApiRequest, AwsError
    from trueup.testing.iam_policy import Statement

__all__ = ["Enforcement"]

_FREE = frozenset({"sts:GetCallerIdentity"})
"""Needs no permission, and cannot be denied. Source: AWS STS API, GetCallerIdentity."""

_PASS_ROLE = "iam:PassRole"  # noqa: S105 - an action, no password
_ROLE = re.compile(r"arn:[^:]+:iam::\d{12}:role/.+")
_TAGGING = ("TagResource", "AddTagsToResource")


class Enforcement:
    """The users whose requests are held against their policies; whoever else asks may do everything."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: dict[str, tuple[Statement, ...]] = {}

    def user(self, policies: Iterable[Mapping[str, Any]]) -> str:
        """Make a user with these policies and nothing else; give the access key id.

        Raises:
            ValueError: a policy has an element that is not evaluated here.
        """
        statements = statements_of(policies)
        with self._lock:
            # 20 capital letters and digits, as moto reads them
            key = f"TRUEUPENFORCED{len(self._users):06}"
            self._users[key] = statements
        return key

    def clear(self) -> None:
        """Forget every user."""
        with self._lock:
            self._users.clear()

    def refusal(self, request: ApiRequest, key: str) -> AwsError | None:
        """Give AWS's refusal of what the user of an access key may not do, None when it may."""
        statements = self._users.get(key)
        if statements is None or request.name in _FREE:
            return None
        for action, resource, passed_to in _questions(request, statements):
            if not permits(statements, action, resource, passed_to):
                return denied(request, action, resource)
        return None


def _questions(request: ApiRequest, statements: Sequence[Statement]) -> Iterator[tuple[str, str, str]]:
    """Yield what IAM is asked about a request: action, resource, and for a role who is given it."""
    try:
        actions = actions_for(request.name)
    except UnknownOperationError as error:
        yield error.action, "*", ""
        return
    place = {"Partition": partition_of(request.region), "Region": request.region, "Account": request.account}
    for action in actions:
        if action != _PASS_ROLE:
            yield from ((action, arn, "") for arn in _resources(request, action, place, statements))
    if not all(map(is_read_only, actions)):
        prefix = actions[0].partition(":")[0]
        yield from ((_PASS_ROLE, role, prefix) for role in _roles(request.parameters))
        yield from _of_tags(request, actions[0], place)


def _resources(
    request: ApiRequest, action: str, place: Mapping[str, str], statements: Sequence[Statement]
) -> list[str]:
    """Give the ARNs that a request is about."""
    kinds = kinds_of(action)
    if not kinds:
        return ["*"]
    named = named_resources(action, request.parameters, place)
    if named:
        return sorted(arn for arns in named.values() for arn in arns)
    asked = [kind for kind in kinds if kind.required]
    if asked:
        return [_unnamed(action, kind, place, statements) for kind in asked]
    # It is of one of several kinds, none of which is named: any one that is allowed will do.
    forms = [_unnamed(action, kind, place, statements) for kind in kinds]
    return [next((form for form in forms if permits(statements, action, form)), forms[0])]


def _unnamed(action: str, kind: Kind, place: Mapping[str, str], statements: Sequence[Statement]) -> str:
    """Give the ARN that is asked about where a request does not name it.

    A read without a name is of everything. A write is of one thing all the same, which AWS knows by an id of its own
    (a scalable target): any ARN of the kind that is allowed is taken for it.
    """
    form = fill(kind.arn, place)
    if is_read_only(action):
        return form
    about = (each for each in statements if each.allows and each.is_about(action))
    return next((arn for each in about for arn in each.resources if bind(kind.arn, arn)), form)


def _of_tags(request: ApiRequest, action: str, place: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the permission to tag what a request makes with tags.

    Source: the services' guides on tagging when a resource is made, e.g. Amazon ECS Developer Guide, "Grant permission
    to tag resources on creation"; Service Authorization Reference, Amazon RDS, CreateDBInstance (dependent actions).
    """
    if access_level(action) is AccessLevel.TAGGING or not any(
        request.parameters.get(name) for name in ("tags", "Tags")
    ):
        return
    prefix = action.partition(":")[0]
    tagging = next((each for name in _TAGGING if (each := canonical_action(f"{prefix}:{name}"))), None)
    if tagging is not None:
        named = named_resources(action, request.parameters, place)
        made = [arn for kind in kinds_of(action) if kind.required for arn in sorted(named.get(kind.name, ()))]
        yield from ((tagging, arn, "") for arn in made or ["*"])


def _roles(value: Any) -> Iterator[str]:
    """Yield the ARNs of roles among parameters, at any depth, sorted, each once."""
    found: set[str] = set()
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str) and _ROLE.fullmatch(each):
            found.add(each)
        elif isinstance(each, dict):
            left += each.values()
        elif isinstance(each, list | tuple):
            left += each
    yield from sorted(found)
