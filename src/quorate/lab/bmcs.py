"""BMCs: which fencing devices of a cluster file the lab plays, and what it has no hardware for. Cluster in. Pure."""

from dataclasses import dataclass
from ipaddress import ip_address

from quorate.describe.cluster import Cluster, FenceDevice, IPAddress
from quorate.describe.secret import Secret
from quorate.findings import Finding, Severity

IPMI_AGENTS = frozenset({"fence_ipmilan", "fence_idrac", "fence_ilo3", "fence_ilo4", "fence_ilo5", "fence_imm"})
CIPHERS = frozenset({"0", "1", "2", "3"})  # what OpenIPMI's simulator speaks


@dataclass(frozen=True, slots=True)
class Bmc:
    """A node's power controller, by the fencing device that asks it. password: None where the file gives none."""

    device: str
    address: IPAddress
    port: int
    user: str | Secret
    password: str | Secret | None
    bridge: str = ""


def bmcs_of(cluster: Cluster) -> tuple[dict[str, Bmc], list[Finding]]:
    """Return a BMC for each node that an IPMI device fences, and what the lab has no hardware for."""
    found: dict[str, Bmc] = {}
    findings: list[Finding] = []
    taken: dict[tuple[IPAddress, int], str] = {}
    for device in cluster.fencing.devices:
        problem = _unservable(device)
        if problem is None:
            bmc, victim = _bmc(device), next(iter(device.victims))
            owner = taken.setdefault((bmc.address, bmc.port), victim)
            if owner == victim:
                found.setdefault(victim, bmc)
                continue
            problem = f"the same BMC {bmc.address} already controls {owner}"
        findings.append(_not_in_the_lab(device, problem))
    return found, findings


def _unservable(device: FenceDevice) -> str | None:
    """Return why the lab can not play this device, or None when it can."""
    address = device.parameters.get("ip", device.parameters.get("ipaddr"))
    if device.agent not in IPMI_AGENTS:
        return f"the lab has no device for {device.agent}, only BMCs that speak IPMI"
    if len(device.victims) != 1:
        return f"one BMC can not switch {len(device.victims)} nodes"
    if not isinstance(address, str) or literal(address) is None:
        return "its BMC is not given as an IP address"
    if device.parameters.get("cipher", "3") not in CIPHERS:
        return f"the lab's BMC speaks cipher suites 0 to 3, not {device.parameters['cipher']}"
    return None


def _bmc(device: FenceDevice) -> Bmc:
    given = device.parameters
    port = given.get("ipport", "623")
    return Bmc(
        device=device.id,
        address=ip_address(str(given.get("ip", given.get("ipaddr")))),
        port=int(port) if isinstance(port, str) and port.isdigit() else 623,
        user=given.get("username", given.get("login", "admin")),
        password=given.get("password", given.get("passwd")),
    )


def _not_in_the_lab(device: FenceDevice, problem: str) -> Finding:
    return Finding(
        code="lab-fencing-device",
        severity=Severity.WARNING,
        summary=f"Fencing device {device.id} does not exist in the lab: {problem}.",
        why="A node that only this device can fence is not fenced in the lab, and what it ran is not recovered.",
        fix="Give the node `fencing: {ipmi: ADDRESS}` in a copy of the file for the lab, or test this device on site.",
        path=device.path,
    )


def literal(host: str) -> IPAddress | None:
    """Return the address that a host is called by, or None where it has a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None
