"""Processes: those of a node, by number and start, so that a number that was given away meanwhile is not mistaken.

The pure part reads /proc/PID/stat (proc(5)) and `ps` (ps(1)).
"""

from collections.abc import Collection, Iterable, Mapping

from quorate.build.step import answer
from quorate.machines.host import Command, Host, command
from quorate.machines.waiting import until

START_FIELD = 22  # starttime, in clock ticks after boot

CONTINUE = """\
while [ "$#" -gt 1 ]; do
  began=$(sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)
  [ "$began" != "$2" ] || kill -CONT "$1"
  shift 2
done"""


def starts(output: str) -> dict[int, int]:
    """Return when each process began, in clock ticks after boot, by lines of /proc/PID/stat."""
    found: dict[int, int] = {}
    for line in output.splitlines():
        number, _, rest = line.partition(" (")
        fields = rest.rpartition(") ")[
            2
        ].split()  # a process's name may hold spaces and brackets; the third field is next
        if number.isdecimal() and len(fields) > START_FIELD - 3:
            found[int(number)] = int(fields[START_FIELD - 3])
    return found


def are_stopped(output: str) -> bool:
    """Tell whether `ps -o state=` shows stopped processes alone."""
    return bool(output.split()) and set(output.split()) == {"T"}


def continuing(began: Mapping[int, int]) -> Command:
    """Return the command that lets stopped processes go on, those that are still the same."""
    words = [word for number, start in sorted(began.items()) for word in (number, start)]
    return command("sh", "-c", CONTINUE, "continue", *words)


async def began(host: Host, numbers: Collection[int]) -> dict[int, int]:
    """Return when each of these processes began there; one that is gone is left out."""
    paths = [f"/proc/{number}/stat" for number in sorted(numbers)]
    return starts((await host.run(command("cat", *paths), check=False)).stdout) if paths else {}


async def killed(host: Host, what: str, numbers: Iterable[int]) -> None:
    """Kill them (SIGKILL), in this order; return when none is left, or the host is gone."""
    pids = list(numbers)
    await host.run(command("kill", "-KILL", *pids))

    async def gone() -> bool | None:
        left = await answer(host.run(command("ps", "-o", "state=", "-p", ",".join(map(str, pids))), check=False))
        return left is None or not set(left.stdout.split()) - {"Z"} or None

    await until(f"{what} on {host.name} is dead", gone, timeout_s=10, every_s=0.05)


def ancestors(output: str, numbers: Collection[int]) -> list[int]:
    """Return who stands above these processes and might start them again, from the top, by `ps -o pid=,ppid=,args=`.

    Neither the first process nor Pacemaker's daemons: those are drilled by other faults.
    """
    parents: dict[int, tuple[int, str]] = {}
    for line in output.splitlines():
        number, parent, args = line.split(None, 2)
        parents[int(number)] = (int(parent), args)
    found: list[int] = []
    for one in sorted(numbers):
        above = parents.get(one, (1, ""))[0]
        while above > 1 and above not in numbers and above not in found and above in parents:
            if "pacemaker" in parents[above][1].split()[0]:
                break
            found.append(above)
            above = parents[above][0]
    return found[::-1]
