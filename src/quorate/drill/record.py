"""Record: the values that are written down while a drill runs, and how they look as JSON. Pure.

All `*_ns` are nanoseconds of this machine's CLOCK_MONOTONIC, which every process on it shares and nobody can step;
`wall_offset_ns` is what to add to get the wall clock, for comparing with the journals of the nodes.

A record may be damaged, or not be one: `parse` raises KeyError, TypeError or ValueError for what is no value of it.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # in XML, or on a terminal
NOTHING: Mapping[str, str] = MappingProxyType({})


def words(value: object) -> str:
    """Return a recorded text as it can be shown anywhere; what cannot be is the replacement character."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(value))


def whole(value: Any) -> int:
    """Return a recorded number of something, or a moment in ns; ValueError or TypeError if it can be neither."""
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"{value} is no number of anything")
    number = int(value)
    if not 0 <= number < 2**63:
        raise ValueError(f"{number} is out of range")
    return number


def amount(value: Any) -> float:
    """Return a recorded quantity, at least 0; ValueError or TypeError if it is none."""
    number = float(value)
    if not 0 <= number < 2**63:  # not a number fails as well
        raise ValueError(f"{number} is out of range")
    return number


@dataclass(frozen=True, slots=True)
class Attempt:
    """One question a client asked. result: "ok", or in a word why not (probes/http.py and sql.py list the words).

    n: its place in the schedule; a number that is missing was never sent. node: which node answered, "" if it did
    not say. detail: for people.
    """

    n: int
    sent_ns: int
    done_ns: int
    result: str
    node: str = ""
    detail: str = ""

    @property
    def ok(self) -> bool:
        """True when the service gave a good answer."""
        return self.result == "ok"

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "Attempt":
        """Read one line of a probe's file; KeyError, TypeError or ValueError if it is not one."""
        return cls(
            n=whole(value["n"]),
            sent_ns=whole(value["sent_ns"]),
            done_ns=whole(value["done_ns"]),
            result=words(value["result"]),
            node=words(value.get("node", "")),
            detail=words(value.get("detail", "")),
        )


def beside_name(service: str, probe: str) -> str:
    """Return what the record of a client is called that asks beside the service's own, and is not judged."""
    return f"{service}-{probe}"


def uploads_name(service: str) -> str:
    """Return what the record of a client is called that uploads to a service whose own client reads."""
    return f"{service}.uploads"


def service_of(name: str) -> str:
    """Return whose client a judged record is of."""
    return name.removesuffix(".uploads")


@dataclass(frozen=True, slots=True)
class Trace:
    """All that one probe wrote. cpu_s, wall_offset_end_ns and ended are None when it never came to its end.

    probe: the kind ("http"). target: what it asked. in_flight_max: attempts open at once, at most.
    """

    name: str
    probe: str
    target: str
    every_ms: float
    timeout_ms: float
    in_flight_max: int
    started_ns: int
    wall_offset_ns: int
    attempts: tuple[Attempt, ...]
    wall_offset_end_ns: int | None = None
    ended_ns: int | None = None
    ended: str | None = None
    cpu_s: float | None = None


class Moment(StrEnum):
    """The events a run is told by, in this order.

    INJECT is zero on every axis: the instant before the fault is asked for. INJECTED: it is proven to be in effect.
    HELPED: until now nobody could serve, and nobody was allowed to; what was missing is on its way (power, a BMC).
    RETURNED: the node serves as a member again. SETTLED: the cluster is steady. NOTE: anything else worth a flag.
    """

    STEADY = "steady"
    INJECT = "inject"
    INJECTED = "injected"
    HELPED = "helped"
    HEAL = "heal"
    RETURNED = "returned"
    SETTLED = "settled"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the drill did or saw. text: one short phrase for people ("power of n1 cut")."""

    moment: Moment
    at_ns: int
    wall_ns: int
    node: str = ""
    text: str = ""

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "Event":
        """Read one line of events.jsonl; KeyError, TypeError or ValueError if it is not one."""
        return cls(
            moment=Moment(value["moment"]),
            at_ns=whole(value["at_ns"]),
            wall_ns=whole(value["wall_ns"]),
            node=words(value.get("node", "")),
            text=words(value.get("text", "")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known before the fault: written first, so that a run can be judged from its folder alone.

    fault: kind of fault ("power-cut"); title: what it does, as a sentence without its end ("The power of n1 was cut").
    node: the victim. nodes: Corosync node id -> name (Corosync logs ids). resources: ids of the primitives that make up
    the service. settings: shown as they are, label -> value. cluster_file: its text, which holds no secret values.
    repeat: commands. place: where it ran ("container lab"). node_leaves: the fault takes the node out of the cluster,
    so that it must be fenced. remarks: what a reader should know of such a place. seed: of what was left to chance.
    sort: whose doing the fault is ("power"), "" where it is not known. asked: the services that clients asked, where
    these are others than `service`, which the fault hits. aim: the word or the name by which the victim was chosen;
    was: what it was to the clients before ("holder" of their address, "writer" of their database).
    """

    cluster: str
    service: str
    fault: str
    title: str
    node: str
    nodes: Mapping[int, str]
    resources: Sequence[str] = ()
    target_s: float | None = None
    place: str = ""
    versions: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    settings: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    cluster_file: str = ""
    repeat: Sequence[str] = ()
    node_leaves: bool = True
    remarks: Sequence[str] = ()
    seed: int | None = None
    sort: str = ""
    asked: Sequence[str] = ()
    aim: str = ""
    was: Sequence[str] = ()

    @property
    def services(self) -> tuple[str, ...]:
        """The services that clients asked."""
        return tuple(self.asked) or (self.service,)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for json.dumps; `parse` reads them back."""
        value = {key: getattr(self, key) for key in self.__dataclass_fields__}
        return value | {
            "nodes": {str(number): name for number, name in self.nodes.items()},
            "resources": list(self.resources),
            "versions": dict(self.versions),
            "settings": dict(self.settings),
            "repeat": list(self.repeat),
            "remarks": list(self.remarks),
            "asked": list(self.asked),
            "was": list(self.was),
        }

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "About":
        """Read about.json; keys that a newer quorate added are left out. KeyError, TypeError or ValueError."""
        texts: dict[str, Any] = {key: words(value[key]) for key in ("cluster", "service", "fault", "title", "node")}
        texts |= {key: words(value.get(key, "")) for key in ("place", "cluster_file", "sort", "aim")}
        texts |= {key: _pairs(value.get(key, {})) for key in ("versions", "settings")}
        texts |= {
            key: tuple(map(words, value.get(key, ()))) for key in ("resources", "repeat", "remarks", "asked", "was")
        }
        return cls(
            **texts,
            nodes={whole(number): name for number, name in _pairs(value["nodes"]).items()},
            target_s=None if value.get("target_s") is None else amount(value["target_s"]),
            node_leaves=bool(value.get("node_leaves", True)),
            seed=None if value.get("seed") is None else whole(value["seed"]),
        )


def _pairs(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no mapping")
    return {words(key): words(one) for key, one in value.items()}
