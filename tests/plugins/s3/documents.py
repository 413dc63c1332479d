"""Lifecycle configurations and policies as S3 may give them back, for property tests: valid, and of every form."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

__all__ = ["LIFECYCLES", "POLICIES", "SIZES"]

SIZES = st.sampled_from(["all_storage_classes_128K", "varies_by_storage_class"])

_PREFIX = st.text("abc/é\"<&' ", max_size=8)
_TAG = st.fixed_dictionaries(
    {"Key": st.text("abcKEY-", min_size=1, max_size=5), "Value": st.text("xyz <&", max_size=5)}
)
_STATUS = st.sampled_from(["Enabled", "Disabled"])
_NONCURRENT_DAYS = st.integers(31, 3000)

_FILTER = st.one_of(
    st.fixed_dictionaries({"Prefix": _PREFIX}),
    st.fixed_dictionaries({"Tag": _TAG}),
    st.fixed_dictionaries({"ObjectSizeGreaterThan": st.integers(0, 10**12)}),
    st.fixed_dictionaries({"ObjectSizeLessThan": st.integers(1, 10**12)}),
    st.fixed_dictionaries(
        {
            "And": st.fixed_dictionaries(
                {"Prefix": _PREFIX, "ObjectSizeGreaterThan": st.integers(0, 10)},
                optional={
                    "Tags": st.lists(_TAG, min_size=1, max_size=3, unique_by=lambda tag: tag["Key"]),
                    "ObjectSizeLessThan": st.integers(11, 10**12),
                },
            )
        }
    ),
)

_DATE = st.dates().map(lambda day: f"{2028 + day.year % 50}-{day.month:02}-{min(day.day, 28):02}T00:00:00Z")

_ACTIONS = st.one_of(
    st.fixed_dictionaries({"Expiration": st.fixed_dictionaries({"Days": st.integers(400, 4000)})}),
    st.fixed_dictionaries({"Expiration": st.fixed_dictionaries({"Date": _DATE})}),
    st.fixed_dictionaries(
        {
            "Transitions": st.fixed_dictionaries(
                {
                    "Days": st.integers(60, 380),
                    "StorageClass": st.sampled_from(["GLACIER", "GLACIER_IR", "DEEP_ARCHIVE"]),
                }
            ).map(lambda each: [each])
        },
        optional={"Expiration": st.fixed_dictionaries({"Days": st.integers(400, 4000)})},
    ),
    st.fixed_dictionaries(
        {"NoncurrentVersionExpiration": st.fixed_dictionaries({"NoncurrentDays": _NONCURRENT_DAYS})},
    ),
    st.fixed_dictionaries(
        {
            "NoncurrentVersionTransitions": _NONCURRENT_DAYS.map(
                lambda days: [{"NoncurrentDays": days, "StorageClass": "STANDARD_IA"}]
            )
        }
    ),
)

_NEWER = st.fixed_dictionaries(
    {
        "NoncurrentVersionExpiration": st.fixed_dictionaries(
            {"NoncurrentDays": _NONCURRENT_DAYS, "NewerNoncurrentVersions": st.integers(1, 100)}
        ),
        "NoncurrentVersionTransitions": st.fixed_dictionaries(
            {
                "NoncurrentDays": st.just(30),
                "StorageClass": st.just("STANDARD_IA"),
                "NewerNoncurrentVersions": st.just(2),
            }
        ).map(lambda each: [each]),
    }
)


def _rules(form: Any, actions: Any) -> Any:
    rule = st.builds(lambda status, form, actions: {"Status": status, **form, **actions}, _STATUS, form, actions)
    return st.lists(rule, max_size=6).map(
        lambda rules: [{"ID": f"rule-{number}", **each} for number, each in enumerate(rules)]
    )


def _apart(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give rules of the old form prefixes of which none begins another, as S3 demands."""
    return [{**rule, "Prefix": f"{number}/{rule['Prefix']}"} for number, rule in enumerate(rules)]


LIFECYCLES = st.one_of(
    _rules(_FILTER.map(lambda each: {"Filter": each}), st.one_of(_ACTIONS, _NEWER)),
    _rules(_PREFIX.map(lambda each: {"Prefix": each}), _ACTIONS).map(_apart),
)
"""Rules of one bucket, all with filters or all of the old form, which S3 takes and which do not stand in the way."""

_VALUE = st.text('abc:*/é"\\{}[], \n', max_size=10)
_STATEMENT = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Principal": st.one_of(st.just({"Service": "logging.s3.amazonaws.com"}), st.just({"AWS": "123456789012"})),
        "Action": st.one_of(st.just("s3:GetObject"), st.just(["s3:GetObject", "s3:PutObject"])),
        "Resource": st.just("arn:aws:s3:::orders/*"),
    },
    optional={
        "Sid": st.sampled_from(["DenyWithoutTls", "DenyWithoutTls2", "Statement", "Other"]),
        "Condition": st.fixed_dictionaries({"StringLike": st.dictionaries(st.just("s3:prefix"), _VALUE, min_size=1)}),
    },
)

POLICIES = st.fixed_dictionaries(
    {"Statement": st.one_of(_STATEMENT, st.lists(_STATEMENT, max_size=5))},
    optional={"Version": st.just("2012-10-17"), "Id": _VALUE},
)
"""Policies, with one statement alone or a list of them, and the word Statement inside, too."""
