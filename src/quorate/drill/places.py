"""Places: whether something that one node at a time may hold was held by two at any moment (split brain). Pure.

In: what was seen (sightings.py), when the cluster was steady, when the fault came, who was fenced when. That two nodes
held something is not inferred from logs: two observers saw it at once, for longer than their clocks may be apart.

Violated: two nodes held one marker at the same time.

Unknown: a node was last seen with a marker, then nobody looked, and meanwhile another node had it. Whether both had it
cannot be told, unless something proves that the silent one was off before the other began:
- it was fenced before: the fencing device said so. A power cut, a frozen or an isolated node ends like that;
- it was started anew before: nothing of what it did earlier is left then.
Where it was started anew only after the other had begun, its silence is most likely its end, as when the sessions of a
node end before its services do in an orderly shutdown; but nobody saw it, and a note says so.
A node that comes back from its silence as the same (a broken connection, a node that was frozen and thawed) lived all
the while, and one that was never seen again may have. Unknown, too, is a run in which a node was not observed before
the fault.

Left out, and said so: what several nodes held already in the steady state before the fault, such as a port that each
node listens on for reasons of its own. What is meant to run on several nodes is no marker at all (`markers`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from quorate.catalog.platform import Platform
from quorate.catalog.service import Service
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.drill.sightings import Marker, Silence, Span, Watch, held_at, silences, spans
from quorate.drill.verdict import Verdict

FENCED_NS = 500_000_000  # a journal's clock may be off by so much; a start after fencing takes longer
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Twice:
    """Two nodes held a marker at once. when: from when to when, in order. seconds: in all, certainly."""

    marker: Marker
    nodes: tuple[str, str]
    when: tuple[tuple[int, int], ...]
    seconds: float

    @property
    def from_ns(self) -> int:
        """When it began."""
        return self.when[0][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The judgement. apart_s: by how much the clock of a node may be wrong, at most. cpu_share: of the observers."""

    verdict: Verdict
    reason: str
    twice: tuple[Twice, ...]
    left_out: tuple[Marker, ...]
    spans: tuple[Span, ...]
    silences: tuple[Silence, ...]
    notes: tuple[str, ...]
    apart_s: float
    cpu_share: float
    fault_ns: int

    @property
    def worst(self) -> str:
        """The longest split brain as a sentence; "" where there was none."""
        longest = max(self.twice, key=lambda one: one.seconds, default=None)
        return in_words(longest, self.fault_ns) if longest else ""


def markers(cluster: Cluster, platform: Platform, doubled: Iterable[str] = ()) -> list[Marker]:
    """Return what only one node may hold at a time: of clones their addresses alone, and no port that two services use.

    doubled: the kinds that a fault itself puts on a second node.
    """
    found: list[Marker] = []
    for name, service in cluster.services.items():
        assert isinstance(service, Service)
        found += (Marker(name, "address", str(address.ip)) for address in service.addresses())
        if Site(name, platform, cluster).is_everywhere:
            continue
        found += (Marker(name, "port", str(port)) for port in service.listens().get("tcp", ()))
        if (store := service.store(name)) is not None:
            found.append(Marker(name, "mount", store.mount.directory))
    values = [(one.kind, one.value) for one in found]
    return [one for one in found if one.kind not in set(doubled) and values.count((one.kind, one.value)) == 1]


def judge_places(
    seen: Mapping[str, Sequence[Watch]],
    *,
    steady_ns: int,
    fault_ns: int,
    end_ns: int,
    fenced: Sequence[tuple[str, int]] = (),
) -> Places:
    """Judge a run. seen: for each node. steady_ns, fault_ns, end_ns: of this machine's clock. fenced: node, when."""
    held = {node: held_at(found, steady_ns) for node, found in seen.items()}
    left_out = _several(held)
    all_spans = tuple(span for node, found in seen.items() for span in spans(node, found))
    in_scope = [span for span in all_spans if span.marker not in left_out and span.to_ns >= steady_ns]
    all_silences = tuple(one for node, found in seen.items() for one in silences(node, found, end_ns))
    twice = tuple(_twice(in_scope, steady_ns))
    doubts = [
        (silence, span)
        for silence in all_silences
        for span in in_scope
        if _may_both(silence, span) and not _was_off(silence, span, fenced)
    ]
    blind = sorted(node for node, found in held.items() if found is None)
    verdict, reason = _decide(twice, blind, [one for one in doubts if one[0].born_ns is None], fault_ns)
    every = [watch for found in seen.values() for watch in found]
    return Places(
        verdict=verdict,
        reason=reason,
        twice=twice,
        left_out=left_out,
        spans=tuple(span for span in all_spans if span.marker not in left_out),
        silences=all_silences,
        notes=(*_notes(left_out), *dict.fromkeys(_doubt(one, fault_ns) for one in doubts if one[0].born_ns)),
        apart_s=max((watch.apart_ns for watch in every), default=0) / 1e9,
        cpu_share=max((watch.cpu_share for watch in every), default=0.0),
        fault_ns=fault_ns,
    )


def _several(held: Mapping[str, frozenset[Marker] | None]) -> tuple[Marker, ...]:
    """Return the markers that several nodes held."""
    found = [marker for one in held.values() for marker in one or ()]
    return tuple(sorted({marker for marker in found if found.count(marker) > 1}))


def _twice(in_scope: Sequence[Span], steady_ns: int) -> Iterator[Twice]:
    found: dict[tuple[Marker, tuple[str, str]], list[tuple[int, int, int]]] = {}
    for one, other in combinations(sorted(in_scope, key=lambda span: (span.node, span.from_ns)), 2):
        if one.marker != other.marker or one.node == other.node:
            continue
        from_ns = max(one.from_ns, other.from_ns, steady_ns)
        to_ns = min(one.to_ns, other.to_ns)
        certain_ns = to_ns - from_ns - one.apart_ns - other.apart_ns
        if certain_ns > 0:
            found.setdefault((one.marker, (one.node, other.node)), []).append((from_ns, to_ns, certain_ns))
    for (marker, nodes), several in sorted(found.items()):
        when = tuple(sorted((from_ns, to_ns) for from_ns, to_ns, _ in several))
        yield Twice(marker, nodes, when, sum(certain_ns for _, _, certain_ns in several) / 1e9)


def _may_both(silence: Silence, span: Span) -> bool:
    """Tell whether another node had, during a silence, what the silent one was last seen with."""
    if span.node == silence.node or span.marker not in silence.held or span.to_ns <= silence.from_ns:
        return False
    return silence.to_ns is None or span.from_ns + span.apart_ns < silence.to_ns - silence.apart_ns


def _was_off(silence: Silence, span: Span, fenced: Sequence[tuple[str, int]]) -> bool:
    """Tell whether something proves that a silent node had been switched off before another one had the marker."""
    off = [at_ns - FENCED_NS for target, at_ns in fenced if target == silence.node]
    if silence.born_ns is not None:
        off.append(silence.born_ns - silence.apart_ns - span.apart_ns)
    return any(at_ns <= span.from_ns for at_ns in off)


def _decide(
    twice: Sequence[Twice], blind: Sequence[str], doubts: Sequence[tuple[Silence, Span]], fault_ns: int
) -> tuple[Verdict, str]:
    if twice:
        return Verdict.VIOLATED, " ".join(in_words(one, fault_ns) for one in twice[:SHOWN])
    if blind:
        are = "was" if len(blind) == 1 else "were"
        return Verdict.UNKNOWN, f"{', '.join(blind)} {are} not observed: what was active there is not known."
    if doubts:
        return Verdict.UNKNOWN, " ".join(dict.fromkeys(_doubt(one, fault_ns) for one in doubts[:SHOWN]))
    return Verdict.HELD, "Nothing was active in two places."


def in_words(one: Twice, fault_ns: int) -> str:
    """Return a split brain as a sentence."""
    nodes, after = " and ".join(one.nodes), _after(one.from_ns, fault_ns)
    return f"Split brain: {_did(one.marker, f'both {nodes}')} for {one.seconds:.1f} s, from {after}."


def _doubt(doubt: tuple[Silence, Span], fault_ns: int) -> str:
    silence, span = doubt
    if silence.born_ns is not None:
        why = f"nobody saw {silence.node} let go of it before it was started anew"
    else:
        why = f"{silence.node}, which had it before, was not observed from {_after(silence.from_ns, fault_ns)} on"
    return f"{_did(span.marker, span.node)} from {_after(span.from_ns, fault_ns)}; {why}."


def _did(marker: Marker, who: str) -> str:
    verb = {"address": "had", "port": "listened on port", "mount": "had mounted"}.get(marker.kind, "had")
    return f"{who} {verb} {marker.value} ({marker.service})"


def _after(at_ns: int, fault_ns: int) -> str:
    seconds = (at_ns - fault_ns) / 1e9
    return f"{seconds:.1f} s after the fault" if seconds >= 0 else f"{-seconds:.1f} s before the fault"


def _notes(left_out: Sequence[Marker]) -> Iterator[str]:
    for one in left_out:
        yield f"{_did(one, 'several nodes')} before the fault already: it was not looked for in two places."
