"""What every command starts from: the global options, and what they open when it is first needed.

Lazy, part by part: a command that only lists runs opens no plugin, and one that only shows rules no AWS client.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.clock import Clock
    from trueup.events import Level
    from trueup.hosting.host import Host
    from trueup.journal.journal import Journal
    from trueup.ruleset.load import RuleSet
    from trueup.ruleset.source import RuleSource
    from trueup.settings import Settings

__all__ = ["Start"]


@dataclass
class Start:
    """The global options of a call, and what hangs on them.

    Args:
        state: the state file, None for the default.
        config: the settings file, None for ``trueup.toml`` in the current folder.
        rule_folders: the user's own rules.
        plugins: values of ``-p``.
        log_format: ``console`` or ``json``.
        verbose: whether what is said has time and level, and what is read and written is logged with it.
        log_level: what is logged: events from this level on.
    """

    state: Path | None = None
    config: Path | None = None
    rule_folders: tuple[Path, ...] = ()
    plugins: tuple[str, ...] = ()
    log_format: str = "console"
    verbose: bool = False
    log_level: Level | None = None
    _open: ExitStack = field(default_factory=ExitStack, repr=False)

    @cached_property
    def settings(self) -> Settings:
        """The settings."""
        from trueup.settings import Settings

        return Settings.load(self.config)

    @cached_property
    def clock(self) -> Clock:
        """The clock: the machine's, or the simulated AWS's where the environment names one."""
        from trueup.clock import clock_from_environment

        return clock_from_environment()

    @cached_property
    def journal(self) -> Journal:
        """The state, opened."""
        from trueup.journal.journal import Journal

        journal = Journal.open(self.state, self.clock)
        self._open.callback(journal.store.close)
        return journal

    @cached_property
    def host(self) -> Host:
        """The plugin host."""
        from trueup.hosting.host import Host

        return Host(self.plugins, os.environ)

    def rules(self, *, tolerant: bool = True) -> RuleSet:
        """Load all rules; tolerant for audits, strict for whoever writes rules; the user's own always strictly."""
        from trueup.ruleset.load import load_rules

        return load_rules((*self.own_rules(), *self.host.rule_sources()), self.host.fact_schemas(), tolerant=tolerant)

    def own_rules(self) -> tuple[RuleSource, ...]:
        """Give the user's own sources of rules: those of ``--rules``, then those of the settings."""
        from trueup.ruleset.source import RuleSource

        given = tuple(RuleSource.of_user(path) for path in self.rule_folders)
        set_ = (RuleSource.of_user(Path(each), "rules.folders:") for each in self.settings.rules.folders)
        return (*given, *set_)

    def close(self) -> None:
        """Close what was opened."""
        self._open.close()

    @property
    def logs(self) -> bool:
        """Whether what is said goes to the log, with time and level, and not as plain lines."""
        return self.verbose or self.log_format == "json" or self.log_level is not None

    def start_logging(self) -> None:
        """Send the log to stderr in the chosen form, when one is asked for."""
        if self.logs:
            from trueup.cli.logs import start_logging

            start_logging(self.log_format, self.log_level or "info")
