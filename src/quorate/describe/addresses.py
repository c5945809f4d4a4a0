"""Addresses: reading IP addresses as they are written in the cluster file, with default prefix lengths. Pure."""

from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
)

from quorate.describe.mismatch import mismatch, shown, wrong_type

IPAddress = IPv4Address | IPv6Address
IPInterface = IPv4Interface | IPv6Interface
IPNetwork = IPv4Network | IPv6Network


def read_address(value: object) -> IPAddress:
    """Read an address without a prefix length."""
    if isinstance(value, IPv4Address | IPv6Address):
        return value
    expected = "an IP address such as 10.0.0.1 or fd00::1"
    text = _ip_text(value, expected)
    try:
        return ip_address(text)
    except ValueError:
        pass
    raise _no_address(value, expected)


def read_interface(value: object) -> IPInterface:
    """Read an address of a host; the prefix length defaults to /24, for IPv6 to /64."""
    if isinstance(value, IPv4Interface | IPv6Interface):
        return value
    expected = "an IP address such as 10.0.0.1 or 10.0.0.1/24"
    text = _ip_text(value, expected)
    return _host_in_network(_interface(text if "/" in text else f"{text}/{_usual(text)}", value, expected), value)


def read_floating(value: object) -> IPInterface:
    """Read an address that must say its prefix length."""
    if isinstance(value, IPv4Interface | IPv6Interface):
        return value
    expected = "a floating address with its prefix length, such as 10.0.0.100/24"
    text = _ip_text(value, expected)
    if "/" in text:
        return _host_in_network(_interface(text, value, expected), value)
    address = _interface(f"{text}/{_usual(text)}", value, expected)
    raise mismatch(
        "address-without-prefix",
        f"is {text} without a prefix length",
        why="the address is added to an interface, and the length decides which network it is in",
        fix=f"write {address}, or the length of its network",
    )


def _usual(text: str) -> int:
    """Return the usual prefix length of an address."""
    return 64 if ":" in text else 24


def _interface(text: str, value: object, expected: str) -> IPInterface:
    try:
        return ip_interface(text)
    except ValueError:
        pass
    raise _no_address(value, expected)


def _ip_text(value: object, expected: str) -> str:
    if not isinstance(value, str):
        raise wrong_type(expected, value)
    return value.strip()


def _no_address(value: object, expected: str) -> Exception:
    return mismatch(
        "bad-address",
        f"must be {expected}, not {shown(value)}",
        why="Corosync and Pacemaker are given "
        "numeric addresses, so that the cluster starts when name resolution is down",
        fix=f"write {expected}",
    )


def _host_in_network(interface: IPInterface, value: object) -> IPInterface:
    """Refuse addresses that no host can have."""
    network, address = interface.network, interface.ip
    said = ""
    if address.is_multicast:
        said = "a multicast address"
    elif address.is_unspecified:
        said = "the unspecified address"
    elif network.num_addresses > 2 and address == network.network_address:
        said = f"the network {network} itself"
    elif network.version == 4 and network.num_addresses > 2 and address == network.broadcast_address:
        said = f"the broadcast address of {network}"
    if said:
        raise mismatch(
            "bad-address",
            f"is {said}, which no host can have: {shown(value)}",
            why="the kernel would refuse it, or every host would answer to it",
            fix="write the address of a host, with its prefix length",
        )
    return interface
