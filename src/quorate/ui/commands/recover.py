"""`quorate recover FILE SERVICE`: a database begins without the node that may hold more."""

import click

from quorate.ui.options import file_argument, format_option, lab_option


@click.command(short_help="Begin a database without a node.")
@file_argument
@click.argument("service")
@lab_option
@format_option
@click.option("--without", metavar="NODE", multiple=True, help="Do without what this node holds; it is gone.")
@click.option("--from", "wanted", metavar="NODE", help="Begin on this node, whatever the others hold.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(
    file: str, service: str, *, in_lab: bool, form: str, without: tuple[str, ...], wanted: str | None, yes: bool
) -> None:
    """Have a Galera database begin after a full stop, where its nodes wait for one that may hold newer data.

    When all nodes are back they begin by themselves, with the newest data. This is for when one does not come back: it
    says what may be lost, and begins on the node with the newest data of those that are there. All others get their
    data from it, the missing one too, should it return: what only that one held is lost.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.build.history import origin  # noqa: PLC0415
    from quorate.build.recovering import recover  # noqa: PLC0415
    from quorate.catalog.galera_positions import Beginning  # noqa: PLC0415
    from quorate.catalog.platforms import platforms  # noqa: PLC0415
    from quorate.catalog.site import Site  # noqa: PLC0415
    from quorate.errors import Refused, UsageError  # noqa: PLC0415
    from quorate.ui.options import read, sound  # noqa: PLC0415
    from quorate.ui.reach import reach  # noqa: PLC0415
    from quorate.ui.terminal import Progress, show_json  # noqa: PLC0415

    content = read(file)
    cluster = sound(file, content)
    databases = [name for name, one in cluster.services.items() if one.kind == "galera"]
    if service not in databases:
        known = ", ".join(databases) or "none: the file has no service of kind galera"
        raise UsageError(f"{service} is no Galera database of {file}", f"name one of {known}")

    def agree(found: Beginning) -> None:
        click.echo(f"{service} begins on {found.node}; every other node gets all data from it.", err=True)
        for sentence in found.lost:
            click.echo(f"  may be lost: {sentence}", err=True)
        if not yes and not click.confirm("Begin?", err=True):
            raise Refused("nothing was changed", "answer y, or give --yes")

    async def go() -> str | None:
        async with reach(cluster, in_lab=in_lab) as found:
            fleet = found.all_but(frozenset(without))
            site = Site(service, platforms()[0], cluster)
            note = Progress(quiet=form == "json")
            return await recover(fleet, site, note, agree, without=without, wanted=wanted, by=origin(file, content))

    node = asyncio.run(go())
    if form == "json":
        show_json({"service": service, "began_on": node, "without": list(without)})
    else:
        click.echo(f"{service}: begun on {node}" if node else f"{service}: nothing to do, it runs")
