"""A DRBD resource's file in /etc/drbd.d, for either generation. A Replicated and its two ends in, text out. Pure.

Sources: drbd.conf(5) of 8.4 and 9.0, and what `drbdadm dump` of either accepts. Where they differ: with 8.4 `fencing`
stands among the disk's options and a handler of the target's resynchronisation lifts the fence; with 9 it stands among
the net's, the handler is `unfence-peer`, and nodes have numbers. Nothing here discards data by itself: after a split
brain both sides stay apart until somebody says which one is to be lost.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from quorate.catalog.storage import Replicated
from quorate.describe.cluster import IPAddress, Node

HEADER = "# Written by quorate from the cluster file; the next apply overwrites what is changed here.\n"
DIRECTORY = "/etc/drbd.d"
SCRIPTS = "/usr/lib/drbd"
_SECRET = re.compile(r'shared-secret "([^"]*)";')
_PLACE = re.compile(r"^\s*(on|device|disk|meta-disk|address|node-id)\s+[^{\s].*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class End:
    """One of the two hosts. hostname: what `uname -n` says there, which is what drbdadm looks for. number: from 0."""

    hostname: str
    address: IPAddress
    number: int


def ends(store: Replicated, nodes: Sequence[Node], hostnames: Mapping[str, str]) -> tuple[End, ...]:
    """Return the two hosts of a store, by the nodes that may run its service, in that order.

    hostnames: by node; a node that is not in there is called as in the cluster file.
    """
    return tuple(
        End(hostnames.get(node.name, node.name), node.links[store.link].ip, number) for number, node in enumerate(nodes)
    )


def path(name: str) -> str:
    """Return where the file of the resource called `name` lies."""
    return f"{DIRECTORY}/{name}.res"


def resource_file(store: Replicated, ends: Sequence[End], secret: str, *, generation: int, fenced: bool) -> str:
    """Return the file, the same on both hosts.

    generation: of the kernel's module, 8 or 9. fenced: whether the cluster can fence; if not, a host that lost its peer
    only keeps that peer from being promoted, where it would otherwise stop writing until the peer has no power.
    """
    return HEADER + "\n".join(_lines(store, ends, secret, generation >= 9, fenced)) + "\n"


def _lines(store: Replicated, ends: Sequence[End], secret: str, nine: bool, fenced: bool) -> Iterator[str]:
    fencing = f"        fencing {'resource-and-stonith' if fenced else 'resource-only'};"
    rate = f"{store.resync_mib_s * 1024}k"
    yield f"resource {store.name} {{"
    yield "    net {"
    yield f"        protocol {store.protocol};"
    yield "        cram-hmac-alg sha1;"
    yield f'        shared-secret "{secret}";'
    yield f"        verify-alg {store.verify};"
    for primaries in (0, 1, 2):
        yield f"        after-sb-{primaries}pri disconnect;"
    yield from [fencing] if nine else []
    yield "    }"
    yield "    disk {"
    yield "        on-io-error detach;"
    yield from [] if nine else [fencing]
    yield f"        resync-rate {rate};"
    yield f"        c-max-rate {rate};"
    yield "    }"
    yield "    handlers {"
    version, lifts = (".9", "unfence-peer") if nine else ("", "after-resync-target")
    yield f'        fence-peer "{SCRIPTS}/crm-fence-peer{version}.sh";'
    yield f'        {lifts} "{SCRIPTS}/crm-unfence-peer{version}.sh";'
    yield "    }"
    for end in ends:
        yield f"    on {end.hostname} {{"
        yield f"        device /dev/drbd{store.minor} minor {store.minor};"
        yield f"        disk {store.disk};"
        yield "        meta-disk internal;"
        yield f"        address {_address(end.address)}:{store.port};"
        yield from [f"        node-id {end.number};"] if nine else []
        yield "    }"
    yield "}"


def _address(address: IPAddress) -> str:
    return f"ipv6 [{address}]" if address.version == 6 else f"ipv4 {address}"


def secret_of(text: str) -> str | None:
    """Return the shared secret that stands in a file, None where there is none."""
    found = _SECRET.search(text)
    return found[1] if found else None


def is_ours(text: str) -> bool:
    """Tell whether quorate wrote the file."""
    return text.startswith(HEADER)


def places(text: str) -> tuple[str, ...]:
    """Return what a file says about where data lies: hosts, disks, devices, addresses. To change it is no tuning."""
    return tuple(" ".join(found[0].split()) for found in _PLACE.finditer(text))
