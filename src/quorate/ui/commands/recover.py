"""`quorate recover FILE SERVICE`: a service that waits for a node which is gone for good goes on without it."""

import click

from quorate.ui.options import file_argument, format_option, lab_option


@click.command(short_help="Go on without a node that is gone.")
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
    """Have a service begin after a full stop, where its nodes wait for one that may hold newer data.

    When all nodes are back they begin by themselves, with the newest data. This is for when one does not come back: it
    says what may be lost, and begins on the node with the newest data of those that are there.

    Of kind galera: all others get their data from it, the missing one too, should it return. Of kind rabbitmq-cluster:
    the others join it, and forget the missing one, whose replicas of queues count no more; so it does, too, where the
    others serve already.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.build import recovering, recovering_brokers  # noqa: PLC0415
    from quorate.build.history import origin  # noqa: PLC0415
    from quorate.catalog.platforms import platforms  # noqa: PLC0415
    from quorate.catalog.site import Site  # noqa: PLC0415
    from quorate.errors import Refused, UsageError  # noqa: PLC0415
    from quorate.ui.options import read, sound  # noqa: PLC0415
    from quorate.ui.reach import reach  # noqa: PLC0415
    from quorate.ui.terminal import Progress, show_json  # noqa: PLC0415

    content = read(file)
    cluster = sound(file, content)
    ways = {"galera": recovering.recover, "rabbitmq-cluster": recovering_brokers.recover}
    fit = {name: ways[one.kind] for name, one in cluster.services.items() if one.kind in ways}
    if service not in fit:
        known = ", ".join(fit) or f"none: the file has no service of kind {' or '.join(ways)}"
        raise UsageError(f"{service} of {file} is no service that could wait for a node", f"name one of {known}")

    def agree(node: str, lost: tuple[str, ...]) -> None:
        absent = f", without {', '.join(without)}" if without else ""
        begins = f"begins on {node}{absent}; the others get all data from it" if node else f"goes on{absent}"
        click.echo(f"{service} {begins}.", err=True)
        for sentence in lost:
            click.echo(f"  may be lost: {sentence}", err=True)
        if not yes and not click.confirm("Begin?" if node else "Go on?", err=True):
            raise Refused("nothing was changed", "answer y, or give --yes")

    async def go() -> str | None:
        async with reach(cluster, in_lab=in_lab) as found:
            fleet = found.all_but(frozenset(without), "if it is gone for good, do without what it holds")
            site = Site(service, platforms()[0], cluster)
            note = Progress(quiet=form == "json")
            return await fit[service](
                fleet, site, note, agree, without=without, wanted=wanted, by=origin(file, content)
            )

    node = asyncio.run(go())
    if form == "json":
        show_json({"service": service, "began_on": node, "without": list(without)})
    elif node:
        click.echo(f"{service}: begun on {node}")
    else:
        goes_on = f"goes on without {', '.join(without)}" if without else "goes on"
        click.echo(f"{service}: {'nothing to do, it runs' if node is None else goes_on}")
