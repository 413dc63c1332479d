"""The findings of a large page as data: a hundred bytes each instead of seven hundred, for the page's script to show.

A thousand findings make a chunk: for every key a list of its different values and, for each finding, which of them it
has. Each chunk is deflated and base64, so that no name in it can end the script block, and stands for itself: what is
kept while writing is one chunk, whatever the number of findings. A key that this module has never heard of is packed
as any other. ``data.js`` unpacks it, into what the JSON report holds.

A chunk, before it is deflated::

    {"count": 2,
     "columns": {"rule": {"values": ["s3-bucket-tls-only"], "cells": [0, 0]},
                 "resource.arn": {"values": ["arn:aws:s3:::a", "arn:aws:s3:::b"], "cells": [0, 1]},
                 "evidence": {"values": [[[0, 0]]], "cells": [0, 0]},
                 "cost": {"values": [null], "cells": [0, 0], "words": [null]}, …},
     "leaves": [[{"path": "policy.denies_without_tls", "expected": {"const": true}, "holds": false}, "true"]],
     "actuals": [[false, "false"]]}

A cell of -1 is a key that the finding does not have. A piece of evidence is two numbers: which leaf, with in words what
was expected, and which actual value, with its words. ``words`` are how a value is said to people.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any

from trueup.exemptions.warnings import meant
from trueup.reports import wording
from trueup.reports.costs import cost_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["PACKED_SCHEMA_NAME", "packed"]

PACKED_SCHEMA_NAME = "trueup.packed/1"

# A chunk is written when it has this many findings or this many characters of different values, whichever is first:
# policy documents as evidence are long, and a chunk is kept whole while it is made.
_MOST_FINDINGS = 1_000
_MOST_CHARACTERS = 500_000

_ABSENT = -1

# Most cells hold no document: what JSON calls these need not be asked for.
_PLAIN = {None: ("null",), True: ("true",), False: ("false",)}

_WORDS: Mapping[str, Callable[[Any], str]] = {"cost": cost_line, "exemption": meant}
"""Keys whose values people are told in words that only Python knows."""


def packed(header: Mapping[str, Any], findings: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the header and then the chunks, each as a piece of base64.

    Args:
        header: what the script has to know of the run besides.
        findings: as ``RecordLine.arranged`` gives them, read once.
    """
    yield _deflated({"schema": PACKED_SCHEMA_NAME, **header})
    chunk = _Chunk()
    for finding in findings:
        chunk.add(finding)
        if chunk.count >= _MOST_FINDINGS or chunk.characters >= _MOST_CHARACTERS:
            yield _deflated(chunk.document())
            chunk = _Chunk()
    if chunk.count:
        yield _deflated(chunk.document())


class _Chunk:
    """Some findings, column by column."""

    def __init__(self) -> None:
        self.count = 0
        self._columns: dict[str, _Column] = {}
        self._leaves = _Column(lambda leaf: wording.expected(leaf["expected"]))
        self._actuals = _Column(wording.value)

    @property
    def characters(self) -> int:
        """How much text its different values are, about."""
        return sum(column.characters for column in (*self._columns.values(), self._leaves, self._actuals))

    def add(self, finding: Mapping[str, Any]) -> None:
        """Add a finding to each column that it has."""
        for name, value in finding.items():
            if name == "resource":
                for part, inner in value.items():
                    self._put(f"resource.{part}", inner)
            elif name == "evidence":
                self._put(name, [self._leaf(leaf) for leaf in value])
            else:
                self._put(name, value)
        self.count += 1

    def document(self) -> dict[str, Any]:
        """Give the chunk as JSON has it."""
        return {
            "count": self.count,
            "columns": {name: column.document(self.count) for name, column in self._columns.items()},
            "leaves": self._leaves.said(),
            "actuals": self._actuals.said(),
        }

    def _put(self, name: str, value: Any) -> None:
        if name not in self._columns:
            self._columns[name] = _Column(_WORDS.get(name))
        column = self._columns[name]
        column.fill(self.count)
        column.cells.append(column.number(value))

    def _leaf(self, leaf: Mapping[str, Any]) -> list[int]:
        shape = {name: value for name, value in leaf.items() if name != "actual"}
        return [self._leaves.number(shape), self._actuals.number(leaf["actual"])]


class _Column:
    """The different values of one key, in the order in which they came."""

    def __init__(self, words: Callable[[Any], str] | None = None) -> None:
        self.cells: list[int] = []
        self.characters = 0
        self._values: list[Any] = []
        self._numbers: dict[str | tuple[str], int] = {}
        self._words = words

    def number(self, value: Any) -> int:
        """Give the value's number, a new one for a value that is new; 1, 1.0 and true are three values."""
        if isinstance(value, str):
            key: str | tuple[str] = value
        else:
            key = _PLAIN[value] if value is None or isinstance(value, bool) else (json.dumps(value),)
        if key not in self._numbers:
            self._numbers[key] = len(self._values)
            self._values.append(value)
            self.characters += len(key if isinstance(key, str) else key[0])
        return self._numbers[key]

    def fill(self, count: int) -> None:
        """Say that the findings up to ``count`` do not have the key."""
        self.cells += [_ABSENT] * (count - len(self.cells))

    def document(self, count: int) -> dict[str, Any]:
        """Give values and cells, and the words where people need them."""
        self.fill(count)
        document: dict[str, Any] = {"values": self._values, "cells": self.cells}
        if self._words is not None:
            document["words"] = [None if value is None else self._words(value) for value in self._values]
        return document

    def said(self) -> list[tuple[Any, str]]:
        """Give each value with its words."""
        words = self._words or wording.value
        return [(value, words(value)) for value in self._values]


def _deflated(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    # Without zlib's header and checksum, which is what browsers call deflate-raw.
    press = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return base64.b64encode(press.compress(text.encode("ascii")) + press.flush()).decode("ascii")
