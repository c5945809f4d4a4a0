"""`quorate check FILE`: is it safe, complete, consistent?"""

import click

from quorate.ui.options import file_argument, format_option


@click.command(short_help="Is the file safe, complete, consistent?")
@file_argument
@format_option
@click.option("--strict", is_flag=True, help="Warnings fail the check, too.")
@click.option("--explore/--no-explore", default=True, help="Ask what each single failure would do (default).")
def command(file: str, form: str, strict: bool, explore: bool) -> None:
    """Check a cluster file and show every finding at once, those of exploring its single failures among them.

    Needs no root, no network and no cluster; to explore, Pacemaker's tools on this machine. A file with errors is not
    explored. Exit code 0: no errors (with --strict: no warnings either); 1: findings.
    """
    from quorate.findings import Severity, in_reading_order  # noqa: PLC0415 - keeps --help quick
    from quorate.ui.options import loaded  # noqa: PLC0415
    from quorate.ui.terminal import count, show_findings, show_json  # noqa: PLC0415

    result, findings = loaded(file)
    if explore and result.cluster and not any(finding.severity is Severity.ERROR for finding in findings):
        from quorate.ui.exploring import quick_findings  # noqa: PLC0415

        findings += [result.place(finding) for finding in quick_findings(result.cluster)]
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
