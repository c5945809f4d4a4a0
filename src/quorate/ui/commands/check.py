"""`quorate check FILE`: is it safe, complete, consistent?"""

import click

from quorate.ui.options import file_argument, format_option


@click.command(short_help="Is the file safe, complete, consistent?")
@file_argument
@format_option
@click.option("--strict", is_flag=True, help="Warnings fail the check, too.")
def command(file: str, form: str, strict: bool) -> None:
    """Check a cluster file and show every finding at once.

    Needs no root, no network and no cluster. Exit code 0: no errors (with --strict: no warnings either); 1: findings.
    """
    from quorate.findings import Severity, in_reading_order  # noqa: PLC0415 - keeps --help quick
    from quorate.ui.options import loaded  # noqa: PLC0415
    from quorate.ui.terminal import count, show_findings, show_json  # noqa: PLC0415

    result, findings = loaded(file)
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    held = not any(finding.severity in failing for finding in findings)
    if form == "json":
        show_json({"file": file, "held": held, "findings": in_reading_order(findings)})
    else:
        show_findings(findings)
        cluster = result.cluster
        what = f"{len(cluster.nodes)} nodes, {len(cluster.services)} services, " if cluster else ""
        click.echo(f"{file}: {what}{count(findings)}")
    raise click.exceptions.Exit(0 if held else 1)
