"""names: every node knows every node's name without asking a name server, and is called what the cluster file calls it.

A cluster must be able to start when the name server is among the things that are down (document 001; Trento 438525).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.build.change import Change, Deed, Thing, WriteFile, difference, digest
from quorate.build.step import States
from quorate.build.want import Want
from quorate.findings import Finding, Severity
from quorate.machines.host import Host, command
from quorate.render import hosts

TITLE = "names"
PATH = "/etc/hosts"
FILE = Thing("file", PATH)


@dataclass(frozen=True, slots=True)
class Names:
    """What a host is called, and its /etc/hosts."""

    hostname: str
    text: bytes | None


async def look(host: Host, want: Want) -> Names:  # noqa: ARG001 - the protocol of a step
    """Read the host's name and its hosts file."""
    hostname = await host.run(command("uname", "-n"))
    return Names(hostname.stdout.strip(), await host.get(PATH))


def changes(facts: Names, want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield the rewritten hosts file, and a finding when the host has another name."""
    if facts.hostname != name:
        yield Finding(
            "hostname-differs",
            Severity.WARNING,
            f"the host of node {name} calls itself {facts.hostname}",
            "agents, logs and people use the host's own name; two names for one machine end in mistakes",
            f"run `hostnamectl set-hostname {name}` there, or use {facts.hostname} in the cluster file",
            path=("nodes", name),
        )
    new = hosts.merged((facts.text or b"").decode(errors="surrogateescape"), want.cluster)
    content = new.encode(errors="surrogateescape")
    if content != facts.text:
        yield Change(
            name,
            TITLE,
            f"write the cluster's names to {PATH}",
            (WriteFile(PATH, content),),
            difference=difference(PATH, facts.text, content),
            things=((FILE, Deed.CREATED if facts.text is None else Deed.CHANGED),),
        )


def things(facts: Names, want: Want, name: str) -> States:  # noqa: ARG001 - the protocol of a step
    """Return the hosts file."""
    return {FILE: digest(facts.text)}
