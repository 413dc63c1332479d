"""How resources are listed: to the last page, since what is on the next one would be missing from every audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.auditing.listing import list_resources
from trueup.aws.models import operation_model
from trueup.aws.pages import paging_of
from trueup.testing.plugin_contract.broken import invariant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from trueup.testing.correction import Handler, Proceed
    from trueup.testing.exchange import Answer, ApiRequest
    from trueup.testing.plugin_contract.estate import Estate
    from trueup.testing.plugin_contract.subject import Subject

__all__ = ["lists_reach_their_end"]

_TOKEN = "trueup-one-page-more"  # noqa: S105 - the place in a list


@invariant(
    "every list is followed to its last page",
    why="an account with more resources than fit on a page would be audited in part, and nobody would know",
    mend="{plugin}: list with `aws.paginate`, which follows the pages and says when they break off, not `aws.call`",
)
def lists_reach_their_end(subject: Subject) -> Iterator[str]:
    """Let each operation that a list calls say that there is a page more, and look whether it is asked for."""
    estate = subject.estate
    for declared in subject.types.values():
        for operation in sorted(estate.called_by_list(declared).intersection(declared.lists)):
            tokens = _tokens(operation)
            if tokens and not _followed(estate, declared.name, operation, tokens):
                yield f"{operation}, which lists {declared.name}, says that there is more, which is not asked for"


def _tokens(operation: str) -> dict[str, str]:
    """Give the request's parameters that ask for a page, with the members of the answer that they come from."""
    output = operation_model(operation).output_shape
    texts = {name for name, shape in (output.members if output else {}).items() if shape.type_name == "string"}
    return {asked: given for asked, given in paging_of(operation).tokens.items() if given in texts}


def _followed(estate: Estate, resource_type: str, operation: str, tokens: dict[str, str]) -> bool:
    account, before = estate.account(), len(estate.aws.calls)
    undo = estate.aws.answer(operation, _one_page_more(tokens, paging_of(operation).more))
    try:
        list(list_resources(estate.reading(account), estate.subject.types[resource_type]))
    finally:
        undo()
    made = [call for call in tuple(estate.aws.calls)[before:] if call.name == operation]
    return any(_asks_for_it(call.parameters, tokens) for call in made)


def _one_page_more(tokens: dict[str, str], more: str | None) -> Handler:
    def handle(request: ApiRequest, proceed: Proceed) -> Answer:
        if _asks_for_it(request.parameters, tokens):
            kept = {name: value for name, value in request.parameters.items() if name not in tokens}
            return proceed(request.with_parameters(kept))
        answer = proceed(request)
        if not answer.ok:
            return answer
        said = {more: True} if more and more.isidentifier() else {}
        return request.answer({**request.result(answer), **dict.fromkeys(tokens.values(), _TOKEN), **said})

    return handle


def _asks_for_it(parameters: Mapping[str, Any], tokens: Collection[str]) -> bool:
    return any(parameters.get(name) == _TOKEN for name in tokens)
