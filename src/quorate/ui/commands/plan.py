"""`quorate plan FILE`: what apply would change on each host, and what services would make of it."""

from pathlib import Path

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


@click.command(short_help="What would apply change, and whom would it interrupt?")
@click.argument("file", metavar="FILE", required=False, type=click.Path(dir_okay=False, allow_dash=True))
@lab_option
@format_option
@click.option("--diff", is_flag=True, help="Show how files would differ.")
@prune_option
@remove_option
@rotate_key_option
@rotate_keys_option
@max_interruption_option
@click.option("--save", metavar="PLAN", type=click.Path(dir_okay=False), help="Keep the plan, for apply --plan.")
@click.option("--show", metavar="PLAN", type=click.Path(dir_okay=False), help="Show a plan that was kept; no FILE.")
@fencing_option
@overwrite_option
@adopt_option
def command(
    file: str | None,
    *,
    in_lab: bool,
    form: str,
    diff: bool,
    prune: bool,
    remove: tuple[str, ...],
    rotate_key: bool,
    rotate_keys: tuple[str, ...],
    max_interruption: float | None,
    save: str | None,
    show: str | None,
    test_fencing: bool | None,
    overwrite: tuple[str, ...],
    adopt: tuple[str, ...],
) -> None:
    """Look at every host and show what apply would change; nothing is changed.

    What it does to each service is asked of Pacemaker's own scheduler, with the live CIB: whether it is unaffected,
    reloaded, restarted or moved, and for how long clients are without it.

    Exit code 0: nothing to do; 1: there is something to do; 4: it interrupts more than --max-interruption allows.
    """
    from quorate.build.saved import printed  # noqa: PLC0415 - keeps --help quick
    from quorate.errors import UsageError  # noqa: PLC0415
    from quorate.ui.options import read, sound  # noqa: PLC0415
    from quorate.ui.planned import show_plan, show_saved  # noqa: PLC0415
    from quorate.ui.planning import asked_for, decided_by_plan, hold_to, kept, planned, write  # noqa: PLC0415
    from quorate.ui.terminal import show_json  # noqa: PLC0415

    if (file is None) == (show is None):
        raise UsageError("a plan is made of a FILE, or shown with --show", "quorate plan FILE")
    if show is not None:
        decided_by_plan(
            prune=prune,
            remove=remove,
            rotate_key=rotate_key,
            rotate_keys=rotate_keys,
            max_interruption=max_interruption is not None,
            save=save,
            test_fencing=test_fencing or None,
            no_test_fencing=test_fencing is False,
            overwrite_data=overwrite,
            adopt_data=adopt,
        )
        made = kept(show)
        if form == "json":
            show_json(printed(made))
        else:
            show_saved(made, diff=diff)
    else:
        assert file is not None
        content = read(file)
        cluster = sound(file, content)
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
        made = planned(cluster, asked)
        if form == "json":
            show_json(printed(made))
        else:
            show_plan(made.plan, diff=diff)
        hold_to(made.plan, asked)
        if save is not None:
            write(Path(save), made)
    raise click.exceptions.Exit(1 if made.plan.changes or made.plan.errors else 0)
