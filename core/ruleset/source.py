"""Where rule files come from: a distribution's folder of data, or a folder or file that a user names.

Found without importing code; a file in a zipped distribution reads like one on disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = ["CASES_SUFFIX", "PACK_SUFFIX", "RuleSource"]

CASES_SUFFIX = ".cases.json"
PACK_SUFFIX = ".pack.json"
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A folder, or one file, with rules and packs.

    Args:
        service: the entry point's name, which prefixes the resource types of its rules; None for a user's own.
        distribution: who ships it, for messages.
        folder: the folder; or one rule file, for a user's own.
    """

    service: str | None
    distribution: str
    folder: Path | Traversable

    @classmethod
    def of_user(cls, path: Path, named: str = "--rules") -> RuleSource:
        """Give the source of a folder or file that a user names.

        Args:
            path: the folder or file.
            named: where it is named, for the message.

        Raises:
            UsageError: there is no such folder or file.
        """
        if not path.exists():
            raise UsageError(f"{named} {path}: expected a folder with rule files or a rule file, found nothing there")
        return cls(None, str(path), path)

    def rule_files(self) -> Iterator[Path | Traversable]:
        """Yield the rule files, by name."""
        return (file for file in self._files() if not file.name.endswith((CASES_SUFFIX, PACK_SUFFIX)))

    def pack_files(self) -> Iterator[Path | Traversable]:
        """Yield the pack files, by name."""
        return (file for file in self._files() if file.name.endswith(PACK_SUFFIX))

    def cases_file(self, rule_id: str) -> Path | Traversable | None:
        """Give the file with a rule's cases, None when there is none."""
        name = f"{rule_id}{CASES_SUFFIX}"
        if self.folder.is_dir():
            return next((file for file in self._files() if file.name == name), None)
        beside = getattr(self.folder, "parent", None)  # only a path knows what lies beside it
        return beside / name if beside is not None and (beside / name).is_file() else None

    def _files(self) -> list[Path | Traversable]:
        if self.folder.is_file():
            return [self.folder]
        files = (file for file in self.folder.iterdir() if file.name.endswith(_SUFFIX) and file.is_file())
        return sorted(files, key=lambda file: file.name)
