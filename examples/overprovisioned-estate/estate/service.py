"""The containers: eight tasks of a full vCPU behind a load balancer, and autoscaling that may not go below eight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns
from aws_cdk import aws_logs as logs

if TYPE_CHECKING:
    from constructs import Construct

    from estate.shape import Service

__all__ = ["ServiceStack"]

_IMAGE = "public.ecr.aws/docker/library/httpd:2.4"
"""A web server that answers the load balancer's health checks and does nothing else."""

_SCALE_AT_PERCENT = 70


class ServiceStack(cdk.Stack):
    """One Fargate service with its cluster and its load balancer."""

    def __init__(self, scope: Construct, name: str, *, service: Service, vpc: ec2.IVpc) -> None:
        """Make them; the load balancer is internal, so that nothing of the example faces the internet."""
        super().__init__(scope, name, description="Over-provisioned estate: ECS on Fargate")
        log = logs.LogGroup(
            self, "Log", retention=logs.RetentionDays.ONE_WEEK, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        web = patterns.ApplicationLoadBalancedFargateService(
            self,
            "Web",
            cluster=ecs.Cluster(self, "Cluster", vpc=vpc),
            desired_count=service.tasks,
            cpu=service.cpu,
            memory_limit_mib=service.memory_mib,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            public_load_balancer=False,
            open_listener=False,
            task_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            task_image_options=patterns.ApplicationLoadBalancedTaskImageOptions(
                image=ecs.ContainerImage.from_registry(_IMAGE),
                log_driver=ecs.LogDrivers.aws_logs(stream_prefix="web", log_group=log),
            ),
        )
        web.load_balancer.connections.allow_from(
            ec2.Peer.ipv4(vpc.vpc_cidr_block), ec2.Port.tcp(80), "from inside the VPC"
        )
        scaling = web.service.auto_scale_task_count(min_capacity=service.minimum, max_capacity=service.maximum)
        scaling.scale_on_cpu_utilization("Cpu", target_utilization_percent=_SCALE_AT_PERCENT)
