"""How a plan looks on a terminal: what is done, what of each host, what services meet. Text out, nothing else."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from textwrap import indent

import click

from quorate.build.change import Change, Deed
from quorate.build.consequences import Consequence, Consequences, Fate
from quorate.build.plan import Plan
from quorate.build.saved import Saved
from quorate.report.explored_words import figure, seconds
from quorate.ui.terminal import show_findings

COLOURS = {
    Fate.DEGRADED: "yellow",
    Fate.WAITING: "yellow",
    Fate.RESTARTED: "yellow",
    Fate.MOVED: "yellow",
    Fate.STOPPED: "red",
}
MARGIN = 16  # columns for the words at the left
PIECES_MAX = 4  # of what an interruption consists of; the longest are told


def show_plan(plan: Plan, *, diff: bool, err: bool = False) -> None:
    """Print a plan: findings, each change once with its hosts, what becomes of each host, and of each service."""
    show_findings(plan.findings, err=err)
    if not plan.changes:
        click.echo("Nothing to do.", err=err)
        return
    for title, lines in (
        ("Plan:", change_lines(plan, diff=diff)),
        ("Hosts:", host_lines(plan)),
        ("Services:", service_lines(plan.consequences)),
    ):
        click.echo(title, err=err)
        for line in lines:
            click.echo(line, err=err)


def change_lines(plan: Plan, *, diff: bool) -> Iterator[str]:
    """Yield each change once, with the hosts it concerns and what it needs."""
    for stage, changes in plan.stages:
        told: dict[str, list[Change]] = {}
        for change in changes:
            told.setdefault(change.words, []).append(change)
        for words, same in told.items():
            hosts = ", ".join(change.host for change in same)
            effect = "" if same[0].effect.value == "nothing" else f"  [{same[0].effect.value}]"
            yield f"  {click.style(stage.ljust(MARGIN), dim=True)} {hosts}: {words}{click.style(effect, fg='yellow')}"
            if diff and same[0].difference:
                yield indent(same[0].difference.rstrip(), "      ")


def host_lines(plan: Plan) -> Iterator[str]:
    """Yield what becomes of each host's things, in numbers; hosts of which the same can be said stand together."""
    counted: dict[str, Counter[tuple[Deed, str]]] = defaultdict(Counter)
    for (host, thing), deed in plan.deeds.items():
        counted[host or "cluster"][deed, thing.kind] += 1
    hosts: dict[str, list[str]] = {}
    for host, counts in counted.items():
        said = []
        for deed in Deed:
            kinds = [number(n, kind) for (of, kind), n in sorted(counts.items()) if of is deed]
            if kinds:
                said.append(f"{deed.value}: {', '.join(kinds)}")
        hosts.setdefault("; ".join(said), []).append(host)
    for words, names in hosts.items():
        yield f"  {click.style(', '.join(names).ljust(MARGIN), dim=True)} {words}"


def number(count: int, kind: str) -> str:
    """Return "1 file", "2 files"."""
    if kind.endswith("y"):
        return f"{count} {kind}" if count == 1 else f"{count} {kind[:-1]}ies"
    return f"{count} {kind}" if count == 1 else f"{count} {kind}s"


def service_lines(found: Consequences | None) -> Iterator[str]:
    """Yield what each service meets; those that meet nothing in one line."""
    if found is None:
        return
    if found.unknown:
        yield f"  not foretold: {found.unknown}"
        return
    for one in found.services:
        if one.fate is not Fate.UNAFFECTED:
            yield f"  {click.style(one.service.ljust(MARGIN), dim=True)} {consequence_text(one)}"
            if one.path:
                yield f"  {''.ljust(MARGIN)} {click.style(pieces(one), dim=True)}"
    calm = [one.service for one in found.services if one.fate is Fate.UNAFFECTED]
    if calm:
        yield f"  {click.style('unaffected'.ljust(MARGIN), dim=True)} {', '.join(calm)}"
    for remark in found.remarks if len(calm) < len(found.services) else ():
        yield f"  {click.style(remark, dim=True)}"


def consequence_text(one: Consequence) -> str:
    """Return what a service meets, in words."""
    fate = click.style(one.fate.value, fg=COLOURS.get(one.fate))
    whom = f" {'for' if one.fate is Fate.WAITING else 'with'} {one.through}, which it uses"
    words = fate + (whom if one.through else places(one))
    if one.interruption:
        words += f", interrupted for {figure(one.interruption)}"
    elif one.until:
        words += f", down until {one.until}"
    elif one.fate is Fate.STOPPED:
        words += ", and does not come back"
    elif one.before:
        words += ", not interrupted"
    return words + (f", by {one.why}" if one.why else "")


def places(one: Consequence) -> str:
    """Return where a service was and will be."""
    before, after = listed(one.before), listed(one.after)
    if one.before and one.after and before != after:
        return f" from {before} to {after}"
    if one.fate is Fate.MOVED:
        return f" away from {before} and back"
    return f" on {after or before}" if after or before else ""


def listed(names: Sequence[str]) -> str:
    """Return "n1 and n2"."""
    return " and ".join(names)


def pieces(one: Consequence) -> str:
    """Return the longest pieces of an interruption, in their order."""
    longest = sorted(one.path, key=lambda piece: piece.begin_s - piece.end_s)[:PIECES_MAX]
    said = []
    for piece in one.path:
        if piece in longest:
            what = " ".join(word for word in (piece.action, piece.subject) if word)
            said.append(f"{what} {seconds(piece.end_s - piece.begin_s)}")
    return ", ".join(said)


def show_saved(one: Saved, *, diff: bool) -> None:
    """Print a plan that was saved, and what it was made from."""
    asked = one.asked
    words = f"Plan for {asked.cluster}, made {one.made} by quorate {one.quorate} from {asked.file or 'standard input'}"
    options = [
        *(["--lab"] if asked.in_lab else []),
        *(["--test-fencing"] if asked.test_fencing else []),
        *(["--prune"] if asked.prune else []),
        *(word for name in asked.remove for word in ("--remove", name)),
        *(["--rotate-key"] if asked.rotate_key else []),
        *(word for name in asked.rotate_keys for word in ("--rotate-keys", name)),
        *(["--max-interruption", f"{asked.max_interruption_s:g}s"] if asked.max_interruption_s is not None else []),
    ]
    click.echo(words + (f" ({' '.join(options)})" if options else ""))
    show_plan(one.plan, diff=diff)
