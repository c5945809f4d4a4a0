"""A configuration of any age -> what Corosync 3.1 wants in its place, and what was changed. Pure.

Only what has become of it is written: what the old file does not say (addresses of nodes where there is only a network,
names) is not made up but said. What is unsafe and still understood stays as it is; unsafe.py names it.
"""

from dataclasses import dataclass, field, replace

from quorate.dialect.corosync import age
from quorate.dialect.corosync.defaults import port
from quorate.dialect.corosync.editing import added, each, first, with_value, without
from quorate.dialect.corosync.model import Configuration, Key, Section
from quorate.dialect.corosync.vocabulary import OLD_SECTIONS, SECTIONS, known
from quorate.findings import Finding, Severity

_MULTICAST = ("bindnetaddr", "mcastaddr", "broadcast", "ttl")


def modernized(configuration: Configuration) -> tuple[Configuration, tuple[Finding, ...]]:
    """Return the configuration as Corosync 3.1 wants it, and a finding for each change and for what is not known.

    With an error among the findings Corosync 3.1 does not start with it: what is missing has to be filled in.
    """
    if not list(configuration.sections("totem")):
        return configuration, ()
    work = _Work(configuration, configuration, age.series(configuration), age.transport(configuration))
    for step in (work.nodes, work.crypto, work.transport, work.rings, work.old_keys, work.old_sections, work.quorum):
        step()
    work.unknown()
    return work.now, tuple(work.findings)


@dataclass(slots=True)
class _Work:
    old: Configuration
    now: Configuration
    series: int
    was: str  # the transport
    findings: list[Finding] = field(default_factory=list)

    def say(self, code: str, summary: str, why: str, fix: str, severity: Severity = Severity.INFO) -> None:
        self.findings.append(Finding(code, severity, summary, why, fix))

    def totem(self, name: str, value: str) -> None:
        self.now = first(self.now, "totem", lambda totem: with_value(totem, name, value))

    def drop(self, *names: str) -> None:
        self.now = each(self.now, "totem", lambda totem: without(totem, names))

    # --- nodes ---

    def nodes(self) -> None:
        """Members of an interface become nodes; nodes get the ids that knet asks for."""
        members = [
            [member.value("memberaddr") or "" for member in one.sections("member")] for one in self.now.interfaces
        ]
        if not self.now.nodes and any(members):
            self._from_members([addresses for addresses in members if addresses])
        self.now = each(
            self.now, "totem", lambda totem: each(totem, "interface", lambda one: without(one, ("member",)))
        )
        used = {node.value("nodeid") for node in self.now.nodes}
        free = (str(number) for number in range(1, 2**16) if str(number) not in used)

        def with_id(node: Section) -> Section:
            if node.value("nodeid"):
                return node
            id_ = next(free)
            called = node.value("name") or node.value("ring0_addr") or "a node"
            self.say("nodeid-given", f"{called} gets nodeid {id_}", "knet asks for one; udp and udpu made it of the "
                     "address", "this is a new membership anyway: stop Corosync on all nodes before")  # fmt: skip
            return with_value(node, "nodeid", id_)

        self.now = each(self.now, "nodelist", lambda nodelist: each(nodelist, "node", with_id))

    def _from_members(self, lists: list[list[str]]) -> None:
        if len(lists) > 1:
            self.say("members-of-two-rings", "which address in one ring is of the same node as which in the other is "
                     "not known", "the members of each ring are a list of their own",
                     "write ring1_addr of every node", Severity.WARNING)  # fmt: skip
        nodes = [Section("node", (Key("ring0_addr", address),)) for address in dict.fromkeys(lists[0])]
        self.now = first(self.now, "nodelist", lambda nodelist: added(nodelist, nodes))
        self.say("members-to-nodelist", f"the {len(nodes)} members of the interface become the nodelist",
                 "Corosync 3.1 starts only with a nodelist", "check the addresses")  # fmt: skip

    # --- totem ---

    def crypto(self) -> None:
        if self.series == 3:
            return
        cipher, hash_ = age.crypto(self.now)
        to_cipher = cipher if cipher in {"aes128", "aes192", "aes256"} else "aes256"
        to_hash = hash_ if hash_ in {"sha256", "sha384", "sha512"} else "sha256"
        self.totem("crypto_cipher", to_cipher)
        self.totem("crypto_hash", to_hash)
        self.drop("secauth", "crypto_type", "crypto_compat", "threads")
        if (cipher, hash_) == ("none", "none"):
            self.say("crypto-on", f"the nodes encrypt what they tell each other: {to_cipher}, {to_hash}",
                     "nothing was encrypted or authenticated", "make a key with corosync-keygen, and copy it to every "
                     "node", Severity.WARNING)  # fmt: skip
        elif (cipher, hash_) != (to_cipher, to_hash):
            self.say("crypto-renewed", f"{cipher} and {hash_} become {to_cipher} and {to_hash}",
                     "Corosync 3.1 has no older cipher, and older hashes can be forged",
                     "the key stays; it must have at least 1024 bits")  # fmt: skip

    def transport(self) -> None:
        if self.was == "knet":
            return
        self.totem("transport", "knet")
        self.say("transport-to-knet", f"the transport {self.was} becomes knet",
                 "in Corosync 3 only knet has links and encryption",
                 "all nodes change together: stop Corosync everywhere before; open UDP 5405 between them")  # fmt: skip

    def rings(self) -> None:
        """Rings become links; what says where they are and by which multicast goes."""
        mode = self.now.at("totem", "rrp_mode")
        if mode:
            self.drop("rrp_mode")
            if mode.value in {"active", "passive"} and age.link_count(self.now) > 1:
                self.totem("link_mode", mode.value)
                self.say("rrp-to-links", f"rrp_mode: {mode.value} becomes link_mode: {mode.value}",
                         "rings are links since 3.0", "nothing")  # fmt: skip
        if self.was == "knet" and not any(one.key("ringnumber") for one in self.now.interfaces):
            return
        self.now = each(self.now, "totem", lambda totem: each(totem, "interface", self._link))

    def _link(self, one: Section) -> Section | None:
        number = one.value("linknumber") or one.value("ringnumber") or "0"
        link = without(one, (*_MULTICAST, "ringnumber", "linknumber"))
        if link.value("mcastport") == port(int(number) if number.isdecimal() else 0, is_broadcast=False):
            link = without(link, ("mcastport",))
        if not link.items:
            return None
        return replace(link, items=(Key("linknumber", number), *link.items))

    def old_keys(self) -> None:
        """Take out what no Corosync 3.1 reads."""
        gone: dict[str, None] = {}

        def cleaned(section: Section, path: tuple[str, ...]) -> Section:
            old = [key.name for key in section.entries() if (takes := known(path, key.name)) and takes.last]
            gone.update(dict.fromkeys(old))
            section = without(section, old)
            for part in dict.fromkeys(part.name for part in section.sections()):
                section = each(section, part, lambda inner: cleaned(inner, (*path, inner.name)))
            return section

        for name in dict.fromkeys(path[0] for path in SECTIONS if path and path[0] not in OLD_SECTIONS):
            self.now = each(self.now, name, lambda section: cleaned(section, (section.name,)))
        if gone:
            self.say("keys-gone", f"left out: {', '.join(gone)}", "Corosync 3.1 does not read them", "nothing")
        if self.now.at("totem", "nodeid"):
            self.drop("nodeid")
            self.say("nodeid-in-totem", "totem.nodeid is left out", "each node's id stands in the nodelist",
                     "check that the nodelist has it")  # fmt: skip
        if self.series < 3 and not self.now.at("totem", "token"):
            self.say("token-default", "the token timeout is not set: 3 s instead of 1 s", "the default has changed "
                     "in 3.1", "write token: 1000 if a dead node must be found as soon as before")  # fmt: skip

    # --- the rest ---

    def old_sections(self) -> None:
        ipc = self.now.at("qb", "ipc_type")
        if ipc:
            self.now = first(self.now, "system", lambda system: with_value(system, "qb_ipc_type", ipc.value))
        for service in self.now.sections("service"):
            if (service.value("name") or "").lower() == "pacemaker":
                self.say("pacemaker-by-itself", "Pacemaker is no plugin of Corosync any more",
                         "Corosync starts nothing since 2.0", "systemctl enable corosync pacemaker")  # fmt: skip
        old = [item.name for item in self.now.items if item.name in {*OLD_SECTIONS, "compatibility"}]
        if old:
            self.now = without(self.now, old)
            self.say("sections-gone", f"left out: {', '.join(dict.fromkeys(old))}", "Corosync 3.1 does not read them",
                     "nothing")  # fmt: skip

    def quorum(self) -> None:
        provider = self.now.at("quorum", "provider")
        if provider is None:
            self.now = first(self.now, "quorum", lambda it: with_value(it, "provider", "corosync_votequorum"))
            self.say("votequorum-on", "Corosync counts votes", "without a provider every part of a broken cluster "
                     "goes on", "nothing")  # fmt: skip
            if len(self.now.nodes) == 2 and not list(self.now.all("quorum", "device")):
                self.now = first(self.now, "quorum", lambda quorum: with_value(quorum, "two_node", "1"))
                self.say("two-node-on", "two_node is set", "half of two votes is no majority",
                         "have fencing, or a quorum device")  # fmt: skip
        votes = self.now.at("quorum", "votes")
        if votes:
            self.now = each(self.now, "quorum", lambda quorum: without(quorum, ("votes",)))
            self.say("votes-in-quorum", f"votes: {votes.value} of this node is left out",
                     "votes stand in the nodelist, and which node this file is of is not known",
                     f"write quorum_votes: {votes.value} at this node, if the others have other votes")  # fmt: skip

    def unknown(self) -> None:
        """Say what Corosync 3.1 needs and the old file does not tell."""
        if not self.now.nodes:
            networks = [key.value for one in self.old.interfaces if (key := one.key("bindnetaddr"))]
            where = f" in {', '.join(networks)}" if networks else ""
            self.say("addresses-unknown", f"the addresses of the nodes{where} are not in the file",
                     "Corosync 3.1 does not start without a nodelist",
                     "write nodelist { node { nodeid, name, ring0_addr } ... } with every node",
                     Severity.ERROR)  # fmt: skip
        nameless = [node.value("ring0_addr") or "?" for node in self.now.nodes if not node.value("name")]
        if nameless:
            needed = age.link_count(self.now) > 1
            self.say("names-unknown", f"the names of {', '.join(nameless)} are not in the file",
                     "Corosync refuses several links without them" if needed else "Pacemaker takes `uname -n` instead",
                     "write name: as `uname -n` says on each",
                     Severity.ERROR if needed else Severity.WARNING)  # fmt: skip
        if not self.now.at("totem", "cluster_name"):
            self.say("cluster-name-unknown", "the cluster has no name", "DLM and a quorum device ask for one",
                     "write cluster_name")  # fmt: skip
