"""Which references may become links: a rule file is a stranger's, and an address can be a script."""

from __future__ import annotations

from urllib.parse import urlsplit

from trueup.display import clean

__all__ = ["is_link"]


def is_link(text: str) -> bool:
    """Tell whether a reference may become a link: nothing but a plain web address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and clean(text) == text and " " not in text
