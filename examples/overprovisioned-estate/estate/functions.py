"""The functions: three gigabytes and a quarter of an hour for work of milliseconds, run often enough to be measured."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as awslambda
from aws_cdk import aws_logs as logs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_s3 as s3
    from constructs import Construct

    from estate.shape import Function

__all__ = ["Functions"]

_EVERY = cdk.Duration.minutes(5)
"""Often enough for a data point in every hour of the look-back, and cheap."""


class Functions(cdk.Stack):
    """The functions that use the table and the bucket a little."""

    def __init__(
        self, scope: Construct, name: str, *, functions: Sequence[Function], orders: dynamodb.Table, lake: s3.Bucket
    ) -> None:
        """Make them, each with its own role and log, and call each of them every few minutes."""
        super().__init__(scope, name, description="Over-provisioned estate: Lambda")
        self.all = {function.name: self._function(function) for function in functions}
        environment = {"TABLE": orders.table_name, "BUCKET": lake.bucket_name}
        for each in self.all.values():
            for key, value in environment.items():
                each.add_environment(key, value)
            events.Rule(each, "Every", schedule=events.Schedule.rate(_EVERY), targets=[targets.LambdaFunction(each)])
        orders.grant(self.all["place_order"], "dynamodb:PutItem")
        orders.grant(self.all["list_orders"], "dynamodb:Query")
        orders.grant(self.all["export_orders"], "dynamodb:Scan")
        lake.grant_put(self.all["export_orders"])

    def _function(self, function: Function) -> awslambda.Function:
        log = logs.LogGroup(
            self,
            f"{function.name}-log",
            retention=logs.RetentionDays.ONE_WEEK,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        # Reserved concurrency is left out: a function that has it is limited to it, one that has not draws on the
        # account's pool.
        return awslambda.Function(
            self,
            function.name,
            runtime=awslambda.Runtime.PYTHON_3_13,
            handler="index.handle",
            code=awslambda.Code.from_inline(_source(function.name)),
            memory_size=function.memory_mib,
            timeout=cdk.Duration.seconds(function.timeout_seconds),
            insights_version=awslambda.LambdaInsightsVersion.VERSION_1_0_498_0 if function.insights else None,
            log_group=log,
        )


def _source(name: str) -> str:
    return files("estate.handlers").joinpath(f"{name}.py").read_text("utf-8")
