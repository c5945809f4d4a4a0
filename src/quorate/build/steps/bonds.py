"""bonds: where the cluster file says that a link lies on a bond, every node's address there does, and both cards work.

A heartbeat over one direct cable is one cable away from two nodes fencing each other; document 001 bonds two. Network
interfaces are the operator's: quorate looks and says, it configures none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.build.change import Change
from quorate.build.want import Want
from quorate.describe.cluster import LinkOptions
from quorate.findings import Finding, Severity
from quorate.machines.host import Host
from quorate.observe.facts import addresses, bonding
from quorate.observe.gathering import gather

TITLE = "bonds"


@dataclass(frozen=True, slots=True)
class Cards:
    """A host's interfaces and bonds; None where the file speaks of no bond, and nobody asked."""

    interfaces: tuple[addresses.Interface, ...]
    bonds: tuple[bonding.Bond, ...]


async def look(host: Host, want: Want) -> Cards | None:
    """Ask for interfaces and bonds, if the file speaks of any."""
    if not any(link.bond for link in want.cluster.corosync.links):
        return None
    return Cards(await gather(host, addresses), await gather(host, bonding))


def changes(facts: Cards | None, want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield a finding for each link that is not what the file says."""
    if facts is None:
        return
    for link in want.cluster.corosync.links:
        if link.bond and link.number < len(want.node(name).links):
            yield from _of_link(facts, link, want, name)


def _of_link(facts: Cards, link: LinkOptions, want: Want, name: str) -> Iterator[Finding]:
    address = want.node(name).links[link.number].ip
    carriers = (i.name for i in facts.interfaces if any(a.value.ip == address for a in i.addresses))
    carrier = next(carriers, "no interface")
    bond = next((bond for bond in facts.bonds if bond.name == carrier), None)
    path = ("nodes", name, "links", link.number)
    if bond is None or bond.mode != link.bond:
        found = f"on {carrier}, which is no bond" if bond is None else f"on {carrier}, a bond in mode {bond.mode}"
        yield Finding(
            "bond-missing",
            Severity.ERROR,
            f"link {link.number} of {name} lies {found}",
            f"the file promises a bond in mode {link.bond}; one cable or card would take the link away",
            f"bond two network cards of {name} ({link.bond}) and put {address} on the bond, or remove `bond`",
            path=path,
        )
    elif len(bond.working) < 2:
        yield Finding(
            "bond-degraded",
            Severity.WARNING,
            f"{carrier} of {name} has {len(bond.working)} working network cards: {', '.join(bond.working) or 'none'}",
            "the next cable or card that fails takes the link away",
            f"look at /proc/net/bonding/{carrier} on {name}",
            path=path,
        )
    elif not bond.watched:
        yield Finding(
            "bond-unwatched",
            Severity.WARNING,
            f"{carrier} of {name} does not look whether its network cards work",
            "without miimon or arp_interval the driver never leaves a dead card (Bonding Driver HOWTO, section 2)",
            f"set miimon=100 for {carrier}, or arp_interval with arp_ip_target",
            path=path,
        )
