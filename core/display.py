"""Text of strangers, made safe to show on one line: names, tags, messages of AWS.

Whoever may name a bucket or set a tag writes into our terminal, logs and reports. A control character there moves the
cursor, a bidi control swaps what is read, an invisible one makes two names look alike. Each is shown as what it is,
``⟨U+202E⟩``; everything that a person can see stays as it was written.
"""

from __future__ import annotations

import re

__all__ = ["UNSEEN", "clean"]

# Unicode's general categories Cc, Cf, Cs, Zl, Zp and Zs (but for the plain and the ideographic space), and what is
# invisible though of another category: variation selectors, Hangul and Khmer fillers, the blank braille pattern,
# noncharacters, the tag block. Written out, so that the answer does not hang on the Unicode version of the Python.
UNSEEN = re.compile(
    "["
    "\\x00-\\x1f\\x7f-\\xa0\\xad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160\\u1680"
    "\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3164\\ud800-\\udfff"
    "\\ufdd0-\\ufdef\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\ufffb\\ufffe\\uffff"
    "\\U000110bd\\U000110cd\\U00013430-\\U0001343f\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a"
    "\\U000e0000-\\U000e0fff"
    "]"
)
"""What is shown as its code; written with escapes alone, which other languages' regular expressions know too."""


def clean(text: str) -> str:
    """Give the text as one line that is safe in a terminal, a log line and HTML text (which still has to be escaped).

    Cleaning twice is cleaning once, and a text without unseen characters comes back as it was.

    Source: Unicode Standard Annex #9 (bidi controls), Technical Report #36 (unseen characters).
    """
    return UNSEEN.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match[0]):04X}⟩"
