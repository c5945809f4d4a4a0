"""adopting: what `quorate import` reads, from files and from a node, and how it shows what it made."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from ipaddress import ip_interface

import click

from quorate.adopt.account import Account, Fate
from quorate.adopt.recognising import Tools
from quorate.adopt.run import Adopted
from quorate.adopt.sorting import Input, Surroundings
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms import platform_for
from quorate.describe.cluster import Ssh
from quorate.errors import CommandFailed, UsageError
from quorate.lab.lab import Lab
from quorate.machines.host import Host, command
from quorate.machines.ssh import connect
from quorate.ui.options import read, readable
from quorate.ui.terminal import count, finding_text, show_json

LIMIT_BYTES = 20_000_000
# crm and pcs mask passwords or leave them out; cibadmin says what there is. Without a running cluster: what it kept.
CIB = "cibadmin --query 2>/dev/null || cat /var/lib/pacemaker/cib/cib.xml 2>/dev/null"
DRBD = 'for file in /etc/drbd.d/*.res; do [ -e "$file" ] && cat "$file"; done; true'


def tools() -> Tools:
    """Return what recognising needs: the shipped agents, and Debian's names."""
    platform = platform_for(["debian"])
    assert platform is not None
    return Tools(AgentLibrary.shipped(), platform)


def texts(files: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of each file."""
    for file in files:
        content = read(file)
        if len(content) > LIMIT_BYTES:
            raise UsageError(f"{file} has {len(content) / 1e6:.0f} MB", "name a file that configures a cluster")
        name = "standard input" if file == "-" else file
        yield name, content.decode("utf-8-sig", "replace")


def read_host(host: str | None, lab: str | None) -> tuple[list[Input], Surroundings]:
    """Return what a node of a running cluster says: a host by SSH, or the first node of a lab."""
    return asyncio.run(_read_host(host, lab))


async def _read_host(name: str | None, lab: str | None) -> tuple[list[Input], Surroundings]:
    if lab:
        opened = Lab(readable(lab))
        if opened.status().phase != "up":
            raise UsageError(f"the lab {opened.name} is not up", "quorate lab up FILE")
        node = next((n for n in opened.cluster.nodes if n.name == name), opened.cluster.nodes[0])
        key, known = opened.client_key, opened.known_hosts
        host = await connect(node.name, node.ssh, dial=opened.dial, client_key=key, known_hosts=known)
    else:
        user, at, address = (name or "").rpartition("@")
        host = await connect(address, Ssh(address, user=user if at else "root"))
    try:
        return await gather(host)
    finally:
        await host.close()


async def gather(host: Host) -> tuple[list[Input], Surroundings]:
    """Return what a node has: corosync.conf, the CIB, DRBD's files; and what its names and networks are."""
    inputs = []
    for name, script, kind in (
        ("corosync.conf", "cat /etc/corosync/corosync.conf", "corosync"),
        ("cib.xml", CIB, "cib"),
        ("drbd.d", DRBD, "drbd"),
    ):
        done = await host.run(command("sh", "-c", script), check=False)
        if done.status == 0 and done.stdout.strip():
            inputs.append(Input(f"{host.name}:{name}", done.stdout, kind))
    if not any(given.kind in {"cib", "corosync"} for given in inputs):
        raise CommandFailed(f"{host.name} has neither a corosync.conf nor a CIB", "name a node of the cluster")
    return inputs, Surroundings(await _addresses(host, inputs), await _networks(host), live=True)


async def _addresses(host: Host, inputs: list[Input]) -> dict[str, str]:
    """Return what the names in corosync.conf mean to the host."""
    conf = next((given.text for given in inputs if given.kind == "corosync"), "")
    names = {
        value.strip()
        for line in conf.splitlines()
        for key, colon, value in [line.partition(":")]
        if colon and key.strip().startswith("ring") and key.strip().endswith("_addr")
    }
    found = {}
    for name in sorted(names):
        done = await host.run(command("getent", "ahosts", name), check=False)
        if done.status == 0 and done.stdout.split():
            found[name] = done.stdout.split()[0]
    return found


async def _networks(host: Host) -> tuple[str, ...]:
    """Return the networks in which the host has an address, as text."""
    done = await host.run(command("ip", "-json", "address"), check=False)
    try:
        links = json.loads(done.stdout)
    except ValueError:
        return ()
    return tuple(
        str(ip_interface(f"{entry['local']}/{entry['prefixlen']}").network)
        for link in links
        for entry in link.get("addr_info", ())
        if entry.get("scope") == "global"
    )


def shown(adopted: Adopted, form: str) -> None:
    """Print the file on standard output, findings and the account on standard error; with JSON, all in one."""
    account = adopted.account
    if form == "json":
        show_json({"file": adopted.text, "findings": adopted.findings, "account": account.sorted(),
                   "counts": account.counts()})  # fmt: skip
        return
    click.echo(adopted.text, nl=False)
    for finding in adopted.findings:
        click.echo(finding_text(finding) + "\n", err=True)
    for line in account_text(account):
        click.echo(line, err=True)
    click.echo(count(adopted.findings), err=True)


def account_text(account: Account) -> Iterator[str]:
    """Yield what became of everything; what configures nothing is only counted."""
    titles = {
        Fate.BECAME: "Became part of the file",
        Fate.TEXT: "Kept as text under resources",
        Fate.SAME: "Not in the file, for quorate or Pacemaker writes it itself",
        Fate.DROPPED: "Not in the file",
    }
    for fate, title in titles.items():
        entries = [entry for entry in account.sorted() if entry.fate is fate]
        if entries:
            yield f"{click.style(title, bold=True)} ({len(entries)}):"
        for entry in entries:
            yield f"  {entry.file}:{entry.first}  {entry.what}: {entry.detail}"
        if entries:
            yield ""
    words = sum(entry.last - entry.first + 1 for entry in account.entries if entry.fate is Fate.PROSE)
    if words:
        yield f"{words} lines configure nothing."
