"""A cluster of two RabbitMQ brokers has no majority without either.

Why: a quorum queue on two brokers stands still when one is away, and neither can pause for a minority, for each is
one: when they lose sight of each other both go on, and afterwards one drops what only it has.
What to do: run the brokers on three nodes; of two, use the kind rabbitmq, whose one broker takes its queues along.
Source: RabbitMQ, "Clustering and Network Partitions" (pause_minority and two nodes); "Quorum Queues"
"""

from collections.abc import Iterator

from quorate.catalog.service import Service
from quorate.catalog.services.rabbitmq_cluster import FEW, RabbitmqCluster
from quorate.catalog.site import nodes_of
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - the protocol of a rule
    """Report such clusters of brokers on two nodes or one."""
    for name, service in cluster.services.items():
        if not isinstance(service, Service) or service.kind != RabbitmqCluster.kind:
            continue
        nodes = [node.name for node in nodes_of(cluster, service)]
        if len(nodes) <= FEW:
            yield Finding(
                code="brokers-two",
                severity=Severity.WARNING,
                summary=f"{name} has brokers on {' and '.join(nodes)} alone",
                why="without the other there is no majority: quorum queues stand still, and after a split of the two"
                " messages that only one of them has are dropped",
                fix="run it on three nodes, or use the kind rabbitmq, whose one broker takes its queues along",
                path=("services", name, *(("nodes",) if service.nodes else ())),
            )
