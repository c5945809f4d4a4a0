"""What the guards of a Galera service tell each other (programs/galera), and where a cluster can begin by that. Pure.

The guards decide alone where nothing is missing. This is for people: what is held, what is missed, and what is lost
where somebody decides to begin without a node.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from quorate.errors import Refused, UsageError

PRIMARY = "primary"
JOINING = "joining"
ARBITRATING = "arbitrating"
NAMES = {
    "none": "has never been in a cluster",
    "own": "has never been in a cluster, and has databases of its own",
    "broken": "holds half a copy",
    "unknown": "cannot tell what it holds",
}


def attribute(service: str) -> str:
    """Return the node attribute by which the guards of a service tell how they are."""
    return f"galera-{service}"


@dataclass(frozen=True, slots=True)
class Told:
    """What one guard tells.

    kind: waiting, claiming, beginning, joining, primary, non-primary; arbitrating, of a node without a server.
    position: of the first two, "UUID:SEQNO" or a word of NAMES.
    """

    kind: str
    position: str = ""

    @property
    def waits(self) -> bool:
        """Whether its server does not run, and waits for its turn."""
        return self.kind in ("waiting", "claiming")

    @property
    def history(self) -> str:
        """The UUID of the history that it is in, "" where it is in none."""
        return self.position.rpartition(":")[0]

    @property
    def number(self) -> int:
        """The number of the last write that it holds, -1 where it holds none."""
        return int(self.position.rpartition(":")[2]) if self.history else -1

    @property
    def words(self) -> str:
        """What it holds, for people: "holds 4711 of 1111aaaa"."""
        return f"holds {self.number} of {self.history[:8]}" if self.history else NAMES.get(self.position, self.kind)


def read(values: Mapping[str, str]) -> dict[str, Told]:
    """Return what the attribute's values say, by node."""
    return {node: Told(*value.split(":", 1)) if ":" in value else Told(value) for node, value in values.items()}


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a cluster is to begin. lost: what that may cost, in sentences; empty where nothing can be lost."""

    node: str
    lost: tuple[str, ...]


def beginning(
    told: Mapping[str, Told], nodes: Sequence[str], without: Collection[str] = (), wanted: str | None = None
) -> Beginning | None:
    """Return where to begin without some nodes, None where the database runs already.

    nodes: of the service, the preferred first. wanted: the node that the operator names, None for the one with the
    newest data. UsageError where the names do not fit, Refused where more has to be said, or awaited.
    """
    if strange := sorted({*without, *([wanted] if wanted else [])} - {*nodes}):
        raise UsageError(f"{', '.join(strange)}: no node of this database", f"its nodes are {', '.join(nodes)}")
    if any(one.kind == PRIMARY for one in told.values()):
        return None
    if here := [node for node in nodes if node in without and node in told]:
        raise UsageError(f"{', '.join(here)} is there, and says: {told[here[0]].words}", "leave it out of --without")
    if busy := [f"{node} is {told[node].kind}" for node in nodes if node in told and not told[node].waits]:
        raise Refused(f"a server runs: {', '.join(busy)}", "wait, and look with `quorate status`")
    if missing := [node for node in nodes if node not in told and node not in without]:
        hint = f"bring it back; or do without what only it may hold: {' '.join(f'--without {n}' for n in missing)}"
        raise Refused(f"{', '.join(missing)} does not say what it holds, and may hold the newest data", hint)
    present = {node: told[node] for node in nodes if node in told}
    if wanted is not None and wanted not in present:
        raise UsageError(f"{wanted} is not there", f"begin on one of {', '.join(present)}")
    if wanted is not None and present[wanted].position == "broken":
        hint = "name another; where none has more, empty its data directory, and restore a backup when it has begun"
        raise Refused(f"{wanted} {present[wanted].words}: no server can begin with that", hint)
    chosen = wanted or newest(present)
    return Beginning(chosen, tuple(losses(present, chosen, [node for node in nodes if node in without])))


def newest(present: Mapping[str, Told]) -> str:
    """Return the node with the newest data; Refused where that cannot be told."""
    holds = "; ".join(f"{node} {one.words}" for node, one in present.items())
    histories = {one.history for one in present.values() if one.history}
    silent = [node for node, one in present.items() if one.position == "unknown"]
    if silent:
        hint = f"mend it (journalctl -u mariadb on {silent[0]}); or do without what it holds: --from NODE"
        raise Refused(f"{', '.join(silent)} cannot tell what it holds, and may hold the newest data: {holds}", hint)
    if len(histories) == 1:
        return max((node for node in present if present[node].history), key=lambda node: present[node].number)
    reason = "the nodes' data have different histories" if histories else "no node that is there has data of a cluster"
    raise Refused(f"{reason}: {holds}", "say where to begin: --from NODE; what the others hold is lost")


def losses(present: Mapping[str, Told], chosen: str, without: Sequence[str]) -> list[str]:
    """Return what may be lost where the cluster begins on `chosen`."""
    begins = present[chosen]
    silent = [*without, *(node for node, one in present.items() if one.position == "unknown" and node != chosen)]
    lost = [f"whatever {node} holds that {chosen} does not; nobody can say what that is" for node in silent]
    if begins.position == "none":
        lost.append(f"everything: {chosen} {begins.words}, and begins empty")
    for node, one in present.items():
        if one.history and (one.history != begins.history or one.number > begins.number):
            beyond = f"of it are {one.number - begins.number} writes" if one.history == begins.history else one.words
            lost.append(f"what {node} holds that {chosen} does not: {beyond}")
        elif one.position == "own" and node != chosen:
            lost.append(
                f"nothing of {node} for now: it has databases of its own, and does not join until they are gone"
            )
    return lost
