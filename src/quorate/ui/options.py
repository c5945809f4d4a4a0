"""Options that several commands share, and the way from a file's name to a Cluster."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorate.errors import UsageError

if TYPE_CHECKING:
    from quorate.describe.cluster import Cluster
    from quorate.describe.load import Loaded
    from quorate.findings import Finding

file_argument = click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True))


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --format text|json."""
    return click.option(
        "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How results are printed."
    )(command)


def lab_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --lab."""
    return click.option("--lab", "in_lab", is_flag=True, help="The nodes are the lab's, on this machine.")(command)


def fencing_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --test-fencing; None when it is not given: then the lab tests, and real hosts are left alone."""
    words = "Power-cycle each node once, to prove that fencing works (in the lab by default)."
    return click.option("--test-fencing/--no-test-fencing", default=None, help=words)(command)


def overwrite_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --overwrite-data, once for each disk."""
    words = "Destroy what is on this disk, if a service is to have it. Never what DRBD or LVM put there."
    return click.option("--overwrite-data", "overwrite", multiple=True, metavar="NODE:DISK", help=words)(command)


def adopt_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --adopt-data, once for each service."""
    words = (
        "Begin a service's new store with the data that this node has (SERVICE=none: without them); they stay there."
    )
    return click.option("--adopt-data", "adopt", multiple=True, metavar="SERVICE=NODE", help=words)(command)


def prune_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --prune."""
    words = "Remove what is in the CIB and not in the file; else it is named, and kept."
    return click.option("--prune", is_flag=True, help=words)(command)


def rotate_key_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --rotate-key."""
    words = "Give Corosync a new key, loaded without interruption."
    return click.option("--rotate-key", is_flag=True, help=words)(command)


def rotate_keys_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --rotate-keys, once for each service."""
    words = "Replace the keys by which this service (of kind keystone) makes tokens; tokens stay valid."
    return click.option("--rotate-keys", multiple=True, metavar="SERVICE", help=words)(command)


def seconds(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:  # noqa: ARG001
    """Read a duration, in seconds, as the cluster file has them: 5s, 500ms."""
    if value is None:
        return None
    from quorate import duration  # noqa: PLC0415 - not needed for --help

    found = duration.seconds(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no duration; write 5s or 500ms")
    return found


def max_interruption_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --max-interruption, in seconds; None: anything is allowed."""
    words = "Refuse what would interrupt a service for longer (exit code 4)."
    return click.option("--max-interruption", metavar="DURATION", callback=seconds, help=words)(command)


def remove_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --remove, once for each node."""
    words = "Remove this node, which the running cluster has and FILE no longer has."
    return click.option("--remove", "remove", multiple=True, metavar="NODE", help=words)(command)


def read(file: str) -> bytes:
    """Return the file's bytes, standard input for "-"; UsageError where it cannot be read."""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}", "name a cluster file; `quorate new web` prints one") from error


def loaded(file: str, content: bytes | None = None) -> "tuple[Loaded, list[Finding]]":
    """Read and check a cluster file; return it with every finding, each with its place. content: if it is read."""
    from quorate.catalog.services import kinds  # noqa: PLC0415 - not needed for --help
    from quorate.check.run import check  # noqa: PLC0415
    from quorate.describe.load import load  # noqa: PLC0415

    content = read(file) if content is None else content
    result = load(content, "standard input" if file == "-" else file, kinds())
    findings = list(result.findings)
    if result.cluster is not None:
        findings += [result.place(finding) for finding in check(result.cluster)]
    return result, findings


def sound(file: str, content: bytes | None = None) -> "Cluster":
    """Return the cluster of a file without errors; otherwise show the findings and exit with 1."""
    return without_errors(file, *loaded(file, content))


def readable(file: str) -> "Cluster":
    """Return the cluster of a file that can be read; the rules are not asked, for looking at a cluster needs none."""
    from quorate.catalog.services import kinds  # noqa: PLC0415 - not needed for --help
    from quorate.describe.load import load  # noqa: PLC0415

    result = load(read(file), "standard input" if file == "-" else file, kinds())
    return without_errors(file, result, list(result.findings))


def without_errors(file: str, result: "Loaded", findings: "list[Finding]") -> "Cluster":
    """Return the cluster, or show the errors and exit with 1."""
    from quorate.findings import Severity  # noqa: PLC0415
    from quorate.ui.terminal import count, show_findings  # noqa: PLC0415

    heavy = [finding for finding in findings if finding.severity is Severity.ERROR]
    if heavy or result.cluster is None:
        show_findings(heavy, err=True)
        click.echo(f"{file}: {count(heavy)}; nothing was changed", err=True)
        raise click.exceptions.Exit(1)
    return result.cluster
