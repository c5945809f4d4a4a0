"""`quorate status FILE`: one screen of truth about a running cluster."""

import click

from quorate.ui.options import file_argument, format_option, lab_option

CONNECT_S = 4.0
"""A healthy node answers within a tenth of this; a hung one must not keep the screen waiting."""


@click.command(short_help="How is it now?")
@file_argument
@lab_option
@format_option
def command(file: str, in_lab: bool, form: str) -> None:
    """Show nodes, links, quorum, services, storage and fencing, what is wrong, and what to do about it.

    Works with nodes down: the others are asked. Exit code 0: all is well; 1: it is not; 3: no node could say.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick
    from dataclasses import asdict  # noqa: PLC0415
    from datetime import UTC, datetime  # noqa: PLC0415

    from quorate.catalog.platforms import platforms  # noqa: PLC0415
    from quorate.operate import insight  # noqa: PLC0415
    from quorate.operate.inside import files  # noqa: PLC0415
    from quorate.operate.insight import Within  # noqa: PLC0415
    from quorate.operate.status import judge  # noqa: PLC0415
    from quorate.operate.storage import questions  # noqa: PLC0415
    from quorate.operate.view import View, look  # noqa: PLC0415
    from quorate.ui.options import readable  # noqa: PLC0415
    from quorate.ui.reach import reach  # noqa: PLC0415
    from quorate.ui.screen import show_status  # noqa: PLC0415
    from quorate.ui.terminal import show_json  # noqa: PLC0415

    cluster = readable(file)

    platform = platforms()[0]  # names of resources, and of what servers are asked by, are the same on every one

    async def ask() -> tuple[tuple[View, ...], Within]:
        async with reach(cluster, in_lab=in_lab, timeout_s=CONNECT_S) as found:
            return await asyncio.gather(
                look(found.fleet.values(), found.failed, questions(cluster)),
                insight.look(found.fleet, cluster, platform, files()),
            )

    views, within = asyncio.run(ask())
    status = judge(cluster, platform, views, datetime.now(UTC), within)
    if form == "json":
        show_json({"well": status.well, "exit_code": status.exit_code} | asdict(status))
    else:
        show_status(cluster, status)
    raise click.exceptions.Exit(status.exit_code)
