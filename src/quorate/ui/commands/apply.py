"""`quorate apply FILE`: build the cluster, or change it to what the file says."""

import click

from quorate.ui.options import adopt_option, fencing_option, file_argument, format_option, lab_option, overwrite_option


@click.command(short_help="Build or change the cluster.")
@file_argument
@lab_option
@format_option
@fencing_option
@overwrite_option
@adopt_option
@click.option("--return-within", default=300.0, metavar="SECONDS", help="How long a fenced node may take to come back.")
@click.option("--no-return", "stay", is_flag=True, help="Leave a change that does not work, to look at it.")
@click.option("--yes", is_flag=True, help="Do not ask before changing real hosts.")
def command(
    file: str,
    *,
    in_lab: bool,
    form: str,
    test_fencing: bool | None,
    overwrite: tuple[str, ...],
    adopt: tuple[str, ...],
    return_within: float,
    stay: bool,
    yes: bool,
) -> None:
    """Build the cluster, or change it to what the file says; verified after each step.

    The plan is shown first. In the lab fencing is tested, too; on real hosts only with --test-fencing, which
    interrupts every node once. Killed or failed anywhere, run it again: it carries on from what it finds.

    When a resource fails after the change, a service does not come up or a node is fenced, the previous configuration
    is put back, and the exit code is 1. Every change is recorded on the nodes: `quorate history`.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.build.apply import Applied, apply  # noqa: PLC0415
    from quorate.build.history import origin  # noqa: PLC0415
    from quorate.build.plan import Plan  # noqa: PLC0415
    from quorate.build.prepare import prepare  # noqa: PLC0415
    from quorate.errors import Refused  # noqa: PLC0415
    from quorate.ui.options import read, sound  # noqa: PLC0415
    from quorate.ui.reach import reach  # noqa: PLC0415
    from quorate.ui.terminal import Progress, show_json, show_plan  # noqa: PLC0415

    content = read(file)
    cluster = sound(file, content)
    prove = in_lab if test_fencing is None else test_fencing

    def agree(made: Plan) -> None:
        show_plan(made, diff=False, err=True)
        if made.changes and not in_lab and not yes and not click.confirm("Apply this plan?", err=True):
            raise Refused("nothing was changed", "answer y, or give --yes")

    async def build() -> Applied:
        async with reach(cluster, in_lab=in_lab) as found:
            fleet = found.everybody()
            want = await prepare(
                cluster,
                fleet,
                found.secret,
                witness=found.witness(),
                return_s=return_within,
                overwrite=overwrite,
                adopt=adopt,
            )
            note = Progress(quiet=form == "json")
            by = origin(file, content)
            return await apply(fleet, want, note, agree, test_fencing=prove, go_back=not stay, by=by)

    done = asyncio.run(build())
    if form == "json":
        show_json(
            {
                "changes": [{"host": c.host, "step": c.step, "words": c.words} for c in done.changes],
                "seconds": dict(done.seconds),
                "record": done.id,
            }
        )
    else:
        number = len(done.changes)
        click.echo(f"{cluster.name}: " + (f"{number} changes, all verified" if number else "nothing to do"))
