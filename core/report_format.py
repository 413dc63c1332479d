"""A report's format: its name, its file's ending and how it is written.

What the ``report_formats`` hook gives, so that a stranger's format stands beside ours on the command line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.journal.view import RunView

__all__ = ["ReportFormat", "ReportWriter"]

# A format's name is an option's value and its extension a part of a file name: nothing that a shell or a path reads.
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class ReportWriter(Protocol):
    """Writes one run to a stream."""

    def __call__(self, view: RunView, stream: TextIO, closing: Sequence[str] = (), /) -> None:
        """Write the run.

        Args:
            view: the run; ``findings()`` and ``changes()`` may be asked for more than once, each time from the start.
            stream: where to; a file is opened as UTF-8, its line ends left alone.
            closing: last lines for people, one sentence or one command each (indented commands by two spaces);
                formats for programs leave them out.
        """


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """One format of a report.

    Args:
        name: as in ``--format NAME``.
        extension: the file's ending, without the dot.
        description: one line for ``--help``.
        write: writes a run.
        for_programs: whether programs read it, so that nothing else may be printed beside it on stdout.

    Raises:
        ValueError: the name or the extension is not made of lower-case letters, digits and single dashes.
    """

    name: str
    extension: str
    description: str
    write: ReportWriter
    for_programs: bool = False

    def __post_init__(self) -> None:
        for field, word in (("name", self.name), ("extension", self.extension)):
            if not _WORD.fullmatch(word):
                message = (
                    f"the {field} of a report format is made of lower-case letters, digits and single dashes, "
                    f"found {word!r}"
                )
                raise ValueError(message)
