"""clients: who asks during a drill: the clients of each service, and beside them one for each address and each port.

Only the services' own clients are judged. The others show where an answer was lost on its way: a node may hold the
address and serve nobody, and a server that hangs still lets its kernel accept connections.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from quorate.catalog.floating import host_in_url
from quorate.catalog.platforms import platforms
from quorate.catalog.service import Probe, Service
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.drill import broker, database, identity
from quorate.drill.account import Account
from quorate.drill.fault import Scene, serving
from quorate.drill.history import History
from quorate.drill.probe import Settings, probing
from quorate.drill.probes._account import Ask
from quorate.drill.record import beside_name, uploads_name
from quorate.drill.writes import KEPT
from quorate.errors import UsageError
from quorate.machines.host import Host

CLIENT_S = 3600.0  # more than any run takes: the client ends with it
ANSWER_LIMIT_MS = 1000  # of a client that writes, for connecting and for each answer
ALONE_MS = 20
TOGETHER_MS = 50  # beside clients of other services: they share the machine
TOKEN_MS, IMAGE_MS, HURRY_MS, API_LIMIT_MS = 1000, 250, 50, 5000  # probes/token.py and image.py say why
UPLOAD_MS, UPLOAD_LIMIT_MS = 1000, 3000


@dataclass(frozen=True, slots=True)
class Asking:
    """One client. name: its record's. kind: of probe. numbers: what of its writes is there; None where it writes none.

    A client's record is called like its service; that of one that uploads images `uploads_name` (record.py).
    """

    name: str
    kind: str
    settings: Settings
    numbers: Callable[[], Awaitable[str]] | None = None


class ProbeFiles(Protocol):
    """Where clients write what they saw: a run's history, or a folder."""

    def probe_file(self, name: str) -> Path:
        """Return the file that the client called `name` is to append to."""


def askable(cluster: Cluster) -> list[str]:
    """Return the services that have a client, in the order of the file."""
    return [site.name for site in sites(cluster) if site.service.probe(site)]


def sites(cluster: Cluster) -> list[Site]:
    """Return the sites of all services; no client depends on a platform."""
    return [Site(name, platforms()[0], cluster) for name in cluster.services]


def probe_of(cluster: Cluster, service: str) -> Probe:
    """Return how clients ask the service; UsageError where there is no client that could."""
    options = cluster.services.get(service)
    if not isinstance(options, Service):
        raise UsageError(f"no service is called {service}", f"choose from: {', '.join(cluster.services)}")
    probe = options.probe(Site(service, platforms()[0], cluster))
    if probe is None:
        raise UsageError(f"{service} has no port or address that a client could ask", "choose another service")
    return probe


def told(scene: Scene, name: str, target: str, history: ProbeFiles) -> Settings:
    """Return what every client is told. name: its record's."""
    return Settings(
        target,
        str(history.probe_file(name)),
        seconds_max=CLIENT_S,
        namespace=namespace(scene),
        nodes=tuple(scene.fleet),
    )


def namespace(scene: Scene) -> str | None:
    """Return the path of the network namespace in which clients stand; None for this machine's own."""
    return str(path) if (path := scene.ground.namespace_path) else None


@asynccontextmanager
async def clients_of(scene: Scene, history: ProbeFiles) -> AsyncIterator[list[Asking]]:
    """Have what the clients of all asked services need for the time of the block: the accounts, and what they are told.

    The first is that of the scene's own service, if it is asked at all.
    """
    probes = {name: probe_of(scene.want.cluster, name) for name in scene.asked}
    every_ms = TOGETHER_MS if len(probes) > 1 else ALONE_MS
    async with AsyncExitStack() as stack:
        user = await _of_identity(scene, probes, stack)
        found: list[Asking] = []
        for name, probe in probes.items():
            plain = replace(told(scene, name, probe.target, history), expect=probe.expect)
            writing = replace(plain, one_at_a_time=True, timeout_ms=ANSWER_LIMIT_MS, every_ms=every_ms)
            api = replace(plain, every_ms=IMAGE_MS, hurry_ms=HURRY_MS, timeout_ms=API_LIMIT_MS)
            if probe.kind == "sql":
                found.append(await _sql(scene, name, writing, stack))
            elif probe.kind == "amqp":
                found.append(await _amqp(scene, name, writing, stack))
            elif probe.kind == "token":
                assert user is not None
                one = user[1]
                account = replace(api, user=one.user, password=one.password, project=one.user)
                found.append(Asking(name, "token", replace(account, every_ms=TOKEN_MS)))
            elif probe.kind == "image":
                assert user is not None
                found += await _images(scene, name, api, history, user)
            else:
                found.append(Asking(name, probe.kind, replace(plain, every_ms=every_ms)))
        yield found


async def _sql(scene: Scene, name: str, writing: Settings, stack: AsyncExitStack) -> Asking:
    program = sql_client(scene)
    account = database.account(program, lambda: server(scene, name), scene.note)
    one = await stack.enter_async_context(account)
    return Asking(
        name,
        "sql",
        replace(writing, user=one.user, password=one.password),
        lambda: database.numbers(program, lambda: server(scene, name)),
    )


async def _amqp(scene: Scene, name: str, writing: Settings, stack: AsyncExitStack) -> Asking:
    one = await stack.enter_async_context(broker.account(lambda: server(scene, name), scene.note))
    settings = replace(writing, user=one.user, password=one.password)
    return Asking(name, "amqp", settings, lambda: broker.numbers(settings))


async def _images(
    scene: Scene, name: str, api: Settings, history: ProbeFiles, user: tuple[Ask, Account]
) -> tuple[Asking, Asking]:
    """Return the client that reads and the one that uploads."""
    image = await identity.image(*user)
    reading = replace(api, token=image.token, image=image.image, digest=image.digest)
    own = uploads_name(name)
    uploading = replace(
        told(scene, own, api.target, history),
        token=image.token,
        one_at_a_time=True,
        every_ms=UPLOAD_MS,
        timeout_ms=UPLOAD_LIMIT_MS,
    )
    return Asking(name, "image", reading), Asking(own, "upload", uploading, lambda: identity.numbers(*user))


async def _of_identity(scene: Scene, probes: Mapping[str, Probe], stack: AsyncExitStack) -> tuple[Ask, Account] | None:
    """Make the account for clients of the identity and the image service; None where neither is asked."""
    asked = [name for name, probe in probes.items() if probe.kind in {"token", "image"}]
    if not asked:
        return None
    site = identity_of(scene.want.cluster, asked[0])
    images = next((probe.target for probe in probes.values() if probe.kind == "image"), "")
    target = probe_of(scene.want.cluster, site.name).target
    ask = Ask("", identity=target, namespace=namespace(scene), images=images)
    one = identity.account(ask, identity.admin_secret(site), lambda: server(scene, site.name), scene.note)
    return ask, await stack.enter_async_context(one)


def identity_of(cluster: Cluster, name: str) -> Site:
    """Return the site of the identity service that a service uses, or is; UsageError where there is none. Pure."""
    site = Site(name, platforms()[0], cluster)
    used = [site, *(site.of(one) for one in site.service.uses(site))]
    found = next((one for one in used if one.service.offers == "identity"), None)
    if found is None:
        raise UsageError(f"{name} uses no identity service of the file", "choose another service")
    return found


def beside(site: Site) -> dict[str, str]:
    """Return a service's other clients, kind -> target: for its address, and the port of what is no database or broker.

    Those write down every connection that ends before its login, and may shut its host out. Pure.
    """
    own = site.service.probe(site)
    addresses, ports = site.service.addresses(), site.service.listens().get("tcp", ())
    found = {"icmp": str(addresses[0].ip)} if addresses else {}
    if addresses and ports and not (own and own.kind in KEPT):
        found["tcp"] = f"{host_in_url(addresses[0])}:{ports[0]}"
    return {kind: target for kind, target in found.items() if not own or kind != own.kind}


@asynccontextmanager
async def asking_beside(scene: Scene, history: History) -> AsyncIterator[None]:
    """Have the other clients ask for the time of the block. One that cannot (who may not ping) leaves no record."""
    async with AsyncExitStack() as stack:
        for site in sites(scene.want.cluster):
            for kind, target in beside(site).items() if site.name in scene.asked else ():
                settings = told(scene, beside_name(site.name, kind), target, history)
                await stack.enter_async_context(probing(kind, settings))
        yield


async def read_back(asking: Sequence[Asking], history: History) -> None:
    """Write down what a writing client's table, queue or store holds, twice."""
    for reading in (1, 2):
        for one in asking:
            if one.numbers is not None:
                history.rows(one.name, reading, await one.numbers())


async def server(scene: Scene, service: str) -> Host:
    """Return a node that serves now; the victim is asked last, for it may be away."""
    everybody = {**scene.survivors, scene.victim: scene.fleet[scene.victim]}
    return scene.fleet[await serving(everybody, service)]


def sql_client(scene: Scene) -> str:
    """Return the path of the database's own client on the nodes."""
    return scene.want.platform.paths["mariadb.client"]
