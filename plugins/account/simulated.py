"""What Account Management does and moto does not: it knows which Regions are enabled in an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.testing import Answer, ApiRequest, Correction, Simulation, Undo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing.correction import Proceed

__all__ = ["CORRECTIONS", "ENABLED_BY_DEFAULT", "REGIONS"]

REGIONS = "account:regions"
"""The setting that says how it stands with Regions, by account id or ``*``: ``{"*": {"ap-east-1": "ENABLED"}}``.
It adds to those that are enabled by default, and may change them."""

ENABLED_BY_DEFAULT = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)

_PAGE = 20


def _install_regions(simulation: Simulation) -> Undo:
    """Answer ``ListRegions`` page by page, in the order of names."""

    def list_regions(request: ApiRequest, _: Proceed) -> Answer:
        given = request.parameters
        told: Mapping[str, Mapping[str, str]] = simulation.settings.get(REGIONS, {})
        known = dict.fromkeys(ENABLED_BY_DEFAULT, "ENABLED_BY_DEFAULT")
        known |= {**told.get("*", {}), **told.get(request.account, {})}
        wanted = given.get("RegionOptStatusContains")
        rows = [
            {"RegionName": name, "RegionOptStatus": status}
            for name, status in sorted(known.items())
            if wanted is None or status in wanted
        ]
        first, page = int(given.get("NextToken", 0)), given.get("MaxResults", _PAGE)
        more = {"NextToken": str(first + page)} if first + page < len(rows) else {}
        return request.answer({"Regions": rows[first : first + page], **more})

    return simulation.answer("account:ListRegions", list_regions)


CORRECTIONS: tuple[Correction, ...] = (
    Correction(
        name="account-list-regions",
        service="account",
        says="ListRegions says which Regions are enabled in an account, page by page",
        source="Account Management API: ListRegions; the account guide's list of Regions enabled by default",
        install=_install_regions,
    ),
)
