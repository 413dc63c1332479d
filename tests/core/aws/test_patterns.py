"""Java's regular expressions in Python: the same texts match."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import botocore
import pytest

from trueup.aws.patterns import compile_pattern

UNTRANSLATABLE = 8
"""Class intersections, options inside a group, and quantifiers of nothing; each stands in a service of its own."""


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        (r"[a-zA-Z0-9_.-]+", "a.b-c_D", "a b"),
        (r"^[a-z]{2,3}$", "abc", "abcd"),
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "Größe 1=２ é", "a#b"),
        (r"\P{C}+", "a b", "a\x00b"),
        (r"\p{Alpha}+", "abc", "é"),
        (r"[\p{XDigit}]+", "c0ffee", "coffee"),
        (r"\P{Alpha}+", "12", "a"),
        (r"\p{IsWhitespace}+", " \t", "a"),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "a\U0001f600\n", "\x07"),
        (r"(?!\s+$)[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDBFF-\uDC00\uDFFF\t\r\n]*", "a\U0001f600", "  "),
        (r"\A[0-9]+\z", "12", "12\n"),
        (r"[\w-_]*", "a-b_c", "a b"),
        (r"[a-z[]+", "a[", "a]"),
        (r"[\x{60}a]+", "`a", "b"),
        (r"^(?i)(true|false)$", "TRUE", "yes"),
        (r"\d+", "12", "１２"),
        (r"[^/\\]+", "a-b", "a\\b"),
        (r"[\]a]+", "]a", "b"),
    ],
)
def test_the_same_texts_match_as_in_java(pattern: str, matching: str, other: str) -> None:
    """The whole text must match; digits and words are ASCII as Java's are."""
    compiled = compile_pattern(pattern)
    assert compiled is not None
    assert compiled.fullmatch(matching)
    assert not compiled.fullmatch(other)


@pytest.mark.parametrize("pattern", [r"[\p{Print}&&[^|]]+", r"(?!(?i)AWS_)\w+", r"[a-z", r"a${2}", r"\p{Klingon}"])
def test_what_has_no_equal_is_not_checked(pattern: str) -> None:
    """It refuses nothing, rather than what is right."""
    assert compile_pattern(pattern) is None


def test_nearly_all_patterns_of_all_services_are_checked() -> None:
    """Walks the models; a new kind of pattern would show here."""
    patterns = {
        shape["pattern"]
        for path in (Path(botocore.__file__).parent / "data").glob("*/*/service-2.json.gz")
        for shape in json.loads(gzip.decompress(path.read_bytes()))["shapes"].values()
        if "pattern" in shape
    }
    unchecked = sorted(pattern for pattern in patterns if compile_pattern(pattern) is None)
    assert len(unchecked) <= UNTRANSLATABLE, unchecked
    assert len(patterns) > 1000
