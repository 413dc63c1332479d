"""Following an operation's pages to the end, or saying that the end was not reached.

botocore's own paginator stops in silence when an answer says that there is more but names no token; for an audit that
would be a list taken for whole. Its data of tokens is used, its loop is not.

Source: botocore ``paginators-1.json`` and ``paginate.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.aws.models import operation_model, paginator_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["BrokenPagingError", "Paging", "pages", "paging_of"]

# How the operations that botocore has no paginator for name their tokens: in the answer, and in the request.
_USUAL_TOKENS = (
    ("NextToken", "NextToken"),
    ("nextToken", "nextToken"),
    ("NextContinuationToken", "ContinuationToken"),
    ("NextMarker", "Marker"),
    ("Marker", "Marker"),
)


class BrokenPagingError(Exception):
    """Raised when there are more pages that cannot be asked for; what came before is not the whole."""


@dataclass(frozen=True, slots=True)
class Paging:
    """How an operation pages.

    Args:
        tokens: request parameter to the JMESPath of its next value in an answer.
        more: the JMESPath of what says that there is more, None where only the token does.
    """

    tokens: Mapping[str, str]
    more: str | None = None


def paging_of(operation: str, tokens: tuple[str, str] | None = None) -> Paging:
    """Give how ``service:Operation`` pages: as botocore's data says, as ``tokens`` says, or by the usual names.

    Args:
        operation: ``service:Operation``.
        tokens: request parameter and answer member of the token, for an operation without a paginator.
    """
    model = operation_model(operation)
    answered = model.output_shape.members if model.output_shape else {}
    asked = model.input_shape.members if model.input_shape else {}
    truncated = "IsTruncated" if "IsTruncated" in answered else None
    if tokens is not None:
        return Paging({tokens[0]: tokens[1]}, truncated)
    known = paginator_of(operation)
    if known is not None:
        names, paths = _listed(known["input_token"]), _listed(known["output_token"])
        return Paging(dict(zip(names, paths, strict=True)), known.get("more_results"))
    usual = {ask: answer for answer, ask in _USUAL_TOKENS if answer in answered and ask in asked}
    return Paging(dict([next(iter(usual.items()))]) if usual else {}, truncated)


def pages(ask: Callable[..., Any], paging: Paging, parameters: Mapping[str, Any]) -> Iterator[Any]:
    """Yield every page.

    Raises:
        BrokenPagingError: an answer says that there is more but not how to ask, or gives the same token again.
    """
    import jmespath

    tokens = {name: jmespath.compile(path) for name, path in paging.tokens.items()}
    more = jmespath.compile(paging.more) if paging.more else None
    last: dict[str, Any] = {}
    while True:
        page = ask(**{**parameters, **last})
        yield page
        following = {name: value for name, path in tokens.items() if (value := path.search(page))}
        if more is not None and not more.search(page):
            return
        if not following:
            if more is not None:
                message = f"{paging.more} says that there is more, but no token came with it"
                raise BrokenPagingError(message)
            return
        if following == last:
            message = "the same token came twice"
            raise BrokenPagingError(message)
        last = following


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]
