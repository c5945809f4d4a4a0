"""`quorate import FILE...`: what others have configured becomes a cluster file that means the same."""

import click

from quorate.ui.options import format_option

KINDS = ("crm", "cib", "corosync", "pcs", "drbd", "haproxy")


@click.command(short_help="Make a cluster file of what exists: crm shell text, a CIB, corosync.conf ...")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--as", "kind", type=click.Choice(KINDS), help="What the files are, where that cannot be told.")
@click.option("--from-host", "host", metavar="[USER@]HOST", help="Read a node of the running cluster, by SSH.")
@click.option("--lab", "lab", metavar="FILE", help="Read a node of the lab of this cluster file.")
@click.option("--verbatim", is_flag=True, help="Keep what is outdated as it is written.")
@format_option
def command(
    files: tuple[str, ...], *, kind: str | None, host: str | None, lab: str | None, verbatim: bool, form: str
) -> None:
    """Print a cluster file that means what the FILEs say, in whatever of these languages they say it.

    Text of the crm shell, commands of pcs, a CIB, corosync.conf of any age, a drbd.conf, a haproxy.cfg, or a guide in
    whose text any of these stand; several at once. Services of the catalog are recognised where the resources are
    exactly theirs; all else stands as text under `resources`. Findings, and what became of everything that was read,
    go to standard error. Passwords are never printed.
    """
    from quorate.adopt.run import adopt  # noqa: PLC0415 - keeps --help quick
    from quorate.adopt.sorting import Input  # noqa: PLC0415
    from quorate.errors import UsageError  # noqa: PLC0415
    from quorate.findings import Severity  # noqa: PLC0415
    from quorate.ui.adopting import read_host, shown, texts, tools  # noqa: PLC0415

    inputs = [Input(name, text, kind or "") for name, text in texts(files)]
    around = None
    if host or lab:
        found, around = read_host(host, lab)
        inputs += found
    if not inputs:
        raise UsageError("nothing to import", "name a file, - for standard input, or --from-host NODE")
    adopted = adopt(inputs, tools(), verbatim=verbatim, around=around)
    shown(adopted, form)
    raise click.exceptions.Exit(any(finding.severity is Severity.ERROR for finding in adopted.findings))
