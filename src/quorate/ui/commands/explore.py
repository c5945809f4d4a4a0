"""`quorate explore FILE`: what every failure, and every pair of failures, does to every service; nothing is touched."""

from pathlib import Path

import click

from quorate.ui.options import file_argument, format_option, lab_option


@click.command(short_help="What does every failure do to every service?")
@file_argument
@click.option("--depth", type=click.IntRange(1, 2), default=1, help="1: each failure (default); 2: pairs, too.")
@click.option("--service", "services", multiple=True, metavar="NAME", help="Only this service; several are possible.")
@click.option(
    *("--fault", "faults"),
    multiple=True,
    metavar="PATTERN",
    help="Only failures that fit: node-lost, node-lost:n1, '*:n1'; pairs in which one does.",
)
@format_option
@click.option("-o", "--output", metavar="PAGE.html", type=click.Path(dir_okay=False), help="Write a page, too.")
@click.option(
    "--diff",
    metavar="OLD",
    type=click.Path(dir_okay=False),
    help="What is better or worse than in OLD: a cluster file, a CIB, or what --format json printed.",
)
@click.option("--live", is_flag=True, help="Explore the cluster that runs by this file; its CIB is read by SSH.")
@lab_option
@click.option("--save-cib", metavar="FILE", type=click.Path(dir_okay=False), help="Write the CIB that is explored.")
def command(
    file: str,
    *,
    depth: int,
    services: tuple[str, ...],
    faults: tuple[str, ...],
    form: str,
    output: str | None,
    diff: str | None,
    live: bool,
    in_lab: bool,
    save_cib: str | None,
) -> None:
    """Ask Pacemaker's own scheduler what it does after every failure, and say what that means for every service.

    FILE is a cluster file, or a CIB as `cibadmin --query` prints it. Needs Pacemaker's tools on this machine, no root
    and no cluster: with --live or --lab the running one's CIB is read, and nothing else is done there. What was found
    is kept, and is there at once when the same is asked again.

    Exit code 0: no single failure violates the file's targets; 1: one does, or two copies of a service may run; 3: it
    cannot be told. Ctrl-C shows what is known by then.
    """
    from quorate.ui.explored import show_as_json, show_compared, show_known  # noqa: PLC0415 - keeps --help quick
    from quorate.ui.exploring import Asked, compared_with, explore, save, source  # noqa: PLC0415

    asked = Asked(depth, services, faults)
    new = source(file, live=live or in_lab, in_lab=in_lab)
    if save_cib:
        save(new, Path(save_cib))
    known = explore(new, asked)
    compared = compared_with(diff, asked, known.found) if diff and not known.ended_early else None
    show_known(known, form=form, page=output)
    if form == "json":
        show_as_json(known, compared)
    elif compared and diff:
        show_compared(known, compared, diff)
    if known.ended_early:
        click.echo(f"interrupted: {len(known.found.scenarios)} of {known.found.total} scenarios are known", err=True)
    raise click.exceptions.Exit(known.exit_code)
