"""The CDK app: one stack a service, so that one can be deployed, paid for and destroyed without the others."""

from __future__ import annotations

import aws_cdk as cdk

from estate.buckets import Buckets
from estate.cache import CacheStack
from estate.database import DatabaseStack
from estate.functions import Functions
from estate.network import Network
from estate.service import ServiceStack
from estate.shape import Estate
from estate.tables import Tables

__all__ = ["PREFIX", "TAGS", "application"]

PREFIX = "overprovisioned"
"""What the names of all stacks begin with."""

TAGS = {"estate": "overprovisioned"}
"""On everything that can have tags: what ``trueup audit --tag estate=overprovisioned`` selects by."""


def application(estate: Estate | None = None, folder: str | None = None) -> cdk.App:
    """Give the app with all stacks, not yet synthesised.

    No stack names an account or a Region: they go where the credentials of ``cdk deploy`` point, and nothing is looked
    up, so that the templates can be made without an account.

    Args:
        estate: what to make; None is all of it.
        folder: where synthesis writes to; None is where the ``cdk`` command says.
    """
    estate = estate or Estate()
    app = cdk.App(analytics_reporting=False, outdir=folder)
    network = Network(app, f"{PREFIX}-network", zones=estate.zones)
    DatabaseStack(app, f"{PREFIX}-database", database=estate.database, vpc=network.vpc)
    CacheStack(app, f"{PREFIX}-cache", cache=estate.cache, vpc=network.vpc)
    ServiceStack(app, f"{PREFIX}-service", service=estate.service, vpc=network.vpc)
    tables = Tables(app, f"{PREFIX}-tables", table=estate.table)
    buckets = Buckets(app, f"{PREFIX}-buckets", buckets=estate.buckets)
    Functions(
        app, f"{PREFIX}-functions", functions=estate.functions, orders=tables.orders, lake=buckets.all["data-lake"]
    )
    for key, value in TAGS.items():
        cdk.Tags.of(app).add(key, value)
    return app
