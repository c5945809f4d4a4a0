"""`quorate plan FILE`: what apply would change on each host."""

import click

from quorate.ui.options import adopt_option, fencing_option, file_argument, format_option, lab_option, overwrite_option


@click.command(short_help="What would apply change?")
@file_argument
@lab_option
@format_option
@click.option("--diff", is_flag=True, help="Show how files would differ.")
@fencing_option
@overwrite_option
@adopt_option
def command(
    file: str,
    *,
    in_lab: bool,
    form: str,
    diff: bool,
    test_fencing: bool | None,
    overwrite: tuple[str, ...],
    adopt: tuple[str, ...],
) -> None:
    """Look at every host and show what apply would change; nothing is changed.

    Exit code 0: nothing to do; 1: there is something to do.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.build.apply import stages  # noqa: PLC0415
    from quorate.build.plan import Plan, plan  # noqa: PLC0415
    from quorate.build.prepare import prepare  # noqa: PLC0415
    from quorate.ui.options import sound  # noqa: PLC0415
    from quorate.ui.reach import reach  # noqa: PLC0415
    from quorate.ui.terminal import show_json, show_plan  # noqa: PLC0415

    cluster = sound(file)

    async def make() -> Plan:
        async with reach(cluster, in_lab=in_lab) as found:
            fleet = found.everybody()
            witness = found.witness()
            want = await prepare(cluster, fleet, found.secret, witness=witness, overwrite=overwrite, adopt=adopt)
            return await plan(fleet, want, stages(test_fencing=in_lab if test_fencing is None else test_fencing))

    made = asyncio.run(make())
    if form == "json":
        show_json(
            {
                "changes": [
                    {"host": c.host, "step": c.step, "words": c.words, "effect": c.effect, "difference": c.difference}
                    for c in made.changes
                ],
                "findings": made.findings,
                "effect": made.effect,
            }
        )
    else:
        show_plan(made, diff=diff)
    raise click.exceptions.Exit(1 if made.changes or made.errors else 0)
