"""What strangers write is shown unharmed and does no harm."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.display import clean

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text(st.characters(codec=None)))
def test_nothing_unseen_is_left(text: str) -> None:
    """No control, format, separator or surrogate character comes through, whatever the text."""
    assert [] == [character for character in clean(text) if unicodedata.category(character) in UNSEEN]


@given(st.text(st.characters(codec=None)))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """A text that was cleaned stays as it is."""
    assert clean(text) == clean(clean(text))


@given(st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u115f\u1160\u3164\uffa0\u2800")))
def test_what_can_be_seen_stays(text: str) -> None:
    """Letters, digits and signs of every script come back as they were."""
    assert text == clean(text)


def test_every_unseen_character_of_unicode_is_shown_as_its_code() -> None:
    """Each of them becomes its own code point, so that two names that look alike no longer do."""
    unseen = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in UNSEEN]

    assert [f"⟨U+{ord(character):04X}⟩" for character in unseen] == [clean(character) for character in unseen]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("orders\n", "orders⟨U+000A⟩"),
        ("\x1b[31mred\x1b[0m", "⟨U+001B⟩[31mred⟨U+001B⟩[0m"),
        ("\x9b2J", "⟨U+009B⟩2J"),
        ("invoice\u202efdp.exe", "invoice⟨U+202E⟩fdp.exe"),
        ("prod\u200b", "prod⟨U+200B⟩"),
        ("prod\ufe0f", "prod⟨U+FE0F⟩"),
        ("a\xa0b", "a⟨U+00A0⟩b"),
        ("\ud800", "⟨U+D800⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("שלום 本番　環境 naïve 🚀", "שלום 本番　環境 naïve 🚀"),
        ("", ""),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    """Terminal escapes, line breaks, bidi controls and look-alikes are named; other scripts are left alone."""
    assert shown == clean(text)
