"""LastModified as Lambda writes it: its own format, by the simulated clock, new with every write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.testing.correction import Correction, together

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from trueup.testing.correction import Simulation, Undo

__all__ = ["LAST_MODIFIED", "stamp"]


def stamp(moment: datetime) -> str:
    """A time as Lambda's functions have it: ``2026-11-23T18:20:35.054+0000``.

    Source: botocore model lambda:Timestamp (YYYY-MM-DDThh:mm:ss.sTZD).
    """
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def _install(aws: Simulation) -> Undo:
    from moto.awslambda.models import EventSourceMapping, LambdaFunction

    def stamping(method: Callable[..., Any]) -> Callable[..., Any]:
        def write(function: Any, *given: Any, **named: Any) -> Any:
            result = method(function, *given, **named)
            function.last_modified = stamp(aws.clock.now())
            # What the method gives was made before the stamp.
            return {**result, "LastModified": function.last_modified} if isinstance(result, dict) else result

        return write

    def stamping_mapping(method: Callable[..., Any]) -> Callable[..., Any]:
        def write(mapping: Any, *given: Any, **named: Any) -> None:
            method(mapping, *given, **named)
            mapping.last_modified = aws.clock.now().timestamp()

        return write

    writes = ("__init__", "set_version", "update_configuration", "update_function_code")
    return together(
        *(aws.patch(LambdaFunction, name, stamping(getattr(LambdaFunction, name))) for name in writes),
        aws.patch(EventSourceMapping, "__init__", stamping_mapping(EventSourceMapping.__init__)),
    )


LAST_MODIFIED = Correction(
    name="lambda-last-modified",
    service="lambda",
    says="LastModified is the time of the last write, by the simulated clock, in Lambda's own format; moto keeps the "
    "time of creation, in another one",
    source="botocore model lambda:Timestamp; FunctionConfiguration (LastModified)",
    install=_install,
)
