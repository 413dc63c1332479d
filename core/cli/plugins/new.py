"""``trueup plugins new``: a package for a service, ready to be installed, tested and published."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from trueup.cli.output import say

if TYPE_CHECKING:
    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="new", epilog="Example: trueup plugins new kinesis")
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the package, not there yet or empty.  [trueup-NAME]",
)
@click.pass_obj
def command(start: Start, name: str, out: Path | None) -> None:
    """Write a new package for a service; NAME is that of its boto3 client.

    A resource type with its facts, a fix, two rules with cases, and tests, which pass as they stand.
    Needs no AWS account.
    """
    from trueup.authoring.new_package import NewPackage
    from trueup.authoring.package_name import package_name

    made = NewPackage.of(package_name(name, start.host.plugins()))
    folder = Path(made.name.distribution) if out is None else out
    paths = made.write(folder)
    say(f"wrote {folder}: {len(paths)} files, with resource type {made.name.service}.{made.start.noun}")
    if made.start.simulated:
        say(f"  begins with  the tags of {name}'s resources, an example that works: no setting was tried yet")
        say(f"  replace      what is marked TODO(author); {folder}/README.md lists it")
    else:
        say(f"  begins with  {made.start.action['fact']} of its {made.start.plural}, a setting that was tried")
    for line in (
        f"  install it   pip install -e {quote(f'{folder}[test]')}",
        f"  test it      pytest {quote(str(folder))}",
        f"  check it     trueup plugins check {made.name.service}",
        f"  see it       trueup demo --serve   (then, elsewhere: trueup audit --service {made.name.service})",
    ):
        say(line)
