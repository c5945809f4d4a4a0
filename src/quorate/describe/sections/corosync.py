"""The section `corosync`: messaging between the nodes. Names and limits follow corosync.conf(5). Pure."""

from typing import Annotated, Any, Literal

from pydantic import Field

from quorate.describe.fields import Duration, IPAddress, Name, Port, SecretReference, Text
from quorate.describe.mismatch import wrong_type
from quorate.describe.reader import Shorthand, whole
from quorate.describe.sections.section import Section


class Crypto(Section):
    """How traffic between the nodes is encrypted and authenticated (transport knet only)."""

    cipher: Literal["none", "aes128", "aes192", "aes256"] = Field("aes256", description="crypto_cipher")
    hash: Literal["none", "md5", "sha1", "sha256", "sha384", "sha512"] = Field("sha256", description="crypto_hash")


def _on_or_off(value: Any) -> Any:
    if value is False:
        return {"cipher": "none", "hash": "none"}
    if value is True:
        return {}
    if not isinstance(value, dict | Crypto):
        raise wrong_type("false, or a mapping such as {cipher: aes256, hash: sha256}", value)
    return value


class Link(Section):
    """Settings of one link (corosync.conf(5), interface)."""

    multicast: IPAddress | None = Field(None, description="multicast group (transport udp)")
    ttl: Annotated[int, whole(0, 255, "a time to live")] | None = Field(None, description="ttl (transport udp)")
    port: Port | None = Field(None, description="mcastport (default: corosync.port plus the link's number)")
    protocol: Literal["udp", "sctp"] | None = Field(None, description="knet_transport")
    priority: Annotated[int, whole(0, 255, "a priority")] | None = Field(None, description="knet_link_priority")
    ping_interval: Duration | None = Field(None, description="knet_ping_interval")
    ping_timeout: Duration | None = Field(None, description="knet_ping_timeout")
    ping_precision: Annotated[int, whole(1, 2**31, "a precision")] | None = Field(
        None, description="knet_ping_precision"
    )
    pong_count: Annotated[int, whole(1, 255, "a number of pongs")] | None = Field(None, description="knet_pong_count")
    bond: Literal["active-backup"] | None = Field(
        None, description="the hosts' address on this link lies on a bond of two network cards, in this mode"
    )


class Corosync(Section):
    """Messaging between the nodes (corosync.conf(5))."""

    transport: Literal["knet", "udpu", "udp", "broadcast"] | None = Field(None, description="default knet")
    crypto: Annotated[Crypto, Shorthand(_on_or_off, {"type": "boolean"})] | None = Field(
        None, description="encryption; on by default with knet, the other transports have none"
    )
    key: SecretReference | None = Field(None, description="the cluster's key; default: made once on the first node")
    link_mode: Literal["passive", "active", "rr"] | None = Field(None, description="use of several links")
    token: Duration | None = Field(None, description="token timeout (default 3s)")
    token_coefficient: Duration | None = Field(None, description="added per node above two (default 650ms)")
    token_retransmits: Annotated[int, whole(1, 1000, "a number of retransmits")] | None = Field(
        None, description="token_retransmits_before_loss_const (default 4)"
    )
    join: Duration | None = Field(None, description="join timeout (default 50ms)")
    consensus: Duration | None = Field(None, description="consensus timeout (default 1.2 times the effective token)")
    port: Port | None = Field(None, description="UDP port of link 0 (default 5405); link i uses port + i")
    links: Annotated[tuple[Link, ...], Field(max_length=8)] = Field((), description="the i-th entry tunes link i")
    options: dict[Name, Text] = Field({}, description="further keys of `totem`, written as they are")
    logging: dict[Name, Text] = Field({}, description="keys of `logging`, written as they are")
