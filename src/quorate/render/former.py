"""Former: what of a live configuration is surely what quorate made of a service before, in another form. Pure.

Names alone tell nothing: `web-server`, `web-prefers-n2` and `web-after-db` are what people call theirs, too. So it is
looked at what a thing says, and whether all of it is there that is always made together. Whatever is not sure is
somebody's own, and stays until it is pruned.
"""

from collections.abc import Collection, Iterator

from lxml.etree import _Element as Element

from quorate.catalog.api import DRAWN
from quorate.catalog.expand import PREFERENCE_STEP
from quorate.catalog.floating import IPADDR2
from quorate.catalog.parts import CLONES


def is_former_clone(resource: Element, services: Collection[str]) -> bool:
    """Tell whether this is a clone that a kind makes beside its service, around the very agent that it has there."""
    members = [one for one in resource if one.tag in {"primitive", "group"}]
    return resource.tag == "clone" and any(
        resource.get("id") == f"{service}-{part}"
        and [(one.tag, one.get("id"), agent(one)) for one in members] == [("primitive", f"{service}-{member}", made)]
        for service in services
        for part, (member, made) in CLONES.items()
    )


def agent(primitive: Element) -> str:
    """Return "ocf:heartbeat:IPaddr2"."""
    return ":".join(filter(None, (primitive.get(key) for key in ("class", "provider", "type"))))


def former_constraints(live: Element, services: Collection[str]) -> frozenset[str]:
    """Return the ids of what surely was made for these services. live: a <configuration>."""
    return frozenset(id_ for name in services for id_ in _Constraints(live, name, services).made())


class _Constraints:
    """Looks at the constraints of one service."""

    def __init__(self, live: Element, name: str, services: Collection[str]) -> None:
        self.name = name
        self.services = services
        self.nodes = {node.get("uname", "") for node in live.iterfind("nodes/node") if node.get("type") != "remote"}
        self.resources = {one.get("id", ""): one for one in live.iterfind("resources//*") if one.get("id")}
        self.all = {
            one.get("id", ""): {str(key): str(value) for key, value in one.attrib.items() if key != "id"}
            for one in live.iterfind("constraints/*")
            if len(one) == 0
        }

    def made(self) -> Iterator[str]:
        yield from self._placed()
        yield from self._apart()
        yield from self._bound()

    def _at(self, rsc: str, word: str) -> dict[str, str]:
        """Return the scores of one resource by node, of the constraints that are called so and say nothing more."""
        given = ((node, self.all.get(f"{rsc}-{word}-{node}", {})) for node in sorted(self.nodes))
        scores = ((node, one.get("score", ""), one) for node, one in given)
        return {node: score for node, score, one in scores if one == {"rsc": rsc, "node": node, "score": score}}

    def _placed(self) -> Iterator[str]:
        """Yield what `nodes:` makes: each node has its place, or is none (catalog/expand.py)."""
        preferred, never = self._at(self.name, "prefers"), self._at(self.name, "never-on")
        steps = sorted(int(score) if score.isdecimal() else 0 for score in preferred.values())
        if steps != [step * PREFERENCE_STEP for step in range(1, len(steps) + 1)] or not steps:
            return
        if set(never.values()) - {"-INFINITY"} or preferred.keys() & never.keys():
            return
        if preferred.keys() | never.keys() != self.nodes:
            return
        yield from (f"{self.name}-prefers-{node}" for node in preferred)
        yield from (f"{self.name}-never-on-{node}" for node in never)
        for clone in (f"{self.name}-{part}" for part in CLONES):
            if self._at(clone, "never-on") == never:
                yield from (f"{clone}-never-on-{node}" for node in never)

    def _apart(self) -> Iterator[str]:
        """Yield what keeps an arbitrator on one node and the servers off it (catalog/services/galera.py)."""
        clone = f"{self.name}-arbitrator"
        servers, arbitrator = self._at(self.name, "not-on"), self._at(clone, "not-on")
        scores = {*servers.values(), *arbitrator.values()}
        if len(servers) != 1 or scores != {"-INFINITY"} or self.nodes - servers.keys() != arbitrator.keys():
            return
        yield from (f"{self.name}-not-on-{node}" for node in servers)
        yield from (f"{clone}-not-on-{node}" for node in arbitrator)

    def _bound(self) -> Iterator[str]:
        """Yield what keeps an API's server with its entrance (catalog/api.py).

        A unit has no parameters: `address` is there for quorate alone, and says which entrance it was.
        """
        name, server = self.name, self.resources.get(f"{self.name}-server")
        listens = "" if server is None or server.get("class") != "systemd" else _parameter(server, "address")
        if not listens:
            return
        for one in self.services:
            entrance = self.resources.get(one)
            if entrance is None or agent(entrance) != str(IPADDR2) or _parameter(entrance, "ip") != listens:
                continue
            yield from self._saying(f"{name}-with-{one}", _with(name, one))
            yield from self._saying(f"{name}-after-{one}", {"first": one, "then": name, "kind": "Mandatory"})
            yield from self._saying(
                f"{name}-data-draw-{one}", _with(one, f"{name}-replicas", DRAWN) | {"with-rsc-role": "Promoted"}
            )
            for other in self.services:
                if self.all.get(f"{name}-draws-{one}") == _with(one, other, DRAWN):
                    yield f"{name}-draws-{one}"
                    yield from self._saying(f"{name}-with-{other}", _with(name, other))

    def _saying(self, id_: str, says: dict[str, str]) -> Iterator[str]:
        if self.all.get(id_) == says:
            yield id_


def _with(resource: str, other: str, score: str = "INFINITY") -> dict[str, str]:
    return {"rsc": resource, "with-rsc": other, "score": score}


def _parameter(primitive: Element, name: str) -> str:
    pairs = primitive.iterfind("instance_attributes/nvpair")
    return next((pair.get("value", "") for pair in pairs if pair.get("name") == name), "")
