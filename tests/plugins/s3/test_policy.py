"""Tests of bucket policies: what demands TLS, and one statement put into a text of which no other byte changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.plugins.s3.documents import POLICIES
from trueup.plugins.s3.policy import document, inserted, tls_only, tls_statement

ARN = "arn:aws:s3:::orders"
TLS = tls_statement(None, ARN)


@given(policy=POLICIES, indent=st.sampled_from([None, 0, 2, "\t"]), ascii_only=st.booleans())
def test_an_insertion_keeps_every_byte(policy: dict[str, Any], indent: Any, *, ascii_only: bool) -> None:
    """Whatever the layout: before and after the new statement stands what stood there, but a comma and brackets."""
    text = json.dumps(policy, indent=indent, ensure_ascii=ascii_only)
    new = tls_statement(policy, ARN)
    after = inserted(text, new)
    written = json.dumps(new, separators=(",", ":"), ensure_ascii=False)
    head, _, tail = after.partition(written)
    if isinstance(policy["Statement"], list):
        assert text == head.removesuffix("," if policy["Statement"] else "") + tail
    else:
        rest = head.removesuffix(",") + tail.removeprefix("]")
        assert text in {rest[:at] + rest[at + 1 :] for at, sign in enumerate(rest) if sign == "["}


@given(policy=POLICIES, indent=st.sampled_from([None, 2]))
def test_an_insertion_loses_and_reorders_nothing(policy: dict[str, Any], indent: Any) -> None:
    """What the policy says is what it said, and one statement more at the end."""
    before = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    after = json.loads(inserted(json.dumps(policy, indent=indent), tls_statement(policy, ARN)))
    *kept, new = after["Statement"]
    assert before == kept
    assert {name: value for name, value in policy.items() if name != "Statement"} == {
        name: value for name, value in after.items() if name != "Statement"
    }
    assert list(policy) == list(after)
    assert new["Sid"] not in {statement.get("Sid") for statement in before}
    assert tls_only(after, ARN)


def test_a_bucket_without_a_policy_gets_one() -> None:
    """The new policy says one thing."""
    assert {"Version": "2012-10-17", "Statement": [TLS]} == json.loads(inserted(None, TLS))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"Id": "Statement"}', '{"Statement":'])
def test_a_text_without_statements_is_refused(text: str) -> None:
    """Nothing is guessed where a policy is not one."""
    with pytest.raises(ValueError, match=r"."):
        inserted(text, TLS)


def test_only_an_object_is_a_policy() -> None:
    """A policy that is something else is an unexpected value."""
    with pytest.raises(ValueError, match="expected a policy that is a JSON object"):
        document("[]")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": ["*"]}},
        {"Action": "*"},
        {"Action": ["s3:GetObject", "s3:*"]},
        {"Resource": "*"},
        {"Resource": f"{ARN}*"},
        {"Resource": [f"{ARN}/*", ARN, "arn:aws:s3:::other"]},
        {"Condition": {"Bool": {"aws:SecureTransport": ["false"]}}},
        {"Condition": {"Bool": {"aws:SecureTransport": False}}},
        {"Condition": {"BoolIfExists": {"AWS:securetransport": "false"}}},
    ],
)
def test_a_statement_that_denies_everyone_without_tls_demands_it(change: dict[str, Any]) -> None:
    """IAM takes one value or a list of them, and writes keys and operators in any case."""
    assert tls_only({"Statement": [{"Effect": "Allow"}, {**TLS, **change}]}, ARN)
    assert tls_only({"Statement": {**TLS, **change}}, ARN)


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": "123456789012"}},
        {"Principal": {"Service": "*"}},
        {"Principal": None, "NotPrincipal": "*"},
        {"Action": "s3:GetObject"},
        {"Action": None, "NotAction": "s3:*"},
        {"Resource": ARN},
        {"Resource": f"{ARN}/*"},
        {"Resource": [f"{ARN}/a/*", ARN]},
        {"Resource": ["arn:aws:s3:::other", "arn:aws:s3:::other/*"]},
        {"Condition": None},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Condition": {"StringEquals": {"aws:SecureTransport": "false"}}},
    ],
)
def test_a_statement_that_leaves_somebody_out_does_not(change: dict[str, Any]) -> None:
    """Some principals, actions, resources or conditions only are a hole."""
    assert not tls_only({"Statement": [{**TLS, **change}]}, ARN)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(policy=POLICIES, indent=st.sampled_from([None, 2]))
def test_s3_takes_the_policy_and_gives_it_back(
    simulated_aws: Any, buckets: Any, policy: dict[str, Any], indent: int | None
) -> None:
    """Over HTTP: the change has its effect, and the undo gives back the old text byte for byte."""
    assume(policy["Statement"])
    text = json.dumps(policy, indent=indent, ensure_ascii=False)
    client = simulated_aws.client("s3")
    client.create_bucket(Bucket="orders")
    client.put_bucket_policy(Bucket="orders", Policy=text)
    (step,) = buckets.change("require-tls", buckets.snapshot(policy=document(text))).steps
    client.put_bucket_policy(**step.call.parameters)
    after = client.get_bucket_policy(Bucket="orders")["Policy"]
    assert {"policy.document": document(after)["document"]} == step.effect
    client.put_bucket_policy(**step.undo[0].parameters)
    assert text == client.get_bucket_policy(Bucket="orders")["Policy"]
