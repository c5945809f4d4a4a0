"""Sightings: what observers on the nodes saw of the services, on this machine's clock. Pure.

A marker is something that only one node may hold at a time: a floating address, a port that a server listens on, a
directory where its store is mounted. In: the lines that the program programs/places wrote on a node, and what the
drill wrote beside them (observer.py). Out: for each node the spans of time in which it certainly held a marker, and
the silences in which nobody looked.

What counts. A span begins when a look that found the marker was done, and ends when the last such look began: both ends
are proven, and what lies between looks was looked at every 50 ms. After a second without a look nothing is known: that
is a silence, whether the node was off, frozen, or out of reach. So a frozen node's span ends with its last look.

Clocks. The drill asked, the node said its own time, the answer came: that moment of the node lies between these two.
Every line does half of that. The clocks' difference is the middle of what all of them leave possible, its uncertainty
half of that. A node that was started anew has another clock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from quorate.drill.record import whole, words

SILENT_NS = 1_000_000_000
TOGETHER_NS = 200_000  # between the two clocks of one line


@dataclass(frozen=True, slots=True, order=True)
class Marker:
    """kind: "address", "port" or "mount". value: 10.20.0.100, 80, /srv/db."""

    service: str
    kind: str
    value: str

    @property
    def id(self) -> str:
        """What observers call it."""
        return f"{self.service}/{self.kind}/{self.value}"

    @classmethod
    def parse(cls, text: object) -> "Marker":
        """Read an id; ValueError where it is none."""
        service, kind, value = words(text).split("/", 2)
        return cls(service, kind, value)


@dataclass(frozen=True, slots=True)
class Look:
    """One line of an observer, in ns of the node's CLOCK_MONOTONIC.

    at_ns: when it had looked. before_ns: when it began to look the time before; what was held did not change up to
    then. held: what it found. arrived_ns: when the line came, on this machine's clock.
    """

    at_ns: int
    before_ns: int
    held: frozenset[Marker]
    arrived_ns: int
    cpu_ns: int = 0


@dataclass(frozen=True, slots=True)
class Watch:
    """One observer from its first line to its last. boot: another one after each start of the node, at born_ns.

    shift_ns: what to add to the node's clock to get this machine's; apart_ns: by how much that may be wrong.
    """

    boot: str
    born_ns: int
    looks: tuple[Look, ...]
    shift_ns: int
    apart_ns: int

    @property
    def cpu_share(self) -> float:
        """How much of one processor it used, 0 to 1, its start apart."""
        first, last = self.looks[0], self.looks[-1]
        return (last.cpu_ns - first.cpu_ns) / max(1, last.at_ns - first.at_ns)


@dataclass(frozen=True, slots=True)
class Span:
    """A node held a marker, from its first look to its last. ns of this machine's clock, each end within apart_ns."""

    node: str
    marker: Marker
    from_ns: int
    to_ns: int
    apart_ns: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody looked. held: what was held before. to_ns None: nobody looked any more.

    born_ns: when the node was started anew meanwhile; None where it was not. to_ns and born_ns are within apart_ns.
    """

    node: str
    held: frozenset[Marker]
    from_ns: int
    to_ns: int | None
    born_ns: int | None
    apart_ns: int


def watches(lines: Iterable[Mapping[str, Any]]) -> list[Watch]:
    """Read what was recorded of one node; KeyError, TypeError or ValueError where it is something else."""
    found: list[list[Mapping[str, Any]]] = []
    for line in lines:
        if "asked_ns" in line and "answered_ns" not in line:
            found.append([line])
        elif found:
            found[-1].append(line)
    return [watch for one in found if (watch := _watch(one))]


def _watch(lines: Sequence[Mapping[str, Any]]) -> Watch | None:
    said = [line for line in lines if "mono_ns" in line]
    if not said:
        return None
    looks = tuple(
        Look(
            whole(line["mono_ns"]),
            whole(line["before_ns"]),
            frozenset(map(Marker.parse, line["held"])),
            whole(line["arrived_ns"]),
            whole(line["cpu_ns"]),
        )
        for line in said
    )
    wall_ns = whole(said[0]["wall_ns"]) - looks[0].at_ns
    asked = [
        (whole(line["asked_ns"]), whole(line["answered_ns"]), whole(line["wall_ns"]))
        for line in lines
        if is_clock(line)
    ]
    least = max([whole(lines[0]["asked_ns"]) - looks[0].at_ns, *(begun - wall + wall_ns for begun, _, wall in asked)])
    most = min([*(look.arrived_ns - look.at_ns for look in looks), *(done - wall + wall_ns for _, done, wall in asked)])
    return Watch(
        words(said[0]["boot"]),
        whole(said[0]["born_ns"]),
        looks,
        (least + most) // 2,
        abs(most - least) // 2 + TOGETHER_NS,
    )


def is_clock(line: Mapping[str, Any]) -> bool:
    """Tell whether a line says what a node's wall clock answered."""
    return "answered_ns" in line


def spans(node: str, seen: Sequence[Watch]) -> Iterator[Span]:
    """Yield what a node held, from when to when."""
    for watch in seen:
        begun: dict[Marker, int] = {}
        for look, then in pairwise([*watch.looks, None]):
            assert look is not None
            for marker in look.held - begun.keys():
                begun[marker] = look.at_ns
            last_ns = max(look.at_ns, then.before_ns) if then else look.at_ns
            goes_on = then.held if then and then.at_ns - last_ns < SILENT_NS else frozenset()
            for marker in sorted(begun.keys() - goes_on):
                from_ns = begun.pop(marker) + watch.shift_ns
                yield Span(node, marker, from_ns, last_ns + watch.shift_ns, watch.apart_ns)


def silences(node: str, seen: Sequence[Watch], end_ns: int) -> Iterator[Silence]:
    """Yield when nobody looked, up to the end of the run."""
    flat = [(watch, look) for watch in seen for look in watch.looks]
    for (watch, look), (later, then) in pairwise(flat):
        last_ns = watch.shift_ns + (max(look.at_ns, then.before_ns) if later is watch else look.at_ns)
        next_ns = later.shift_ns + then.at_ns
        if next_ns - last_ns >= SILENT_NS:
            born_ns = later.born_ns + later.shift_ns if later.boot != watch.boot else None
            yield Silence(node, look.held, last_ns, next_ns, born_ns, later.apart_ns)
    if flat:
        watch, look = flat[-1]
        if end_ns - (watch.shift_ns + look.at_ns) >= 2 * SILENT_NS:
            yield Silence(node, look.held, watch.shift_ns + look.at_ns, None, None, watch.apart_ns)


def held_at(seen: Sequence[Watch], at_ns: int) -> frozenset[Marker] | None:
    """Return what a node held at a moment, by the last look before it; None where nobody had looked."""
    before = [look for watch in seen for look in watch.looks if look.at_ns + watch.shift_ns <= at_ns]
    return before[-1].held if before else None
