"""What an IAM action is limited to in a policy: as few resources as the reference lets it be.

Source: Service Authorization Reference, "Actions table": an action without resource types is allowed on ``*`` only; a
policy must name an ARN or a pattern of every required type, and may name one of the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.aws.iam.arn_forms import bind, fill
from trueup.aws.iam.named import named_resources
from trueup.aws.iam.resources import kinds_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from trueup.aws.iam.resources import Kind

__all__ = ["EVERYTHING", "limits_of", "place_of"]

EVERYTHING = "*"


def limits_of(
    action: str, arns: Collection[str], place: Mapping[str, str], parameters: Mapping[str, Any] | None = None
) -> frozenset[str]:
    """Give what an action is to be allowed on.

    Args:
        action: the IAM action.
        arns: what it is done on; what is of no kind that the action knows is left out.
        place: ``Partition``, ``Region`` and ``Account``, for the kinds that ``arns`` have none of.
        parameters: the parameters of the call, when they are known: what else they name counts, too.

    Returns:
        ARNs, with ``*`` for what is not known of them, or ``*`` alone.
    """
    kinds = kinds_of(action)
    found: set[str] = set()
    known: list[tuple[Kind, dict[str, str]]] = []
    for arn in arns:
        for kind in kinds:
            bound = bind(kind.arn, arn)
            if bound is not None:
                found.add(arn)
                known.append((kind, bound))
    done = {kind.name for kind, _ in known}
    for name, named in named_resources(action, parameters or {}, place).items():
        if name not in done:
            done.add(name)
            found |= named
    found |= _open([kind for kind in kinds if kind.required and kind.name not in done], known, place)
    return frozenset(found or _open(kinds, (), place) or {EVERYTHING})


def place_of(arn: str, region: str = EVERYTHING, account: str = EVERYTHING) -> dict[str, str]:
    """Give where a resource is, by its ARN, and by what is known besides when the ARN does not say it."""
    parts = (*arn.split(":"), *[""] * 4)
    return {
        "Partition": parts[1] or EVERYTHING,
        "Region": parts[3] or region,
        "Account": parts[4] or account,
    }


def _open(kinds: Sequence[Kind], known: Sequence[tuple[Kind, Mapping[str, str]]], place: Mapping[str, str]) -> set[str]:
    """Give the forms of kinds of which nothing is known but what they share with a resource that is."""
    return {fill(kind.arn, {**place, **bound}) for kind in kinds for bound in [each for _, each in known] or [{}]}
