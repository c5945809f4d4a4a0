"""link_addresses: every node has the addresses of its links, before Corosync is told to use them. Changes nothing.

A link whose address is on no network card comes up nowhere. Told of it by a reload, Corosync goes on with the links
that it has; with nothing but that link it would not start.
"""

from collections.abc import Iterator

from quorate.build.change import Change
from quorate.build.want import Want
from quorate.findings import Finding, Severity
from quorate.machines.host import Host
from quorate.observe.facts import addresses
from quorate.observe.gathering import gather

TITLE = "link addresses"


async def look(host: Host, want: Want) -> frozenset[str]:  # noqa: ARG001 - the protocol of a step
    """Return the host's addresses."""
    interfaces = await gather(host, addresses)
    return frozenset(str(address.value.ip) for interface in interfaces for address in interface.addresses)


def changes(facts: frozenset[str], want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield an error for each link whose address the host lacks."""
    for number, link in enumerate(want.node(name).links):
        if str(link.ip) not in facts:
            yield Finding(
                "link-address-missing",
                Severity.ERROR,
                f"{name} has no address {link.ip}, which is to be that of its link {number}",
                "Corosync binds to it; the link would come up with no other node",
                f"give it to a network card of {name} first (`ip address` shows what is there), or correct the file",
                path=("nodes", name, "links", number),
            )
