"""keeping: the files that a plan will write or remove, as they are before. Asks the hosts; changes nothing.

Keys and the files of made secrets are not kept, and no value of such a secret: a mark stands in its place
(catalog/made.py), and what the secret is when the file is put back comes there.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quorate.build import owed
from quorate.build.change import Action, Deed, WriteFile
from quorate.build.kept import KeptFile
from quorate.build.plan import Plan
from quorate.build.step import Fleet
from quorate.build.steps import corosync_conf, outgrown, service_files
from quorate.catalog.made import marked
from quorate.machines.host import Host
from quorate.observe.facts import file_state, made_secrets
from quorate.observe.gathering import gather, gather_about

STEPS = (service_files.TITLE, corosync_conf.TITLE)
"""Steps that write files which are kept."""


@dataclass(frozen=True, slots=True)
class After:
    """What is owed once a file is written: commands, and the resource that is tried again if it has failed."""

    then: tuple[tuple[str, ...], ...] = ()
    reader: str = ""


async def files_before(fleet: Fleet, made: Plan) -> dict[str, dict[str, KeptFile]]:
    """Return the files that the plan will write or remove, as they are now, by node and path."""
    wanted: dict[str, dict[str, After]] = {}
    for change in made.changes:
        if change.step in STEPS and change.host in fleet:
            wanted.setdefault(change.host, {}).update(written(change.actions))
        if change.step == outgrown.TITLE and change.host in fleet:
            gone = (thing.name for thing, deed in change.things if deed is Deed.REMOVED)
            wanted.setdefault(change.host, {}).update({path: After(outgrown.then(path)) for path in gone})
    found = await asyncio.gather(*(of_host(fleet[name], paths) for name, paths in wanted.items()))
    return dict(zip(wanted, found, strict=True))


def written(actions: Sequence[Action]) -> dict[str, After]:
    """Return the file that a change leaves, by its path, with what comes after it: the last, others are only tried."""
    places = [place for place, action in enumerate(actions) if isinstance(action, WriteFile)]
    if not places:
        return {}
    file = actions[places[-1]]
    assert isinstance(file, WriteFile)
    after = After(owed.then_of(file.path, actions[places[-1] :]), owed.reader_of(actions))
    return {} if file.secret and file.marked is None else {file.path: after}


async def of_host(host: Host, paths: Mapping[str, After]) -> dict[str, KeptFile]:
    """Return files of one host as they are, with marks in the places of made secrets."""
    states = await gather_about(host, file_state, *paths)
    there = [path for path in paths if states[path].exists]
    secrets = {name: one.value for name, one in (await gather(host, made_secrets)).items()} if there else {}
    kept = {}
    for path, after in paths.items():
        state = states[path]
        content = await host.get(path) if state.exists else None
        content = None if content is None else marked(content, secrets)
        mode, owner, group = state.mode or 0o644, state.owner or "root", state.group or "root"
        kept[path] = KeptFile(content, mode, owner, group, after.then, after.reader)
    return kept
