"""keystone: whether every server has the same keys, told apart by digests; whether its database knows it.

A server with other keys refuses the tokens of the others: clients are turned away now and then, depending on whom the
proxy asks, and nothing else shows it.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.build.ages import lasted
from quorate.build.steps.service_keys import Folder, keys_differ
from quorate.catalog.key_repository import KeyRepository, is_whole
from quorate.catalog.site import Site
from quorate.errors import QuorateError
from quorate.findings import Finding, Severity
from quorate.machines.host import Host
from quorate.observe.facts import key_folders
from quorate.observe.facts.key_folders import NO_KEYS, KeyFolder
from quorate.observe.gathering import gather_about
from quorate.operate import logins
from quorate.operate.insight import TIMEOUT_S, Line, each
from quorate.operate.logins import Logins

KIND = "keystone"

Folders = Mapping[str, Mapping[str, KeyFolder] | QuorateError]
"""By node, its folders of keys by path, or why they are not known."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What every node has of keys, and whether the database let it in."""

    folders: Folders
    logins: Logins


async def look(hosts: Mapping[str, Host], site: Site) -> Facts:
    """Ask every node for the digests of its keys, and have it log in to the database."""
    paths = [one.path for one in site.service.key_repositories()]
    folders = each(hosts, lambda host: gather_about(host, key_folders, *paths, timeout_s=TIMEOUT_S))
    return Facts(*await asyncio.gather(folders, logins.look(hosts, site)))


def judged(facts: Facts, site: Site, running: frozenset[str]) -> Iterator[Finding | Line]:  # noqa: ARG001 - the protocol
    """Say of each folder whether it is the same everywhere, and whether the account is refused."""
    known: dict[str, Mapping[str, KeyFolder]] = {}
    for node, said in facts.folders.items():
        if isinstance(said, QuorateError):
            yield Line(f"keys not known: {said.message}", "unknown", node)
        else:
            known[node] = said
    for one in site.service.key_repositories():
        on = {node: folders.get(one.path, NO_KEYS) for node, folders in known.items()}
        if on:
            yield from _of_folder(one, on, site)
    yield from logins.judged(facts.logins, site)


def _of_folder(one: KeyRepository, on: Mapping[str, KeyFolder], site: Site) -> Iterator[Finding | Line]:
    source = one.source({node: folder.keys for node, folder in on.items()})
    folder = Folder(site.name, one, on, source)
    if folder.is_unclear or folder.strange:
        yield Line(f"{one.words}: different on {', '.join(folder.strange or on)}", "bad")
        yield keys_differ(folder)
        return
    behind = [node for node, keys in folder.keys.items() if not source or keys != folder.keys[source]]
    if behind:
        where = f"not the newest on {', '.join(behind)}" if source else "none"
        yield Line(f"{one.words}: {where}", "doubtful")
        yield _behind(one, behind, site)
    elif not is_whole(folder.keys[source]):
        yield Line(f"{one.words}: none is staged", "doubtful")
        yield _behind(one, list(on), site)
    else:
        keys, ages = folder.keys[source], on[source].ages_s
        where = f"the same {len(keys)} on {', '.join(on)}"
        values = {"keys": len(keys), "primary_age_s": ages[max(keys)]}
        since = f", replaced {lasted(ages[max(keys)])} ago" if one.kept_s is not None else ""
        yield Line(f"{one.words}: {where}{since}", values=values)
    open_ = [node for node, has in on.items() if has.keys and has.owners != {f"{one.owner}:700", f"{one.owner}:600"}]
    if open_:
        yield Finding(
            "service-keys-open",
            Severity.ERROR,
            f"the {one.words} of {site.name} can be read by others on {', '.join(open_)}",
            "who has a key makes tokens of any user that every server takes for its own",
            f"quorate apply closes {one.path}; replace the keys afterwards (--rotate-keys {site.name})",
        )


def _behind(one: KeyRepository, nodes: list[str], site: Site) -> Finding:
    return Finding(
        "service-keys-behind",
        Severity.WARNING,
        f"not the newest {one.words} of {site.name} on {', '.join(nodes)}",
        "a rotation was interrupted, keys were replaced by hand on one node, or a node has lost its disk; "
        "after one more rotation it would refuse what others have made",
        "quorate apply gives every node the newest",
    )
