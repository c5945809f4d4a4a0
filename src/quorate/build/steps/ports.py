"""ports: the cluster's traffic passes the host's firewall, and that of the nodes to the quorum device.

Opened where the firewall is ufw. A rule set that plainly drops the traffic is named, not
edited: its owner knows what else depends on it (document 002: "cib connection refused"; document 003: iptables).
Whether packets really pass is shown by the membership stage.
"""

from collections.abc import Iterator

from quorate.build.change import Change, Run
from quorate.build.want import Want
from quorate.findings import Finding, Severity
from quorate.machines.host import Host, command
from quorate.observe.facts import firewall
from quorate.observe.gathering import gather

TITLE = "ports"


async def look(host: Host, want: Want) -> firewall.Firewall:  # noqa: ARG001 - the protocol of a step
    """Ask which firewall is there and what it does."""
    return await gather(host, firewall)


def wanted(want: Want, name: str) -> tuple[firewall.Protocol, list[int]]:
    """Return the ports that have to be open: Corosync's on a node, qnetd's on the quorum device's host."""
    device = want.cluster.quorum.device
    if device and want.is_witness(name):
        return "tcp", [device.port]
    return "udp", sorted({link.port for link in want.cluster.corosync.links})


def changes(facts: firewall.Firewall, want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield rules for ufw; a finding where another rule set drops the traffic."""
    protocol, ports = wanted(want, name)
    blocked = [port for port in ports if facts.verdict(protocol, port) == "blocked"]
    which = f"{protocol.upper()} {', '.join(map(str, blocked))}"
    if blocked and "ufw" in facts.active:
        rules = tuple(Run(command("ufw", "allow", f"{port}/{protocol}")) for port in blocked)
        yield Change(name, TITLE, f"allow {which} in ufw", rules)
    elif blocked:
        yield Finding(
            "port-blocked",
            Severity.ERROR,
            f"the firewall of {name} drops {which}",
            "the nodes do not get the quorum device's vote"
            if want.is_witness(name)
            else "nodes that do not hear each other fence each other",
            f"accept {which} from the cluster's nodes on {name}, then apply again",
            path=want.path(name),
        )
