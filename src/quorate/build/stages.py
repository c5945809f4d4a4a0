"""The order of building: stages with a barrier after each. Within a host stage all nodes and steps go in parallel.

Data, and the only place that names all steps. The order is the argument: names and keys before Corosync, Corosync in
membership on every node before Pacemaker, Pacemaker with every node online before the CIB, the CIB settled before
anybody's power is cut.
"""

from dataclasses import dataclass

from quorate.build.step import ClusterStep, HostStep
from quorate.build.steps import (
    boot,
    cib,
    cib_secrets,
    clock,
    corosync_conf,
    corosync_key,
    membership,
    names,
    pacemaker,
    packages,
    ports,
    power,
    proof,
    running,
    service_files,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A barrier's worth of work: either host steps, or one cluster step."""

    title: str
    host_steps: tuple[HostStep, ...] = ()
    cluster_step: ClusterStep | None = None


STAGES = (
    Stage("clocks", host_steps=(clock,)),
    Stage("packages", host_steps=(packages,)),
    Stage("hosts", host_steps=(names, ports, boot, cib_secrets, service_files, corosync_conf)),
    Stage("key", cluster_step=corosync_key),
    Stage("membership", cluster_step=membership),
    Stage("manager", cluster_step=pacemaker),
    Stage("configuration", cluster_step=cib),
    Stage("services", cluster_step=running),
    Stage("power", cluster_step=power),
    Stage("fencing", cluster_step=proof),
)
