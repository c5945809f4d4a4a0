"""What lies in a server's data directory, how large it is and who has it open, by find(1), du(1) and /proc.

No content is read. Processes are looked for by the names of their open files, so nothing has to be installed.
"""

from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import Command, command

# A directory that is a link is followed, and what lies below it is named by its real path, as /proc does. What vanishes
# under a running server is no failure. A process's unit is the last .service of its control group's path.
SCRIPT = """[ -d "$1" ] || { echo missing; exit 0; }
cd -- "$1" || exit 1
place=$(pwd -P)
printf 'place %s\\n' "$place"
printf 'size %s\\n' "$(du --summarize --block-size=1 . 2>/dev/null | cut -f1)"
find . -mindepth 1 -maxdepth 1 -printf '%y %f\\n'
find . '(' -type l -o -name '*.isl' ')' -printf 'link %P\\n' 2>/dev/null
find /proc/[0-9]*/fd -lname "$place/*" -printf '%h\\n' 2>/dev/null | sort -u | while read -r open; do
  process=${open%/fd}
  unit=$(sed -n 's/^[0-9]*:[^:]*:.*\\/\\([^/]*\\.service\\).*/\\1/p' "$process/cgroup" | head -1)
  printf 'holder %s %s %s\\n' "${process#/proc/}" "${unit:--}" "$(cat "$process/comm")"
done
exit 0"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process with files of the directory open. unit: systemd's, "" for none. name: as the kernel shows it."""

    pid: int
    unit: str
    name: str


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """place: its real path, "" where there is no such directory. size_bytes: as allocated, holes are not counted.

    directories, files: the names right in it. links: paths below it that lead elsewhere: symbolic links, and InnoDB's
    own (*.isl).
    """

    place: str
    size_bytes: int = 0
    directories: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    holders: tuple[Holder, ...] = ()

    def has(self, name: str) -> bool:
        """Tell whether something of that name lies right in it."""
        return name in self.directories or name in self.files


def command_for(path: str) -> Command:
    """Return the query about one directory."""
    return command("sh", "-c", SCRIPT, "quorate-data", path)


def parse(output: str, status: int) -> DataDirectory:
    """Return what is there; an empty place where there is no directory."""
    if status != 0:
        raise Unknown("What the data directory holds is not known: it cannot be looked into.")
    told: dict[str, list[str]] = {}
    for line in output.splitlines():
        word, _, rest = line.partition(" ")
        told.setdefault(word, []).append(rest)
    holders = (line.split(" ", 2) for line in told.pop("holder", []))
    return DataDirectory(
        place=told.pop("place", [""])[0],
        size_bytes=int(told.pop("size", ["0"])[0] or 0),
        directories=tuple(sorted(told.pop("d", []))),
        links=tuple(sorted(told.pop("link", []))),
        holders=tuple(Holder(int(pid), "" if unit == "-" else unit, name) for pid, unit, name in holders),
        files=tuple(sorted(name for names in told.values() for name in names if name)),
    )
