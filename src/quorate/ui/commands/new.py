"""`quorate new BLUEPRINT`: print an example cluster file."""

import click


@click.command(short_help="Print an example cluster file.")
@click.argument("blueprint", required=False)
def command(blueprint: str | None) -> None:
    """Print an example cluster file for a kind of service; without a name, list what there is."""
    from quorate.catalog.services import kinds  # noqa: PLC0415 - keeps --help quick
    from quorate.errors import UsageError  # noqa: PLC0415

    known = kinds()
    if blueprint is None:
        for name, kind in known.items():
            click.echo(f"{name:12} {(kind.__doc__ or '').strip().splitlines()[0]}")
        return
    if blueprint not in known:
        raise UsageError(f"no blueprint is called {blueprint!r}", f"choose from: {', '.join(known)}")
    click.echo(known[blueprint].example.strip())
