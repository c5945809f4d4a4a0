"""`quorate history FILE [ID]`: what was changed, by whom, and how it ended."""

import click

from quorate.ui.options import file_argument, format_option, lab_option


@click.command(short_help="What was changed, and by whom?")
@file_argument
@click.argument("id_", metavar="[ID]", required=False)
@lab_option
@format_option
def command(file: str, id_: str | None, in_lab: bool, form: str) -> None:
    """Show the changes that the cluster's nodes have kept, or one of them in full; ID may be shortened.

    Nodes that are down are done without. Passwords are masked.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.build import history  # noqa: PLC0415
    from quorate.observe.facts.change_records import ChangeRecord  # noqa: PLC0415
    from quorate.ui.changes import show_change, show_changes  # noqa: PLC0415
    from quorate.ui.options import readable  # noqa: PLC0415
    from quorate.ui.reach import reach  # noqa: PLC0415
    from quorate.ui.terminal import show_json  # noqa: PLC0415

    cluster = readable(file)

    async def ask() -> tuple[ChangeRecord, ...]:
        async with reach(cluster, in_lab=in_lab) as found:
            return await history.read(found.answering())

    records = asyncio.run(ask())
    if id_ is not None:
        record = history.chosen(records, id_)
        show_json(record) if form == "json" else show_change(record)
    elif form == "json":
        show_json(records)
    else:
        show_changes(records)
