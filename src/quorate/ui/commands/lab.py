"""`quorate lab ...`: real nodes on this machine."""

from typing import TYPE_CHECKING

import click

from quorate.ui.options import file_argument, format_option

if TYPE_CHECKING:
    from quorate.lab.kind import Kind
    from quorate.lab.lab import Lab

NODES = click.Choice(["container", "kernel"])


@click.group(short_help="Real nodes on this machine.")
def command() -> None:
    """Real Linux nodes on this machine, with the addresses and BMCs of a cluster file.

    Needs root. Everything lives in network namespaces, cgroups and a directory of the lab's own.
    """


def opened(file: str, nodes: "Kind | None" = None) -> "Lab":
    """Return the lab of a cluster file. nodes: their kind, where it was asked for."""
    from quorate.lab.lab import Lab  # noqa: PLC0415 - keeps --help quick
    from quorate.ui.options import sound  # noqa: PLC0415

    return Lab(sound(file), nodes=nodes)


@command.command(short_help="Boot every node.")
@file_argument
@click.option("--nodes", type=NODES, help="What nodes are; by default what the file's services need.")
def up(file: str, nodes: "Kind | None") -> None:
    """Boot every node of FILE and wait until it answers SSH; builds the image first where there is none.

    A lab that is up gets the nodes, links and addresses that FILE has since been given; nothing is taken from it.
    A container shares this machine's kernel. A kernel node has a Linux of its own, with disks and kernel modules.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.ui.terminal import Progress  # noqa: PLC0415

    asyncio.run(opened(file, nodes).up(Progress()))


@command.command(short_help="Remove everything the lab has.")
@file_argument
def down(file: str) -> None:
    """Cut all power and remove everything the lab of FILE has; also after a killed `up`."""
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.ui.terminal import Progress  # noqa: PLC0415

    asyncio.run(opened(file).down(Progress()))


@command.command("list")
@format_option
def list_(form: str) -> None:
    """List the labs on this machine."""
    from quorate.lab.lab import labs  # noqa: PLC0415 - keeps --help quick
    from quorate.ui.terminal import show_json  # noqa: PLC0415

    found = labs()
    if form == "json":
        show_json(found)
    elif not found:
        click.echo("no labs")
    for lab in found if form == "text" else ():
        click.echo(f"{lab['name']:20} {lab['phase']:10} {', '.join(lab['nodes'])}")


@command.command(context_settings={"ignore_unknown_options": True})
@file_argument
@click.argument("node")
@click.argument("words", nargs=-1, metavar="[COMMAND]...", type=click.UNPROCESSED)
def ssh(file: str, node: str, words: tuple[str, ...]) -> None:
    """Log in to NODE as root, or run COMMAND there."""
    import os  # noqa: PLC0415 - keeps --help quick

    argv = opened(file).ssh_argv(node, *words)
    os.execvp(argv[0], argv)  # noqa: S606 - an argument vector, and ssh has to own the terminal


@command.command()
@click.argument("action", type=click.Choice(["on", "off", "cycle", "status"]))
@file_argument
@click.argument("node")
def power(action: str, file: str, node: str) -> None:
    """Switch the power of NODE, as its BMC does."""
    import asyncio  # noqa: PLC0415 - keeps --help quick
    from typing import Literal, cast  # noqa: PLC0415

    chosen = cast("Literal['on', 'off', 'cycle', 'status']", action)
    click.echo(f"{node} is {asyncio.run(opened(file).power(node, chosen))}")


@command.command()
@file_argument
@click.argument("node")
def replace(file: str, node: str) -> None:
    """Put a new machine in the place of NODE: an empty disk, another host key, the same name, cables and BMC.

    It gets power when the others have fenced the old one, if they are a cluster.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.ui import replacing  # noqa: PLC0415
    from quorate.ui.options import sound  # noqa: PLC0415
    from quorate.ui.terminal import Progress  # noqa: PLC0415

    asyncio.run(replacing.replace(sound(file), node, Progress()))


@command.command()
@click.argument("action", type=click.Choice(["fail", "mend", "status"]))
@file_argument
@click.argument("node")
@click.argument("path")
def disk(action: str, file: str, node: str, path: str) -> None:
    """Make every read and write of the disk PATH of NODE an error, or end that; kernel nodes only.

    Works on a disk in use, and stays so over a power cycle until it is mended.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick
    from typing import Literal, cast  # noqa: PLC0415

    chosen = cast("Literal['fail', 'mend', 'status']", action)
    click.echo(f"{path} on {node} {asyncio.run(opened(file).disk(node, path, chosen))}")


@command.command()
@click.argument("action", type=click.Choice(["cut", "mend"]))
@file_argument
@click.argument("node")
@click.argument("number", type=int, metavar="LINK")
@click.option("--cable", type=int, help="Only this cable of a bonded link, 0 or 1; by default all that it has.")
def link(action: str, file: str, node: str, number: int, cable: int | None) -> None:
    """Pull the cable of a cluster link out of NODE, or plug it in; links are numbered from 0, as in FILE.

    A cut cable stays cut over a power cycle.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    lab = opened(file)
    asyncio.run(lab.link(node, number, up=action == "mend", cable=cable))
    cut = next(one.cut for one in lab.status().nodes if one.name == node)
    click.echo(f"{node}: cut {', '.join(cut)}" if cut else f"{node}: every cable is plugged in")


@command.command()
@file_argument
@click.argument("node")
@click.option("-n", "--lines", default=0, help="Only the last so many lines.")
def logs(file: str, node: str, lines: int) -> None:
    """Print the console and journal of NODE, also when it is off."""
    import asyncio  # noqa: PLC0415 - keeps --help quick

    click.echo(asyncio.run(opened(file).logs(node, lines)), nl=False)


@command.command(short_help="Install what the lab needs on this machine.")
@click.option("--nodes", type=NODES, default="container", help="Also what nodes of this kind need.")
def install(nodes: "Kind") -> None:
    """Install the Debian packages that the lab needs on this machine (as root)."""
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from quorate.lab import needs, user_mode_linux  # noqa: PLC0415
    from quorate.lab.places import ROOT  # noqa: PLC0415

    installed = asyncio.run(needs.install_missing("container", nodes))
    click.echo(f"installed {', '.join(installed)}" if installed else "all there")
    if nodes == "kernel":
        linux = asyncio.run(user_mode_linux.ensure(ROOT, click.echo))
        click.echo(f"kernel nodes have Linux {linux.release}")
