"""qdevice: the quorum device votes. corosync-qdevice runs on every node, and qnetd knows every one of them.

Started after Corosync was told of the device, because it reads its settings from there. What counts in the end is
what Corosync counts: on every node, the device's votes, alive and given.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.build.change import Change, Effect, Run
from quorate.build.step import Fleet, Note, answer, everybody
from quorate.build.want import Want
from quorate.describe.cluster import QuorumDevice
from quorate.errors import NeverComes, TimedOut
from quorate.findings import Finding, Severity
from quorate.machines.host import Host, command
from quorate.machines.waiting import until
from quorate.observe.facts import qdevice, qnetd, quorum, unit_state
from quorate.observe.gathering import gather, gather_about

TITLE = "quorum device"


@dataclass(frozen=True, slots=True)
class Facts:
    """runs: on which nodes qdevice runs. clients: who speaks to qnetd in this cluster's name, None: it is not known."""

    runs: Mapping[str, bool]
    clients: tuple[qnetd.Client, ...] | None


async def look(fleet: Fleet, want: Want) -> Facts:
    """Ask every node whether qdevice runs, and qnetd whom it serves."""
    if want.witness is None:
        return Facts({}, None)

    async def one(host: Host) -> bool:
        unit = want.platforms[host.name].units["qdevice"]
        return (await gather_about(host, unit_state, unit))[unit].is_active

    runs = await asyncio.gather(*(one(host) for host in fleet.values()))
    serves = await answer(gather(want.witness, qnetd))
    return Facts(dict(zip(fleet, runs, strict=True)), serves.clusters.get(want.cluster.name, ()) if serves else None)


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield a start for every node where it does not run; a finding when another cluster has the same name there."""
    device = want.cluster.quorum.device
    if device is None:
        return
    strangers = [] if any(facts.runs.values()) else strange(facts.clients or (), want)
    if strangers:
        yield Finding(
            "quorum-device-serves-namesake",
            Severity.ERROR,
            f"{device.host} already serves a cluster called {want.cluster.name}, from {', '.join(strangers)}",
            "qnetd knows clusters by their names alone: two of one name would get each other's votes",
            "give this cluster another name, or another quorum device's host",
            path=("quorum", "device", "host"),
        )
        return
    for name, runs in facts.runs.items():
        if not runs:
            unit = want.platforms[name].units["qdevice"]
            # reset-failed: a unit that failed too often is not started again otherwise
            actions = (Run(command("systemctl", "reset-failed", unit)), Run(command("systemctl", "start", unit)))
            yield Change(name, TITLE, "start corosync-qdevice", actions, Effect.START)


def strange(clients: tuple[qnetd.Client, ...], want: Want) -> list[str]:
    """Return the addresses of clients that are no node's of this cluster."""
    nodes = want.cluster.nodes
    ours = {str(interface.ip) for node in nodes for interface in (*node.links, *node.addresses)}
    return sorted({client.address for client in clients} - ours - {node.ssh.host for node in nodes})


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every node counts the device's votes and qnetd knows every node; at once without a device."""
    device, witness = want.cluster.quorum.device, want.witness
    if device is None or witness is None:
        return
    seen: dict[str, str] = {}

    async def given() -> bool | None:
        views = await asyncio.gather(*(answer(gather(host, quorum)) for host in fleet.values()))
        serves = await answer(gather(witness, qnetd))
        seen.update({name: what_it_sees(view) for name, view in zip(fleet, views, strict=True)})
        known = {client.id for client in clients_of(serves, want)}
        missing = [node.name for node in want.awaited if node.id not in known]
        seen[witness.name] = f"does not know {', '.join(missing)}" if missing else "knows every node"
        return (all(view is not None and counts(view, device) for view in views) and not missing) or None

    try:
        await until(
            "the quorum device's votes on every node",
            given,
            timeout_s=60,
            every_s=0.2,
            hopeless=lambda: failed(fleet, want),
        )
    except (TimedOut, NeverComes) as error:
        views = "; ".join(f"{name} {words}" for name, words in seen.items())
        raise type(error)(
            f"the quorum device on {device.host} gives no vote: {views}{await last_words(fleet)}",
            f"is TCP port {device.port} of {device.host} open to the nodes, and its name known there? "
            "See journalctl -u corosync-qdevice, and -u corosync-qnetd there",
        ) from error
    note(f"{device.host} gives {device.votes} of {want.cluster.quorum.expected_votes} votes, on every node")


async def failed(fleet: Fleet, want: Want) -> str | None:
    """Return which daemon systemd has given up, None while all may still come."""

    async def one(host: Host) -> str | None:
        unit = want.platforms[host.name].units["qnetd" if want.is_witness(host.name) else "qdevice"]
        state = await answer(gather_about(host, unit_state, unit))
        return f"{unit} has failed on {host.name}" if state and state[unit].active == "failed" else None

    reasons = await asyncio.gather(*(one(host) for host in everybody(fleet, want).values()))
    return next((reason for reason in reasons if reason), None)


def counts(view: quorum.Quorum, device: QuorumDevice) -> bool:
    """Tell whether a node counts the device's votes, for itself and for every member."""
    alive = all(member.device.startswith("A,V") for member in view.members)
    return view.quorate and alive and view.device_votes == device.votes


def clients_of(serves: qnetd.Qnetd | None, want: Want) -> list[qnetd.Client]:
    """Return the nodes of this cluster that qnetd serves; where both sides can use TLS, only those that do."""
    device = want.cluster.quorum.device
    if serves is None or device is None:
        return []
    plain = device.tls == "off" or (device.tls == "on" and not serves.tls)
    return [client for client in serves.clusters.get(want.cluster.name, ()) if client.tls or plain]


def what_it_sees(view: quorum.Quorum | None) -> str:
    """Return a node's view in words."""
    if view is None:
        return "does not answer"
    return "has no device" if view.device_votes is None else f"counts {view.device_votes} votes of it"


async def last_words(fleet: Fleet) -> str:
    """Return how each node's qdevice explains itself, for an error."""

    async def one(host: Host) -> str:
        state = await answer(gather(host, qdevice))
        log = await host.run(
            command("journalctl", "--unit=corosync-qdevice", "--lines=2", "--output=cat", "--no-pager"), check=False
        )
        said = " / ".join(log.stdout.strip().splitlines())
        return f"\n{host.name}: {state.state if state else 'qdevice does not run'}: {said}"

    return "".join(await asyncio.gather(*(one(host) for host in fleet.values())))
