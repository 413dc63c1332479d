"""The templates of the estate, synthesised once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from estate.application import PREFIX, application

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Assembly"]


@dataclass(frozen=True, slots=True)
class Assembly:
    """The synthesised estate.

    Args:
        folder: the cloud assembly, as ``cdk synth`` leaves it.
        manifest: what the CDK says of it.
        templates: by the stack's name without its prefix.
    """

    folder: Path
    manifest: dict[str, Any]
    templates: dict[str, assertions.Template]

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """Give all resources of a type, of all stacks, by logical id."""
        found: dict[str, dict[str, Any]] = {}
        for template in self.templates.values():
            found.update({name: dict(each) for name, each in template.find_resources(kind).items()})
        return found

    def every(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each resource of each stack, with a name that tells it apart."""
        for stack, template in self.templates.items():
            for name, resource in template.to_json()["Resources"].items():
                yield f"{stack}/{name}", resource


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Synthesise it, as ``cdk synth`` does, into a folder of its own."""
    import json

    folder = tmp_path_factory.mktemp("assembly")
    app = application(folder=str(folder))
    app.synth()
    stacks = [child for child in app.node.children if isinstance(child, cdk.Stack)]
    return Assembly(
        folder,
        json.loads((folder / "manifest.json").read_text("utf-8")),
        {stack.stack_name.removeprefix(f"{PREFIX}-"): assertions.Template.from_stack(stack) for stack in stacks},
    )
