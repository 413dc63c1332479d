"""What can go wrong, one class a kind, each with the exit code it ends a command with.

One small file, so that a caller sees at a glance what may be raised; a message names the thing,
what was expected, what was found and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.facts.unknown import Unknown

__all__ = [
    "AccountsFileError",
    "AmbiguousWriteError",
    "CallRefusedError",
    "CredentialsError",
    "ExemptionFileError",
    "GuardError",
    "PluginError",
    "RefusedError",
    "RuleFileError",
    "StateError",
    "ThrottledWriteError",
    "TrueupError",
    "UnknownFactError",
    "UnreadableError",
    "UsageError",
]


class TrueupError(Exception):
    """The base of every error that trueup raises on purpose."""

    exit_code = 1


class UsageError(TrueupError):
    """Raised when what the user gave (option, file, name) cannot be used as it is."""

    exit_code = 2


class CredentialsError(UsageError):
    """Raised when AWS cannot be asked at all: credentials absent, incomplete, expired or not accepted.

    It stops the run, at the plugin border too: every further read would fail alike. The message names the profile
    and the source that was tried.
    """


class RuleFileError(UsageError):
    """Raised once for all problems of all rule files that were read; ``problems`` has one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class ExemptionFileError(UsageError):
    """Raised once for all problems of all exemption files, before AWS is asked; ``problems`` has one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class AccountsFileError(UsageError):
    """Raised once for all problems of a file of accounts, before AWS is asked; ``problems`` has one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class RefusedError(TrueupError):
    """Raised when a plan, or a change of it, must not be applied: stale, expired, edited, used, limits, no approval."""

    exit_code = 5


class StateError(UsageError):
    """Raised when the state file is locked, read-only, corrupt, of another version, or its disk is full."""


class PluginError(TrueupError):
    """Raised at the plugin border; the message names the plugin, its distribution, the hook and the cause."""


class GuardError(TrueupError):
    """Raised before sending, for a call that the client in hand is not allowed to make."""


class UnreadableError(TrueupError):
    """Raised by a read that failed for good; ``unknown`` says why and which permission is missing."""

    def __init__(self, unknown: Unknown) -> None:
        self.unknown = unknown
        super().__init__(unknown.sentence())


class UnknownFactError(TrueupError):
    """Raised when a derived aspect or an action asks for a fact that is not known; ``unknown`` says why."""

    def __init__(self, path: str, unknown: Unknown) -> None:
        self.path = path
        self.unknown = unknown
        super().__init__(f"{path} is not known: {unknown.sentence()}")


class CallRefusedError(TrueupError):
    """Raised when AWS answered a write with an error that surely had no effect.

    ``code`` is AWS's error code, ``operation`` the call as ``service:Operation``.
    """

    def __init__(self, operation: str, code: str, message: str) -> None:
        self.operation = operation
        self.code = code
        self.message = message
        super().__init__(f"{operation} was refused with {code}: {message}")


class ThrottledWriteError(TrueupError):
    """Raised when AWS throttled a write: it surely had no effect and may be sent again later.

    ``code`` is AWS's error code, ``operation`` the call as ``service:Operation``.
    """

    def __init__(self, operation: str, code: str, message: str) -> None:
        self.operation = operation
        self.code = code
        self.message = message
        super().__init__(f"{operation} was throttled with {code}: {message}")


class AmbiguousWriteError(TrueupError):
    """Raised when nobody knows whether a write took effect: timeout, reset, 5xx or an answer that cannot be read.

    ``operation`` is the call as ``service:Operation``; read before deciding what to do.
    """

    def __init__(self, operation: str, cause: str) -> None:
        self.operation = operation
        self.cause = cause
        super().__init__(f"{operation} may or may not have taken effect: {cause}")
