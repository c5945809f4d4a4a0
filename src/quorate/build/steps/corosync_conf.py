"""corosync_conf: the same corosync.conf on every node.

A host that already belongs to a cluster of another name is refused; the file that Debian's package brings (cluster
`debian`, one node on 127.0.0.1) is replaced and kept beside it. Written here, taken into use by the step membership.
"""

import re
from collections.abc import Iterator

from quorate.build.change import Change, Run, WriteFile, difference
from quorate.build.want import Want
from quorate.findings import Finding, Severity
from quorate.machines.host import Host, command
from quorate.render.corosync import corosync_conf

TITLE = "corosync.conf"
PATH = "/etc/corosync/corosync.conf"
PACKAGED = "debian"


async def look(host: Host, want: Want) -> bytes | None:  # noqa: ARG001 - the protocol of a step
    """Return the host's corosync.conf, None where there is none."""
    return await host.get(PATH)


def cluster_name(text: bytes) -> str | None:
    """Return totem.cluster_name of a corosync.conf, None where it is not set."""
    found = re.search(rb"^\s*cluster_name\s*:\s*(\S+)", text, re.MULTILINE)
    return found.group(1).decode(errors="replace") if found else None


def changes(facts: bytes | None, want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield the file when it differs; a finding when the host belongs to another cluster."""
    new = corosync_conf(want.cluster).encode()
    if facts == new:
        return
    owner = cluster_name(facts) if facts else None
    if owner not in {None, PACKAGED, want.cluster.name}:
        yield Finding(
            "belongs-to-another-cluster",
            Severity.ERROR,
            f"{name} already belongs to a cluster called {owner}",
            "a node taken out of a running cluster without its knowledge is fenced, and its services move",
            f"name the right host, or take {name} out of {owner} first and remove {PATH} there",
            path=("nodes", name),
        )
        return
    keep = (Run(command("cp", "--no-clobber", PATH, f"{PATH}.before-quorate")),) if facts and owner == PACKAGED else ()
    words = f"write {PATH}" + (" in place of the package's own" if keep else "")
    yield Change(name, TITLE, words, (*keep, WriteFile(PATH, new)), difference=difference(PATH, facts, new))
