"""way: what a running Corosync needs to run what is wanted: nothing, a reload, a restart node by node, or of all. Pure.

In: what runs, by node, and what is wanted, both as cmap keys. Out: Needs.

Where nodes with different values do not hear each other, all have to be restarted together. votequorum's flags may
differ between nodes for a while, so the nodes are restarted one after the other.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from quorate.describe.cluster import Cluster
from quorate.dialect.corosync.cmap import cmap_of
from quorate.dialect.corosync.reloading import Taken, how, taken
from quorate.observe.facts.corosync_version import Version
from quorate.render.corosync import corosync_conf

# How Corosync logs is no difference that matters to a cluster.
COMPARED = ("totem.", "nodelist.", "quorum.")
# Kept by Corosync itself in the same place: derived from the file, or the default of udp's port.
DERIVED = re.compile(r"(totem\.interface\.\d+\.(bindnetaddr|mcastaddr))=.*|totem\.interface\.\d+\.mcastport=5405")
# votequorum 3.1.7 takes expected_votes and two_node from a reload, and these only when it starts.
START_FLAGS = {
    "WaitForAll": "wait_for_all",
    "LastManStanding": "last_man_standing",
    "AutoTieBreaker": "auto_tie_breaker",
}


NEW_KEY = "its key"
"""What a key that was replaced on the disk is called among the keys of the cmap, where no key is."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What it takes. together: keys for which all nodes have to be restarted at once; the rest is then moot.

    anew: keys that Corosync refuses to change while it runs. By node: reload: the keys that a reload brings. rolling:
    the keys, and votequorum's options, that its restart brings. lasting: options that stay on until its next restart,
    whenever that is, and do no harm.
    """

    together: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()
    reload: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rolling: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lasting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def by_restart(self) -> tuple[str, ...]:
        """The keys that a reload shows as taken over while they are not: a reload before would hide what is left.

        Every node that is restarted for them loads the rest, too.
        """
        return tuple(sorted({key for keys in self.rolling.values() for key in keys if key.startswith("totem.")}))

    @property
    def apart(self) -> tuple[str, ...]:
        """Those keys, where the list of nodes changes as well, which all have to know before any is restarted."""
        listed = any(key.startswith("nodelist.") for keys in self.reload.values() for key in keys)
        return self.by_restart if listed and not self.together else ()


def differing(running: Mapping[str, str], wanted: Mapping[str, str], series: str = "3.1") -> dict[str, Taken]:
    """Return the keys that Corosync runs otherwise than wanted, and how each is taken over.

    series: of Corosync, as reloading.py has them: an older one cannot load encryption anew.
    """
    running = {key: value for key, value in running.items() if key in wanted or not DERIVED.fullmatch(f"{key}={value}")}
    return {key: taken for key, taken in how(running, wanted, series).items() if key.startswith(COMPARED)}


def series_of(versions: Iterable[Version | None]) -> str:
    """Return the series of the oldest of some versions; the newest series where none is known."""
    oldest = min((version.number for version in versions if version), default=(3, 1))
    return "2.4" if oldest < (3, 0) else "3.0" if oldest < (3, 1) else "3.1"


def hard(running: Mapping[str, str], cluster: Cluster, series: str = "3.1") -> bool:
    """Tell whether what runs cannot hear a node that runs what is wanted."""
    return Taken.TOGETHER in differing(running, cmap_of(corosync_conf(cluster)), series).values()


def needs(
    running: Mapping[str, Mapping[str, str] | None],
    flags: Mapping[str, Iterable[str]],
    new_key: frozenset[str],
    cluster: Cluster,
    series: str = "3.1",
) -> Needs:
    """Return what the running nodes need. running: cmap by node, None where Corosync does not run.

    flags: votequorum's, by node, empty where they are not known. new_key: nodes whose key was replaced on the disk.
    """
    wanted = cmap_of(corosync_conf(cluster))
    differ = {name: differing(values, wanted, series) for name, values in running.items() if values is not None}
    for name in new_key & set(differ):
        differ[name][NEW_KEY] = taken("totem.key", series)
    off = {name: options(found, cluster) for name, found in flags.items()}

    def keys(name: str, *ways: Taken) -> tuple[str, ...]:
        return tuple(key for key, taken in sorted(differ[name].items()) if taken in ways)

    # What votequorum reads at its start does no harm in a reload; its flags say what it runs with.
    alone = {name: tuple(k for k in keys(name, Taken.RESTART) if not k.startswith("quorum.")) for name in differ}
    by_reload = {name: tuple(key for key in differ[name] if key not in alone[name]) for name in differ}
    together = sorted({key for name in differ for key in keys(name, Taken.TOGETHER)})
    rolling = {name: (*alone.get(name, ()), *off.get(name, ((), ()))[0]) for name in running}
    return Needs(
        together=tuple(together),
        anew=tuple(sorted({key for name in differ for key in keys(name, Taken.ANEW)})),
        reload={name: found for name, found in by_reload.items() if found},
        rolling={name: found for name, found in rolling.items() if found},
        lasting={name: found for name, (_, found) in off.items() if found and not together and not rolling.get(name)},
    )


def options(flags: Iterable[str], cluster: Cluster) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the options that a node runs without and has to be restarted for, and those that may stay until it is.

    wait_for_all that is still on is the second: it only makes a start from nothing stricter, and it stays on by itself
    when two nodes have become three, which must not cost a service anything. Where three become two, it comes with
    two_node by the same reload (seen with Corosync 3.1.7).
    """
    running = set(flags)
    if not running:
        return (), ()
    wrong = [name for flag, name in START_FLAGS.items() if (flag in running) is not bool(getattr(cluster.quorum, name))]
    if cluster.quorum.two_node and "2Node" not in running:
        wrong = [name for name in wrong if name != "wait_for_all"]
    lasting = tuple(name for name in wrong if name == "wait_for_all" and not cluster.quorum.wait_for_all)
    return tuple(name for name in wrong if name not in lasting), lasting
