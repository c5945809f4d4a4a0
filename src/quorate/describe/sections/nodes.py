"""The sections `ssh` and `nodes`: the hosts and how to reach them. Pure."""

from typing import Annotated, Any

from pydantic import Field

from quorate.describe.fields import Flag, IPInterface, Line, Name, Port, Text
from quorate.describe.mismatch import wrong_type
from quorate.describe.reader import Shorthand, one_of, whole
from quorate.describe.sections.fencing import Ipmi
from quorate.describe.sections.section import Section


class SshDefaults(Section):
    """How to reach the nodes by SSH."""

    user: Line | None = Field(None, description="user to log in as (default root)")
    port: Port | None = Field(None, description="TCP port of the SSH server (default 22)")
    sudo: Flag | None = Field(None, description="run commands with sudo, for a user other than root (default false)")
    key: Line | None = Field(None, description="private key file; default: what the SSH agent and ~/.ssh/config offer")
    known_hosts: Line | None = Field(None, description="known_hosts file to check host keys against")
    jump: Line | None = Field(None, description="host to go through, user@host[:port]")


class Ssh(SshDefaults):
    """How to reach this host by SSH; what is left out comes from the section `ssh` at the top."""

    host: Line | None = Field(
        None, description="name or address to connect to (default: the node's first link address)"
    )


def _address_only(value: Any) -> Any:
    if isinstance(value, str):
        return {"address": value}
    if not isinstance(value, dict | Ipmi):
        raise wrong_type("an address, or a mapping such as {address: 10.0.0.1, user: admin}", value)
    return value


class NodeFencing(Section):
    """How this node is fenced. Devices that fence several nodes stand under `fencing.devices`."""

    ipmi: Annotated[Ipmi, Shorthand(_address_only, {"type": "string"})] | None = Field(
        None, description="its IPMI board: an address, or a mapping"
    )


Addresses = Annotated[tuple[IPInterface, ...], one_of(str)]
Links = Annotated[tuple[IPInterface, ...], Field(min_length=1, max_length=8), one_of(str)]


class Node(Section):
    """One node of the cluster."""

    links: Links = Field(description="its address on each Corosync link; the prefix length defaults to /24, /64")
    id: Annotated[int, whole(1, 2**32 - 1, "a node id")] | None = Field(
        None, description="Corosync's node id (default: position in the file, from 1)"
    )
    votes: Annotated[int, whole(0, 100, "a number of votes")] | None = Field(None, description="votes (default 1)")
    fencing: NodeFencing | None = Field(None, description="how this node is fenced")
    addresses: Addresses = Field((), description="further addresses it has, on networks that carry no cluster link")
    ssh: Ssh | None = Field(None, description="how to reach it, where that differs from the other nodes")
    attributes: dict[Name, Text] = Field({}, description="Pacemaker node attributes")
    utilization: dict[Name, Text] = Field({}, description="capacity of the node, for placement strategies")


Nodes = Annotated[dict[Name, Node], Field(min_length=1, max_length=32)]
