"""clients: who asks during a drill: the service's own client, and beside it one for the address and one for its port.

Only the service's own client is judged. The other two show where an answer was lost on its way: a node may hold the
address and serve nobody, and a server that hangs still lets its kernel accept connections.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from quorate.catalog.floating import host_in_url
from quorate.catalog.platforms import platforms
from quorate.catalog.service import Probe, Service
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.drill import broker, database
from quorate.drill.fault import Scene, serving
from quorate.drill.history import History
from quorate.drill.probe import Settings, probing
from quorate.drill.record import beside_name
from quorate.drill.writes import KEPT
from quorate.errors import UsageError
from quorate.machines.host import Host

CLIENT_S = 3600.0  # more than any run takes: the client ends with it
ANSWER_LIMIT_MS = 1000  # of a client that writes, for connecting and for each answer


def askable(cluster: Cluster) -> list[str]:
    """Return the services that have a client, in the order of the file."""
    sites = (Site(name, platforms()[0], cluster) for name in cluster.services)  # no client depends on a platform
    return [site.name for site in sites if site.service.probe(site)]


def probe_of(cluster: Cluster, service: str) -> Probe:
    """Return how clients ask the service; UsageError where there is no client that could."""
    options = cluster.services.get(service)
    if not isinstance(options, Service):
        raise UsageError(f"no service is called {service}", f"choose from: {', '.join(cluster.services)}")
    probe = options.probe(Site(service, platforms()[0], cluster))
    if probe is None:
        raise UsageError(f"{service} has no port or address that a client could ask", "choose another service")
    return probe


def told(scene: Scene, name: str, target: str, history: History) -> Settings:
    """Return what every client is told. name: its record's."""
    return Settings(
        target,
        str(history.probe_file(name)),
        seconds_max=CLIENT_S,
        namespace=str(path) if (path := scene.ground.namespace_path) else None,
        nodes=tuple(scene.fleet),
    )


@asynccontextmanager
async def client_of(scene: Scene, probe: Probe, history: History) -> AsyncIterator[Settings]:
    """Have what the client needs for the time of the block: what it is told, and the account of one that writes."""
    settings = replace(told(scene, scene.service, probe.target, history), expect=probe.expect)
    writing = replace(settings, one_at_a_time=True, timeout_ms=ANSWER_LIMIT_MS)
    if probe.kind == "sql":
        async with database.account(sql_client(scene), lambda: server(scene), scene.note) as one:
            yield replace(writing, user=one.user, password=one.password)
    elif probe.kind == "amqp":
        async with broker.account(lambda: server(scene), scene.note) as one:
            yield replace(writing, user=one.user, password=one.password)
    else:
        yield settings


def beside(scene: Scene, own: Probe) -> dict[str, str]:
    """Return the other clients, kind -> target: one for the address, one for the port of what is no database or broker.

    Those write down every connection that ends before its login, and may shut its host out.
    """
    addresses, ports = scene.options.addresses(), scene.options.listens().get("tcp", ())
    found = {"icmp": str(addresses[0].ip)} if addresses else {}
    if addresses and ports and own.kind not in KEPT:
        found["tcp"] = f"{host_in_url(addresses[0])}:{ports[0]}"
    return {kind: target for kind, target in found.items() if kind != own.kind}


@asynccontextmanager
async def asking_beside(scene: Scene, history: History) -> AsyncIterator[None]:
    """Have the other clients ask for the time of the block. One that cannot (who may not ping) leaves no record."""
    async with AsyncExitStack() as stack:
        for kind, target in beside(scene, probe_of(scene.want.cluster, scene.service)).items():
            settings = told(scene, beside_name(scene.service, kind), target, history)
            await stack.enter_async_context(probing(kind, settings))
        yield


async def read_back(scene: Scene, probe: Probe, settings: Settings, history: History) -> None:
    """Write down what a writing client's table or queue holds, twice."""
    for reading in (1, 2):
        if probe.kind == "sql":
            history.rows(scene.service, reading, await database.numbers(sql_client(scene), lambda: server(scene)))
        elif probe.kind == "amqp":
            history.rows(scene.service, reading, await broker.numbers(settings))


async def server(scene: Scene) -> Host:
    """Return the node that serves now; the victim is asked last, for it may be away."""
    everybody = {**scene.survivors, scene.victim: scene.fleet[scene.victim]}
    return scene.fleet[await serving(everybody, scene.service)]


def sql_client(scene: Scene) -> str:
    """Return the path of the database's own client on the nodes."""
    return scene.want.platform.paths["mariadb.client"]
