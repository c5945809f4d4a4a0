"""learning: what starts and stops took while a change was applied is kept, so that the next plan foretells with it.

Only what agents took: how long Pacemaker thinks, and how long it takes to fence, is learned from drills, for a change
restarts daemons and cuts power on purpose. Nothing depends on it: a node that does not say teaches nothing.
"""

import asyncio
from collections.abc import Mapping

from quorate.build.step import Fleet, answer
from quorate.drill.journal import fetch, parse_journal
from quorate.errors import QuorateError
from quorate.explore import keeping
from quorate.explore.measured import Sample, from_journals

TIMEOUT_S = 20


async def learn(cluster: str, fleet: Fleet, since_s: float, *, in_lab: bool) -> None:
    """Read the nodes' journals since then (seconds since 1970), and keep what is in them."""
    said = await asyncio.gather(
        *(answer(host.run(fetch(since_s), timeout_s=TIMEOUT_S, check=False)) for host in fleet.values()),
        return_exceptions=True,
    )
    journals = {
        name: one.stdout
        for name, one in zip(fleet, said, strict=True)
        if one is not None and not isinstance(one, BaseException)
    }
    try:
        keeping.add(cluster, lessons(journals), in_lab=in_lab)
    except QuorateError:
        return


def lessons(journals: Mapping[str, str]) -> tuple[Sample, ...]:
    """Return what agents took. journals: by node, as `journalctl -o json` prints them. Pure."""
    lines = [line for node, text in journals.items() for line in parse_journal(text, node)]
    return tuple(sample for sample in from_journals(lines) if sample.key[0])
