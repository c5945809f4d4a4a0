"""retrying: the step of a rollback that has tried again what failed with a file that is put back; as apply has it.

It comes after the configuration: what was started with the files of before and the configuration of since would fail
once more, and is left alone then. See steps/retried.py.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from quorate.build.change import Change
from quorate.build.kept import Kept
from quorate.build.putting_back import Files
from quorate.build.step import Fleet, Note
from quorate.build.steps import retried, running
from quorate.build.steps.retried import NOWHERE, Place
from quorate.build.want import Want
from quorate.findings import Finding
from quorate.machines.host import Host


@dataclass(frozen=True, slots=True)
class Retry:
    """What failed is tried again where its file is put back, a cluster step."""

    was: Kept
    TITLE: str = retried.TITLE

    async def look(self, fleet: Fleet, want: Want) -> retried.Facts:
        """Ask Pacemaker, and each node for the marks; where something has failed, what will be put back, too."""
        status = await running.look(fleet, want)
        marked = await asyncio.gather(*(retried.marked(host, self._readers(host.name)) for host in fleet.values()))
        suspects = {node for node, _ in retried.failures(status)} & fleet.keys()
        to_be_written = await asyncio.gather(*(self._due(fleet[name], want) for name in suspects))
        return retried.Facts(status, NOWHERE.union(*marked), NOWHERE.union(*to_be_written))

    def changes(self, facts: retried.Facts, want: Want) -> Iterator[Change | Finding]:
        """Yield what will be tried again."""
        yield from retried.changes(facts, want)

    async def settled(self, fleet: Fleet, want: Want, note: Note) -> None:
        """Have what failed tried again, and forget whose files were written."""
        await retried.try_again(self.look, fleet, want, note)

    def _readers(self, name: str) -> frozenset[str]:
        return frozenset(file.reader for file in self.was.files.get(name, {}).values() if file.reader)

    async def _due(self, host: Host, want: Want) -> frozenset[Place]:
        """Return whose files will be put back on a node."""
        step, files = Files(self.was), self.was.files.get(host.name, {})
        said = step.changes(await step.look(host, want), want, host.name)
        paths = (thing.name for one in said if isinstance(one, Change) for thing, _ in one.things)
        return frozenset((host.name, files[path].reader) for path in paths if files[path].reader)
