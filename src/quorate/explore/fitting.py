"""Fitting: whether loads of several attributes (memory, cpu) can be laid on nodes of limited capacity. Pure.

Exact within STEPS tries: the largest load first, every node that may have it, back and forth. It answers for one node
lost in a cluster of ordinary size at once; where it gives up it says so (fits None).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Load:
    """What has to lie on one of `nodes`, and how much of each attribute it needs there."""

    name: str
    needs: Mapping[str, int]
    nodes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fit:
    """fits: None where it was not found out. left_over: loads without a place, when the largest are laid first."""

    fits: bool | None
    left_over: tuple[str, ...] = ()


class _GaveUp(Exception):
    """More tries than STEPS."""


def fit(loads: Sequence[Load], capacity: Mapping[str, Mapping[str, int]]) -> Fit:
    """Return whether all loads find a place. capacity: by node; of what is not named a node has none."""
    ordered = sorted(loads, key=lambda load: (-sum(load.needs.values()), load.name))
    free = {node: dict(amounts) for node, amounts in capacity.items()}
    left_over = tuple(load.name for load in ordered if not _lay(load, free))
    if not left_over:
        return Fit(True)
    if _too_much(loads, capacity):
        return Fit(False, left_over)
    try:
        fits = _try(ordered, {node: dict(amounts) for node, amounts in capacity.items()}, [STEPS])
    except _GaveUp:
        return Fit(None, left_over)
    return Fit(True) if fits else Fit(False, left_over)


def _too_much(loads: Sequence[Load], capacity: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether all nodes together have less of something than all loads need."""
    return any(
        sum(load.needs.get(key, 0) for load in loads) > sum(has.get(key, 0) for has in capacity.values())
        for key in {key for load in loads for key in load.needs}
    )


def _lay(load: Load, free: dict[str, dict[str, int]]) -> bool:
    """Lay a load on the node that then has least left, and say whether there was one."""
    able = [node for node in free if _has_room(load, node, free)]
    if not able:
        return False
    _take(load, min(able, key=lambda node: sum(free[node].values())), free, 1)
    return True


def _has_room(load: Load, node: str, free: Mapping[str, Mapping[str, int]]) -> bool:
    return node in load.nodes and all(free[node].get(key, 0) >= amount for key, amount in load.needs.items())


def _take(load: Load, node: str, free: dict[str, dict[str, int]], times: int) -> None:
    for key, amount in load.needs.items():
        free[node][key] = free[node].get(key, 0) - times * amount


def _try(loads: Sequence[Load], free: dict[str, dict[str, int]], steps: list[int]) -> bool:
    """Lay the first load on each node in turn, and try the rest."""
    if not loads:
        return True
    first, rest = loads[0], loads[1:]
    for node in free:
        if not _has_room(first, node, free):
            continue
        steps[0] -= 1
        if steps[0] < 0:
            raise _GaveUp
        _take(first, node, free, 1)
        if _try(rest, free, steps):
            return True
        _take(first, node, free, -1)
    return False
