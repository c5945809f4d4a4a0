"""`quorate apply FILE`: build the cluster, or change it to what the file says."""

import click

from quorate.ui.options import (
    adopt_option,
    fencing_option,
    format_option,
    lab_option,
    max_interruption_option,
    overwrite_option,
    prune_option,
    remove_option,
    rotate_key_option,
    rotate_keys_option,
)

PLAN = "Apply what `plan --save` kept, with its options and no other, if nothing is otherwise since."


@click.command(short_help="Build or change the cluster.")
@click.argument("file", metavar="FILE", required=False, type=click.Path(dir_okay=False, allow_dash=True))
@lab_option
@format_option
@click.option("--plan", "plan_file", metavar="PLAN", type=click.Path(dir_okay=False), help=PLAN)
@prune_option
@remove_option
@rotate_key_option
@rotate_keys_option
@max_interruption_option
@fencing_option
@overwrite_option
@adopt_option
@click.option("--return-within", default=300.0, metavar="SECONDS", help="How long a fenced node may take to come back.")
@click.option("--without", metavar="NODE", multiple=True, help="Leave out this node, which is down.")
@click.option("--no-return", "stay", is_flag=True, help="Leave a change that does not work, to look at it.")
@click.option("--yes", is_flag=True, help="Do not ask before changing real hosts.")
def command(
    file: str | None,
    *,
    in_lab: bool,
    form: str,
    plan_file: str | None,
    prune: bool,
    remove: tuple[str, ...],
    rotate_key: bool,
    rotate_keys: tuple[str, ...],
    max_interruption: float | None,
    test_fencing: bool | None,
    overwrite: tuple[str, ...],
    adopt: tuple[str, ...],
    return_within: float,
    without: tuple[str, ...],
    stay: bool,
    yes: bool,
) -> None:
    """Build the cluster, or change it to what the file says; verified after each step.

    The plan is shown first, with what it does to each service. In the lab fencing is tested, too; on real hosts only
    with --test-fencing, which interrupts every node once. Killed or failed anywhere, run it again: it carries on from
    what it finds.

    When a resource fails after the change, a service does not come up or a node is fenced, the previous configuration
    is put back, and the exit code is 1. Every change is recorded on the nodes: `quorate history`.

    All nodes have to answer. With --without the others are changed while a node is down; when it is back, apply again.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick
    import time  # noqa: PLC0415

    from quorate.build.apply import Applied, apply  # noqa: PLC0415
    from quorate.build.history import origin  # noqa: PLC0415
    from quorate.build.plan import Plan  # noqa: PLC0415
    from quorate.build.without import named  # noqa: PLC0415
    from quorate.errors import Refused, UsageError  # noqa: PLC0415
    from quorate.ui.learning import learn  # noqa: PLC0415
    from quorate.ui.options import read, sound  # noqa: PLC0415
    from quorate.ui.planned import show_plan  # noqa: PLC0415
    from quorate.ui.planning import asked_again, asked_for, decided_by_plan, hold_to, kept, wanted  # noqa: PLC0415
    from quorate.ui.reach import reach  # noqa: PLC0415
    from quorate.ui.terminal import Progress, show_json  # noqa: PLC0415

    old = kept(plan_file) if plan_file is not None else None
    file = file or (old.asked.file if old else "")
    if not file:
        raise UsageError("there is no FILE to apply", "quorate apply FILE")
    if old:
        decided_by_plan(
            prune=prune,
            remove=remove,
            rotate_key=rotate_key,
            rotate_keys=rotate_keys,
            test_fencing=test_fencing or None,
            no_test_fencing=test_fencing is False,
            overwrite_data=overwrite,
            adopt_data=adopt,
            without=without,
        )
    content = read(file)
    cluster = sound(file, content)
    if old:
        asked = asked_again(old, cluster, file, content, in_lab=in_lab, max_interruption_s=max_interruption)
    else:
        asked = asked_for(
            cluster,
            file,
            content,
            in_lab=in_lab,
            test_fencing=in_lab if test_fencing is None else test_fencing,
            prune=prune,
            remove=remove,
            rotate_key=rotate_key,
            rotate_keys=rotate_keys,
            overwrite=overwrite,
            adopt=adopt,
            max_interruption_s=max_interruption,
        )

    def agree(made: Plan) -> None:
        show_plan(made, diff=False, err=True)
        hold_to(made, asked, old)
        if made.changes and not asked.in_lab and not yes and not click.confirm("Apply this plan?", err=True):
            raise Refused("nothing was changed", "answer y, or give --yes")

    async def build() -> Applied:
        async with reach(cluster, in_lab=asked.in_lab) as found:
            away = named(cluster, without, found.fleet)
            fleet = found.all_but(away)
            want = await wanted(cluster, found, asked, return_s=return_within, without=away)
            note = Progress(quiet=form == "json")
            by = origin(file, content)
            began_s = time.time()
            done = await apply(fleet, want, note, agree, test_fencing=asked.test_fencing, go_back=not stay, by=by)
            if done.changes:
                await learn(cluster.name, fleet, began_s, in_lab=asked.in_lab)
            return done

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
