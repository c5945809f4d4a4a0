"""relink: a link that changes is taken out of use on every node, so that it can come back with what it is to be.

An address, the port or the protocol of a link stays what it was when the link was made; Corosync refuses a reload that
changes it. So one reload takes the link away, and the step membership brings it back by another. Meanwhile the nodes
have the other links: there must be one, unchanged and up between all of them, or they would be cut off from each other.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from quorate.build.actions import perform_action
from quorate.build.change import Change, Effect, WriteFile
from quorate.build.restarts import saying
from quorate.build.restarts.way import Needs
from quorate.build.step import Fleet, Note, answer
from quorate.build.steps import corosync_conf, membership
from quorate.build.want import Want
from quorate.findings import Finding, Severity
from quorate.machines.fleet import on_all
from quorate.machines.host import Host, command
from quorate.observe.facts import corosync_links
from quorate.observe.facts.corosync_links import CorosyncLinks
from quorate.observe.gathering import gather
from quorate.render.corosync import corosync_conf as rendered

TITLE = "links"
NUMBER = re.compile(r"nodelist\.node\.\d+\.ring(\d)_addr|totem\.interface\.(\d)\..*")


@dataclass(frozen=True, slots=True)
class Facts:
    """needs: what the running nodes need. links: by node that runs Corosync, its links; None where it does not say."""

    needs: Needs
    links: Mapping[str, CorosyncLinks | None] = field(default_factory=dict)

    @property
    def numbers(self) -> frozenset[int]:
        """The links that change, none where Corosync has to be restarted everywhere in any case."""
        matches = [NUMBER.fullmatch(key) for key in self.needs.anew] if not self.needs.together else []
        return frozenset(int(match[1] or match[2]) for match in matches if match)


async def look(fleet: Fleet, want: Want) -> Facts:
    """Ask every node what it runs, and where a link changes, how the others are."""
    seen = await membership.seen(fleet, want)
    needs = seen.needs(want)
    if not needs.anew or needs.together:
        return Facts(needs)
    runs = [fleet[name] for name, running in seen.running.items() if running is not None]
    links = await asyncio.gather(*(answer(gather(host, corosync_links)) for host in runs))
    return Facts(needs, {host.name: found for host, found in zip(runs, links, strict=True)})


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield one reload without the links that change, or why it would cut nodes off."""
    if not facts.numbers:
        return
    if any(key.endswith(".nodeid") for keys in facts.needs.reload.values() for key in keys):
        yield Finding(
            "links-and-nodes-at-once",
            Severity.ERROR,
            f"Corosync cannot change {saying.some(facts.needs.anew)} by the reload that changes the list of nodes",
            "the link is taken out of use meanwhile, and has to be seen up again between the nodes that are there",
            "change the nodes first and apply; then the link, and apply again",
            path=("nodes",),
        )
        return
    if words := cut_off(facts, want):
        yield Finding(
            "link-still-needed",
            Severity.ERROR,
            f"Corosync cannot change {saying.some(facts.needs.anew)} while the link is in use, and {words}",
            "without that link nodes would lose each other, and be fenced",
            "give the cluster a second link, apply, and see that it is up (`quorate status`); then change this one",
            path=("nodes",),
        )
        return
    yield Change(next(iter(facts.links)), TITLE, f"take {said(facts.numbers)} out of use", (), Effect.RELOAD)


def said(numbers: frozenset[int]) -> str:
    """Return links by their numbers, in words."""
    return f"link{'s' if len(numbers) > 1 else ''} {', '.join(map(str, sorted(numbers)))}"


def cut_off(facts: Facts, want: Want) -> str:
    """Return in words why the nodes need the links that change; "" where each pair has another one that is up."""
    ids = {node.id: node.name for node in want.cluster.nodes}
    stay = set(range(min(len(node.links) for node in want.cluster.nodes))) - facts.numbers
    for name, links in facts.links.items():
        if links is None:
            return f"{name} does not say how its links are"
        others = [link for link in links.links if link.number in stay]
        if not others:
            return "there is no other link"
        for id_ in sorted({id_ for link in links.links for id_ in link.connected}):
            if not any(link.connected.get(id_) for link in others):
                return f"no other link is up between {name} and {ids.get(id_, id_)}"
    return ""


async def perform(fleet: Fleet, want: Want, note: Note) -> None:
    """Reload Corosync without the links that change; then put the file back as it is to be."""
    facts = await look(fleet, want)
    hosts = [fleet[name] for name in facts.links]
    text = rendered(want.cluster, without=facts.numbers)
    interim = WriteFile(corosync_conf.PATH, text.encode())
    final = WriteFile(corosync_conf.PATH, rendered(want.cluster).encode())
    nodes = want.cluster.nodes
    wait = membership.links_up(len(nodes[0].links) - len(facts.numbers), len(facts.links))

    async def put(host: Host, file: WriteFile) -> None:
        await perform_action(host, file)

    (await on_all(hosts, lambda host: put(host, interim))).all()
    await hosts[0].run(command("corosync-cfgtool", "-R"))
    (await on_all(hosts, lambda host: host.run(wait.command, timeout_s=wait.timeout_s))).all()
    (await on_all(hosts, lambda host: put(host, final))).all()
    note(f"{TITLE}: {said(facts.numbers)} out of use on {len(hosts)} nodes")


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return at once: the step membership brings the links back, and waits for them."""
