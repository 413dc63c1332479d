"""Handlers that copies share are called as botocore's own emitter calls them."""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

import pytest
from botocore.hooks import EventAliaser, HierarchicalEmitter
from hypothesis import given
from hypothesis import strategies as st

from trueup.aws.connection import connect
from trueup.aws.events import SharedHandlers, SharedNames

_PARTS = st.sampled_from(["call", "s3", "Get", "*"])
_NAMES = st.lists(_PARTS, min_size=1, max_size=4).map(".".join)
_EMITTED = st.lists(st.sampled_from(["call", "s3", "Get", "Put"]), min_size=1, max_size=5).map(".".join)
_HANDLERS = st.integers(0, 3)
_IDS = st.sampled_from([None, "one", "two"])
_STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["register", "register_first", "register_last", "unregister"]),
            _NAMES,
            _HANDLERS,
            _IDS,
            st.booleans(),
        ),
        st.tuples(st.just("copy")),
        st.tuples(st.sampled_from(["emit", "emit_until_response"]), _EMITTED),
    ),
    max_size=20,
)


class Handler:
    """Answers with its number, or not at all."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, event_name: str, **_given: Any) -> str | None:
        """Answer for odd numbers only."""
        return f"{self.number} at {event_name}" if self.number % 2 else None


HANDLERS = [Handler(number) for number in range(4)]


def seen(emitter: Any, step: tuple[Any, ...]) -> Any:
    """Give what a step gives, or the kind of its error."""
    name, *given = step
    if name in {"emit", "emit_until_response"}:
        return getattr(emitter, name)(*given)
    event, number, unique_id, counts = given
    try:
        return getattr(emitter, name)(event, HANDLERS[number], unique_id, counts)
    except ValueError as error:
        return type(error)
    except AttributeError:
        # botocore breaks when it unregisters from a name that others only begin with; there is nothing to give up.
        return None


@given(_STEPS)
def test_shared_handlers_are_called_as_botocores_own(steps: list[tuple[Any, ...]]) -> None:
    """Whatever is registered, given up, copied and emitted, all copies answer as copies of botocore's do."""
    emitters: list[tuple[Any, Any]] = [(HierarchicalEmitter(), SharedHandlers())]
    for index, step in enumerate(steps):
        theirs, ours = emitters[index % len(emitters)]
        if step[0] == "copy":
            emitters.append((copy.copy(theirs), copy.copy(ours)))
        else:
            assert (index, seen(theirs, step)) == (index, seen(ours, step))
    for name in ("call", "call.s3", "call.s3.Get", "call.Get.Put.s3"):
        for theirs, ours in emitters:
            assert theirs.emit(name) == ours.emit(name)


def test_copied_names_are_translated_as_botocores_own() -> None:
    """An old name of an event reaches the handler of its new one, in a copy as in the first."""
    emitters = [EventAliaser(HierarchicalEmitter()), SharedNames(SharedHandlers())]
    for emitter in emitters:
        emitter.register("before-call.autoscaling", HANDLERS[1])
    old, new = "before-call.autoscaling.Put", "before-call.auto-scaling.Put"
    for name in (old, new, old):
        theirs, ours = (copy.copy(emitter).emit(name) for emitter in emitters)
        assert theirs == ours == [(HANDLERS[1], f"1 at {new}")]


def test_ignored_answers_are_none_and_the_handlers_are_called_all_the_same() -> None:
    """In a copy, too; other events' answers are given as before."""
    called: list[str] = []

    def note(event_name: str, **_given: Any) -> bool:
        called.append(event_name)
        return False

    handlers = SharedHandlers()
    for event in ("needs-retry.s3", "before-call"):
        handlers.register(event, note)
    handlers.ignore_answers("needs-retry")
    copied = copy.copy(handlers)

    assert [(note, None)] == copied.emit("needs-retry.s3.PutObject")
    assert (note, None) == copied.emit_until_response("needs-retry.s3")
    assert (None, None) == copied.emit_until_response("needs-retry")
    assert [(note, False)] == copied.emit("before-call.s3")
    assert ["needs-retry.s3.PutObject", "needs-retry.s3", "before-call.s3"] == called


def _takes_no_more(event_name: str) -> None:
    """Take no further arguments."""


@pytest.mark.parametrize("handler", ["no handler", _takes_no_more, partial(_takes_no_more)])
def test_a_handler_that_botocore_refuses_is_refused(handler: Any) -> None:
    """What cannot be called, or would break on a further argument, is no handler."""
    for emitter in (HierarchicalEmitter(), SharedHandlers()):
        with pytest.raises(ValueError, match=r"callable|kwargs"):
            emitter.register("before-call", handler)


def test_clients_of_a_service_share_their_methods_and_nothing_that_is_one_clients() -> None:
    """Two Regions' clients have one set of methods, their own endpoints, and handlers that the other does not call."""
    connection = connect(region="us-east-1")
    one, other = (connection.reading_client("s3", region) for region in ("eu-west-1", "eu-west-2"))
    called: list[str] = []

    def note(event_name: str, **_given: Any) -> None:
        called.append(event_name)

    one.meta.events.register("noted", note)
    other.meta.events.emit("noted")

    assert type(one).get_bucket_policy is type(other).get_bucket_policy
    assert [client.meta.endpoint_url for client in (one, other)] == [
        "https://s3.eu-west-1.amazonaws.com",
        "https://s3.eu-west-2.amazonaws.com",
    ]
    assert called == []
