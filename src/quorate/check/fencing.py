"""Fencing facts that several rules need: where a device is reached, what it is, how they are tried. Pure."""

from ipaddress import ip_address

from quorate import duration
from quorate.describe.cluster import Cluster, FenceDevice, IPAddress, Node

Path = tuple[str | int, ...]

# Agents that talk to a management board inside the machine they switch off; it has that machine's power supply.
ON_BOARD = frozenset(
    {"fence_ipmilan", "fence_ipmilanplus", "fence_idrac", "fence_imm", "fence_redfish", "fence_amt", "fence_drac5"}
    | {f"fence_ilo{suffix}" for suffix in ("", "2", "3", "4", "5", "3_ssh", "4_ssh", "5_ssh", "_ssh", "_mp")}
    | {"fence_drac", "fence_rsa", "fence_rsb"}
)
# Agents that say "fenced" without having cut anything.
PRETENDING = frozenset({"fence_dummy", "fence_ack_manual", "fence_null", "fence_ssh", "fence_heuristics_ping"})


def address(device: FenceDevice) -> IPAddress | None:
    """Return the numeric address the device is reached at, or None where it has none (or a name)."""
    value = device.parameters.get("ip", device.parameters.get("ipaddr"))
    try:
        return ip_address(value) if isinstance(value, str) else None
    except ValueError:
        return None


def address_path(device: FenceDevice) -> Path:
    """Return the keys that lead to the device's address in the file."""
    if device.from_node is not None:
        return (*device.path, "address")
    return (*device.path, "parameters", "ipaddr" if "ipaddr" in device.parameters else "ip")


def parameter_path(cluster: Cluster, device: FenceDevice, name: str) -> Path:
    """Return where a parameter of the device was written.

    Parameters of a node's own board have keys of their own for the most part, at the node or for all boards under
    `fencing.ipmi`; where none of these places was written, the device itself.
    """
    key = {"username": "user", "ip": "address", "ipport": "port"}.get(name, name)
    places: list[Path] = [(*device.path, "parameters", name)]
    if device.from_node is not None:
        places += [(*device.path, key), ("fencing", "ipmi", "parameters", name), ("fencing", "ipmi", key)]
    return next((place for place in places if place in cluster.given), device.path)


def levels(cluster: Cluster, node: Node) -> tuple[tuple[FenceDevice, ...], ...]:
    """Return the devices that fence `node`, level by level; without levels each device is a level of its own."""
    by_id = {device.id: device for device in cluster.fencing.devices}
    named = cluster.fencing.levels.get(node.name)
    if named is None:
        return tuple((device,) for device in cluster.fencing.devices_for(node.name))
    return tuple(tuple(by_id[i] for i in level if i in by_id) for level in named)


def delay_s(cluster: Cluster, node: Node) -> float:
    """Return the static delay before `node` is fenced: the longest in its first level."""
    first = levels(cluster, node)[:1]
    return max((_static_s(device, node.name) for level in first for device in level), default=0.0)


def longest_delay_s(device: FenceDevice) -> float:
    """Return the longest this device waits before it fences anybody."""
    static = (_static_s(device, victim) for victim in device.victims)
    return max(device.delay_base_s, device.delay_max_s, *static)


def _static_s(device: FenceDevice, victim: str) -> float:
    """Return pcmk_delay_base for one victim: one time for all, or a map "n1:2s;n2:0s" (pacemaker-fenced(7))."""
    given = device.parameters.get("pcmk_delay_base")
    if not isinstance(given, str):
        return device.delay_base_s
    if ":" not in given:
        return duration.seconds(given) or 0.0
    times = dict(part.strip().partition(":")[::2] for part in given.split(";"))
    return duration.seconds(times.get(victim, "")) or 0.0
