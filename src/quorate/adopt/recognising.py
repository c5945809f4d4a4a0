"""What is exactly what quorate would make of a service of the catalog becomes one; all else stays text. Pure.

A guess is rendered with the rest of the file, and every statement that it makes is compared with the one of the same id
that was read. One difference, or one statement more or less, and the guess is dropped.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from quorate import registry
from quorate.adopt import guesses
from quorate.adopt.account import Fate
from quorate.adopt.document import write
from quorate.adopt.draft import Draft, Section
from quorate.adopt.guesses._parts import UNKNOWN_DISK, Seen
from quorate.adopt.material import Material
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.expand import of_service
from quorate.catalog.platform import Platform
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.describe.derive.crm_view import view
from quorate.describe.load import load
from quorate.describe.resources import Clone, Location, Resources
from quorate.dialect.cib import read as from_cib
from quorate.dialect.crm.references import identity
from quorate.dialect.model import Configuration, FencingTopology, Statement
from quorate.findings import Severity
from quorate.render.cib import configuration


@dataclass(frozen=True, slots=True)
class Tools:
    """What rendering needs."""

    agents: AgentLibrary
    platform: Platform


def recognise(material: Material, draft: Draft, tools: Tools) -> None:
    """Move the services that are recognised from the statements into the draft.

    All guesses are tried at once, for most are sound; one by one where they do not load together. The services stand
    in the order of what was read: quorate would write the same resources in the same order again.
    """
    order = [identity(held.statement) or "" for held in material.held]
    resources = seen_in(material)
    guessed = dict(_guessed(Seen.of(resources, tuple(material.disks)), resources))
    together = rendered(replace(draft, services=guessed), tools) is not None
    for services in [guessed] if together else [{name: options} for name, options in guessed.items()]:
        _keep_same(material, draft, services, tools)
    draft.services = dict(sorted(draft.services.items(), key=lambda one: _first(one[0], order)))


def _first(name: str, order: list[str]) -> int:
    """Return the place of the first statement that is a service's: its resource, or one inside it."""
    own = (place for place, id_ in enumerate(order) if id_ == name or id_.startswith(f"{name}-"))
    return next(own, len(order))


def by_id(statements: Iterable[Statement]) -> dict[str, Statement]:
    """Return statements by their ids, without comments; the fencing levels under a name that is no id."""
    found: dict[str, Statement] = {}
    for item in statements:
        name = "fencing topology" if isinstance(item, FencingTopology) else identity(item)
        if name:
            found[name] = replace(item, comments=())
    return found


def seen_in(material: Material) -> Resources:
    """Return what can be said in describe's values of what was read."""
    return view(Configuration(tuple(held.statement for held in material.held)), {})


def rendered(draft: Draft, tools: Tools) -> tuple[Cluster, dict[str, Statement]] | None:
    """Return the cluster of a draft without its text, and the statements of its CIB; None if it does not load."""
    loaded = load(write(replace(draft, text=[], left=[], secrets={})), "draft", kinds())
    if loaded.cluster is None:
        return None
    root = configuration(loaded.cluster, tools.agents, tools.platform)
    return loaded.cluster, by_id(from_cib.read(root).statements)


def take(material: Material, names: set[str], detail: str) -> None:
    """Move statements out of the material; detail: what they became."""
    for held in list(material.held):
        is_topology = isinstance(held.statement, FencingTopology) and "fencing topology" in names
        if is_topology or identity(held.statement) in names:
            material.account.add(held.file, held.lines, held.what, Fate.BECAME, detail)
            material.held.remove(held)


def _keep_same(material: Material, draft: Draft, services: dict[str, Section], tools: Tools) -> None:
    """Move the services into the draft that make exactly what was read."""
    made = rendered(replace(draft, services=services), tools)
    if made is None:
        return
    cluster, ours = made
    theirs = by_id(held.statement for held in material.held)
    for name, options in services.items():
        names = set(_made(cluster, name, tools.platform))
        if names and all(theirs.get(each) == ours.get(each) for each in names):
            draft.services[name] = options
            take(material, names, f"services.{name}")
            _say_disk(material, name, options)


def _guessed(seen: Seen, resources: Resources) -> Iterator[tuple[str, Section]]:
    """Yield every kind's guesses, with the nodes and meta attributes that any service can have."""
    for module in registry.modules(guesses).values():
        for name, options in module.guess(seen):
            yield name, {**options, **_nodes(name, resources), **_meta(name, seen)}


def _nodes(name: str, resources: Resources) -> Section:
    wanted = {
        c.node: int(c.score)
        for c in resources.constraints
        if isinstance(c, Location) and c.id == f"{name}-prefers-{c.node}" and c.score.isdecimal()
    }
    return {"nodes": sorted(wanted, key=lambda node: -wanted[node])} if wanted else {}


def _meta(name: str, seen: Seen) -> Section:
    carrying = seen.by_id.get(name)
    ours = {"interleave": "true"} if isinstance(carrying, Clone) else {}  # every clone of the catalog has it
    meta = {key: value for key, value in getattr(carrying, "meta", {}).items() if ours.get(key) != value}
    return {"meta": meta} if meta else {}


def _made(cluster: Cluster, name: str, platform: Platform) -> Iterator[str]:
    made = of_service(Site(name, platform, cluster))
    yield from (item.id for item in (*made.templates, *made.resources, *made.constraints))


def _say_disk(material: Material, name: str, options: Section) -> None:
    if UNKNOWN_DISK in str(options.get("data", "")):
        material.say(Severity.WARNING, None, "disk-unknown", f"no input names the disk of {name}",
                     f"{UNKNOWN_DISK} stands in its place, and quorate check refuses that",
                     f"write the disk under services.{name}.data")  # fmt: skip
