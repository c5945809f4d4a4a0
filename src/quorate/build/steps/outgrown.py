"""outgrown: what quorate wrote on a host for services that are no longer there, or are of another kind, is taken away.

A setting that is left behind is not nothing: a server's drop-in is read when the server is started for something else,
and what watches a server wakes up for ever. So files go when all services run by the new configuration. Where Pacemaker
still has resources that the file lacks, none goes: one of them may need it, and is kept until it is pruned. Secrets
stay, for accounts have them; programs stay, for they do nothing by themselves; packages and data are the operator's.

With the files goes what was owed for them (owed.py), and what was for files that nobody wants any more. That systemd
is told is owed too, from before the first file goes: where all are gone and it was not, a mark is left to see.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.build import owed
from quorate.build.change import Change, Deed, Run, Thing
from quorate.build.step import answer
from quorate.build.steps import cib as cib_step
from quorate.build.steps import service_files
from quorate.build.want import Want
from quorate.findings import Finding
from quorate.machines.host import Host, command
from quorate.observe.facts import cib, written_files
from quorate.observe.gathering import gather, gather_about

TITLE = "outgrown"
UNITS = "/etc/systemd/system/"
OWN_UNITS = f"{UNITS}quorate-"

TOLD = owed.mark(UNITS)
"""The mark that systemd has to be told of what went."""

# A unit of quorate's own is one that it has enabled; others are Pacemaker's to stop.
REMOVE = f"""set -e
install -D --mode=0600 /dev/null {TOLD}
for path; do
  case $path in
    {owed.FOLDER}/*) continue;;
    {OWN_UNITS}*) systemctl disable --now "${{path##*/}}";;
  esac
  rm -f -- "$path"
done
systemctl daemon-reload
for path; do
  case $path in {owed.FOLDER}/*) rm -f -- "$path";; esac
done
rm -f -- {TOLD}"""


@dataclass(frozen=True, slots=True)
class Facts:
    """files: that no service of this host needs any more. marks: of what is owed for files that nobody wants."""

    files: tuple[str, ...]
    marks: tuple[str, ...]


async def look(host: Host, want: Want) -> Facts:
    """Return what lies on a host and is not wanted. Pacemaker is asked only where a file does."""
    wanted = service_files.wanted(want, host.name)
    found = await gather_about(host, written_files, owed.FOLDER)
    kept = {owed.mark(path) for path in wanted}
    kept |= {owed.trial(file.reader) for _, file in wanted.values() if file.reader}  # whoever retries forgets them
    marks = tuple(path for path in found if path.startswith(f"{owed.FOLDER}/") and path not in kept)
    files = tuple(path for path in found if not path.startswith(f"{owed.FOLDER}/") and path not in wanted)
    return Facts(files if files and not await is_needed(host, want) else (), marks)


async def is_needed(host: Host, want: Want) -> bool:
    """Say whether Pacemaker has, or may have, resources besides those of the file."""
    live = await answer(gather(host, cib))
    if live is None:
        return True
    _, leftovers = cib_step.target(live.root, want)
    return any(one.kind == "resource" and one.kept for one in leftovers)


def changes(facts: Facts, want: Want, name: str) -> Iterator[Change | Finding]:  # noqa: ARG001 - the protocol of a step
    """Yield one change that removes all of it."""
    if not facts.files and not facts.marks:
        return
    words = f"remove {', '.join(facts.files)}, which no service needs any more"
    yield Change(
        name,
        TITLE,
        words if facts.files else "forget what was owed for files that no service needs any more",
        (Run(command("sh", "-c", REMOVE, "quorate-outgrown", *facts.files, *facts.marks)),),
        things=tuple((Thing("file", path), Deed.REMOVED) for path in facts.files),
    )


def then(path: str) -> tuple[tuple[str, ...], ...]:
    """Return what is to be run when a file is put back that this step has removed."""
    if not path.startswith(UNITS):
        return ()
    unit = path.rpartition("/")[2]
    is_started = path.startswith(OWN_UNITS) and (unit.endswith(".socket") or unit.startswith("quorate-watch-"))
    started = (("systemctl", "enable", unit), ("systemctl", "restart", unit)) if is_started else ()
    return (("systemctl", "daemon-reload"), *started)
