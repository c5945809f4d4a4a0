"""`quorate rollback FILE [ID]`: back to the configuration before a change."""

import click

from quorate.ui.options import file_argument, format_option, lab_option


@click.command(short_help="Go back to what was before a change.")
@file_argument
@click.argument("id_", metavar="[ID]", required=False)
@lab_option
@format_option
@click.option("--diff", is_flag=True, help="Show how the configuration would differ.")
@click.option("--no-return", "stay", is_flag=True, help="Leave a rollback that does not work, to look at it.")
@click.option("--yes", is_flag=True, help="Do not ask before changing real hosts.")
def command(file: str, id_: str | None, *, in_lab: bool, form: str, diff: bool, stay: bool, yes: bool) -> None:
    """Bring back the configuration before change ID, as `quorate history` lists it; without ID, before the last.

    It is a change itself: planned, shown and recorded, and it can be rolled back. The CIB comes back as a whole, with
    it the files that changes have written since, and corosync.conf where a reload is enough. Packages, keys, passwords
    and data do not; the cluster file is yours to put back.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.build.apply import Applied  # noqa: PLC0415
    from quorate.build.history import origin  # noqa: PLC0415
    from quorate.build.plan import Plan  # noqa: PLC0415
    from quorate.build.rollback import rollback  # noqa: PLC0415
    from quorate.errors import Refused  # noqa: PLC0415
    from quorate.observe.facts.change_records import ChangeRecord  # noqa: PLC0415
    from quorate.ui.options import read, sound  # noqa: PLC0415
    from quorate.ui.planned import show_plan  # noqa: PLC0415
    from quorate.ui.planning import asked_for, wanted  # noqa: PLC0415
    from quorate.ui.reach import reach  # noqa: PLC0415
    from quorate.ui.terminal import Progress, show_json  # noqa: PLC0415

    content = read(file)
    cluster = sound(file, content)

    def agree(record: ChangeRecord, made: Plan) -> None:
        click.echo(f"Back to what was before {record.id} ({record.what} by {record.who}, {record.state}).", err=True)
        show_plan(made, diff=diff, err=True)
        if made.changes and not in_lab and not yes and not click.confirm("Go back?", err=True):
            raise Refused("nothing was changed", "answer y, or give --yes")

    async def go() -> Applied:
        async with reach(cluster, in_lab=in_lab) as found:
            fleet = found.everybody()
            want = await wanted(cluster, found, asked_for(cluster, file, content, in_lab=in_lab))
            note = Progress(quiet=form == "json")
            return await rollback(fleet, want, note, agree, id_=id_, by=origin(file, content), go_back=not stay)

    done = asyncio.run(go())
    if form == "json":
        show_json(
            {"changes": [{"host": c.host, "step": c.step, "words": c.words} for c in done.changes], "record": done.id}
        )
    elif done.changes:
        click.echo(f"{cluster.name}: rolled back; {file} is as it was, and apply would bring the change again")
    else:
        click.echo(f"{cluster.name}: nothing to do")
