"""galera: which servers are primary and have all data, at which position; who waits for whom after a full stop."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from quorate.catalog.galera_positions import ARBITRATING, JOINING, PRIMARY, Told, attribute, read
from quorate.catalog.services.galera import SOCKET, Galera
from quorate.catalog.site import Site
from quorate.describe.cluster import Node
from quorate.errors import HostUnreachable, QuorateError
from quorate.findings import Finding, Severity
from quorate.machines.host import Host
from quorate.observe.facts import disk_space, galera_server, node_attributes, node_gone
from quorate.observe.facts.disk_space import Space
from quorate.observe.facts.galera_server import GaleraServer
from quorate.observe.gathering import gather_about
from quorate.operate.insight import TIMEOUT_S, Line, each

KIND = "galera"

PAUSED_MAX = 0.1
"""Share of the time that writes may have waited for the slowest node."""
FULL, NEARLY = (0.01, 64 << 20), (0.05, 2 << 30)
"""With less free than that share of a file system, and than so many bytes, it is full, or nearly."""
QUEUE_MAX = 1000
"""Writes received and not applied, beyond which a node is behind."""
SYNCED, DONOR, INCONSISTENT = "Synced", "Donor/Desynced", "Inconsistent"


@dataclass(frozen=True, slots=True)
class Facts:
    """told: what the guards told each other, by node; servers: what each server says, or why it does not.

    disks: by node, the file system of its data. gone_s: since when nodes are missed that nobody speaks for after a full
    stop, in seconds since the epoch, where the others have written it down.
    """

    told: Mapping[str, Told]
    servers: Mapping[str, GaleraServer | QuorateError]
    disks: Mapping[str, Space] = field(default_factory=dict)
    gone_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def primary(self) -> Mapping[str, GaleraServer]:
        """The servers in a component that serves."""
        servers = ((name, one) for name, one in self.servers.items() if isinstance(one, GaleraServer))
        return {name: one for name, one in servers if one.component == "Primary"}

    @property
    def is_stopped(self) -> bool:
        """Whether no server is primary, by its own word or its guard's."""
        return not self.primary and not any(one.kind == PRIMARY for one in self.told.values())


async def look(hosts: Mapping[str, Host], site: Site) -> Facts:
    """Ask every node for its server, and all of them what their guards tell."""
    client = site.platform.paths["mariadb.client"]

    async def server(host: Host) -> GaleraServer:
        return await gather_about(host, galera_server, client, SOCKET, timeout_s=TIMEOUT_S)

    async def attributes(host: Host) -> Mapping[str, str]:
        return await gather_about(host, node_attributes, attribute(site.name), timeout_s=TIMEOUT_S)

    async def disk(host: Host) -> tuple[Space, ...]:
        return await gather_about(host, disk_space, site.platform.paths["mariadb.data"], timeout_s=TIMEOUT_S)

    with_data = {node.name: hosts[node.name] for node in holders(site) if node.name in hosts}
    said, servers, disks = await asyncio.gather(each(hosts, attributes), each(with_data, server), each(with_data, disk))
    values = (found for found in said.values() if not isinstance(found, QuorateError))
    facts = Facts(
        read(max(values, key=len, default={})),
        servers,
        {name: found[0] for name, found in disks.items() if not isinstance(found, QuorateError) and found},
    )
    missed = missing(facts, site) if facts.is_stopped and facts.told else ()
    return replace(facts, gone_s={name: at_s for name in missed if (at_s := await gone_s(hosts, name)) is not None})


async def gone_s(hosts: Mapping[str, Host], name: str) -> float | None:
    """Return since when the last of the others misses a node, in seconds since the epoch; None: nobody knows."""

    async def since(host: Host) -> float | None:
        return await gather_about(host, node_gone, name, timeout_s=TIMEOUT_S)

    said = await each(hosts, since)
    return max((one for one in said.values() if isinstance(one, float)), default=None)


def missing(facts: Facts, site: Site) -> tuple[str, ...]:
    """Return the nodes with data whose guards have told the others nothing."""
    return tuple(node.name for node in holders(site) if node.name not in facts.told)


def holders(site: Site) -> tuple[Node, ...]:
    """Return the nodes that hold data."""
    assert isinstance(site.service, Galera)
    return site.service.holders(site)


def judged(facts: Facts, site: Site, running: frozenset[str]) -> Iterator[Finding | Line]:
    """Yield a line for each node; findings for a stop, for who is apart, behind or otherwise set than the others."""
    servers = {name: one for name, one in facts.servers.items() if isinstance(one, GaleraServer)}
    primary = facts.primary
    for node in holders(site):
        found = facts.servers.get(node.name)
        told = facts.told.get(node.name)
        if isinstance(found, GaleraServer):
            yield described(node.name, found, takes_writes(site))
        else:
            is_asked = found is not None and not isinstance(found, HostUnreachable)
            yield silent(node.name, told, is_asked=is_asked)
    yield from arbitrated(facts, site)
    if facts.is_stopped:
        yield from stopped(facts, site, running)
    elif own := sorted(node for node, one in facts.told.items() if one.position == "own"):
        yield kept_out(site, own)
    yield from full(site, facts.disks)
    yield from apart(site, servers, primary)
    yield from slow(site, primary)
    yield from different(site, servers)


def arbitrated(facts: Facts, site: Site) -> Iterator[Finding | Line]:
    """Say whether the arbitrator votes, where there is one: the servers see one member more than they are.

    While a server joins, it may be the one more; then the arbitrator is taken at its word.
    """
    assert isinstance(site.service, Galera)
    node = site.service.arbitrator
    if node is None or facts.is_stopped:
        return
    joins = any(one.kind == JOINING for one in facts.told.values())
    is_told = node in facts.told and facts.told[node].kind == ARBITRATING
    if is_told and (joins or any(one.size > len(facts.primary) for one in facts.primary.values())):
        yield Line("votes, and holds no data", node=node)
        return
    yield Line("does not vote", "doubtful", node)
    yield Finding(
        "galera-arbitrator-away",
        Severity.WARNING,
        f"the arbitrator on {node} does not vote in {site.name}",
        "when one of the servers is lost without it, the other stops, too: it cannot know that it is not the lost one",
        f"look on {node}: systemctl status garb; it finds the servers by TCP 4567",
    )


def takes_writes(site: Site) -> tuple[str, ...]:
    """Return the states in which a server takes writes, as galera-answers tells proxies: rsync holds up the donor's."""
    assert isinstance(site.service, Galera)
    return (SYNCED,) if site.service.sst == "rsync" else (SYNCED, DONOR)


def silent(node: str, told: Told | None, *, is_asked: bool) -> Line:
    """Return how a node is whose server said nothing. is_asked: its host was there, so a server that serves answers."""
    if told is None:
        return Line("says nothing", "unknown", node)
    if told.kind == PRIMARY:
        return Line("primary, and cannot be asked", "doubtful", node, serves=False if is_asked else None)
    values: dict[str, str | int | float | bool | None] = {"state": told.kind, "position": told.number}
    return Line(words_of(told), "doubtful", node, serves=False, values=values | {"history": told.history})


def described(node: str, server: GaleraServer, good: Sequence[str]) -> Line:
    """Return how a node's server is. good: the states in which it serves."""
    is_primary = server.component == "Primary"
    serves = is_primary and server.state in good
    words = f"{server.state}, {server.component}, {server.size} members, at {server.position} of {server.history[:8]}"
    if server.paused > PAUSED_MAX:
        words += f", writes waited {server.paused:.0%} of the time"
    return Line(
        words,
        "good" if server.state == SYNCED and serves else "doubtful" if is_primary else "bad",
        node,
        serves=serves,
        values={
            "state": server.state,
            "component": server.component,
            "members": server.size,
            "history": server.history,
            "position": server.position,
            "flow_control_paused": server.paused,
            "queue": server.queue,
        },
    )


def words_of(told: Told) -> str:
    """Return what a guard tells whose server does not answer."""
    return f"waits, {told.words}" if told.waits else told.kind


def stopped(facts: Facts, site: Site, running: frozenset[str]) -> Iterator[Finding]:
    """Yield why nobody is primary, and what to do."""
    if not facts.told:
        return
    missed = missing(facts, site)
    held = "; ".join(f"{name} {one.words}" for name, one in sorted(facts.told.items()))
    recover = f"quorate recover FILE {site.name} {' '.join(f'--without {name}' for name in missed)}"
    if missed:
        who = ", ".join(f"{name}{away(facts.gone_s.get(name))}" for name in missed)
        words = f"{site.name} waits for {who}, which may hold the newest data: {held}"
        fix = f"bring {', '.join(missed)} back, and it begins by itself; if that cannot be: {recover}"
    elif all(one.waits for one in facts.told.values()) and running:
        words, fix = (
            f"{site.name} does not begin by itself: {held}",
            f"say where: quorate recover FILE {site.name} --from NODE",
        )
    else:
        words, fix = f"{site.name} is beginning: {held}", "wait; a crash's log is replayed first"
    why = "after a stop of all nodes the one with the newest data has to begin, or acknowledged writes are lost"
    yield Finding("galera-stopped", Severity.ERROR, words, why, fix)


def away(since_s: float | None) -> str:
    """Return since when a node is away, in brackets; "" where nobody knows."""
    return "" if since_s is None else f" (away since {datetime.fromtimestamp(since_s, UTC):%Y-%m-%d %H:%M:%S} UTC)"


def kept_out(site: Site, own: Sequence[str]) -> Finding:
    """Return that nodes do not join, for that would wipe databases that only they have."""
    return Finding(
        "galera-own-data",
        Severity.ERROR,
        f"{', '.join(own)} does not join {site.name}: its server has databases of its own, from before",
        "the state transfer that makes it a member would wipe them",
        "copy them into the cluster, if they are to stay (mariadb-dump); then empty the data directory there",
    )


def apart(site: Site, servers: Mapping[str, GaleraServer], primary: Mapping[str, GaleraServer]) -> Iterator[Finding]:
    """Yield the servers outside of the component that serves, and views that differ."""
    away = servers.keys() - primary.keys()
    inconsistent = sorted(name for name in away if servers[name].state == INCONSISTENT)
    outside = sorted(away - set(inconsistent))
    if primary and inconsistent:
        yield Finding(
            "galera-inconsistent",
            Severity.ERROR,
            f"{', '.join(inconsistent)}: the server of {site.name} has left: it could not apply what the others have",
            "its data are no longer theirs; it ends by itself within a minute, and gets all data anew",
            "look for the first ERROR in journalctl -u mariadb there; a full disk is the usual reason",
        )
    if primary and outside:
        yield Finding(
            "galera-non-primary",
            Severity.ERROR,
            f"{', '.join(outside)}: the server of {site.name} is not in the component that serves",
            "it answers no query until it finds the others again (TCP 4567)",
            "look for a firewall or a broken network between the nodes: journalctl -u mariadb",
        )
    sizes = {name: one.size for name, one in primary.items()}
    histories = {one.history for one in primary.values()}
    if len(histories) > 1 or (len(set(sizes.values())) > 1):
        said = ", ".join(f"{name}: {one.size} of {one.history[:8]}" for name, one in sorted(primary.items()))
        yield Finding(
            "galera-views-differ",
            Severity.ERROR if len(histories) > 1 else Severity.WARNING,
            f"the servers of {site.name} do not agree on how many they are: {said}",
            "two clusters that both take writes have two databases" if len(histories) > 1 else "a view is changing",
            "stop writes at once, and decide which one is right"
            if len(histories) > 1
            else "ask again in a few seconds",
        )


def slow(site: Site, primary: Mapping[str, GaleraServer]) -> Iterator[Finding]:
    """Yield who is behind, who gives its data away, and whether writes wait."""
    for name, one in sorted(primary.items()):
        if one.paused > PAUSED_MAX:
            yield Finding(
                "galera-flow-control",
                Severity.WARNING,
                f"{one.paused:.0%} of the time since {name} started, writes to {site.name} waited for the slowest node",
                "every node has to receive a write before it is acknowledged, and a slow one holds all up",
                "find the node with the longest queue below; its disk is the usual reason",
            )
        if one.queue > QUEUE_MAX:
            yield Finding(
                "galera-behind",
                Severity.WARNING,
                f"{name} has {one.queue} writes of {site.name} still to apply",
                "it reads old data, and takes over only when it has caught up",
                "look at its disk and processors",
            )
    joining = sorted(name for name, one in primary.items() if one.state not in (SYNCED, DONOR))
    donors = sorted(name for name, one in primary.items() if one.state == DONOR)
    if joining or donors:
        said = [f"{', '.join(joining)} is getting data"] if joining else []
        said += [f"{', '.join(donors)} gives data away"] if donors else []
        yield Finding(
            "galera-transfer",
            Severity.INFO,
            f"{site.name}: {'; '.join(said)}",
            "until that is over, one server less can be lost",
            "wait; journalctl -u mariadb on these nodes tells how far it is",
        )


def full(site: Site, disks: Mapping[str, Space]) -> Iterator[Finding]:
    """Yield the nodes whose data have no room to grow."""
    for name, disk in sorted(disks.items()):
        if not has_less(disk, NEARLY):
            continue
        is_full = has_less(disk, FULL)
        left = f"{disk.free_bytes >> 20} of {disk.size_bytes >> 20} MiB are free in {disk.mounted_on}"
        yield Finding(
            "galera-disk-full",
            Severity.ERROR if is_full else Severity.WARNING,
            f"the data of {site.name} on {name} have {'no' if is_full else 'little'} room: {left}",
            "a server that cannot write what the others have written leaves the cluster, and can give nobody its data",
            f"make room on {name}, or a larger disk; then it goes on by itself",
        )


def has_less(disk: Space, than: tuple[float, int]) -> bool:
    """Tell whether less is free than that share, and than so many bytes."""
    share, size_bytes = than
    return disk.free_bytes < min(share * disk.size_bytes, size_bytes)


def different(site: Site, servers: Mapping[str, GaleraServer]) -> Iterator[Finding]:
    """Yield settings and accounts that one node has otherwise than most."""
    names = sorted({name for one in servers.values() for name in one.settings})
    for name in names:
        values = {node: one.settings.get(name, "") for node, one in servers.items()}
        if odd := oddly(values):
            said = ", ".join(f"{node}: {values[node]}" for node in sorted(values))
            yield Finding(
                "galera-settings-differ",
                Severity.WARNING,
                f"{', '.join(odd)} runs {site.name} with another {name} than the others ({said})",
                "what one server promises another does not keep, and clients do not know whom they reach",
                "apply the cluster file, and restart the server there",
            )
    accounts = {node: one.accounts for node, one in servers.items() if one.accounts}
    if odd := oddly(accounts):
        yield Finding(
            "galera-accounts-differ",
            Severity.WARNING,
            f"{', '.join(odd)} has other accounts in {site.name} than the others",
            "somebody changed mysql.global_priv there without replication, and clients are refused after a failover",
            "compare them (SHOW GRANTS), and set them again by GRANT or ALTER USER, which are replicated",
        )


def oddly(values: Mapping[str, str]) -> list[str]:
    """Return the nodes whose value is not that of most."""
    usual = Counter(values.values()).most_common(1)
    return sorted(node for node, value in values.items() if value != usual[0][0]) if usual else []
