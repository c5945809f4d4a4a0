"""drift: files that were edited and units that were enabled since quorate last changed the cluster, with their age.

In: a plan that would undo it, the hosts. Out: findings. The plan alone cannot tell whether the file asks for something
new or somebody edited what was there; the time of the last change that quorate recorded (history.py) can. Nodes whose
corosync.conf is not the same are named, too.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from quorate.build.ages import ago
from quorate.build.change import Change, Deed, WriteFile
from quorate.build.step import Fleet, PlacedStates, answer
from quorate.build.steps import corosync_conf, names
from quorate.findings import Finding, Severity
from quorate.observe.facts import change_records, times
from quorate.observe.facts.times import Times
from quorate.observe.gathering import gather_about

LATER_S = 5.0
"""By how much clocks of a node and of the machine that recorded a change may differ, and a file is still of then."""


async def drift(fleet: Fleet, changes: Iterable[Change], states: PlacedStates) -> list[Finding]:
    """Ask the hosts how old what will be undone is. Nothing is asked where no file and no unit is to be changed."""
    changes = list(changes)
    found = list(unequal(states))
    words = words_of(changes, states)
    asked = [name for name in words if name in fleet]
    if not asked:
        return found
    told, recorded = await asyncio.gather(
        asyncio.gather(*(answer(gather_about(fleet[name], times, *words[name])) for name in asked)),
        recorded_on(fleet),
    )
    for name, ages in zip(asked, told, strict=True):
        if ages and name in recorded.newcomers:
            found += by_hand(name, ages, None, made_up(changes, name))
        elif ages:
            found += by_hand(name, ages, recorded.last_s)
    return found


def words_of(changes: Iterable[Change], states: PlacedStates) -> Mapping[str, list[str]]:
    """Return what to ask each host for: files that are there and differ, units that start at boot and should not."""
    found: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        for thing, deed in change.things:
            if thing.kind == "file" and deed is Deed.CHANGED:
                found[change.host].append(f"file {thing.name}")
            elif thing.kind == "unit" and states.get((change.host, thing), "").startswith("enabled"):
                found[change.host].append(f"unit {thing.name}.service")
    return {name: list(dict.fromkeys(words)) for name, words in found.items()}


def made_up(changes: Iterable[Change], name: str) -> frozenset[str]:
    """Return the files of a host in which a made secret will stand."""
    actions = (action for change in changes if change.host == name for action in change.actions)
    return frozenset(one.path for one in actions if isinstance(one, WriteFile) and one.marked is not None)


@dataclass(frozen=True, slots=True)
class Recorded:
    """When the last recorded change ended, in seconds since 1970: None where there is none, or it never did.

    newcomers: the hosts that know of no change.
    """

    last_s: float | None
    newcomers: frozenset[str]


async def recorded_on(fleet: Fleet) -> Recorded:
    """Ask every host for the last change that it knows of."""
    told = await asyncio.gather(*(answer(gather_about(host, change_records, 1)) for host in fleet.values()))
    ended = max(((one.id, one.ended) for records in told if records for one in records), default=("", ""))[1]
    return Recorded(moment_s(ended), frozenset(name for name, one in zip(fleet, told, strict=True) if one == ()))


def moment_s(text: str) -> float | None:
    """Return a time as seconds since 1970; None where the text is none, as that of a change that was cut off."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def by_hand(name: str, ages: Times, last_s: float | None, secrets: Collection[str] = frozenset()) -> Iterator[Finding]:
    """Yield a finding for each thing on a host that is younger than the last change that quorate made.

    secrets: files in which a made secret will stand, of a host that is new to the cluster: the program there has made
    one up itself, as RabbitMQ does with its cookie, and that is nobody's edit.
    """
    for word, at_s in ages.at_s.items():
        kind, _, what = word.partition(" ")
        if last_s is not None and at_s <= last_s + LATER_S:
            continue
        if what in secrets:
            continue
        if last_s is None and what == names.PATH:  # every host has one, and what others wrote there stays
            continue
        age = ago(at_s, ages.now_s)
        if kind == "file":
            yield Finding(
                "file-edited",
                Severity.WARNING if last_s is not None else Severity.INFO,
                f"{what} on {name} was changed {age}" + (", since quorate's last change" if last_s is not None else ""),
                "what somebody wrote there by hand is not in the cluster file, and will be written over",
                "put it into the cluster file, or apply to undo it (--diff shows it)",
                path=("nodes", name),
            )
        else:
            yield Finding(
                "unit-enabled",
                Severity.WARNING,
                f"{what} on {name} was enabled {age}",
                "systemd would start at boot what Pacemaker may be running on another node",
                "apply to undo it",
                path=("nodes", name),
            )


def unequal(states: PlacedStates) -> Iterator[Finding]:
    """Yield a finding where the nodes that have a corosync.conf do not all have the same."""
    groups: dict[str, list[str]] = defaultdict(list)
    for (host, thing), state in states.items():
        if thing == corosync_conf.FILE and state:
            groups[state].append(host)
    if len(groups) > 1:
        said = "; ".join(f"{', '.join(hosts)} {state[:12]}" for state, hosts in groups.items())
        yield Finding(
            "corosync-conf-differs",
            Severity.WARNING,
            f"the nodes do not have the same corosync.conf (SHA-256: {said})",
            "a node that starts with another one may not find the cluster, or found one of its own",
            "apply writes the same to all of them",
            path=("corosync",),
        )
