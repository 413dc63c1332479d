"""The simulated S3 keeps lifecycle configurations whole and refuses what S3 refuses, in S3's words."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from trueup.testing import SimulatedAws

pytestmark = pytest.mark.usefixtures("simulated_aws")

MIDNIGHT = datetime(2030, 1, 1, tzinfo=UTC)
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

KEPT: dict[str, dict[str, Any]] = {
    "size above": {"Filter": {"ObjectSizeGreaterThan": 0}, "Expiration": {"Days": 1}},
    "size below": {"Filter": {"ObjectSizeLessThan": 1}, "Expiration": {"Days": 1}},
    "one tag": {"Filter": {"Tag": {"Key": "a", "Value": ""}}, "Expiration": {"Days": 1}},
    "everything and": {
        "Filter": {
            "And": {
                "Prefix": "logs/<&>\u00fc",
                "Tags": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}],
                "ObjectSizeGreaterThan": 1,
                "ObjectSizeLessThan": 1_099_511_627_776_000,
            }
        },
        "Expiration": {"Days": 1},
    },
    "and of an empty prefix": {
        "Filter": {"And": {"Prefix": "", "ObjectSizeGreaterThan": 1}},
        "Expiration": {"Days": 1},
    },
    "empty filter": {"Filter": {}, "Expiration": {"Days": 1}},
    "empty prefix": {"Filter": {"Prefix": ""}, "Expiration": {"Days": 1}},
    "a date": {"Filter": {}, "Expiration": {"Date": MIDNIGHT}},
    "delete markers": {"Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": True}},
    "delete markers not": {"Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": False}},
    "incomplete uploads": {"Filter": {"Prefix": "a"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    "newer versions": {
        "Filter": {},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 60, "NewerNoncurrentVersions": 3},
        "NoncurrentVersionTransitions": [
            {"NoncurrentDays": 30, "StorageClass": "STANDARD_IA", "NewerNoncurrentVersions": 2},
            {"NoncurrentDays": 60, "StorageClass": "GLACIER"},
        ],
    },
    "all classes": {
        "Filter": {},
        "Transitions": [
            {"Days": 180, "StorageClass": "DEEP_ARCHIVE"},
            {"Days": 0, "StorageClass": "INTELLIGENT_TIERING"},
            {"Days": 90, "StorageClass": "GLACIER"},
        ],
        "Expiration": {"Days": 181},
    },
    "transition by date": {"Filter": {}, "Transitions": [{"Date": MIDNIGHT, "StorageClass": "GLACIER_IR"}]},
    "disabled": {"Status": "Disabled", "Filter": {"Prefix": "a"}, "Expiration": {"Days": 1}},
}


@pytest.fixture(scope="module")
def s3(simulated_aws_server: SimulatedAws) -> Any:
    """One client for all of these tests."""
    return simulated_aws_server.client("s3")


@pytest.mark.parametrize("name", KEPT)
def test_a_rule_is_read_as_it_was_put(s3: Any, name: str) -> None:
    """Every field that S3's model has comes back."""
    rule = {"ID": name, "Status": "Enabled", **KEPT[name]}
    assert [rule] == put_and_get(s3, [rule])


def test_rules_keep_their_order(s3: Any) -> None:
    """Rules are read in the order in which they were put."""
    rules = [{"ID": name, "Status": "Enabled", "Filter": {"Prefix": name}, "Expiration": {"Days": 1}} for name in "cab"]
    assert rules == put_and_get(s3, rules)


def test_the_legacy_prefix_stays_at_its_place(s3: Any) -> None:
    """A configuration without filters is not turned into one with filters."""
    rules: list[dict[str, Any]] = [
        {"ID": "1", "Status": "Enabled", "Prefix": "a/", "Expiration": {"Days": 9}},
        {"ID": "2", "Status": "Enabled", "Prefix": "b/", "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]},
    ]
    assert rules == put_and_get(s3, rules)


def test_a_rule_without_id_gets_one(s3: Any) -> None:
    """The ID that S3 makes is a UUID in base64, another one for each rule, and stays."""
    rule = {"Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}
    read = put_and_get(s3, [rule, {**rule, "ID": ""}])
    names = [each.pop("ID") for each in read]
    assert [rule, rule] == read
    assert len(set(names)) == 2
    assert [4, 4] == [uuid.UUID(base64.b64decode(name).decode()).version for name in names]
    again = s3.get_bucket_lifecycle_configuration(Bucket="a-bucket")["Rules"]
    assert names == [each["ID"] for each in again]


def test_the_default_minimum_size_is_told(s3: Any) -> None:
    """A put without the default minimum object size sets it back to S3's own default."""
    s3.create_bucket(Bucket="a-bucket")
    document: dict[str, Any] = {"Rules": [{"Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}]}
    name = "TransitionDefaultMinimumObjectSize"
    for sent, expected in (({name: "varies_by_storage_class"},) * 2, ({}, {name: "all_storage_classes_128K"})):
        put = s3.put_bucket_lifecycle_configuration(Bucket="a-bucket", LifecycleConfiguration=document, **sent)
        read = s3.get_bucket_lifecycle_configuration(Bucket="a-bucket")
        assert [expected[name]] * 2 == [put[name], read[name]]
    with pytest.raises(ClientError, match="Invalid TransitionDefaultMinimumObjectSize found: value"):
        s3.put_bucket_lifecycle_configuration(Bucket="a-bucket", LifecycleConfiguration=document, **{name: "value"})


def test_a_deleted_configuration_is_gone(s3: Any) -> None:
    """After the delete, and after a second one, there is no configuration."""
    put_and_get(s3, [{"Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}])
    for _ in range(2):
        s3.delete_bucket_lifecycle(Bucket="a-bucket")
        with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
            s3.get_bucket_lifecycle_configuration(Bucket="a-bucket")


def test_a_new_bucket_has_no_configuration_of_its_predecessor(s3: Any) -> None:
    """A bucket that is created again starts without a configuration."""
    put_and_get(s3, [{"Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}])
    s3.delete_bucket(Bucket="a-bucket")
    s3.create_bucket(Bucket="a-bucket")
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket="a-bucket")


def test_a_bucket_that_is_not_there_has_no_configuration(s3: Any) -> None:
    """An unknown bucket is told apart from one without a configuration."""
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.get_bucket_lifecycle_configuration(Bucket="a-bucket")


def filtered(**parts: Any) -> dict[str, Any]:
    """A rule for everything, with these parts."""
    return {"Status": "Enabled", "Filter": {"Prefix": ""}, **parts}


def moved(*steps: tuple[int | datetime, str]) -> list[dict[str, Any]]:
    """Transitions by day or date."""
    return [{"Days" if isinstance(when, int) else "Date": when, "StorageClass": name} for when, name in steps]


EXPIRE = {"Expiration": {"Days": 1}}
LEGACY = {"Status": "Enabled", "Prefix": "", **EXPIRE}
OF = "for filter '(prefix=)'"
SIZED = {"ObjectSizeGreaterThan": 5}
TAG = {"Key": "a", "Value": "1"}

REFUSED: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "no rule": ([], "InvalidRequest", "At least one lifecycle rule must be specified."),
    "too many rules": (
        [filtered(**EXPIRE)] * 1001,
        "InvalidRequest",
        "The number of lifecycle rules must not exceed the allowed limit of 1000 rules.",
    ),
    "same id": (
        [filtered(ID="a", **EXPIRE)] * 2,
        "InvalidArgument",
        "Rule ID must be unique. Found same ID for more than one rule",
    ),
    "long id": (
        [filtered(ID="a" * 256, **EXPIRE)],
        "InvalidArgument",
        "ID length should not exceed allowed limit of 255",
    ),
    "no action": ([filtered()], "InvalidRequest", "At least one action needs to be specified in a rule"),
    "neither filter nor prefix": ([{"Status": "Enabled", **EXPIRE}], "MalformedXML", ""),
    "filter and prefix": ([filtered(Prefix="", **EXPIRE)], "MalformedXML", ""),
    "unknown status": ([filtered(Status="enabled", **EXPIRE)], "MalformedXML", ""),
    "filter after prefix": (
        [LEGACY, filtered(**EXPIRE)],
        "InvalidRequest",
        "Filter element can only be used in Lifecycle V2.",
    ),
    "prefix after filter": (
        [filtered(**EXPIRE), LEGACY],
        "InvalidRequest",
        "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.",
    ),
    "newer versions with prefix": (
        [{**LEGACY, "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 1}}],
        "InvalidRequest",
        "NewerNoncurrentVersions element can only be used in Lifecycle V2.",
    ),
    "overlapping prefixes": (
        [LEGACY, {**LEGACY, "Prefix": "a"}],
        "InvalidRequest",
        "Found overlapping prefixes '' and 'a' for same action type 'Expiration'",
    ),
    "two predicates": ([filtered(Filter={"Prefix": "a", **SIZED}, **EXPIRE)], "MalformedXML", ""),
    "and of one": ([filtered(Filter={"And": {"Prefix": "a"}}, **EXPIRE)], "MalformedXML", ""),
    "same tag twice": (
        [filtered(Filter={"And": {"Tags": [TAG, TAG]}}, **EXPIRE)],
        "InvalidRequest",
        "Duplicate Tag Keys are not allowed.",
    ),
    "sizes crossed": (
        [filtered(Filter={"And": {**SIZED, "ObjectSizeLessThan": 5}}, **EXPIRE)],
        "InvalidRequest",
        "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
    ),
    "size of nothing": (
        [filtered(Filter={"ObjectSizeLessThan": 0}, **EXPIRE)],
        "InvalidRequest",
        "'ObjectSizeLessThan' should be between 1 and 1099511627776000.",
    ),
    "marker and days": (
        [filtered(Expiration={"Days": 1, "ExpiredObjectDeleteMarker": True})],
        "MalformedXML",
        "",
    ),
    "marker and tag": (
        [filtered(Filter={"Tag": TAG}, Expiration={"ExpiredObjectDeleteMarker": True})],
        "InvalidRequest",
        "ExpiredObjectDeleteMarker cannot be specified with Tags.",
    ),
    "marker and size": (
        [filtered(Filter=SIZED, Expiration={"ExpiredObjectDeleteMarker": False})],
        "InvalidRequest",
        "ExpiredObjectDeleteMarker cannot be specified with Object Size.",
    ),
    "uploads and tags": (
        [
            filtered(
                Filter={"And": {"Prefix": "", "Tags": [TAG]}}, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1}
            )
        ],
        "InvalidRequest",
        "AbortIncompleteMultipartUpload cannot be specified with Tags.",
    ),
    "zero days": (
        [filtered(Expiration={"Days": 0})],
        "InvalidArgument",
        "'Days' for Expiration action must be a positive integer",
    ),
    "not midnight": ([filtered(Expiration={"Date": NOON})], "InvalidArgument", "'Date' must be at midnight GMT"),
    "zero noncurrent days": (
        [filtered(NoncurrentVersionExpiration={"NoncurrentDays": 0})],
        "InvalidArgument",
        "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
    ),
    "versions without days": (
        [filtered(NoncurrentVersionExpiration={"NewerNoncurrentVersions": 1})],
        "MalformedXML",
        "",
    ),
    "early standard-ia": (
        [filtered(Transitions=moved((29, "STANDARD_IA")))],
        "InvalidArgument",
        "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
    ),
    "early onezone-ia": (
        [filtered(Transitions=moved((0, "ONEZONE_IA")))],
        "InvalidArgument",
        "'Days' in Transition action must be greater than or equal to 30 for storageClass 'ONEZONE_IA'",
    ),
    "early noncurrent": (
        [filtered(NoncurrentVersionTransitions=[{"NoncurrentDays": 29, "StorageClass": "STANDARD_IA"}])],
        "InvalidArgument",
        (
            "'NoncurrentDays' in NoncurrentVersionTransition action must be greater than or equal to 30 "
            "for storageClass 'STANDARD_IA'"
        ),
    ),
    "class twice": (
        [filtered(Transitions=moved((30, "GLACIER"), (60, "GLACIER")))],
        "InvalidRequest",
        "'StorageClass' must be different for 'Transition' actions in same 'Rule' with filter '(prefix=)'",
    ),
    "unknown class": ([filtered(Transitions=moved((30, "STANDARD")))], "MalformedXML", ""),
    "glacier too soon": (
        [filtered(Transitions=moved((30, "STANDARD_IA"), (59, "GLACIER")))],
        "InvalidArgument",
        (
            f"'Days' in the 'Transition' action for StorageClass 'GLACIER' {OF} must be 30 days more than "
            "'filter '(prefix=)'' in the 'Transition' action for StorageClass 'STANDARD_IA'"
        ),
    ),
    "deep archive too soon": (
        [filtered(Filter={}, Transitions=moved((0, "GLACIER"), (89, "DEEP_ARCHIVE")))],
        "InvalidArgument",
        (
            "'Days' in the 'Transition' action for StorageClass 'DEEP_ARCHIVE' for filter '()' must be 90 days more "
            "than 'filter '()'' in the 'Transition' action for StorageClass 'GLACIER'"
        ),
    ),
    "warmer later": (
        [filtered(Transitions=moved((30, "GLACIER"), (60, "STANDARD_IA")))],
        "InvalidArgument",
        (
            f"'Days' in the Transition action for StorageClass 'GLACIER' {OF} must be greater than 'Days' in the "
            f"Transition action for StorageClass 'STANDARD_IA' {OF}"
        ),
    ),
    "expired before moved": (
        [filtered(Transitions=moved((30, "STANDARD_IA")), Expiration={"Days": 30})],
        "InvalidArgument",
        f"'Days' in the Expiration action {OF} must be greater than 'Days' in the Transition action",
    ),
    "date and days": (
        [filtered(Transitions=moved((30, "STANDARD_IA"), (MIDNIGHT, "GLACIER")))],
        "InvalidRequest",
        f"Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule {OF}",
    ),
    "date after days": (
        [filtered(Transitions=moved((30, "STANDARD_IA")), Expiration={"Date": MIDNIGHT})],
        "InvalidRequest",
        f"Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule {OF}",
    ),
    "named by prefix": (
        [{**LEGACY, "Prefix": "a/", "Transitions": moved((30, "STANDARD_IA"))}],
        "InvalidArgument",
        "'Days' in the Expiration action for prefix 'a/' must be greater than 'Days' in the Transition action",
    ),
    "named by all predicates": (
        [
            filtered(
                Filter={"And": {"Prefix": "a/", "Tags": [TAG], **SIZED}},
                Transitions=moved((30, "STANDARD_IA")),
                **EXPIRE,
            )
        ],
        "InvalidArgument",
        (
            "'Days' in the Expiration action for filter '(prefix=a/ and tag={key=a, value=1} and "
            "objectsizegreaterthan=5)' must be greater than 'Days' in the Transition action"
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_configuration_is_refused(s3: Any, name: str) -> None:
    """S3's code and words, and the configuration that was there stays."""
    rules, code, message = REFUSED[name]
    good = [{"ID": "good", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}]
    put_and_get(s3, good)
    with pytest.raises(ClientError) as caught:
        s3.put_bucket_lifecycle_configuration(Bucket="a-bucket", LifecycleConfiguration={"Rules": rules})
    error = caught.value.response["Error"]
    assert (code, message or error["Message"]) == (error["Code"], error["Message"])
    assert good == s3.get_bucket_lifecycle_configuration(Bucket="a-bucket")["Rules"]


def put_and_get(s3: Any, rules: list[dict[str, Any]]) -> Any:
    """What is read from a new bucket after these rules were put."""
    s3.create_bucket(Bucket="a-bucket")
    s3.put_bucket_lifecycle_configuration(Bucket="a-bucket", LifecycleConfiguration={"Rules": rules})
    return s3.get_bucket_lifecycle_configuration(Bucket="a-bucket")["Rules"]
