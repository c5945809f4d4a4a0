"""`quorate demo`: all of it once, on this machine."""

import click


@click.command(short_help="All of it once, on this machine.")
@click.argument("blueprint", required=False, default="web")
@click.option("--keep", is_flag=True, help="Leave the lab up, to look around.")
@click.option("-o", "--output", default="quorate-demo", type=click.Path(file_okay=False), help="Where the report goes.")
def command(blueprint: str, keep: bool, output: str) -> None:
    """Check a cluster file, boot its nodes, build the cluster, cut the power of the node that serves, report.

    BLUEPRINT is one of `quorate new` whose service a client can ask: web (the default), or a database, whose client
    writes. Needs root. Takes one to four minutes, the first time longest: the nodes' image is built then. Everything
    is taken down at the end.
    """
    from quorate.ui import interruption  # noqa: PLC0415 - keeps --help quick
    from quorate.ui.story import tell  # noqa: PLC0415

    raise click.exceptions.Exit(interruption.run(tell(output, blueprint=blueprint, keep=keep)))
