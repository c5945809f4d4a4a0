"""Synthetic clusters of many shapes, each made from a seed, and what can happen to them next.

`cluster(seed, nodes, resources)` is a CIB as of a cluster that has run nothing yet: every node is a member, promotable
clones have their promotion scores. Same seed and sizes, same CIB. `step` chooses what happens to a state of it.
Primitives count as resources, those of a clone once, and a bundle as two.
"""

from random import Random

from lxml import etree
from lxml.etree import _Element as Element

from quorate.explore.scheduler.step import Result, Step
from quorate.explore.scheduler.transition import Placement

SIZES = ((3, 10), (5, 60), (16, 300))
"""Nodes and resources of the clusters that figures are about."""

MONITOR_MS = 10_000
PROMOTED_MS, UNPROMOTED_MS = 29_000, 31_000


def cluster(seed: int, nodes: int, resources: int) -> str:
    """Return a CIB with that many cluster nodes and at least that many resources."""
    made = _Cluster(Random(f"{seed} {nodes} {resources}"), nodes, resources)
    made.fill(resources)
    return etree.tostring(made.cib, encoding="unicode", pretty_print=True)


def small(seed: int) -> str:
    """Return a cluster of a random small size."""
    rnd = Random(seed)
    return cluster(seed, rnd.choice((1, 2, 2, 3, 3, 3, 4, 5)), rnd.choice((0, 2, 5, 10, 15, 20)))


class _Cluster:
    """A CIB in the making."""

    def __init__(self, rnd: Random, nodes: int, resources: int) -> None:
        self.rnd, self.count, self.top, self.many = rnd, 0, list[str](), set[str]()
        self.names = [f"node{number}" for number in range(1, nodes + 1)]
        self.cib = etree.Element(
            "cib",
            {
                "crm_feature_set": "3.16.1",
                "validate-with": "pacemaker-3.9",
                "epoch": "1",
                "num_updates": "0",
                "admin_epoch": "0",
                "have-quorum": "1",
                "dc-uuid": "1",
                "execution-date": "1767268800",
            },
        )
        configuration = etree.SubElement(self.cib, "configuration")
        config, self.nodes, self.resources, self.constraints, defaults = (
            etree.SubElement(configuration, tag)
            for tag in ("crm_config", "nodes", "resources", "constraints", "rsc_defaults")
        )
        self.fencing = resources > 0 and rnd.random() < 0.9
        self.utilization = rnd.random() < 0.3
        _pairs(config, "cluster_property_set", "options", self._properties())
        _pairs(
            defaults,
            "meta_attributes",
            "defaults",
            {"resource-stickiness": rnd.choice(("0", "1", "100", "1000")), "migration-threshold": "3"},
        )
        status = etree.SubElement(self.cib, "status")
        self.scores: dict[str, Element] = {}
        for number, name in enumerate(self.names, 1):
            node = etree.SubElement(self.nodes, "node", id=str(number), uname=name)
            if self.utilization:
                _pairs(node, "utilization", f"capacity-{number}", {"memory": str(rnd.choice((8192, 16384)))})
            words = {"in_ccm": "true", "crmd": "online", "join": "member", "expected": "member"}
            state = etree.SubElement(status, "node_state", {"id": str(number), "uname": name, **words})
            transient = etree.SubElement(state, "transient_attributes", id=str(number))
            self.scores[name] = etree.SubElement(transient, "instance_attributes", id=f"status-{number}")

    def _properties(self) -> dict[str, str]:
        rnd = self.rnd
        return {
            "stonith-enabled": str(self.fencing).lower(),
            "no-quorum-policy": rnd.choice(
                ("stop", "stop", "freeze", "ignore", "demote", *["suicide"][: self.fencing])
            ),
            "cluster-infrastructure": "corosync",
            "placement-strategy": rnd.choice(("utilization", "balanced")) if self.utilization else "default",
            "concurrent-fencing": rnd.choice(("true", "false")),
            "start-failure-is-fatal": rnd.choice(("true", "true", "true", "false")),
            "priority-fencing-delay": rnd.choice(("0", "15s")),
        }

    def fill(self, resources: int) -> None:
        """Add resources of all sorts, and constraints between them."""
        if self.fencing:
            for name in self.names:
                self._fence(name)
        sorts = [self._single] * 3 + [self._group] * 4 + [self._clone, self._promotable, self._bundle]
        sorts += [self._remote, self._guest, self._unique]
        while self.count < resources:
            self.rnd.choice(sorts)()
        for number in range(len(self.top) // 2):
            self.rnd.choice((self._location, self._colocation, self._order, self._set, self._ticket))(number)

    def _id(self, word: str) -> str:
        return f"{word}{self.count}"

    def _primitive(self, parent: Element, id_: str, agent: str, *, roles: bool = False) -> Element:
        class_, provider, type_ = agent.split(":")
        words = {"id": id_, "class": class_, "provider": provider, "type": type_}
        made = etree.SubElement(parent, "primitive", {key: value for key, value in words.items() if value})
        parameters = {"ip": "10.0.0.1"} if class_ == "stonith" else {"config": f"/etc/{id_}"}
        _pairs(made, "instance_attributes", f"{id_}-parameters", parameters)
        meta = {}
        if self.rnd.random() < 0.15:
            meta["priority"] = self.rnd.choice(("1", "5", "10"))
        if class_ == "ocf" and self.rnd.random() < 0.1:
            meta["allow-migrate"] = "true"
        if self.rnd.random() < 0.05:
            meta["multiple-active"] = self.rnd.choice(("stop_only", "block"))
        if meta:
            _pairs(made, "meta_attributes", f"{id_}-meta", meta)
        operations = etree.SubElement(made, "operations")
        monitors = ((PROMOTED_MS, "Promoted"), (UNPROMOTED_MS, "Unpromoted")) if roles else ((MONITOR_MS, ""),)
        for interval, role in monitors:
            op = {"id": f"{id_}-monitor-{interval}", "name": "monitor", "interval": f"{interval}ms", "timeout": "20s"}
            etree.SubElement(operations, "op", {**op, **({"role": role} if role else {})})
        for task in ("start", "stop"):
            op = {"id": f"{id_}-{task}", "name": task, "interval": "0", "timeout": f"{self.rnd.choice((20, 60, 120))}s"}
            if task == "stop" and self.rnd.random() < 0.1:
                op["on-fail"] = "block"
            etree.SubElement(operations, "op", op)
        if self.utilization and class_ == "ocf":
            _pairs(made, "utilization", f"{id_}-needs", {"memory": str(self.rnd.choice((256, 512, 1024, 2048)))})
        self.count += 1
        return made

    def _fence(self, name: str) -> None:
        made = self._primitive(self.resources, f"fence-{name}", "stonith::fence_ipmilan")
        etree.SubElement(made[0], "nvpair", id=f"fence-{name}-host", name="pcmk_host_list", value=name)
        self._located(f"fence-{name}", name, "-INFINITY")

    def _single(self) -> None:
        id_ = self._id("app")
        self._primitive(self.resources, id_, self.rnd.choice(("ocf:heartbeat:apache", "ocf:pacemaker:Dummy")))
        self.top.append(id_)

    def _group(self) -> None:
        id_ = self._id("group")
        made = etree.SubElement(self.resources, "group", id=id_)
        for agent in ("LVM-activate", "Filesystem", "IPaddr2", "nginx")[: self.rnd.choice((1, 2, 3, 4))]:
            self._primitive(made, f"{id_}-{agent.lower()}", f"ocf:heartbeat:{agent}")
        self.top.append(id_)

    def _cloned(self, word: str, meta: dict[str, str]) -> tuple[str, Element]:
        id_ = self._id(word)
        made = etree.SubElement(self.resources, "clone", id=id_)
        _pairs(made, "meta_attributes", f"{id_}-meta", meta)
        self.top.append(id_)
        self.many.add(id_)
        return id_, made

    def _clone(self) -> None:
        id_, made = self._cloned("clone", {"interleave": self.rnd.choice(("true", "false"))})
        if self.rnd.random() < 0.4:
            made = etree.SubElement(made, "group", id=f"{id_}-group")
            self._primitive(made, f"{id_}-a", "ocf:pacemaker:controld")
        self._primitive(made, f"{id_}-b", "ocf:pacemaker:ping")

    def _unique(self) -> None:
        meta = {"globally-unique": "true", "clone-max": "2", "clone-node-max": "2"}
        id_, made = self._cloned("unique", meta)
        self._primitive(made, f"{id_}-a", "ocf:heartbeat:IPaddr2")
        self.top.remove(id_)  # another number of instances a node: Pacemaker colocates no other clone with it

    def _promotable(self) -> None:
        meta = {"promotable": "true", "notify": self.rnd.choice(("true", "false")), "interleave": "true"}
        if self.rnd.random() < 0.6:
            meta["clone-max"] = "2"
        id_, made = self._cloned("promotable", meta)
        self._primitive(made, f"{id_}-a", "ocf:linbit:drbd", roles=True)
        for scores in self.scores.values():
            key, value = f"master-{id_}-a", self.rnd.choice(("10000", "10000", "1000"))
            etree.SubElement(scores, "nvpair", id=f"{scores.get('id')}-{key}", name=key, value=value)
        if self.rnd.random() < 0.6:
            self._group()
            with_ = {"rsc": self.top[-1], "with-rsc": id_, "with-rsc-role": "Promoted", "score": "INFINITY"}
            etree.SubElement(self.constraints, "rsc_colocation", {"id": f"with-{id_}", **with_})
            then = {"first": id_, "first-action": "promote", "then": self.top[-1], "then-action": "start"}
            etree.SubElement(self.constraints, "rsc_order", {"id": f"after-{id_}", **then})

    def _bundle(self) -> None:
        id_ = self._id("bundle")
        made = etree.SubElement(self.resources, "bundle", id=id_)
        container = {"image": "registry.invalid/app:1", "replicas": str(min(len(self.names), 2))}
        etree.SubElement(made, self.rnd.choice(("podman", "docker")), container)
        network = etree.SubElement(made, "network", {"control-port": "3121"})
        if self.rnd.random() < 0.5:
            network.set("ip-range-start", f"192.168.{self.count % 250}.10")
        self._primitive(made, f"{id_}-app", "ocf:pacemaker:Dummy")
        self.count += 1
        self.top.append(id_)
        self.many.add(id_)

    def _remote(self) -> None:
        id_ = self._id("remote")
        self._primitive(self.resources, id_, "ocf:pacemaker:remote")

    def _guest(self) -> None:
        id_ = self._id("machine")
        made = self._primitive(self.resources, id_, "ocf:heartbeat:VirtualDomain")
        old = made.find("meta_attributes")
        if old is not None:
            made.remove(old)
        _pairs(made, "meta_attributes", f"{id_}-meta", {"remote-node": f"guest-{id_}"})

    def _located(self, resource: str, node: str, score: str) -> None:
        words = {"id": f"on-{resource}-{node}", "rsc": resource, "node": node, "score": score}
        if self.constraints.find(f"rsc_location[@id='{words['id']}']") is None:
            etree.SubElement(self.constraints, "rsc_location", words)

    def _location(self, number: int) -> None:  # noqa: ARG002 - one of several of one shape
        self._located(
            self.rnd.choice(self.top), self.rnd.choice(self.names), self.rnd.choice(("50", "200", "-INFINITY"))
        )

    def _two(self) -> tuple[str, str]:
        """Return two resources, the later one first: constraints then have no circles."""
        first, second = sorted(self.rnd.sample(range(len(self.top)), 2))
        return self.top[second], self.top[first]

    def _colocation(self, number: int) -> None:
        resource, other = self._two()
        scores = (
            ["INFINITY", "500", "-500"] if resource in self.many or other in self.many else ["INFINITY", "-INFINITY"]
        )
        words = {"rsc": resource, "with-rsc": other, "score": self.rnd.choice(scores)}
        etree.SubElement(self.constraints, "rsc_colocation", {"id": f"colocation-{number}", **words})

    def _order(self, number: int) -> None:
        then, first = self._two()
        words = {"first": first, "then": then, "kind": self.rnd.choice(("Mandatory", "Optional", "Serialize"))}
        if words["kind"] == "Serialize":
            words["symmetrical"] = "false"
        etree.SubElement(self.constraints, "rsc_order", {"id": f"order-{number}", **words})

    def _set(self, number: int) -> None:
        chosen = sorted(self.rnd.sample(range(len(self.top)), min(len(self.top), 3)))
        made = etree.SubElement(self.constraints, "rsc_order", id=f"set-{number}", kind="Optional")
        words = {"id": f"set-{number}-0", "sequential": self.rnd.choice(("true", "false"))}
        inner = etree.SubElement(made, "resource_set", words)
        for index in chosen:
            etree.SubElement(inner, "resource_ref", id=self.top[index])

    def _ticket(self, number: int) -> None:
        words = {
            "ticket": "site-a",
            "loss-policy": self.rnd.choice(("stop", "freeze", "demote", *["fence"][: self.fencing])),
        }
        words["rsc"] = self.rnd.choice(self.top)
        etree.SubElement(self.constraints, "rsc_ticket", {"id": f"ticket-{number}", **words})


def _pairs(parent: Element, tag: str, id_: str, values: dict[str, str]) -> None:
    made = etree.SubElement(parent, tag, id=id_)
    for name, value in values.items():
        etree.SubElement(made, "nvpair", id=f"{id_}-{name}", name=name, value=value)


def step(rnd: Random, cib: str, placement: Placement) -> Step:
    """Choose what happens next to a cluster that is in this state; the CIB is any of its states."""
    root = etree.fromstring(cib.encode())
    members = [str(node.get("uname")) for node in root.iterfind("configuration/nodes/node") if not node.get("type")]
    there = [name for name in members if placement.nodes.get(name) in {"online", "standby"}]
    away = [name for name in members if name not in there]
    active = sorted(one for one in placement.instances if one.node in there)
    primitives = sorted(str(one.get("id")) for one in root.iterfind("configuration/resources//primitive"))
    tickets = sorted({str(one.get("ticket")) for one in root.iter("rsc_ticket")})
    chosen: list[Step] = [Step(standby=((name, placement.nodes[name] == "online"),)) for name in there[:3]]
    if there:
        lost = tuple(sorted(rnd.sample(there, rnd.choice((1, 1, 1, min(2, len(there)))))))
        quorate = (len(there) - len(lost)) * 2 > len(members)
        chosen += [Step(lost=lost, quorum=quorate)] * 3
        chosen += [Step(lost=lost, unfenceable=lost[:1], quorum=quorate), Step(left=lost[:1]), Step(quorum=False)]
    if away:
        chosen += [Step(returned=(rnd.choice(away),), quorum=True)] * 3
    if tickets:
        chosen += [Step(granted=(tickets[0],))] * 2 + [Step(revoked=(tickets[0],))]
    for one in rnd.sample(active, min(3, len(active))):
        interval = {"Promoted": PROMOTED_MS, "Unpromoted": UNPROMOTED_MS}.get(one.role, MONITOR_MS)
        if one.resource in primitives:
            found = Result(one.resource, "monitor", interval, one.node, rnd.choice((1, 7)))
            stays = Result(one.resource, "start", 0, one.node, 1)
            chosen += [Step(results=(found,)), Step(results=(found,), failing=(stays,))]
            chosen.append(Step(standby=((one.node, True),), failing=(Result(one.resource, "stop", 0, one.node, 1),)))
    for resource in rnd.sample(primitives, min(2, len(primitives))):
        failing = tuple(Result(resource, "start", 0, name, 1) for name in there)
        if there:
            chosen.append(Step(lost=(there[0],), failing=failing))
    return rnd.choice(chosen) if chosen else Step()
