"""How true is a drill's figure? The outage that quorate's client measured, against packets that tcpdump saw.

tcpdump(8) listens in the lab's network, a program that shares nothing with quorate but the wire: good answers are
recognised by their bytes (an HTTP response of status 200; MariaDB's OK packet that changed no row, which answers a
COMMIT), timestamps are the kernel's. The outage of the packets is the longest time between two of them. Each fault is a
drill of quorate's own, and the difference between both figures is a sample, in ms.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.figures import Figures, Limit
from benchmarks.nodes import blueprint, versions
from benchmarks.outage import stand
from quorate.catalog.blueprints import blueprints
from quorate.drill.faults import faults
from quorate.drill.run import Story, drill

QUESTION = "How far is the outage that a client measured from the one that packets show?"

FAULTS = ("power-cut", "kill-server", "standby")
PAYLOAD = "(tcp[12:1] & 0xf0) >> 2"  # where a segment's content begins (pcap-filter(7))
OK_PAGE = f"tcp src port 80 and tcp[{PAYLOAD}:4] = 0x48545450 and tcp[({PAYLOAD}) + 9:2] = 0x3230"  # HTTP, 20
OK_COMMIT = f"tcp src port 3306 and tcp[{PAYLOAD}:4] = 0x07000001 and tcp[({PAYLOAD}) + 4:2] = 0"
LATE_S = 0.5  # packets of the last answers still come to tcpdump's output


@dataclass(frozen=True)
class Contender:
    """A cluster file, its service that is asked, and the filter for its good answers."""

    text: str
    service: str
    filter: str


def contenders() -> Mapping[str, Contender]:
    """Return the clients by their names."""
    database = blueprints()["mariadb-shared-directory"].called("bench-packets")
    return {
        "http": Contender(blueprint("bench-packets"), "site", OK_PAGE),
        "sql": Contender(database, "database", OK_COMMIT),
    }


@asynccontextmanager
async def listening(namespace: Path, expression: str, output: Path) -> AsyncIterator[None]:
    """Have tcpdump write a line for each good answer that passes, for the time of the block."""
    options = ("-i", "any", "-nnq", "-tt", "-l", "--immediate-mode")
    argv = ["nsenter", f"--net={namespace}", "tcpdump", *options, expression]
    with output.open("w") as file:
        process = await asyncio.create_subprocess_exec(*argv, stdout=file, stderr=asyncio.subprocess.PIPE)
        assert process.stderr is not None
        while b"listening on" not in (line := await process.stderr.readline()):
            assert line, "tcpdump ended at once"
        try:
            yield
            await asyncio.sleep(LATE_S)
        finally:
            process.terminate()
            await process.wait()


def longest_s(lines: Sequence[str]) -> float:
    """Return the longest time between two packets by tcpdump's lines, which begin with seconds since the epoch.

    Of some protocols it shows what they say in further lines, indented.
    """
    moments = sorted(float(line.split()[0]) for line in lines if line[:1].isdigit())
    return max(later - earlier for earlier, later in pairwise(moments))


async def measured(figures: Figures, runs: int) -> None:
    """Build one cluster after the other; break each, with tcpdump beside."""
    for kind, contender in contenders().items():
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            one = await stand(stack, contender.text)
            figures.versions |= dict(await versions(next(iter(one.fleet.values()))))
            for number, fault in enumerate(FAULTS * runs):
                story = Story(contender.service, folder / str(number), contender.text, ["python -m benchmarks"])
                seen = folder / f"{number}.packets"
                async with listening(one.lab.namespace_path, contender.filter, seen):
                    outcome = await drill(one.lab, one.fleet, one.want, story, lambda _: None, fault=faults()[fault])
                outage_s, packets_s = outcome.client.judgement.outage_s, longest_s(seen.read_text().splitlines())
                assert outage_s is not None
                figures.add(f"{kind}, {fault}: difference", abs(outage_s - packets_s) * 1000)
                figures.notes.append(f"{kind}, {fault}: client {outage_s:.3f} s, packets {packets_s:.3f} s")


def run(runs: int) -> Figures:
    """Compare, for each client and fault, so many times."""
    figures = Figures(QUESTION, "ms")
    asyncio.run(measured(figures, runs))
    figures.limits = [Limit(name, 50) for name in figures.samples]
    return figures
