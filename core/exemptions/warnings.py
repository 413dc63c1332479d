"""What a person must be told of the exemptions themselves: which have expired, and which are needed no more.

From what a report holds, so that stderr, the terminal and the page say the same in the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.exemptions.glob import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["meant", "warnings"]


def warnings(exemptions: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """Yield a sentence for each exemption that has expired or that nothing needs any more, worst first."""
    expired = exemptions["expired"]
    for each in (*(each for each in expired if each["findings"]), *(each for each in expired if not each["findings"])):
        fails = "1 finding fails" if each["findings"] == 1 else f"{each['findings']} findings fail"
        again = f"{fails} again" if each["findings"] else "nothing that was audited fails by it"
        yield f"{_named(each)} expired on {each['expires']}: {again}; fix what it is about, or renew or remove it"
    for each in exemptions["unused"]:
        hint = "remove it" if _one_region(each) else "remove it unless another Region needs it"
        yield f"{_named(each)} is unused: nothing that was audited fails by it; {hint}"


def meant(exemption: Mapping[str, Any]) -> str:
    """Say which resources an exemption is about."""
    tag = exemption["tag"]
    return f"tag {tag['key']}={tag['value']}" if tag else str(exemption["resource"])


def _named(exemption: Mapping[str, Any]) -> str:
    place = f"{exemption['file']}:{exemption['line']}"
    return f"{place}: exemption of {exemption['owner']} from {exemption['rule']} for {meant(exemption)}"


def _one_region(exemption: Mapping[str, Any]) -> bool:
    region = (exemption["resource"] or ":::::").split(":")[3]
    return bool(region) and is_literal(region)
