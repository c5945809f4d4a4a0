"""prepare: from a Cluster and connected hosts to Want. Asks each host what it is; changes nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from quorate.build import in_clear
from quorate.build.departing import Connect, find
from quorate.build.step import Fleet, answer
from quorate.build.steps import made_secrets
from quorate.build.want import NOBODY, Want
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platform import Platform
from quorate.catalog.platforms import platform_for
from quorate.catalog.service import Service
from quorate.catalog.site import nodes_of
from quorate.describe.cluster import Cluster
from quorate.describe.secret import Secret
from quorate.errors import Refused, UsageError
from quorate.explore.durations import Place
from quorate.explore.measured import Measured
from quorate.machines.fleet import on_all
from quorate.machines.host import Host
from quorate.observe.facts import cib, os_release
from quorate.observe.gathering import gather
from quorate.render.cib import secrets


async def prepare(
    cluster: Cluster,
    fleet: Fleet,
    secret: Callable[[Secret], str],
    *,
    witness: Host | None = None,
    return_s: float = 300.0,
    overwrite: Sequence[str] = (),
    adopt: Sequence[str] = (),
    prune: bool = False,
    rotate_key: bool = False,
    rotate_keys: Collection[str] = (),
    measured: Measured | None = None,
    place: Place = "hosts",
    remove: Collection[str] = (),
    connect: Connect | None = None,
    without: frozenset[str] = frozenset(),
    max_interruption_s: float | None = None,
) -> Want:
    """Return what is wanted, with each host's platform; Refused where quorate does not know a host's distribution.

    witness: the quorum device's host; needed when the cluster has one. overwrite: the disks, as NODE:/dev/DISK, whose
    content may be destroyed. adopt: whose data a service begins with, as SERVICE=NODE or SERVICE=none. prune, measured,
    rotate_key, rotate_keys, place, max_interruption_s: as in Want. remove: names of nodes that are to be removed, for
    the file no longer has them; connect opens them.
    """
    if (cluster.quorum.device is None) != (witness is None):
        raise ValueError("the quorum device's host has to be opened when the cluster has one, and only then")
    departing = await find(cluster, fleet, remove, connect)
    hosts = [*fleet.values(), *([witness] if witness else []), *(one.host for one in departing if one.host)]
    releases = (await on_all(hosts, lambda host: gather(host, os_release))).all()
    found = {name: platform_for(release.ids) for name, release in releases.items()}
    strange = [f"{name} runs {releases[name].name}" for name, platform in found.items() if platform is None]
    if strange:
        raise Refused(
            f"quorate does not know how to install on: {', '.join(strange)}",
            "use Debian or Ubuntu, or add a file to catalog/platforms",
        )
    platforms = {name: platform for name, platform in found.items() if platform is not None}
    want = Want(
        cluster,
        platforms,
        AgentLibrary.shipped(),
        secret,
        return_s=return_s,
        witness=witness,
        overwrite=frozenset(overwrite),
        adopt=adoptions(cluster, platforms, adopt),
        prune=prune,
        rotate_key=rotate_key and has_key_to_rotate(cluster, without),
        rotate_keys=services_to_rotate(cluster, rotate_keys, without),
        measured=measured or Measured(),
        place=place,
        departing=tuple(departing),
        without=without,
        max_interruption_s=max_interruption_s,
    )
    known = {f"{name}:{disk.path}" for name in fleet for s in want.services_on(name).values() for disk in s.disks()}
    if strange_disks := sorted(want.overwrite - known):
        raise UsageError(
            f"--overwrite-data: no service has the disk {', '.join(strange_disks)}",
            f"name one of {', '.join(sorted(known)) or 'none: no service of the file has a disk'}",
        )
    return await _with_made_secrets(await _with_secrets_in_clear(want, fleet), fleet)


async def _with_made_secrets(want: Want, fleet: Fleet) -> Want:
    """Read what was made for services before, and make in memory what no node has: the plan shows it as to be made."""
    if not (wanted := made_secrets.wanted(want.cluster, want.platform)):
        return want
    return replace(want, made=made_secrets.values(wanted, await made_secrets.read(fleet)))


async def _with_secrets_in_clear(want: Want, fleet: Fleet) -> Want:
    if not secrets(want.cluster, want.platform):
        return want
    for host in fleet.values():
        live = await answer(gather(host, cib))
        if live is not None:
            return replace(want, in_clear=in_clear.found(live.root, want.cluster, want.platform, want.secret))
    return want


def has_key_to_rotate(cluster: Cluster, without: Collection[str]) -> bool:
    """Return True where quorate makes the key that Corosync uses, and every node can get it; else UsageError."""
    corosync = cluster.corosync
    if without:
        raise UsageError(
            f"--rotate-key: {', '.join(sorted(without))} would come back with the old key, and find nobody",
            "bring every node back first",
        )
    if corosync.key is not None:
        raise UsageError(
            "--rotate-key: the cluster file says which key Corosync has (corosync.key)",
            "put a new key where that refers to, and apply; or leave `key` out, and quorate makes one",
        )
    if corosync.transport != "knet" or corosync.cipher == corosync.hash == "none":
        raise UsageError(
            "--rotate-key: this cluster does not encrypt, so it has no key in use", "use knet, and leave `crypto` on"
        )
    return True


def services_to_rotate(cluster: Cluster, names: Collection[str], without: Collection[str]) -> frozenset[str]:
    """Return the services whose keys are to be replaced; UsageError for one that has none, and while a node is away."""
    having = [name for name, one in cluster.services.items() if isinstance(one, Service) and one.key_repositories()]
    if strange := sorted(set(names) - set(having)):
        raise UsageError(
            f"--rotate-keys: {', '.join(strange)} has no keys that could be replaced",
            f"name one of {', '.join(having)}" if having else "no service of the file has any",
        )
    if names and without:
        raise UsageError(
            f"--rotate-keys: {', '.join(sorted(without))} would come back with the old keys",
            "bring every node back first",
        )
    return frozenset(names)


def adoptions(cluster: Cluster, platforms: Mapping[str, Platform], adopt: Sequence[str]) -> Mapping[str, str]:
    """Return, by service, whose data it begins with; UsageError where the file has no such service or node for it."""
    known = []
    any_platform = next(iter(platforms.values()))
    for name, service in cluster.services.items():
        nodes = [node.name for node in nodes_of(cluster, service)] if isinstance(service, Service) else []
        seed = service.seed(name, any_platform) if isinstance(service, Service) and nodes else None
        if seed and seed.usual:
            known += [f"{name}={node}" for node in (*nodes, NOBODY)]
    if strange := sorted(set(adopt) - set(known)):
        raise UsageError(
            f"--adopt-data: there is no {', '.join(strange)}",
            f"name one of {', '.join(known) or 'none: no service of the file can take data over'}",
        )
    chosen = dict(one.split("=", 1) for one in adopt)
    if len(chosen) < len(set(adopt)):
        raise UsageError("--adopt-data: one service cannot begin with the data of two nodes", "choose one of them")
    return chosen
