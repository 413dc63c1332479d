"""``trueup prices``: which prices are known, and fetching fresh ones from the AWS Price List."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import account_options
from trueup.cli.output import say, show_json, show_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.cli.start import Start
    from trueup.prices.price_file import PriceFile

__all__ = ["command"]

_FORMS = click.Choice(["console", "json"])


@click.group(name="prices", epilog="Example: trueup prices list")
def command() -> None:
    """Show the known prices, and fetch fresh ones."""


@command.command(name="list", epilog="Example: trueup prices list --format json")
@click.option("--format", "form", type=_FORMS, default="console")
@click.pass_obj
def list_prices(start: Start, form: str) -> None:
    """List the services and Regions with known prices, and of which day they are."""
    rows = list(_known(start))
    if form == "json":
        show_json({"prices": [{"service": s, "region": r, **_head(file)} for s, r, file in rows]})
        return
    show_table(
        ("SERVICE", "REGION", "DATE", "CURRENCY", "FILE"),
        [(service, region, file.date, file.currency, file.origin) for service, region, file in rows],
    )


@command.command(epilog="Example: trueup prices show dynamodb --region us-east-1")
@click.argument("service")
@click.option("--region", required=True, help="The Region.")
@click.option("--format", "form", type=_FORMS, default="console")
@click.pass_obj
def show(start: Start, service: str, region: str, form: str) -> None:
    """Show the prices of a service in a Region."""
    from trueup.prices.book import PriceBook
    from trueup.prices.price_file import price_names

    prices = PriceBook(_folder(start)).prices(service, region)
    if form == "json":
        show_json({"service": service, "region": region, **prices})
        return
    say(f"{prices['date']}, {prices['source']}")
    show_table(
        ("PRICE", prices["currency"]),
        [(".".join(name), f"{price:.10g}") for name, price in price_names(prices["list"])],
    )


@command.command(epilog="Example: trueup prices update --service rds --region eu-west-1")
@click.option("--service", "services", multiple=True, help="Only this service. Repeatable.")
@account_options
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to, if not prices.folder."
)
@click.pass_context
def update(context: click.Context, /, services: tuple[str, ...], out: Path | None, **options: Any) -> None:
    """Fetch list prices from the AWS Price List; needs pricing:GetProducts.

    Writes one file a service and Region (the profile's own unless --region names others); audits and plans use it
    from then on where it is newer than what is shipped. What fails leaves the known prices alone, and ends with 1.
    """
    from trueup.cli.working import account_of
    from trueup.errors import CredentialsError, TrueupError
    from trueup.prices.update import fetch_prices, write_prices

    start: Start = context.obj
    chosen = _chosen(services)
    account = account_of(start, options)
    today, failed = start.clock.now().date(), False
    for scope in account.scopes:
        for service in chosen:
            try:
                fetched = fetch_prices(account.connection, service, scope.region, today)
                path = write_prices(fetched, out or _folder(start))
            except CredentialsError:
                raise
            except TrueupError as error:
                say(f"prices of {service} in {scope.region} were not fetched: {error}")
                failed = True
                continue
            say(f"wrote {path}")
            if fetched.missing:
                say(f"{service} in {scope.region} has no price of {', '.join(fetched.missing)}")
    context.exit(1 if failed else 0)


def _chosen(services: tuple[str, ...]) -> tuple[str, ...]:
    from trueup.errors import UsageError
    from trueup.prices.update import priced_services
    from trueup.ruleset.suggest import did_you_mean

    known = priced_services()
    for name in services:
        if name not in known:
            message = f"--service: expected one of {', '.join(known)}, found {name!r}{did_you_mean(name, known)}"
            raise UsageError(message)
    return services or known


def _known(start: Start) -> Iterator[tuple[str, str, PriceFile]]:
    """Yield each service and Region with prices and the file to use; a broken file is said."""
    from trueup.hosting.installed import PLUGINS, installed_entry_points
    from trueup.prices.book import PriceBook, shipped_file
    from trueup.prices.price_file import PriceFile, PriceFileError

    folder = _folder(start)
    book = PriceBook(folder)
    for service in sorted(each.name for each in installed_entry_points() if each.group == PLUGINS):
        regions = {path.stem for path in (folder / service).glob("*.json")}
        shipped = shipped_file(service)
        try:
            regions |= set(PriceFile.load(shipped, service).regions) if shipped else set()
        except PriceFileError as error:
            say(str(error))
        for region in sorted(regions):
            try:
                yield from ((service, region, file) for file in book.files(service, region)[:1])
            except PriceFileError as error:
                say(str(error))


def _head(file: PriceFile) -> dict[str, str]:
    return {"date": file.date, "currency": file.currency, "source": file.source, "file": file.origin}


def _folder(start: Start) -> Path:
    from trueup.prices.book import price_folder

    return price_folder(start.settings.prices.folder)
