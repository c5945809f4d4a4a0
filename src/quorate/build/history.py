"""history: the record of every change, kept on every node of the cluster, for root alone.

    /var/lib/quorate/history/ID.json       who, when, what, how it ended (observe/facts/change_records.py)
    /var/lib/quorate/history/ID.kept.json  what was before (kept.py)

Written to all nodes that answer, and merged when it is read, so that losing a node loses nothing; whoever begins a
change hands records that a node lacks on to it. The newest LIMIT are kept. Why so: docs/adr/0017-history-and-return.md.
"""

import getpass
import hashlib
import os
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from quorate import __version__
from quorate.build import kept
from quorate.build.consequences import Consequences, Fate
from quorate.build.kept import Kept
from quorate.build.plan import Plan
from quorate.errors import QuorateError, Unknown, UsageError
from quorate.machines.fleet import Answers, on_all
from quorate.machines.host import Host, command
from quorate.observe.facts import change_records
from quorate.observe.facts.change_records import FOLDER, ChangeRecord, RecordedChange
from quorate.observe.gathering import gather_about

LIMIT = 50

# $1: the folder, $2: how many of the newest stay. What was kept for a record that is not there goes, too: it was being
# written when its writer died.
TIDY = r"""umask 077
install --directory --mode=0755 "${1%/*}" && install --directory --mode=0700 "$1" && cd "$1" || exit 1
ls -1 | grep -E '^[0-9]{8}-[0-9]{6}[.]json$' | LC_ALL=C sort | head -n "-$2" | xargs -r rm -f --
for file in *.kept.json; do [ -e "${file%.kept.json}.json" ] || rm -f -- "$file"; done"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from: who gives it on which machine, and by which cluster file (its name and SHA-256)."""

    user: str
    machine: str
    file: str = ""
    digest: str = ""


def origin(file: str = "", content: bytes = b"") -> Origin:
    """Return the origin of a change that is given here and now. content: the cluster file's."""
    user = os.environ.get("SUDO_USER") or getpass.getuser()
    digest = hashlib.sha256(content).hexdigest() if content else ""
    return Origin(user, socket.gethostname(), file, digest)


def moment() -> str:
    """Return the time as records have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def next_id(records: Sequence[ChangeRecord], now: datetime) -> str:
    """Return the id of a change that begins now: later than all others, even where a clock was ahead."""
    newest = max((record.id for record in records), default="")
    id_ = now.strftime("%Y%m%d-%H%M%S")
    if id_ > newest:
        return id_
    after = datetime.strptime(newest, "%Y%m%d-%H%M%S").replace(tzinfo=UTC) + timedelta(seconds=1)
    return after.strftime("%Y%m%d-%H%M%S")


def begun(what: str, made: Plan, cluster: str, by: Origin, records: Sequence[ChangeRecord]) -> ChangeRecord:
    """Return the record of a change that begins now. records: those that there are."""
    now = datetime.now(UTC)
    return ChangeRecord(
        id=next_id(records, now),
        what=what,
        state="begun",
        began=now.isoformat(timespec="seconds"),
        user=by.user,
        machine=by.machine,
        cluster=cluster,
        file=by.file,
        digest=by.digest,
        quorate=__version__,
        changes=tuple(
            RecordedChange(one.host, one.step, one.words, one.effect.value, one.difference) for one in made.changes
        ),
        foretold=tuple(foretold(made.consequences)),
    )


def foretold(found: Consequences | None) -> Iterator[str]:
    """Yield what was foretold of each service that is touched, or why nothing was."""
    if found is None:
        return
    if found.unknown:
        yield f"nothing: {found.unknown}"
    for one in found.services:
        if one.fate is not Fate.UNAFFECTED:
            length = f", interrupted for {one.interruption.seconds:.1f} s" if one.interruption else ""
            yield f"{one.service} {one.fate.value}{length}"


def merged(answers: Iterable[Iterable[ChangeRecord]]) -> tuple[ChangeRecord, ...]:
    """Return what several nodes have kept as one history, oldest first. Of one change, what was last written counts."""
    best: dict[str, ChangeRecord] = {}
    for records in answers:
        for record in records:
            known = best.get(record.id)
            if known is None or progress(known) < progress(record):
                best[record.id] = record
    return tuple(best[id_] for id_ in sorted(best))


def progress(record: ChangeRecord) -> tuple[str, bool, bool]:
    """Return how far a record has come: of two about one change, the greater was written later."""
    return record.ended, not record.is_unfinished, record.settled


def chosen(records: Sequence[ChangeRecord], id_: str) -> ChangeRecord:
    """Return the change of that id, or whose id alone begins or ends so; UsageError where it is not one."""
    fits = [record for record in records if record.id == id_] or [
        record for record in records if record.id.startswith(id_) or record.id.endswith(id_)
    ]
    if len(fits) == 1:
        return fits[0]
    known = ", ".join(record.id for record in records[-5:]) or "none yet"
    raise UsageError(
        f"{len(fits)} changes are called {id_}" if fits else f"there is no record of a change {id_}",
        f"`quorate history FILE` lists them; the last: {known}",
    )


async def read_each(hosts: Sequence[Host], limit: int = LIMIT) -> Answers[tuple[ChangeRecord, ...]]:
    """Return the newest records that each host has."""
    return await on_all(hosts, lambda host: gather_about(host, change_records, limit))


async def read(hosts: Sequence[Host], limit: int = LIMIT) -> tuple[ChangeRecord, ...]:
    """Return the history, oldest first; raise the hosts' error where none of them could say."""
    answers = await read_each(hosts, limit)
    if not answers.good:
        answers.all()
    return merged(answers.good.values())


async def read_kept(hosts: Sequence[Host], id_: str) -> Kept:
    """Return what was before a change; Unknown where no host that answers has kept it."""
    for host in hosts:
        try:
            found = await host.get(kept_path(id_))
            if found is not None:
                return kept.from_json(found)
        except (QuorateError, ValueError):
            continue
    raise Unknown(f"no node that answers has kept what was before {id_}", "try again when all nodes are up")


def kept_path(id_: str) -> str:
    """Return where a node keeps what was before a change."""
    return f"{FOLDER}/{id_}.kept.json"


async def write(hosts: Sequence[Host], record: ChangeRecord, what_was: Kept | None = None) -> Answers[None]:
    """Write a record to all hosts, and what was before first, so that no record is without it."""

    async def one(host: Host) -> None:
        if what_was is not None:
            await host.run(command("sh", "-c", TIDY, "quorate-history", FOLDER, LIMIT - 1))
            await host.put(kept_path(record.id), what_was.to_json(), mode=0o600)
        await host.put(f"{FOLDER}/{record.id}.json", record.to_json().encode() + b"\n", mode=0o600)

    return await on_all(hosts, one)


async def hand_on(hosts: Sequence[Host], answers: Mapping[str, Sequence[ChangeRecord]]) -> None:
    """Give each host the records that only others have, as one that was away or is new. Oldest first."""
    for record in merged(answers.values()):
        lacking = [host for host in hosts if record not in answers.get(host.name, ())]
        if lacking:
            try:
                was = await read_kept(hosts, record.id)
            except Unknown:
                was = Kept()
            await write(lacking, record, was)


class Recording:
    """The record of the change in hand; each turn it takes is written to all nodes that answer."""

    def __init__(self, hosts: Sequence[Host], record: ChangeRecord) -> None:
        self.hosts = tuple(hosts)
        self.record = record

    async def at(self, stage: str) -> None:
        """Keep that a stage begins."""
        self.record = replace(self.record, stage=stage)
        await write(self.hosts, self.record)

    async def settled(self) -> None:
        """Keep that all services run."""
        self.record = replace(self.record, settled=True)
        await write(self.hosts, self.record)

    async def keep(self, what_was: Kept) -> None:
        """Keep what was before, anew."""
        await write(self.hosts, self.record, what_was)

    async def end(self, state: str, reason: str = "") -> None:
        """Keep how it ended."""
        self.record = replace(self.record, state=state, reason=reason, ended=moment())
        await write(self.hosts, self.record)
