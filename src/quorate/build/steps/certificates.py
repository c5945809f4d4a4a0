"""certificates: every node can prove to the quorum device's host that it belongs to this cluster.

qnetd trusts certificates that its own authority signed, in the cluster's name; all nodes of a cluster share one, with
its key. The way of corosync-qdevice-net-certutil(8), without any SSH between the hosts:

    on one node     take in qnetd's authority (-i), make a key and a request (-r)
    on qnetd's host sign the request for the cluster (corosync-qnetd-certutil -s)
    on that node    take in the certificate (-M), which gives it and the key as one file
    on the others   take in the authority (-i), then that file (-m)

On its way the key is in this machine's memory, and in a file of mode 0600 beside the nodes' databases that is removed.
A database that is not complete is made anew, so that a run killed anywhere is simply repeated; what a node holds for
another cluster is left alone and named.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.build.change import Change
from quorate.build.step import Fleet, Note, answer
from quorate.build.steps import qnetd
from quorate.build.want import Want
from quorate.errors import CommandFailed
from quorate.findings import Finding, Severity
from quorate.machines.host import Command, Host, command
from quorate.observe.facts import certificates
from quorate.observe.gathering import gather_about

TITLE = "certificates"
DATABASE = "/etc/corosync/qdevice/net/nssdb"
CA, OWN = "QNet CA", "Cluster Cert"
AUTHORITY = f"{DATABASE}/qnetd-cacert.crt"
REQUEST = f"{DATABASE}/qdevice-net-node.crq"
SIGNED = f"{DATABASE}/cluster.crt"
BUNDLE = f"{DATABASE}/qdevice-net-node.p12"
TOOL = "corosync-qdevice-net-certutil"

Known = Mapping[str, certificates.Certificate]


@dataclass(frozen=True, slots=True)
class Facts:
    """nodes: what each node's database holds. authority: the fingerprint of qnetd's, None before there is one."""

    nodes: Mapping[str, Known]
    authority: str | None


def is_wanted(want: Want) -> bool:
    """Tell whether certificates are needed at all."""
    device = want.cluster.quorum.device
    return device is not None and device.tls != "off"


async def look(fleet: Fleet, want: Want) -> Facts:
    """Ask every node, and qnetd's host, for their certificates."""
    if not is_wanted(want):
        return Facts({}, None)
    assert want.witness is not None
    asked = [answer(gather_about(host, certificates, DATABASE, CA, "L", OWN, "C")) for host in fleet.values()]
    theirs = answer(gather_about(want.witness, certificates, qnetd.DATABASE, CA, "L"))
    held, own = await asyncio.gather(asyncio.gather(*asked), theirs)
    authority = own.get(CA) if own else None
    return Facts(
        {name: known or {} for name, known in zip(fleet, held, strict=True)},
        authority.fingerprint if authority else None,
    )


def is_good(known: Known, authority: str | None, cluster: str) -> bool:
    """Tell whether a node's database holds what qnetd will accept from a node of `cluster`."""
    ca, own = known.get(CA), known.get(OWN)
    if ca is None or own is None or authority is None:
        return False
    return ca.fingerprint == authority and own.has_key and own.is_valid and own.common_name == cluster


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield one change for every node that needs a certificate; findings for those that hold another cluster's."""
    cluster = want.cluster.name
    for name, known in facts.nodes.items():
        if OWN in known and known[OWN].common_name != cluster:
            yield Finding(
                "certificate-of-another-cluster",
                Severity.ERROR,
                f"{name} holds a quorum device's certificate for a cluster called {known[OWN].common_name}",
                "it may be in use there, and qnetd lets nobody in under another cluster's name",
                f"if {name} left that cluster, remove {DATABASE} there, then apply again",
                path=("nodes", name),
            )
        elif not is_good(known, facts.authority, cluster):
            yield Change(name, TITLE, "get the cluster's certificate for the quorum device", ())


async def perform(fleet: Fleet, want: Want, note: Note) -> None:  # noqa: ARG001 - the protocol of a step
    """Give every node that needs it the cluster's certificate; the module's docstring tells how."""
    assert want.witness is not None
    facts = await look(fleet, want)
    cluster = want.cluster.name
    authority = await want.witness.get(f"{qnetd.DATABASE}/qnetd-cacert.crt")
    if authority is None:
        raise CommandFailed(f"{want.witness.name} has no authority to sign with", f"see {qnetd.DATABASE} there")
    lacking = [name for name, known in facts.nodes.items() if not is_good(known, facts.authority, cluster)]
    await asyncio.gather(*(start_anew(fleet[name], want, authority) for name in lacking))
    having = [name for name in fleet if name not in lacking]
    source = fleet[having[0]] if having else fleet[lacking.pop(0)]
    if not having:
        await certify(source, want.witness, cluster)
    if lacking:
        bundle = await exported(source)
        await asyncio.gather(*(take_over(fleet[name], bundle) for name in lacking))


async def start_anew(host: Host, want: Want, authority: bytes) -> None:
    """Make an empty database that trusts qnetd's authority. qdevice is stopped: it would go on with what it read."""
    await host.run(command("systemctl", "stop", want.platforms[host.name].units["qdevice"]))
    await host.run(command("rm", "--recursive", "--force", DATABASE))
    await host.run(command("install", "--directory", "--mode=0700", DATABASE))
    await host.put(AUTHORITY, authority)
    await host.run(command(TOOL, "-i", "-c", AUTHORITY))


async def certify(node: Host, witness: Host, cluster: str) -> None:
    """Make a key on `node`, have its certificate signed by qnetd's authority, take it in."""
    await node.run(command(TOOL, "-r", "-n", cluster))
    request = await node.get(REQUEST)
    assert request is not None
    there = f"{qnetd.DATABASE}/cluster-{cluster}.crq"
    await witness.put(there, request, mode=0o640)
    await witness.run(signing(there, cluster))
    signed = await witness.get(f"{qnetd.DATABASE}/cluster-{cluster}.crt")
    assert signed is not None
    await node.put(SIGNED, signed)
    await node.run(command(TOOL, "-M", "-c", SIGNED))
    await node.run(command("rm", BUNDLE))


def signing(request: str, cluster: str) -> Command:
    """Return the command that signs: one at a time, for the authority's serial number is a plain file."""
    return command(*qnetd.alone("corosync-qnetd-certutil", "-s", "-c", request, "-n", cluster))


async def exported(node: Host) -> bytes:
    """Return certificate and key of `node` as one PKCS #12 file, which is not left there."""
    await node.run(command("sh", "-c", f'umask 077; pk12util -d {DATABASE} -o {BUNDLE} -W "" -n "{OWN}"'))
    bundle = await node.get(BUNDLE)
    await node.run(command("rm", BUNDLE))
    assert bundle is not None
    return bundle


async def take_over(node: Host, bundle: bytes) -> None:
    """Take in another node's certificate and key."""
    await node.put(BUNDLE, bundle, mode=0o600)
    await node.run(command(TOOL, "-m", "-c", BUNDLE))
    await node.run(command("rm", BUNDLE))


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every node holds a certificate that qnetd will accept."""
    if not is_wanted(want):
        return
    left = [item.host for item in changes(await look(fleet, want), want) if isinstance(item, Change)]
    if left:
        raise CommandFailed(
            f"no certificate for the quorum device on {', '.join(left)}",
            f"look at `certutil -L -d {DATABASE}` there; is the clock right?",
        )
    note(f"{len(fleet)} nodes hold the cluster's certificate for {want.witness.name if want.witness else ''}")
