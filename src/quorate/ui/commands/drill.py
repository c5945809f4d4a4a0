"""`quorate drill FILE`: break it on purpose, measure what a client saw, prove that nothing acknowledged was lost."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from quorate.ui.options import file_argument, lab_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quorate.drill.outcome import Outcome


@click.command(short_help="Break it on purpose, and measure.")
@file_argument
@click.argument("faults", nargs=-1, metavar="[FAULT]...")
@lab_option
@click.option("--service", metavar="NAME", help="The service that the client asks (default: the first that has one).")
@click.option("--repeat", type=click.IntRange(min=1), default=1, metavar="N", help="Go through the faults N times.")
@click.option("--until-fails", is_flag=True, help="End with the first run that does not hold.")
@click.option("--list", "listed", is_flag=True, help="Only say which faults fit the service.")
@click.option("-o", "--output", default="quorate-drill", type=click.Path(file_okay=False), help="Where records go.")
@click.option("--return-within", default=300.0, metavar="SECONDS", help="How long a real host may take to come back.")
@click.option("--yes", is_flag=True, help="Agree to break real hosts.")
def command(
    file: str,
    *,
    faults: tuple[str, ...],
    in_lab: bool,
    service: str | None,
    repeat: int,
    until_fails: bool,
    listed: bool,
    output: str,
    return_within: float,
    yes: bool,
) -> None:
    """Break the cluster on purpose, one FAULT after the other, while a client asks; say what the client saw.

    Without a FAULT all that fit the service are gone through. Each run has a folder with its record and its report;
    the next one begins when everything runs again. Real hosts are only touched where the file allows it
    (`drills: true`), the fencing of every node is proven, and --yes is given.
    Ends with 0 when every run held, 1 when one was violated, 3 when one could not be judged.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.drill.fault import Setting  # noqa: PLC0415
    from quorate.drill.run import Story  # noqa: PLC0415
    from quorate.drill.suite import chosen  # noqa: PLC0415
    from quorate.drill.verdict import worst  # noqa: PLC0415
    from quorate.lab.kind import choose  # noqa: PLC0415
    from quorate.ui.drilling import EXIT_CODES, Place, asked_for, drilled, table  # noqa: PLC0415
    from quorate.ui.options import sound  # noqa: PLC0415

    cluster = sound(file)
    name = asked_for(cluster, service)
    order = chosen(Setting(cluster, name, choose(cluster).kind if in_lab else "hosts"), faults)
    if listed:
        click.echo("\n".join(order))
        return
    content = Path(file).read_text(encoding="utf-8")
    repeated = f"quorate drill --lab {file}" if in_lab else f"quorate drill --yes {file}"
    story = Story(name, Path(output), content, [repeated])
    place = Place(cluster=cluster, in_lab=in_lab, file=file, agreed=yes, return_s=return_within)
    outcomes: Sequence[Outcome] = asyncio.run(drilled(place, order * repeat, story, until_fails=until_fails))
    click.echo("\n".join(table(outcomes)))
    raise click.exceptions.Exit(EXIT_CODES[worst(outcome.verdict for outcome in outcomes)])
