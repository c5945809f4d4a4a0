"""`quorate schema`: JSON Schema of the cluster file, for editors."""

import click


@click.command(short_help="Print the JSON Schema of the cluster file.")
def command() -> None:
    """Print the JSON Schema of the cluster file, for completion and checks while typing."""
    from quorate.catalog.services import kinds  # noqa: PLC0415 - keeps --help quick
    from quorate.describe.schema import schema  # noqa: PLC0415
    from quorate.ui.terminal import show_json  # noqa: PLC0415

    show_json(schema(kinds()))
