"""owed: what has to be run once a file was written, and is owed until it was. Pure.

Who reads a file only when told is not told by the file: whoever looks finds it as it should be, and an apply that was
killed before it told leaves nothing to see. So a mark lies on the host from before the file is written until all was
run. It outlives a boot: that reads every file anew, but enables no unit.
"""

from collections.abc import Sequence
from urllib.parse import quote

from quorate.build.change import Action, Run, WriteFile
from quorate.machines.host import command

FOLDER = "/var/lib/quorate/owed"


def mark(path: str) -> str:
    """Return where the mark for a file lies."""
    return f"{FOLDER}/{quote(path, safe='')}"


def trial(reader: str) -> str:
    """Return where the mark lies that a resource's files were written. No path's mark is called so: it has a slash."""
    return f"{FOLDER}/{reader}"


def writing(file: WriteFile, then: Sequence[Sequence[str]], reader: str = "") -> tuple[Action, ...]:
    """Return what writes a file and runs `then`. reader: the resource that has to be tried again if it has failed."""
    marks = [*([trial(reader)] if reader else ()), *([mark(file.path)] if then else ())]
    return (*map(_mark, marks), file, *(paying(file.path, then) if then else ()))


def paying(path: str, then: Sequence[Sequence[str]]) -> tuple[Run, ...]:
    """Return what runs that for a file that was written."""
    return (*(Run(command(*argv)) for argv in then), _paid(path))


def then_of(path: str, after: Sequence[Action]) -> tuple[tuple[str, ...], ...]:
    """Return what is run for a file, of the actions that come after its writing."""
    return tuple(one.command.argv for one in after if isinstance(one, Run) and one != _paid(path))


def reader_of(actions: Sequence[Action]) -> str:
    """Return the resource that is tried again after these, which write a file; "" where none is."""
    marked = (one.command.argv[-1] for one in actions if isinstance(one, Run) and one == _mark(one.command.argv[-1]))
    names = (path.removeprefix(f"{FOLDER}/") for path in marked)
    return next((name for name in names if "%" not in name), "")  # of a path the slashes are quoted


def _mark(path: str) -> Run:
    return Run(command("install", "-D", "--mode=0600", "/dev/null", path))


def _paid(path: str) -> Run:
    return Run(command("rm", "-f", "--", mark(path)))
