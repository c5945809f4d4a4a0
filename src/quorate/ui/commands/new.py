"""`quorate new BLUEPRINT`: print an example cluster file."""

import click


@click.command(short_help="Print an example cluster file.")
@click.argument("blueprint", required=False)
def command(blueprint: str | None) -> None:
    """Print an example cluster file; without a name, list what there is."""
    from quorate.catalog.blueprints import blueprints  # noqa: PLC0415 - keeps --help quick
    from quorate.errors import UsageError  # noqa: PLC0415

    known = blueprints()
    if blueprint is None:
        width = max(map(len, known))
        for name, one in known.items():
            click.echo(f"{name:{width}}  {one.words}")
        return
    if blueprint not in known:
        raise UsageError(f"no blueprint is called {blueprint!r}", f"choose from: {', '.join(known)}")
    click.echo(known[blueprint].text.strip())
