"""The order of building: stages with a barrier after each. Within a host stage all nodes and steps go in parallel.

Data, and the only place that names all steps. The order is the argument: secrets before files that hold them, storage
before anything that could start what lies on it, names and keys before Corosync, Corosync in membership on every node
before Pacemaker, Pacemaker with every node online before quorate takes back a maintenance or standby of its own, and
before the CIB. What failed for want of a file is tried again before the CIB, so that whatever fails after it is the
CIB's; the CIB is settled before anybody's power is cut. A node that is to go leaves before a file is written that no
longer has it; one that is new to a running cluster finds its fencing device and its constraints there when it joins.
The quorum device is asked for its vote when Corosync has been told of it, and not before. What is done once for a
service is done when all of them run, and then goes what was on hosts for services of before.
"""

from dataclasses import dataclass

from quorate.build.step import ClusterStep, HostStep
from quorate.build.steps import (
    bonds,
    boot,
    certificates,
    cib,
    cib_ahead,
    cib_secrets,
    clock,
    corosync_conf,
    corosync_key,
    departure,
    forgetting,
    link_addresses,
    made_secrets,
    membership,
    names,
    outgrown,
    pacemaker,
    packages,
    ports,
    power,
    proof,
    qdevice,
    qdevice_halt,
    qnetd,
    relink,
    retried,
    returned,
    running,
    service_files,
    service_keys,
    setting_up,
    storage,
    written,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A barrier's worth of work: either host steps, or one cluster step.

    witness_steps: what the quorum device's host goes through meanwhile, if there is one.
    """

    title: str
    host_steps: tuple[HostStep, ...] = ()
    witness_steps: tuple[HostStep, ...] = ()
    cluster_step: ClusterStep | None = None


NEWCOMERS = "newcomers"
CONFIGURATION = "configuration"
SERVICES = "services"

STAGES = (
    Stage("clocks", host_steps=(clock,), witness_steps=(clock,)),
    Stage("packages", host_steps=(packages,), witness_steps=(packages,)),
    Stage("departure", cluster_step=departure),
    Stage("secrets", cluster_step=made_secrets),
    Stage(
        "hosts",
        host_steps=(link_addresses, names, bonds, ports, boot, qdevice_halt, cib_secrets, service_files, corosync_conf),
        witness_steps=(ports, boot, qnetd),
    ),
    Stage("storage", cluster_step=storage),
    Stage("key", cluster_step=corosync_key),
    Stage("service keys", cluster_step=service_keys),
    Stage("certificates", cluster_step=certificates),
    Stage(NEWCOMERS, cluster_step=cib_ahead),
    Stage("links", cluster_step=relink),
    Stage("membership", cluster_step=membership),
    Stage("quorum device", cluster_step=qdevice),
    Stage("manager", cluster_step=pacemaker),
    Stage("return", cluster_step=returned),
    Stage("retry", cluster_step=retried),
    Stage(CONFIGURATION, cluster_step=cib),
    Stage(SERVICES, cluster_step=running),
    Stage("setting up", cluster_step=setting_up),
    Stage("outgrown", host_steps=(outgrown,)),
    Stage("forgetting", cluster_step=forgetting),
    Stage("disks", cluster_step=written),
    Stage("power", cluster_step=power),
    Stage("fencing", cluster_step=proof),
)
