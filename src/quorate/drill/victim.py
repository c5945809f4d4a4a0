"""victim: which node the fault hits, and what that node was to the clients before.

    serving   the node that runs the service; where several do, the first of the file's, which clients try first
    holder    the node that has the floating address by which clients reach it
    writer    the node whose database answers at that address
    any       one of all, by the seed
    NAME      that node

Left out, it is the writer of a database that several nodes run, the holder for any other service that several nodes
run behind an address, and else the node that serves.
"""

from dataclasses import asdict, dataclass
from random import Random

from quorate.build.step import Fleet, Note
from quorate.build.want import Want
from quorate.catalog.site import Site
from quorate.describe.cluster import IPInterface
from quorate.drill import database, interfaces
from quorate.drill.fault import serving, status
from quorate.drill.ground import Ground
from quorate.drill.probe import once
from quorate.drill.probes._process import Settings
from quorate.errors import CommandFailed, Unknown, UsageError
from quorate.machines.fleet import on_all
from quorate.machines.host import Host

WORDS = ("serving", "holder", "writer", "any")
HELD = "holder"
WROTE = "writer"
ASKED_S = 20.0
LIMIT_MS = 5000


@dataclass(frozen=True, slots=True)
class Victim:
    """The node. aim: the word, or the name, it was chosen by.

    was: what it was to the clients, of "holder" and "writer"; nothing where every service runs on one node alone.
    """

    node: str
    aim: str
    was: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What it was, as parts of a sentence that begins with its name."""
        known = {HELD: "has the address", WROTE: "is the database's writer"}
        return tuple(known[word] for word in self.was) or ("serves" if self.aim == "serving" else "is hit",)


def entrance(site: Site) -> IPInterface | None:
    """Return the floating address by which clients reach a service: its own, or that of what it uses. Pure."""
    seen: set[str] = set()
    left = [site]
    while left:
        one = left.pop(0)
        if one.service.addresses():
            return one.service.addresses()[0]
        seen.add(one.name)
        left += [one.of(name) for name in one.service.uses(one) if name not in seen]
    return None


def usual(site: Site) -> str:
    """Return the word for the node that a fault hits if nothing is said. Pure."""
    if not site.is_everywhere or entrance(site) is None:
        return "serving"
    return WROTE if site.service.offers == "sql" else HELD


async def find(ground: Ground, fleet: Fleet, want: Want, site: Site, *, aim: str, random: Random, note: Note) -> Victim:
    """Return the victim. aim: one of WORDS, the name of a node, or "" for the usual. UsageError for anything else.

    Unknown where nobody is what was asked for.
    """
    aim = aim or usual(site)
    if aim not in (*WORDS, *fleet):
        raise UsageError(f"no node is called {aim}", f"choose from: {', '.join((*WORDS, *fleet))}")
    found = {HELD: "", WROTE: ""}
    if aim in found or any(site.of(name).is_everywhere for name in site.cluster.services):
        found = {HELD: await holder(fleet, site), WROTE: await writer(ground, fleet, want, site, note=note)}
    if aim in found:
        node = found[aim]
    elif aim == "any":
        node = random.choice(sorted(fleet))
    else:
        node = aim if aim in fleet else await _first_serving(fleet, site)
    if not node:
        raise Unknown(f"no node is the {aim} that clients of {site.name} need", "choose another --node")
    return Victim(node, aim, tuple(word for word, one in found.items() if one == node))


async def _first_serving(fleet: Fleet, site: Site) -> str:
    last = await serving(fleet, site.name)
    if not site.is_everywhere or (found := await status(fleet)) is None:
        return last
    active = {node for one in found.instances(site.name) if one.active for node in one.nodes}
    return next((node.name for node in site.nodes if node.name in active), last)


async def holder(fleet: Fleet, site: Site) -> str:
    """Return the node that has the address of the service, "" where none has it.

    Of a service that needs none it is the address by which others of the file are reached.
    """
    address = entrance(site) or next((entrance(one) for one in site.beside("entrance")), None)
    if address is None:
        return ""
    found = (await on_all(list(fleet.values()), lambda host: interfaces.with_address(host, address.ip))).good
    return next((name for name, interface in found.items() if interface), "")


async def writer(ground: Ground, fleet: Fleet, want: Want, site: Site, *, note: Note) -> str:
    """Return the node whose database answers clients, by its own word; "" where no database runs on several nodes."""
    found = next((one for one in site.beside("sql") if one.is_everywhere), None)
    probe = found.service.probe(found) if found else None
    if found is None or probe is None or probe.kind != "sql":
        return ""

    async def server() -> Host:
        return fleet[await serving(fleet, found.name)]

    path = ground.namespace_path
    settings = Settings(probe.target, "", timeout_ms=LIMIT_MS, namespace=str(path) if path else None)
    async with database.account(want.platform.paths["mariadb.client"], server, note) as one:
        told = asdict(settings) | {"user": one.user, "password": one.password}
        try:
            name = (await once("_who", told, limit_s=ASKED_S)).strip()
        except CommandFailed as error:
            raise Unknown(f"who answers at {probe.target} is not known: {error.message}", error.hint) from None
    return name if name in fleet else ""
