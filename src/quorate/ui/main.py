"""The `quorate` program: finds the commands, runs one, and turns what went wrong into words and an exit code.

Exit codes: 0 held, 1 findings or violated, 2 usage, 3 unknown (could not find out), 4 refused (needs --yes),
70 a defect of quorate's, 130 interrupted.
"""

import importlib
import os
import sys
import tempfile
import traceback

import click

from quorate import __version__, registry
from quorate.errors import QuorateError
from quorate.ui import commands

DEFECT = 70
INTERRUPTED = 130

# The order in which a newcomer needs them; commands that are not named here follow in alphabetical order.
ORDER = (
    "demo",
    "new",
    "import",
    "check",
    "explore",
    "render",
    "lab",
    "plan",
    "apply",
    "history",
    "rollback",
    "status",
    "drill",
    "schema",
)


class Commands(click.Group):
    """The commands that lie in ui/commands/, imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        found = registry.names(commands)
        return sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command; None where there is no such file."""
        if cmd_name not in registry.names(commands):
            return None
        found = importlib.import_module(f"{commands.__name__}.{cmd_name}").command
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def quorate(ctx: click.Context) -> None:
    """Keep services alive: one cluster file, checked, built, broken on purpose, operated."""
    if "NO_COLOR" in os.environ:
        ctx.color = False


def run() -> None:
    """Run the program and exit."""
    try:
        status = quorate.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = 2
    except click.exceptions.Abort:
        complain("interrupted")
        status = INTERRUPTED
    except QuorateError as error:
        complain(f"{click.style('error:', fg='red', bold=True)} {error.message}")
        if error.hint:
            complain(f"  {click.style('do:', bold=True)} {error.hint}")
        status = error.exit_code
    except OSError as error:
        # This machine said no: a directory that cannot be written to, a full disk.
        what = f"{error.filename}: " if error.filename else ""
        complain(f"{click.style('error:', fg='red', bold=True)} {what}{error.strerror or error}")
        status = 2
    except Exception:  # noqa: BLE001 - the last door: whatever comes here is a defect of ours
        status = report_defect()
    sys.exit(status if isinstance(status, int) else 0)


def complain(words: str) -> None:
    """Print to standard error, without colour where that is not wanted: no command's context is left to know it."""
    click.echo(words, err=True, color=False if "NO_COLOR" in os.environ else None)


def report_defect() -> int:
    """Keep the traceback in a file and say where it lies."""
    with tempfile.NamedTemporaryFile("w", prefix="quorate-defect-", suffix=".txt", delete=False) as file:
        file.write(f"quorate {__version__}, Python {sys.version}\n\n{traceback.format_exc()}")
    complain(f"quorate itself failed: {traceback.format_exc(limit=-1).strip().splitlines()[-1]}")
    complain(f"  This is a defect of quorate's. Please report it with {file.name}")
    return DEFECT
