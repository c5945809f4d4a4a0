"""Bonds: which links of a cluster file lie on a bond of two network cards, and whom a bond asks. Cluster in. Pure.

A kernel node's card keeps its carrier when its cable is pulled, so a bond that looks at carriers (miimon) sees nothing.
It asks a neighbour instead (ARP, for IPv6 neighbour solicitation), and leaves a card over which no answer comes.

Source: the kernel's Documentation/networking/bonding.rst, arp_interval, arp_ip_target, ns_ip6_target
"""

from collections.abc import Sequence

from quorate.describe.cluster import Cluster, IPAddress, IPInterface, IPNetwork, Node

CARDS = 2  # as many as document 001 bonds, and as apply looks for


def mode_of(cluster: Cluster, links: Sequence[int]) -> str:
    """Return the mode of the bond that carries these links, "" where they lie on a single card."""
    modes = (link.bond for link in cluster.corosync.links if link.number in links)
    return next((mode for mode in modes if mode), "")


def asked(cluster: Cluster, node: Node, network: IPNetwork, lab: IPInterface | None) -> tuple[IPAddress, ...]:
    """Return whom a node's bond on `network` asks: the lab, which is always there, or else the node's peers.

    lab: its own address on that network. Where there was no room for one (a /30 between two nodes), a node whose peer
    is off holds both its cards for dead, as with a cable between two machines.
    """
    if lab is not None:
        return (lab.ip,)
    peers = (address.ip for other in cluster.nodes if other.name != node.name for address in other.links)
    return tuple(dict.fromkeys(peer for peer in peers if peer in network))
