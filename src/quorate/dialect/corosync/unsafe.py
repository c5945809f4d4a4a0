"""What is unsafe in a configuration, of whatever age, or missing for Corosync 3.1. Pure.

Sources: corosync.conf(5), votequorum(5), totemconfig.c and votequorum.c of 3.1.7. What check/rules say of a cluster
file is said here of a corosync.conf, with its line.
"""

from collections.abc import Iterator

from quorate.dialect.corosync import age
from quorate.dialect.corosync.model import Configuration, Section
from quorate.findings import Severity
from quorate.lines import Span

E, W, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

_Remark = tuple[Severity, Span | None, str, str, str, str]


def found(configuration: Configuration) -> Iterator[_Remark]:
    """Yield severity, span, code, summary, why and fix of each danger."""
    if not list(configuration.sections("totem")):
        return  # a fragment, as guides show them
    yield from _no_crypto(configuration)
    yield from _links(configuration)
    yield from _nodes(configuration)
    yield from _quorum(configuration)


def _no_crypto(configuration: Configuration) -> Iterator[_Remark]:
    cipher, hash_ = age.crypto(configuration)
    said = next((key for name in ("crypto_cipher", "crypto_hash", "secauth")
                 if (key := configuration.at("totem", name))), None)  # fmt: skip
    at = said.span if said else _totem(configuration)
    if hash_ == "none":
        if said is None and age.series(configuration) < 3:
            return  # outdated.py says it
        yield (W, at, "no-crypto", "what the nodes tell each other is neither encrypted nor authenticated",
               "whoever reaches the cluster's network can read it, forge it, and have nodes fenced",
               "write crypto_cipher: aes256 and crypto_hash: sha256, and make a key with corosync-keygen")  # fmt: skip
    elif hash_ == "md5":
        yield (W, at, "weak-hash", "md5 authenticates what the nodes tell each other", "md5 can be forged",
               "write crypto_hash: sha256")  # fmt: skip
    elif cipher == "none":
        yield (INFO, at, "no-cipher", "what the nodes tell each other is authenticated and not encrypted",
               "whoever reaches the cluster's network can read it", "write crypto_cipher: aes256")  # fmt: skip
    key = configuration.at("totem", "key")
    if key:
        yield (W, key.span, "key-in-file", "the secret key stands in the file",
               "corosync.conf is readable by everyone, and is copied about",
               "put it into /etc/corosync/authkey, mode 0400, and leave this line out")  # fmt: skip


def _links(configuration: Configuration) -> Iterator[_Remark]:
    nodes = configuration.nodes
    if age.link_count(configuration) == 1:
        at = nodes[0].span if nodes else next((one.span for one in configuration.interfaces), None)
        yield (W, at, "single-link", "the nodes have one link between them",
               "if that network fails, every node is alone, and all but one side are fenced",
               "give each node an address in a second network: ring1_addr")  # fmt: skip
    counts = {sum(key.name.startswith("ring") for key in node.entries()) for node in nodes}
    if len(counts) > 1:
        yield (E, nodes[0].span, "uneven-links", "the nodes have different numbers of links",
               "Corosync refuses the file", "give every node an address on every link")  # fmt: skip


def _nodes(configuration: Configuration) -> Iterator[_Remark]:
    nodes = configuration.nodes
    if not nodes:
        holder = next(configuration.sections("nodelist"), None) or next(configuration.sections("totem"))
        yield (W, holder.span, "no-nodelist", "the nodes are not listed",
               "Corosync 3 does not start without a nodelist",
               "write nodelist { node { ring0_addr, name, nodeid } ... } with every node")  # fmt: skip
    seen: dict[tuple[str, str], Section] = {}
    for node in nodes:
        name = node.value("name")
        if node.value("nodeid") is None:
            yield (W, node.span, "nodeid-missing", f"node {name or node.value('ring0_addr') or ''} has no nodeid",
                   "with knet Corosync refuses the file; with udp and udpu it makes one of the address",
                   "write nodeid: 1, 2, ...; in a running cluster the one that corosync-quorumtool shows")  # fmt: skip
        if name is None:
            severity = E if age.link_count(configuration) > 1 else W
            yield (severity, node.span, "node-name-missing",
                   f"node {node.value('ring0_addr') or node.value('nodeid') or ''} has no name",
                   "Pacemaker takes its name from here, or else what `uname -n` says; several links need it",
                   "write name: as `uname -n` says on that node")  # fmt: skip
        if node.value("ring0_addr") is None:
            yield (E, node.span, "node-address-missing", f"node {name or ''} has no ring0_addr",
                   "it is required of every node (corosync.conf(5))", "write ring0_addr")  # fmt: skip
        for key in node.entries():
            if key.name != "quorum_votes" and (other := seen.setdefault((key.name, key.value), node)) is not node:
                yield (E, key.span, "node-twice",
                       f"{key.name} {key.value} is that of node {other.value('name') or other.value('nodeid')} too",
                       "two nodes under one id, name or address are not told apart", "give each its own")  # fmt: skip


def _quorum(configuration: Configuration) -> Iterator[_Remark]:
    provider = configuration.at("quorum", "provider")
    if provider is None or provider.value != "corosync_votequorum":
        if age.series(configuration) > 1:
            at = provider.span if provider else _totem(configuration)
            yield (W, at, "no-quorum", "nobody counts votes",
                   "every side of a cluster that falls apart goes on by itself",
                   "write quorum { provider: corosync_votequorum }")  # fmt: skip
        return
    yield from _two_node(configuration)
    expected = configuration.at("quorum", "expected_votes")
    votes = sum(
        int(text) if (text := node.value("quorum_votes") or "1").isdecimal() else 1 for node in configuration.nodes
    )
    if expected and configuration.nodes and expected.value != str(votes):
        yield (W, expected.span, "expected-votes",
               f"expected_votes is {expected.value}, and the votes of the nodes are {votes}",
               "Corosync goes by expected_votes, and takes the wrong number for a majority",
               "leave it out: Corosync counts by itself")  # fmt: skip
    if expected is None and not configuration.nodes:
        yield (E, provider.span, "expected-votes", "nothing says how many votes there are",
               "Corosync refuses votequorum without a nodelist and without expected_votes",
               "write the nodelist")  # fmt: skip


def _two_node(configuration: Configuration) -> Iterator[_Remark]:
    two_node, waits = configuration.at("quorum", "two_node"), configuration.at("quorum", "wait_for_all")
    count = len(configuration.nodes)
    is_two = two_node is not None and two_node.value not in {"0", ""}
    if two_node and is_two and waits and waits.value == "0":
        yield (W, waits.span, "two-node-without-wait-for-all", "a node that starts alone does not wait for the other",
               "after a break between them both start, fence each other, and start again (fence loop)",
               "leave wait_for_all out: two_node switches it on")  # fmt: skip
    if two_node and is_two and count > 2:
        yield (W, two_node.span, "two-node-of-many", f"two_node is set, and there are {count} nodes",
               "it is for two nodes; with more, one alone would be quorate", "leave two_node out")  # fmt: skip
    if count == 2 and not is_two and not list(configuration.all("quorum", "device")):
        at = two_node.span if two_node else next((section.span for section in configuration.sections("quorum")), None)
        yield (W, at, "two-nodes", "of two nodes neither may go on without the other",
               "half of two votes is no majority: when one fails, everything stops",
               "write two_node: 1, with fencing, or have a quorum device")  # fmt: skip


def _totem(configuration: Configuration) -> Span | None:
    return next((section.span for section in configuration.sections("totem")), None)
