"""The floating address as Pacemaker runs it: one IPaddr2 primitive, for every service that has an address. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from quorate.describe.cluster import IPInterface
from quorate.describe.resources import NONE, AgentName, Operation, Primitive

IPADDR2 = AgentName("ocf", "heartbeat", "IPaddr2")


def address_primitive(
    id_: str, address: IPInterface, nic: str | None, monitor_s: float, meta: Mapping[str, str] = NONE
) -> Primitive:
    """Return the primitive `id_` that holds `address`.

    nic: None lets the agent find the interface by the routing table, which is right whenever the node has an
    address of its own in that network.

    IPv4: the agent announces the address with gratuitous ARP when it starts (arp_count 5, in the background, so that
    the start does not wait). arp_count_refresh=1 repeats one announcement with every monitor: a gateway that missed the
    first ones is put right within one interval instead of its own ARP lifetime (hours on some routers).
    IPv6: nodad and arp_bg. By default the agent waits for duplicate address detection and for its five announcements,
    3.1 s in all (measured with resource-agents 4.12); that nobody else holds the address is already certain, for the
    old node stopped it or was fenced, and the announcements need nobody to wait for them: 0.1 s.
    """
    parameters = {"ip": str(address.ip), "cidr_netmask": str(address.network.prefixlen)}
    if nic is not None:
        parameters["nic"] = nic
    if address.version == 4:
        parameters["arp_count_refresh"] = "1"
    else:
        parameters |= {"nodad": "true", "arp_bg": "true"}
    return Primitive(
        id=id_,
        agent=IPADDR2,
        parameters=MappingProxyType(parameters),
        operations=(Operation("monitor", interval_s=monitor_s),),
        meta=meta,
    )


def host_in_url(address: IPInterface) -> str:
    """Write the address as the host of a URL or of host:port; IPv6 in brackets (RFC 3986)."""
    return f"[{address.ip}]" if address.version == 6 else str(address.ip)
