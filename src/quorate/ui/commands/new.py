"""`quorate new BLUEPRINT`: print an example cluster file."""

import click


@click.command(short_help="Print an example cluster file.")
@click.argument("blueprint", required=False)
def command(blueprint: str | None) -> None:
    """Print an example cluster file: one for each kind of service, and some more; without a name, list them."""
    from quorate.catalog.blueprints import blueprints  # noqa: PLC0415 - keeps --help quick
    from quorate.errors import UsageError  # noqa: PLC0415

    known = blueprints()
    if blueprint is None:
        for name, (what, _) in known.items():
            click.echo(f"{name:25} {what}")
        return
    if blueprint not in known:
        raise UsageError(f"no blueprint is called {blueprint!r}", f"choose from: {', '.join(known)}")
    click.echo(known[blueprint][1].strip())
