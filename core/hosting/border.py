"""The plugin's border: whatever a plugin raises becomes one error that names it, and stops nothing else.

A plugin is a stranger's code. ``SystemExit`` in a hook or a ``SyntaxError`` at its import must cost its own rules only.
"""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trueup.errors import CredentialsError, PluginError
from trueup.hosting import hookspecs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HOOKS", "plugin_border", "signature_of"]

HOOKS = tuple(hookspecs.__all__)


@contextmanager
def plugin_border(plugin: str, doing: str) -> Iterator[None]:
    """Contain what is raised inside.

    Args:
        plugin: the plugin with its distribution, for the message.
        doing: what the plugin was asked for, for the message.

    Raises:
        PluginError: in place of everything that was raised, with it as its cause.
        KeyboardInterrupt: the user stops the run.
        CredentialsError: every further read would fail alike.
    """
    try:
        yield
    except (KeyboardInterrupt, CredentialsError):
        raise
    except BaseException as error:
        found = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}".rstrip(": ")
        message = f"{plugin}: {doing}: {found}"
        raise PluginError(message) from error


def signature_of(hook: str) -> str:
    """Give a hook as its specification declares it, for messages: ``audit(scope, rules)``."""
    return f"{hook}({', '.join(inspect.signature(getattr(hookspecs, hook)).parameters)})"
