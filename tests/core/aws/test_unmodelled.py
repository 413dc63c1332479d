"""What botocore would drop of an answer: found in every protocol, told by name, and only where it is written back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.aws.models import operation_model
from trueup.aws.unmodelled import UnmodelledError, check_modelled, document, structures
from trueup.errors import UnreadableError
from trueup.facts.unknown import Reason
from trueup.resource import Scope

if TYPE_CHECKING:
    from trueup.aws.connection import Connection

SCOPE = Scope("123456789012", "eu-west-1")
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
LIFECYCLE = f"""<?xml version="1.0" encoding="UTF-8"?>
<LifecycleConfiguration {NAMESPACE}>%s<Rule><ID>logs</ID>%s<Filter><And><Prefix>logs/</Prefix>%s<Tag><Key>a</Key>
<Value>b</Value></Tag><Tag><Key>c</Key><Value>d</Value>%s</Tag></And></Filter><Status>Enabled</Status>
<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass>%s</Transition></Rule></LifecycleConfiguration>"""
ENCRYPTION = f"""<ServerSideEncryptionConfiguration {NAMESPACE}><Rule><ApplyServerSideEncryptionByDefault>
<SSEAlgorithm>AES256</SSEAlgorithm>%s</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"""
CLUSTERS = """<DescribeDBClustersResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBClustersResult>
<DBClusters><DBCluster><DBClusterIdentifier>c</DBClusterIdentifier><DBClusterMembers><DBClusterMember>
<IsClusterWriter>true</IsClusterWriter>%s</DBClusterMember></DBClusterMembers></DBCluster></DBClusters>%s
</DescribeDBClustersResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeDBClustersResponse>"""
NEW = "<New>1</New>"


def xml(template: str, *new: int) -> bytes:
    """A document with a new element at the places of some numbers."""
    return (template % tuple(NEW if each in new else "" for each in range(template.count("%s")))).encode()


def found(operation: str, body: bytes, *parts: str) -> str:
    """What is said of an answer; empty when all of it is known."""
    try:
        check_modelled(operation_model(operation), body, parts or (".",))
    except UnmodelledError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("operation", "body", "names"),
    [
        ("s3:GetBucketLifecycleConfiguration", xml(LIFECYCLE), ""),
        ("s3:GetBucketLifecycleConfiguration", xml(LIFECYCLE, 0), "New"),
        ("s3:GetBucketLifecycleConfiguration", xml(LIFECYCLE, 1), "Rules[].New"),
        ("s3:GetBucketLifecycleConfiguration", xml(LIFECYCLE, 2), "Rules[].Filter.And.New"),
        ("s3:GetBucketLifecycleConfiguration", xml(LIFECYCLE, 3), "Rules[].Filter.And.Tags[].New"),
        ("s3:GetBucketLifecycleConfiguration", xml(LIFECYCLE, 4, 1), "Rules[].New, Rules[].Transitions[].New"),
        ("s3:GetBucketEncryption", xml(ENCRYPTION), ""),
        (
            "s3:GetBucketEncryption",
            xml(ENCRYPTION, 0),
            "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.New",
        ),
        ("rds:DescribeDBClusters", xml(CLUSTERS), ""),
        ("rds:DescribeDBClusters", xml(CLUSTERS, 0), "DBClusters[].DBClusterMembers[].New"),
        ("rds:DescribeDBClusters", xml(CLUSTERS, 1), "New"),
        ("ecs:DescribeServices", b'{"services": [{"serviceName": "a"}], "failures": []}', ""),
        ("ecs:DescribeServices", b'{"services": [{"serviceName": "a", "new": 1}, {"new": 2}]}', "services[].new"),
        ("ecs:DescribeServices", b'{"services": [{"new": null}], "__type": "x"}', ""),
        ("ecs:DescribeServices", b'{"services": [{"networkConfiguration": {"new": []}}]}',
         "services[].networkConfiguration.new"),
        ("ecs:DescribeTaskDefinition",
         b'{"taskDefinition": {"containerDefinitions": [{"dockerLabels": {"new": "1"}}]}}',
         ""),
        ("lambda:GetFunction", b'{"Configuration": {"Environment": {"Variables": {"new": "1"}, "new": "1"}}}',
         "Configuration.Environment.new"),
        ("s3:GetBucketPolicy", b'{"Version": "2012-10-17", "New": 1}', ""),
    ],
)  # fmt: skip
def test_members_that_no_model_has_are_named(operation: str, body: bytes, names: str) -> None:
    """By path, once each, without a value; keys of a map are data, and so is a policy's text."""
    said = found(operation, body)
    if names:
        assert f"AWS's answer has {names}, which botocore" in said
    else:
        assert "" == said


def test_only_the_parts_that_are_written_back_count() -> None:
    """AWS adds members to its answers all the time; a fix that does not send them back loses nothing."""
    body = json.dumps({"services": [{"new": 1, "networkConfigurationNew": {}, "networkConfiguration": {"n": 1}}]})
    assert "has services[].networkConfiguration.n, which" in found(
        "ecs:DescribeServices", body.encode(), "services[].networkConfiguration"
    )
    assert "" == found("ecs:DescribeServices", body.encode(), "failures", "services[].deploymentConfiguration")


def test_what_is_cut_off_is_left_to_the_parser() -> None:
    """It says that it cannot be read; half of a document has nothing to say about the other half."""
    assert "" == found("s3:GetBucketLifecycleConfiguration", xml(LIFECYCLE)[:200])


@given(st.data())
def test_a_new_member_anywhere_is_found(data: st.DataObject) -> None:
    """In any structures of an answer, and nothing is found elsewhere."""
    template = {"services": [{"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}}, "tags": [{}, {}]}]}
    model = operation_model("ecs:DescribeServices")
    body = json.dumps(template).encode()
    paths = [path for path, _, _ in structures(model, document(model, body))]
    chosen = data.draw(st.sets(st.integers(0, len(paths) - 1)))
    answer = document(model, body)
    for index, (_, node, _) in enumerate(list(structures(model, answer))):
        if index in chosen:
            node["new"] = data.draw(st.integers() | st.text() | st.just({}))
    new = list(dict.fromkeys(f"{path}.new".lstrip(".") for index, path in enumerate(paths) if index in chosen))
    expected = ", ".join(new[:2]) + (f" and {len(new) - 2} more" if len(new) > 2 else "")
    said = found("ecs:DescribeServices", json.dumps(answer).encode())
    assert said.startswith(f"AWS's answer has {expected}, which") if new else said == ""


def test_a_read_for_a_fix_is_unknown_then_and_one_for_an_audit_is_not(
    scripted_aws: Any, scripted_connection: Connection
) -> None:
    """The sentence says what to do; nothing is asked twice."""
    operation = "s3:GetBucketLifecycleConfiguration"
    for _ in range(2):
        scripted_aws.say(xml(LIFECYCLE, 1))
    audit = scripted_connection.reader(SCOPE, [operation])
    assert "logs" == audit.call(operation, Bucket="b-1")["Rules"][0]["ID"]
    fix = scripted_connection.reader(SCOPE, [operation], written_back=(".",))
    with pytest.raises(UnreadableError) as caught:
        fix.call(operation, Bucket="b-1")
    assert Reason.UNEXPECTED is caught.value.unknown.reason
    assert "has Rules[].New, which botocore" in caught.value.unknown.detail
    assert "install a newer boto3" in caught.value.unknown.detail
