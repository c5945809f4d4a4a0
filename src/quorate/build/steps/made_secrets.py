"""made_secrets: the secrets that services need and no operator has to invent are the same on every node.

What a node has is the cluster's, and the others get it. Where no node has one it is made here, and is never kept on
this machine. Different values on different nodes are refused: one of them may be in use. The values are read before
anything is planned (prepare.py), for the files of services are compared with what they will be.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from secrets import choice, token_urlsafe
from string import ascii_uppercase

from quorate.build.change import Change, Deed, Run, Thing, WriteFile, digest
from quorate.build.step import Fleet, Note, PlacedStates
from quorate.build.want import Want
from quorate.catalog.made import FOLDER, MadeSecret
from quorate.catalog.platform import Platform
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.errors import CommandFailed
from quorate.findings import Finding, Severity
from quorate.machines.fleet import on_all
from quorate.machines.host import command
from quorate.observe.facts import made_secrets
from quorate.observe.facts.made_secrets import Kept
from quorate.observe.gathering import gather

TITLE = "made secrets"


@dataclass(frozen=True, slots=True)
class Secrets:
    """By node, the secrets that lie there, by name."""

    on: Mapping[str, Mapping[str, Kept]]

    def of(self, name: str) -> dict[str, str]:
        """Return a secret's value by node, where there is one."""
        return {node: kept[name].value for node, kept in self.on.items() if name in kept and kept[name].value}


def wanted(cluster: Cluster, platform: Platform) -> dict[str, MadeSecret]:
    """Return the secrets of all services, by name."""
    sites = (Site(name, platform, cluster) for name in cluster.services)
    return {one.name: one for site in sites for one in site.service.secrets(site)}


def values(secrets: Mapping[str, MadeSecret], found: Secrets) -> dict[str, str]:
    """Return the value of each secret: what a node has, the first in order, or a new one."""
    return {name: next(iter(found.of(name).values()), "") or fresh(one) for name, one in secrets.items()}


def fresh(secret: MadeSecret) -> str:
    """Return a new value, of the kernel's random numbers."""
    if secret.shape == "upper":
        return "".join(choice(ascii_uppercase) for _ in range(32))
    return token_urlsafe(24)


async def read(fleet: Fleet) -> Secrets:
    """Read the secrets of every node."""
    return Secrets((await on_all(list(fleet.values()), lambda host: gather(host, made_secrets))).all())


async def look(fleet: Fleet, want: Want) -> Secrets:
    """Read the secrets of every node; nothing where no service needs any."""
    return await read(fleet) if wanted(want.cluster, want.platform) else Secrets({})


def changes(facts: Secrets, want: Want) -> Iterator[Change | Finding]:
    """Yield what each node lacks, or keeps open; an error where nodes have different values."""
    secrets = wanted(want.cluster, want.platform)
    differing = {name for name in secrets if len(set(facts.of(name).values())) > 1}
    for name in sorted(differing):
        yield secrets_differ(name, facts.of(name))
    for node, kept in facts.on.items():
        lacking = [s for s in secrets.values() if s.name not in differing and not is_well(kept.get(s.name))]
        if not lacking:
            continue
        deeds = {one: Deed.CHANGED if one.name in kept else Deed.CREATED for one in lacking}
        is_new = not any(facts.of(one.name) for one in lacking)
        words = "make" if is_new else "give it"
        yield Change(
            node,
            TITLE,
            f"{words} the secrets {', '.join(one.name for one in lacking)}",
            (
                Run(command("install", "--directory", "--mode=0700", FOLDER)),
                *(WriteFile(s.path, f"{want.made[s.name]}\n".encode(), 0o600, secret=True) for s in lacking),
            ),
            things=tuple((Thing("secret", one.path), deed) for one, deed in deeds.items()),
        )


def is_well(kept: Kept | None) -> bool:
    """Say whether a secret is there, and closed to others."""
    return kept is not None and bool(kept.value) and kept.is_closed


def secrets_differ(name: str, by_node: Mapping[str, str]) -> Finding:
    """Return the error for values of which nobody can say which is in use; they are told apart by their digests."""
    digests = ", ".join(f"{node} {digest(value.encode())[:12]}" for node, value in by_node.items())
    return Finding(
        "made-secrets-differ",
        Severity.ERROR,
        f"the nodes have different values of the secret {name} ({digests})",
        "one of them is in use; to replace it by the other would shut services out",
        f"copy {FOLDER}/{name} of the node whose services work to the others",
        path=("services", name.partition(".")[0]),
    )


def things(facts: Secrets, want: Want) -> PlacedStates:
    """Return the secrets of each node, as digests."""
    return {
        (node, Thing("secret", one.path)): digest(kept[one.name].value.encode()) if one.name in kept else ""
        for node, kept in facts.on.items()
        for one in wanted(want.cluster, want.platform).values()
    }


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every node has every secret."""
    facts = await look(fleet, want)
    left = [change for change in changes(facts, want) if isinstance(change, Change)]
    if left:
        names = ", ".join(change.host for change in left)
        raise CommandFailed(f"the made secrets are still not right on {names}", f"look at {FOLDER} there")
    if facts.on:
        note(f"the same on {len(facts.on)} nodes, for root alone")
