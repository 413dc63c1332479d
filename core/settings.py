"""Settings: the numbers of safety, each named, with a default, and what ``trueup.toml`` says of them.

One frozen record, so that a run can show what it ran with; an unknown name is an error and not a silent default.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.applying.windows import Window
from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ApplySettings",
    "AuditSettings",
    "ExemptionSettings",
    "IacSettings",
    "PlanSettings",
    "PriceSettings",
    "RuleSettings",
    "Settings",
    "WatchSettings",
]

FILE_NAME = "trueup.toml"


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """``[audit]``.

    Args:
        workers: reads under way at once.
        max_calls_per_second: the most reads that go out in a second, over all accounts, Regions and services of a run,
            retries included; 0 for no limit. Writes never wait for it.
    """

    workers: int = 16
    max_calls_per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """``[plan]``.

    Args:
        expires_hours: how long a plan may be applied.
        max_changes: the most changes that one apply makes.
        max_share: the most of a rule's matched resources that one apply changes, 0 to 1.
        share_floor: so many changes of a rule are allowed whatever the share.
        look_back_days: after a reduction of capacity the next one waits this long.
        block_rolled_back_days: after a rollback the same rule leaves the same resource alone this long.
    """

    expires_hours: int = 24
    max_changes: int = 50
    max_share: float = 0.5
    share_floor: int = 3
    look_back_days: int = 30
    block_rolled_back_days: int = 30


@dataclass(frozen=True, slots=True)
class ApplySettings:
    """``[apply]``.

    Args:
        windows: when writing is allowed, such as ``"Mon-Fri 08:00-16:00"`` (UTC); always, when there is none.
        freeze: nothing is written while it is true; rollback still works.
        soak_minutes: how long the canary of a capacity change is watched before the next.
        soak_period_minutes: how often it is looked at meanwhile.
        first_wave: changes in the first wave after the canary; each wave after it is twice as large.
        write_attempts: how often a throttled write is sent; other failures are never sent again blindly.
    """

    windows: tuple[Window, ...] = ()
    freeze: bool = False
    soak_minutes: int = 30
    soak_period_minutes: int = 5
    first_wave: int = 5
    write_attempts: int = 5


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """``[watch]``.

    Args:
        ignore_minutes: how long after a change has settled nothing is concluded from its metrics.
        days_before: a limit that was breached in the same hours of one of so many days before is no regression.
        most_together: more changes than this that regress together are an outage: nothing is rolled back.
        share_together: so are changes of at least this share of the watched ones, 0 to 1.
        undo_margin: an undo that lowers capacity must carry so many times the present peak.
    """

    ignore_minutes: int = 15
    days_before: int = 7
    most_together: int = 3
    share_together: float = 0.25
    undo_margin: float = 1.3


@dataclass(frozen=True, slots=True)
class IacSettings:
    """``[iac]``.

    Args:
        tags: tag keys that say a resource is managed as code; ``*`` at the end stands for any ending.
    """

    tags: tuple[str, ...] = ("aws:cloudformation:stack-name", "aws:cloudformation:stack-id", "terraform*", "pulumi:*")


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """``[rules]``.

    Args:
        folders: folders or files of your own rules, besides those of ``--rules``; relative to the settings file.
    """

    folders: tuple[str, ...] = ()

    def beside(self, folder: Path) -> RuleSettings:
        """Give the same with the folders looked for in a folder."""
        return replace(self, folders=tuple(str(folder / each) for each in self.folders))


@dataclass(frozen=True, slots=True)
class ExemptionSettings:
    """``[exemptions]``.

    Args:
        files: exemption files that every audit, plan and apply reads, besides those of ``--exemptions``; relative to
            the settings file.
        max_days: how many days ahead an exemption may expire at most.
    """

    files: tuple[str, ...] = ()
    max_days: int = 365

    def beside(self, folder: Path) -> ExemptionSettings:
        """Give the same with the files looked for in a folder."""
        return replace(self, files=tuple(str(folder / each) for each in self.files))


@dataclass(frozen=True, slots=True)
class PriceSettings:
    """``[prices]``.

    Args:
        folder: where ``trueup prices update`` writes fetched prices, and where they are looked for; the user's data
            folder when empty. ``TRUEUP_PRICES`` goes before it.
    """

    folder: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All of ``trueup.toml``; ``parameters`` is rule id to parameter name to value, checked where rules are loaded."""

    audit: AuditSettings = field(default_factory=AuditSettings)
    plan: PlanSettings = field(default_factory=PlanSettings)
    apply: ApplySettings = field(default_factory=ApplySettings)
    watch: WatchSettings = field(default_factory=WatchSettings)
    iac: IacSettings = field(default_factory=IacSettings)
    rules: RuleSettings = field(default_factory=RuleSettings)
    exemptions: ExemptionSettings = field(default_factory=ExemptionSettings)
    prices: PriceSettings = field(default_factory=PriceSettings)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path | None = None) -> Settings:
        """Read ``path``, or ``trueup.toml`` in the current folder if there is one, else give the defaults.

        Raises:
            UsageError: the file is missing, no TOML, or has a name or value that is none.
        """
        file = path or Path(FILE_NAME)
        if path is None and not file.exists():
            return cls()
        try:
            document = tomllib.loads(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            message = f"settings file {file}: expected a readable TOML file, found: {error}"
            raise UsageError(message) from error
        sections = {each.name: each.default_factory for each in fields(cls)}
        values: dict[str, Any] = {}
        for name, section in document.items():
            _check_name(str(file), name, sections)
            if not isinstance(section, dict):
                message = f"settings file {file}: expected a table [{name}], found {section!r}"
                raise UsageError(message)
            values[name] = section if name == "parameters" else _section(str(file), name, sections[name], section)
        for name in ("rules", "exemptions"):
            if name in values:
                values[name] = values[name].beside(file.parent)
        return cls(**values)


def _section(file: str, name: str, factory: Any, table: Mapping[str, Any]) -> Any:
    known = {each.name: each for each in fields(factory)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        _check_name(file, key, known, f"{name}.")
        values[key] = _value(f"settings file {file}: {name}.{key}", known[key].default, value)
    return factory(**values)


def _value(where: str, default: Any, value: Any) -> Any:
    if where.endswith("apply.windows") and isinstance(value, list):
        return tuple(Window.parse(str(each)) for each in value)
    if isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        message = f"{where}: expected a list of strings, found {value!r}"
        raise UsageError(message)
    if isinstance(default, str):
        if isinstance(value, str):
            return value
        message = f"{where}: expected a text, found {value!r}"
        raise UsageError(message)
    if isinstance(default, bool) is not isinstance(value, bool) or not isinstance(value, int | float):
        message = f"{where}: expected {'true or false' if isinstance(default, bool) else 'a number'}, found {value!r}"
        raise UsageError(message)
    if isinstance(default, int) and not isinstance(value, int):
        message = f"{where}: expected a whole number, found {value!r}"
        raise UsageError(message)
    least_is_off = where.endswith("audit.max_calls_per_second") and value == 0
    if not isinstance(default, bool) and not least_is_off and not 0 < value < float("inf"):
        message = f"{where}: expected a number above 0, found {value!r}"
        raise UsageError(message)
    if where.endswith("plan.max_share") and value > 1:
        message = f"{where}: expected a share of at most 1, found {value!r}"
        raise UsageError(message)
    return value


def _check_name(file: str, name: str, known: Mapping[str, Any], prefix: str = "") -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"; did you mean {prefix}{near[0]}" if near else f"; there are {', '.join(sorted(known))}"
        message = f"settings file {file}: expected a known name, found {prefix}{name}{hint}"
        raise UsageError(message)
