"""What CloudWatch does and moto does not."""

from __future__ import annotations

from trueup.plugins.cloudwatch.simulation import metric_data, metric_statistics
from trueup.testing import Correction

__all__ = ["CORRECTIONS"]

CORRECTIONS: tuple[Correction, ...] = (
    Correction(
        name="cloudwatch-metric-data",
        service="cloudwatch",
        says=(
            "GetMetricData matches namespace and dimensions exactly, knows percentiles, retention and pages, "
            "and refuses more than 500 queries and wrong ids"
        ),
        source="botocore's cloudwatch model: GetMetricData, MetricStat.Period, MetricDataQuery.Id, PutMetricData",
        install=metric_data.install,
    ),
    Correction(
        name="cloudwatch-metric-statistics",
        service="cloudwatch",
        says="GetMetricStatistics gives percentiles, and at most 1,440 points a call",
        source="botocore's cloudwatch model: GetMetricStatistics",
        install=metric_statistics.install,
    ),
)
