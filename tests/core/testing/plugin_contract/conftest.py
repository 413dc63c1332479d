"""A stranger's package, installed for one test: the good one of ``good/``, with something broken in it."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trueup.testing.plugin_contract import ContractError, Subject
from trueup.testing.plugin_contract.contract import INVARIANTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trueup.testing import SimulatedAws
    from trueup.testing.plugin_contract import Invariant

GOOD = Path(__file__).parent / "good"
PACKAGE = "stranger_sqs"


class Package:
    """The installed package.

    Args:
        site: the folder on ``sys.path`` that it is in.
        aws: the simulated AWS.
    """

    def __init__(self, site: Path, aws: SimulatedAws) -> None:
        self.folder = site / PACKAGE
        self.aws = aws
        self._site = site
        shutil.copytree(GOOD, self.folder)
        for folder in (self.folder, self.folder / "rules", self.folder / "facts"):
            (folder / "__init__.py").touch()
        self.install(plugins=f"sqs = {PACKAGE}.plugin", rules=f"sqs = {PACKAGE}.rules")

    def install(self, **groups: str) -> None:
        """Write the distribution's metadata; ``plugins`` and ``rules`` are lines of its entry points."""
        info = self._site / "stranger_sqs-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Name: stranger-sqs\nVersion: 1.0\n", encoding="utf-8")
        lines = "".join(f"[trueup.{group}]\n{line}\n" for group, line in groups.items() if line)
        (info / "entry_points.txt").write_text(lines, encoding="utf-8")
        importlib.invalidate_caches()

    def change(self, file: str, old: str, new: str) -> None:
        """Replace every occurrence of a text of a file, which must be there; an empty one adds to the file's end."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in text
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")

    def broken(self, invariants: Iterable[Invariant] = INVARIANTS) -> dict[str, str]:
        """Check it; give what each broken invariant says to its whole message."""
        found: dict[str, str] = {}
        with Subject("sqs", self.aws) as subject:
            for each in invariants:
                try:
                    each(subject)
                except ContractError as error:
                    found[error.invariant] = str(error)
        return found


@pytest.fixture
def package(simulated_aws_server: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """The good package, installed; what is imported of it, and does to the environment, is forgotten afterwards."""
    environment = dict(os.environ)
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    yield Package(site, simulated_aws_server)
    for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    os.environ.clear()
    os.environ.update(environment)
