"""`quorate drill FILE`: break it on purpose, measure what a client saw, prove that nothing acknowledged was lost."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorate.ui.options import lab_option

if TYPE_CHECKING:
    from quorate.drill.series import Series


def separated(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Take lists apart: `--only a,b` is `--only a --only b`."""
    return tuple(word.strip() for one in given for word in one.split(",") if word.strip())


@click.command(short_help="Break it on purpose, and measure.")
@click.argument("file", metavar="FILE", required=False, type=click.Path(dir_okay=False))
@click.argument("faults", nargs=-1, metavar="[FAULT]...")
@lab_option
@click.option(
    *("--service", "services"),
    multiple=True,
    metavar="NAME",
    callback=separated,
    help="The service that the client asks and the fault hits (default: the first that has a client). Several, or a"
    " list with commas: each has its clients, and the fault hits one of them, drawn by the seed.",
)
@click.option("--all-services", "everything", is_flag=True, help="Ask all services that have a client; hit any.")
@click.option(
    *("--hit", "hits"),
    multiple=True,
    metavar="NAME",
    callback=separated,
    help="The service that is hit, where others are asked; several: one of them, drawn by the seed.",
)
@click.option(
    *("--node", "node"),
    default="",
    metavar="NODE",
    help="The node that is hit: a name; holder, of the floating address; writer, of the database; serving; or any,"
    " drawn by the seed.",
)
@click.option(
    *("--only", "only"),
    multiple=True,
    metavar="FAULT",
    callback=separated,
    help="Only this fault; several, or a list with commas, in their order. A pattern, as power-*, is all that fit.",
)
@click.option("--repeat", type=click.IntRange(min=1), metavar="N", help="Go through the faults N times.")
@click.option("--random", "number", type=click.IntRange(min=1), metavar="N", help="N faults, drawn by the seed.")
@click.option("--seed", type=click.IntRange(0, 2**62), metavar="N", help="Of what is left to chance (default: chance).")
@click.option(
    *("--resume", "resumed"),
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Go on with a series that was interrupted: with the run that it was at, in its folder.",
)
@click.option("--until-fails", is_flag=True, help="End with the first run that does not hold.")
@click.option("--list", "listed", is_flag=True, help="Only say which faults fit the service.")
@click.option("-o", "--output", default="quorate-drill", type=click.Path(file_okay=False), help="Where records go.")
@click.option("--return-within", default=300.0, metavar="SECONDS", help="How long a real host may take to come back.")
@click.option("--yes", is_flag=True, help="Agree to break real hosts.")
@click.option(
    *("--judge", "folder"),
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Judge recorded runs again: the folder of one, or of several. Needs no FILE and no cluster.",
)
def command(file: str | None, *, folder: Path | None, **options: Any) -> None:
    """Break the cluster on purpose, one fault after the other, while a client asks; say what the client saw.

    Without --only all faults that fit the service are gone through; FAULT... is short for it. Each run has a folder
    with its record and its report; the next one begins when everything runs again. Real hosts are only touched where
    the file allows it (`drills: true`), the fencing of every node is proven, and --yes is given.

    Ends with 0 when every run held, 1 when one was violated, 3 when one could not be judged.
    """
    from quorate.errors import UsageError  # noqa: PLC0415 - keeps --help quick
    from quorate.ui.drilling import EXIT_CODES, table  # noqa: PLC0415
    from quorate.ui.judging import judged  # noqa: PLC0415

    if (file is None) == (folder is None):
        raise UsageError("a drill needs a cluster file, or --judge a folder", "quorate drill --help")
    if folder is not None:
        raise click.exceptions.Exit(EXIT_CODES[judged(folder)])
    assert file is not None
    if series := drilled(file, **options):
        click.echo("\n".join(table(series.runs)))
        raise click.exceptions.Exit(EXIT_CODES[series.verdict])


def drilled(
    file: str,
    *,
    faults: tuple[str, ...],
    only: tuple[str, ...],
    in_lab: bool,
    services: tuple[str, ...],
    everything: bool,
    hits: tuple[str, ...],
    node: str,
    repeat: int | None,
    number: int | None,
    seed: int | None,
    resumed: Path | None,
    until_fails: bool,
    listed: bool,
    output: str,
    return_within: float,
    yes: bool,
) -> "Series | None":
    """Go through the faults that the options ask for, or list them; None where they were only listed."""
    import secrets  # noqa: PLC0415 - keeps --help quick

    from quorate.drill.series import Plan  # noqa: PLC0415
    from quorate.drill.suite import SEEDS, chosen, drawn  # noqa: PLC0415
    from quorate.errors import UsageError  # noqa: PLC0415
    from quorate.ui import interruption  # noqa: PLC0415
    from quorate.ui.drilling import Aim, Drills, Place, asked_for, begun_now  # noqa: PLC0415
    from quorate.ui.judging import begun  # noqa: PLC0415
    from quorate.ui.options import read, sound  # noqa: PLC0415

    if file == "-":
        raise UsageError("a drill's report says how to repeat it: that needs a file with a name", "write it to a file")
    if services and everything:
        raise UsageError("--service and --all-services are two ways to say which", "give one of them")
    if repeat and number:
        raise UsageError("--repeat and --random are two ways to say how many", "give one of them")
    cluster = sound(file)
    asked = asked_for(cluster, services, everything=everything)
    if unknown := sorted(set(hits) - set(cluster.services)):
        raise UsageError(f"no service is called {unknown[0]}", f"choose from: {', '.join(cluster.services)}")
    aim = Aim(asked, hits or (tuple(cluster.services) if everything else asked), node)
    place = Place(cluster=cluster, in_lab=in_lab, file=file, agreed=yes, return_s=return_within)
    order = chosen(aim.settings(cluster, place.kind), (*only, *faults))
    if listed:
        click.echo("\n".join(order))
        return None
    before = begun(resumed) if resumed else None
    seed = seed if seed is not None else before.plan.seed if before else secrets.randbelow(SEEDS)
    assert seed is not None
    order = drawn(order, number, seed) if number else order * (repeat or 1)
    own = [word for name in services for word in ("--service", name)]
    own += (["--all-services"] if everything else []) + (["--node", node] if node else [])
    own += [word for name in hits for word in ("--hit", name)]
    counted = [word for option, n in (("--repeat", repeat), ("--random", number)) if n for word in (option, str(n))]
    wanted = [word for one in (*only, *faults) for word in ("--only", one)]
    plan = Plan(faults=tuple(order), seed=seed, repeat=place.call(*own, "--seed", str(seed), *counted, *wanted))
    text = read(file).decode(errors="replace")
    drills = Drills(place, aim, plan, resumed or Path(output) / begun_now(), text, own)
    if before:
        drills.go_on_from(before)
    click.echo(f"seed {seed}; to repeat it: {plan.repeat}", err=True)
    return interruption.run(drills.go(until_fails=until_fails))
