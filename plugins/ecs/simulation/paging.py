"""One page of a list, in the way of ECS."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from trueup.plugins.ecs.simulation.services import invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.testing import Answer, ApiRequest

__all__ = ["page"]


def page(request: ApiRequest, member: str, items: Sequence[Any], most: int, unasked: int) -> Answer:
    """What follows the request's nextToken: ``unasked`` items, or maxResults, which is ``most`` at most.

    Raises:
        AwsError: maxResults is out of range, or the token is none that was handed out.
    """
    size = request.parameters.get("maxResults") or unasked
    if not 1 <= size <= most:
        raise invalid(f"maxResults must be between 1 and {most}.")
    token = request.parameters.get("nextToken")
    start = _start(token) if token else 0
    result: dict[str, Any] = {member: list(items[start : start + size])}
    if start + size < len(items):
        result["nextToken"] = base64.b64encode(str(start + size).encode()).decode()
    return request.answer(result)


def _start(token: str) -> int:
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError) as error:
        # That it is refused is documented, ECS's words were not recorded.
        raise invalid("Invalid token.") from error
