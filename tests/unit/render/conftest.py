from ipaddress import ip_interface
from types import MappingProxyType

import pytest

from quorate.describe.cluster import (
    Cluster,
    Corosync,
    FenceDevice,
    Fencing,
    LinkOptions,
    Node,
    Pacemaker,
    Quorum,
    Ssh,
)
from quorate.describe.secret import Secret


def three_nodes(**changes):
    """Return a Cluster built by hand: three nodes, one link, one IPMI board each; `changes` replace parts of it."""
    nodes = tuple(Node(f"n{i}", i, (ip_interface(f"10.20.0.1{i}/24"),), 1, Ssh(f"10.20.0.1{i}")) for i in (1, 2, 3))
    corosync = Corosync(
        transport="knet",
        cipher="aes256",
        hash="sha256",
        link_mode="passive",
        token_ms=3000,
        token_coefficient_ms=650,
        token_retransmits=4,
        join_ms=50,
        consensus_ms=4380,
        nodes=3,
        links=(LinkOptions(0, 5405),),
    )
    devices = tuple(
        FenceDevice(
            id=f"ipmi-{node.name}",
            agent="fence_ipmilan",
            parameters=MappingProxyType({"ip": f"10.20.9.1{node.id}", "password": Secret("env", "IPMI")}),
            victims={node.name: None},
        )
        for node in nodes
    )
    parts = {
        "name": "web",
        "nodes": nodes,
        "corosync": corosync,
        "quorum": Quorum(3, False, False, False, 10_000, None, None),
        "fencing": Fencing(True, devices, {}, "reboot", 60, 10, True, 0, 0),
        "pacemaker": Pacemaker(
            MappingProxyType({"stonith-enabled": "true", "no-quorum-policy": "stop"}),
            MappingProxyType({"resource-stickiness": "1000"}),
            MappingProxyType({}),
        ),
    }
    return Cluster(**(parts | changes))


@pytest.fixture
def cluster():
    return three_nodes


def fence(id_, **victims):
    return FenceDevice(id_, "fence_apc", MappingProxyType({"ip": "10.0.0.9"}), victims)


@pytest.fixture
def device():
    return fence
