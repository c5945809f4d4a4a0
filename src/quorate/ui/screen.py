"""How a Status looks on a terminal: one screen, the gravest last, where the prompt is. Text out, nothing else."""

from collections.abc import Iterable, Iterator
from textwrap import shorten

import click

from quorate.catalog.service import Service
from quorate.describe.cluster import Cluster
from quorate.operate.fencing import DeviceState, FencingState
from quorate.operate.status import Status
from quorate.ui.terminal import count, finding_text

MARGIN = 10  # columns for the words at the left
WORDS_MAX = 80  # of a service; all of it is told with the problem
STORE_MAX = 92
EVENTS_MAX = 3
EVENTS_OLDEST_S = 24 * 3600.0
COLOURS = {
    "online": "green",
    "running": "green",
    "good": "green",
    "doubtful": "yellow",
    "partly": "yellow",
    "unknown": "yellow",
    "standby": "yellow",
    "maintenance": "yellow",
    "pending": "yellow",
    "starting": "yellow",
    "stopping": "yellow",
}


def show_status(cluster: Cluster, status: Status) -> None:
    """Print a status."""
    if status.known:
        for title, lines in (
            ("nodes", node_lines(status)),
            ("quorum", quorum_lines(status)),
            ("links", link_lines(cluster, status)),
            ("services", service_lines(cluster, status)),
            ("storage", storage_lines(status)),
            ("fencing", event_lines(status)),
        ):
            section(title, lines)
        click.echo()
    for problem in status.problems:
        click.echo(finding_text(problem))
    words = (
        "well" if status.well else count(status.problems) if status.known else "unknown: no node could say how it is"
    )
    told = f" (as {status.told_by} sees it, Pacemaker {status.version})" if status.told_by else ""
    colour = "green" if status.well else "red" if status.exit_code == 1 else "yellow"
    click.echo(f"{cluster.name}: {click.style(words, fg=colour, bold=True)}{click.style(told, dim=True)}")


def section(title: str, lines: Iterable[str]) -> None:
    """Print lines under a title at the left."""
    for number, line in enumerate(lines):
        click.echo(f"{click.style((title if number == 0 else '').ljust(MARGIN), dim=True)}{line.rstrip()}")


def word(state: str, width: int = 0) -> str:
    """Return a state in its colour, padded."""
    return click.style(state.ljust(width), fg=COLOURS.get(state, "red"))


def node_lines(status: Status) -> Iterator[str]:
    """Yield one line per node: name, state, DC, how it is fenced."""
    wide = max(len(node.name) for node in status.nodes)
    states = max(len(node.state) for node in status.nodes)
    for node, fences in zip(status.nodes, status.fencing, strict=True):
        dc = click.style("DC", bold=True) if node.dc else "  "
        silent = "" if node.answered or node.state != "online" else click.style("  (no answer by SSH)", fg="yellow")
        yield f"{node.name.ljust(wide)}  {word(node.state, states)}  {dc}  {fencing_words(fences)}{silent}"


def fencing_words(fences: FencingState) -> str:
    """Return "fenced by ipmi-n1 (answers n3), proven 2 minutes ago"."""
    if not fences.devices:
        return click.style("no fencing device", fg="red")
    devices = ", ".join(
        f"{device.id} ({device.words})" if device.well else click.style(f"{device.id} ({brief(device)})", fg="red")
        for device in fences.devices
    )
    proof = {
        "proven": f"proven {age(fences.age_s)}",
        "void": click.style("proof void: devices changed", fg="yellow"),
        "missing": click.style("never proven", fg="yellow"),
    }.get(fences.proof, "proof not known")
    return f"fenced by {devices}, {proof}"


def brief(device: DeviceState) -> str:
    """Return how a device is, without the reason, which is told below."""
    return device.words.partition(":")[0]


def quorum_lines(status: Status) -> Iterator[str]:
    """Yield one line about votes."""
    votes = status.votes
    if votes is None:
        yield click.style("not known", fg="yellow")
        return
    held = click.style("quorate", fg="green") if votes.quorate else click.style("no quorum", fg="red")
    device = "" if votes.device_votes is None else f", the quorum device gives {votes.device_votes}"
    yield f"{votes.votes} of {votes.expected} votes, {votes.needed} needed{device}: {held}"


def link_lines(cluster: Cluster, status: Status) -> Iterator[str]:
    """Yield one line per link: its networks, and which pairs are up, down or not known."""
    networks = {
        number: ", ".join(sorted(str(network) for network in cluster.networks(number)))
        for number in dict.fromkeys(link.number for link in status.links)
    }
    wide = max((len(text) for text in networks.values()), default=0)
    for number, text in networks.items():
        pairs = [link for link in status.links if link.number == number]
        down = [f"{link.a}-{link.b}" for link in pairs if link.up is False]
        unseen = [f"{link.a}-{link.b}" for link in pairs if link.up is None]
        said = [click.style(f"down: {', '.join(down)}", fg="red")] * bool(down)
        said += [click.style(f"not known: {', '.join(unseen)}", fg="yellow")] * bool(unseen)
        if up := len(pairs) - len(down) - len(unseen):
            all_up = "up between all nodes" if up == len(pairs) else f"{up} of {len(pairs)} pairs up"
            said.insert(0, click.style(all_up, fg="green" if up == len(pairs) else None))
        yield f"{number}  {text.ljust(wide)}  {'; '.join(said)}"


def service_lines(cluster: Cluster, status: Status) -> Iterator[str]:
    """Yield one line per service: name, kind, where clients find it, how it is; below it what its servers say."""
    where: dict[str, str] = {}
    for name, service in cluster.services.items():
        if isinstance(service, Service):
            where[name] = ", ".join(str(address.ip) for address in service.addresses())
    rows = [
        (state.name, " ".join(filter(None, (state.kind, where.get(state.name, "")))), state)
        for state in status.services
    ]
    names = max((len(name) for name, _, _ in rows), default=0)
    kinds = max((len(kind) for _, kind, _ in rows), default=0)
    for name, kind, state in rows:
        said = shorten(state.words, WORDS_MAX, placeholder=" ...")
        words = click.style(said, fg="red" if state.served is False else COLOURS.get(state.state, "red"))
        yield f"{name.ljust(names)}  {click.style(kind.ljust(kinds), dim=True)}  {words}"
        for line in state.inside:
            said = shorten(f"{line.node}: {line.words}" if line.node else line.words, WORDS_MAX, placeholder=" ...")
            yield f"{' ' * names}  {' ' * kinds}    {click.style(said, fg=COLOURS.get(line.state, 'red'))}"


def storage_lines(status: Status) -> Iterator[str]:
    """Yield one line per store: the service's name, of what kind it is, how it is, where it is mounted."""
    names = max((len(store.service) for store in status.storage), default=0)
    kinds = max((len(store.kind) for store in status.storage), default=0)
    for store in status.storage:
        words = click.style(shorten(store.words, STORE_MAX, placeholder=" ..."), fg=COLOURS.get(store.state, "red"))
        yield f"{store.service.ljust(names)}  {click.style(store.kind.ljust(kinds), dim=True)}  {words}"


def event_lines(status: Status) -> Iterator[str]:
    """Yield the latest fencings of the last day."""
    for event in status.events[:EVENTS_MAX]:
        if event.age_s is not None and event.age_s > EVENTS_OLDEST_S:
            continue
        when = age(event.age_s) if event.age_s is not None else "now"
        yield f"{when}: {click.style(event.words, fg=None if event.status == 'success' else 'red')}"


def age(seconds: float | None) -> str:
    """Return "40 s ago", "3 min ago", "5 h ago", "12 days ago"."""
    if seconds is None:
        return "at a time not known"
    for limit, unit, name in ((120, 1, "s"), (7200, 60, "min"), (2 * 86400, 3600, "h")):
        if seconds < limit:
            return f"{seconds / unit:.0f} {name} ago"
    return f"{seconds / 86400:.0f} days ago"
