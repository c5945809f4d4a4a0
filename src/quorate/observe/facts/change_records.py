"""Records of changes: what one node keeps about every change that quorate made (build/history.py writes them there).

One file of one line of JSON per change, ID.json; ID.kept.json beside it holds what was before and is not read here. A
record of another version of quorate may have more or fewer entries: what is missing gets its default.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from quorate.errors import Unknown
from quorate.machines.host import Command, command

FOLDER = "/var/lib/quorate/history"

# $1: how many of the newest are printed. Ids sort by time.
SCRIPT = f"""[ -d {FOLDER} ] || exit 0
cd {FOLDER} || exit 1
ls -1 | grep -E '^[0-9]{{8}}-[0-9]{{6}}[.]json$' | LC_ALL=C sort | tail -n "$1" | while read -r name; do
  cat -- "$name"; echo
done"""

STATES = ("begun", "done", "failed", "returned")


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One change of the plan. difference: unified diff, secrets masked, "" where there is none."""

    host: str
    step: str
    words: str
    effect: str
    difference: str = ""


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One change of a cluster. id: YYYYMMDD-HHMMSS, UTC. began, ended: time as text in UTC, ended "" until it has.

    what: "apply", "rollback of ID". file, digest: name and SHA-256 of the cluster file. state: one of STATES; begun
    means under way, or that whoever did it ended before it was done. stage: the last one that was begun. foretold:
    sentences. reason: why it failed or was returned. resumes: the id of an unfinished change that it went on with.
    settled: all services ran under it; what goes wrong from then on does not take it back.
    """

    id: str
    what: str
    state: str
    began: str
    user: str = ""
    machine: str = ""
    ended: str = ""
    cluster: str = ""
    file: str = ""
    digest: str = ""
    quorate: str = ""
    stage: str = ""
    reason: str = ""
    resumes: str = ""
    settled: bool = False
    changes: tuple[RecordedChange, ...] = ()
    foretold: tuple[str, ...] = ()

    @property
    def is_unfinished(self) -> bool:
        """Whether it was begun and its end is not known."""
        return self.state == "begun"

    @property
    def who(self) -> str:
        """Return "root on vm"."""
        return f"{self.user} on {self.machine}"

    def to_json(self) -> str:
        """Return the record on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)


def from_json(text: str) -> ChangeRecord:
    """Read one record; ValueError where it is none."""
    data = json.loads(text)
    if not isinstance(data, Mapping) or not all(isinstance(data.get(key), str) for key in ("id", "what", "state")):
        raise ValueError("no record of a change")
    changes = tuple(RecordedChange(**_known(RecordedChange, one)) for one in data.get("changes", ()))
    values = _known(ChangeRecord, data) | {"changes": changes, "foretold": tuple(data.get("foretold", ()))}
    return ChangeRecord(**{"began": "", **values})


def _known(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return {key: value for key, value in data.items() if key in names}


def command_for(limit: int) -> Command:
    """Return the command that prints the newest `limit` records of a node."""
    return command("sh", "-c", SCRIPT, "quorate-history", limit)


def parse(output: str, status: int) -> tuple[ChangeRecord, ...]:
    """Return the records, oldest first. A line that is no record, as after a full disk, is left out."""
    if status != 0:
        raise Unknown("The records of changes cannot be read.")
    found = []
    for line in output.splitlines():
        try:
            found.append(from_json(line))
        except (ValueError, TypeError):
            continue
    return tuple(found)
