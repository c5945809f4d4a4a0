"""The account of an import: every statement, key and line of the inputs, and what became of it. Pure.

Nothing disappears silently: `uncovered` names the lines that no entry speaks of, and a test holds that there are none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from quorate.lines import rows


class Fate(StrEnum):
    """What became of something.

    BECAME: a key or a service of the cluster file. TEXT: kept as text of the crm shell under `resources`. SAME: quorate
    writes it itself. DROPPED: it is not in the file, for the reason given. PROSE: words that configure nothing.
    """

    BECAME = "became"
    TEXT = "text"
    SAME = "same"
    DROPPED = "dropped"
    PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the account. first, last: lines of the file, counted from 1. what: a statement or key, shortened."""

    file: str
    first: int
    last: int
    what: str
    fate: Fate
    detail: str


@dataclass(slots=True)
class Account:
    """All entries, in the order in which they were made; sorted by place when shown."""

    entries: list[Entry] = field(default_factory=list)

    def add(self, file: str, lines: Iterable[int], what: str, fate: Fate, detail: str) -> None:
        """Note what became of something that stands on these lines, counted from 1."""
        numbers = sorted(lines) or [1]
        self.entries.append(Entry(file, numbers[0], numbers[-1], what, fate, detail))

    def left_out(self, detail: str) -> None:
        """Say of what became `detail` that the file need not say it."""
        self.entries = [
            replace(entry, fate=Fate.SAME, detail="it is quorate's default")
            if entry.fate is Fate.BECAME and entry.detail == detail
            else entry
            for entry in self.entries
        ]

    def sorted(self) -> list[Entry]:
        """Return the entries in reading order."""
        return sorted(self.entries, key=lambda entry: (entry.file, entry.first, entry.last))

    def counts(self) -> dict[str, int]:
        """Return how many entries there are of each fate, all fates named."""
        return {fate.value: sum(entry.fate is fate for entry in self.entries) for fate in Fate}


def uncovered(account: Account, texts: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Yield (file, line) of every line that says something and that no entry speaks of. texts: the inputs by name."""
    for file, text in texts.items():
        spoken = {n for e in account.entries if e.file == file for n in range(e.first, e.last + 1)}
        for number, line in enumerate(rows(text), 1):
            if line.strip() and number not in spoken:
                yield file, number
