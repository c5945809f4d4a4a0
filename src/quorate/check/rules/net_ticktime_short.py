"""RabbitMQ brokers lose sight of each other before Corosync takes a node for lost.

Why: Erlang takes a silent broker for lost after three quarters of its net_ticktime at the earliest. If Corosync bears
the silence longer, brokers pause, or split, over a disturbance after which the cluster goes on as if nothing had been.
What to do: leave net_ticktime out, or set it to four thirds of what Corosync takes, or more.
Source: Erlang kernel(6), net_ticktime; corosync.conf(5), token and consensus
"""

from collections.abc import Iterator
from math import ceil

from quorate.catalog.services.rabbitmq_cluster import EARLIEST, RabbitmqCluster
from quorate.check.context import Context
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - the protocol of a rule
    """Report a net_ticktime of which three quarters are less than the time that Corosync takes."""
    detection_s = cluster.corosync.detection_s
    for name, service in cluster.services.items():
        given = service.net_ticktime if isinstance(service, RabbitmqCluster) else None
        if given is not None and given * EARLIEST < detection_s:
            yield Finding(
                code="net-ticktime-short",
                severity=Severity.WARNING,
                summary=f"brokers of {name} are taken for lost after {given * EARLIEST:g} s, nodes after"
                f" {detection_s:.1f} s",
                why="brokers pause, or split, over a silence that Corosync bears",
                fix=f"set net_ticktime to {seconds(ceil(detection_s / EARLIEST))} or more, or leave it out",
                path=("services", name, "net_ticktime"),
            )
