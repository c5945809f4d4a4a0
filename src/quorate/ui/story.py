"""story: the demo, told step by step. Everything in it is a command that users have, too.

check   a blueprint, `web` unless another is asked for, under a name of its own
up      its nodes on this machine, from the image that is built once
apply   the cluster, with each node really fenced once
drill   the power of the serving node is cut while a client asks
report  what the client saw, as text here and as one page
down    nothing is left (unless --keep)
"""

import fcntl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from quorate.build.apply import apply
from quorate.build.prepare import prepare
from quorate.catalog.blueprints import blueprints
from quorate.catalog.services import kinds
from quorate.check.run import check
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.drill.answering import first_answers
from quorate.drill.clients import askable, sites
from quorate.drill.outcome import Outcome
from quorate.drill.run import Story, drill
from quorate.errors import Locked, UsageError
from quorate.lab import needs
from quorate.lab.kind import choose
from quorate.lab.lab import Lab
from quorate.report import files, text
from quorate.ui.drilling import EXIT_CODES
from quorate.ui.reach import reach
from quorate.ui.terminal import Progress, count, show_findings

# A name of its own, so that no lab that somebody made from the same blueprint is ever taken for the demo's.
NAME = "quorate-demo"
LOCK = f"{NAME}.lock"
DEFAULT = "web"
PLAIN = ("tcp", "icmp")


def headline(words: str) -> None:
    """Print what comes next."""
    click.echo(f"\n{click.style(words, bold=True)}", err=True)


def text_of(blueprint: str) -> str:
    """Return the cluster file of a blueprint; UsageError where there is none of that name, or no client for it."""
    known = {name: one for name, one in blueprints().items() if is_askable(one.text)}
    if blueprint not in known:
        raise UsageError(f"there is no demo of {blueprint!r}", f"choose from: {', '.join(known)}")
    return known[blueprint].called(NAME)


def is_askable(text: str) -> bool:
    """Tell whether a drill has a client for the first service of a cluster file."""
    cluster = load(text, NAME, kinds()).cluster
    return cluster is not None and askable(cluster)[:1] == list(cluster.services)[:1]


def checked(path: Path, content: str) -> Cluster:
    """Write the blueprint and check it."""
    path.write_text(content)
    headline(f"check    {path}, {len(content.splitlines())} lines")
    loaded = load(path.read_bytes(), str(path), kinds())
    assert loaded.cluster is not None, loaded.findings
    findings = [*loaded.findings, *(loaded.place(finding) for finding in check(loaded.cluster))]
    show_findings(findings, err=True)
    click.echo(f"  {count(findings)}", err=True)
    return loaded.cluster


def asked(cluster: Cluster) -> tuple[str, ...]:
    """Return the services whose clients ask: all that have one of their own, rather than a port that takes them."""
    own = [site.name for site in sites(cluster) if (probe := site.service.probe(site)) and probe.kind not in PLAIN]
    return tuple(own or askable(cluster)[:1])


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the demo's lock: there is one lab of that name, and a second demo would take it away from the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked("another demo is running on this machine", "wait for it") from None
        yield


async def tell(output: str, *, blueprint: str, keep: bool) -> int:
    """Tell the story and return the exit code: 0 when the target held, 1 when violated, 3 when unknown."""
    started = time.monotonic()
    progress = Progress()
    content = text_of(blueprint)
    folder = Path(output) / datetime.now().strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True)
    file = folder / f"{blueprint}.yaml"
    cluster = checked(file, content)
    kind = choose(cluster).kind  # whatever a demo of another blueprint, whose lab was kept, had
    if installed := await needs.install_missing(kind):
        progress(f"installed {', '.join(installed)}")
    lab = Lab(cluster, nodes=kind)
    repeat = "quorate demo" if blueprint == DEFAULT else f"quorate demo {blueprint}"
    with alone(lab.places.root / LOCK):
        try:
            told = Story(next(iter(cluster.services)), folder / "run", content, [repeat], asked(cluster))
            outcome = await built_and_drilled(lab, cluster, told, progress)
        finally:
            if keep:
                headline(f"the lab stays: quorate lab ssh {file} {cluster.nodes[0].name}; quorate lab down {file}")
            else:
                headline("down")
                await lab.down(progress)
    page = files.write(folder / "run", outcome)
    headline("report")
    click.echo(text.summary(outcome))
    click.echo(f"\nThe page: {page}\nTold in {time.monotonic() - started:.0f} s.")
    return EXIT_CODES[outcome.verdict]


def shares(seconds: Sequence[tuple[str, float]]) -> Iterator[str]:
    """Yield how long it took, and what each stage that took a twentieth or more had of it; the others in one line."""
    whole = sum(took for _, took in seconds)
    long = [(title, took) for title, took in seconds if took >= whole / 20]
    width = max(len(title) for title, _ in [*long, ("all", 0.0)])
    for title, took in long:
        yield f"{title:<{width}}  {took:6.1f} s  {100 * took / whole:3.0f} %"
    if len(long) < len(seconds):
        rest = whole - sum(took for _, took in long)
        yield f"{'others':<{width}}  {rest:6.1f} s  {100 * rest / whole:3.0f} %"
    yield f"{'all':<{width}}  {whole:6.1f} s"


def answered(first: Mapping[str, float], booted_s: float, built_s: float) -> Iterator[str]:
    """Yield when each client had what it wanted, from the moment when the nodes were booted (monotonic, seconds)."""
    for what, at_s in first.items():
        yield f"{at_s - booted_s:6.1f} s after the nodes were booted, {at_s - built_s:.1f} s after apply: {what}"


async def built_and_drilled(lab: Lab, cluster: Cluster, story: Story, progress: Progress) -> Outcome:
    """Boot, build, break; return what was seen."""
    headline(f"lab up   {len(cluster.nodes)} nodes")
    await lab.down()
    await lab.up(progress)
    booted_s = time.monotonic()
    async with reach(cluster, in_lab=True) as found:
        fleet = found.everybody()
        want = await prepare(cluster, fleet, found.secret, witness=found.witness())
        headline("apply    build the cluster")
        applied = await apply(fleet, want, progress, lambda _: None)
        built_s = time.monotonic()
        first = await first_answers(lab, fleet, want, story.asked, progress)
        headline("built    from booted nodes to the first answers")
        for line in [*shares(applied.seconds), *answered(first, booted_s, built_s)]:
            click.echo(f"  {line}", err=True)
        headline("apply    fence each node once, to prove that it works")
        await apply(fleet, want, progress, lambda _: None, test_fencing=True)
        headline("drill    cut the power of the node that serves")
        return await drill(lab, fleet, want, story, progress)
