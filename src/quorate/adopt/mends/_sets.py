"""Sets of names and values of a statement, read and changed. Pure."""

from collections.abc import Callable
from dataclasses import replace

from quorate.dialect.model import Clone, NvSet, Pair, Primitive, SetKind


def parameters(item: Primitive) -> dict[str, str]:
    """Return the parameters of all sets."""
    sets = (part for part in item.body if isinstance(part, NvSet) and part.kind == "params")
    return {pair.name: pair.value for nvset in sets for pair in nvset.pairs if pair.name and pair.value is not None}


def with_parameters(item: Primitive, change: Callable[[Pair], Pair]) -> Primitive:
    """Return a primitive with every pair of its parameters changed."""
    body = tuple(
        replace(part, pairs=tuple(map(change, part.pairs)))
        if isinstance(part, NvSet) and part.kind == "params"
        else part
        for part in item.body
    )
    return replace(item, body=body)


def renamed(names: dict[str, str]) -> Callable[[Pair], Pair]:
    """Return a change of names."""
    return lambda pair: replace(pair, name=names.get(pair.name or "", pair.name))


def plus(item: Primitive, *pairs: Pair) -> Primitive:
    """Return a primitive with parameters added to its first set, or in a set of their own."""
    body = list(item.body)
    for number, part in enumerate(body):
        if isinstance(part, NvSet) and part.kind == "params" and part.ref is None:
            body[number] = replace(part, pairs=(*part.pairs, *pairs))
            return replace(item, body=tuple(body))
    return replace(item, body=(NvSet("params", pairs), *body))


def meta(item: Clone) -> dict[str, str]:
    """Return the meta attributes of a clone."""
    sets = (part for part in item.sets if part.kind == "meta")
    return {pair.name: pair.value for nvset in sets for pair in nvset.pairs if pair.name and pair.value is not None}


def with_meta(item: Clone, names: dict[str, str], first: tuple[Pair, ...] = ()) -> Clone:
    """Return a clone whose meta attributes have new names, with some before them."""
    kind: SetKind = "meta"
    sets = [replace(s, pairs=tuple(map(renamed(names), s.pairs))) if s.kind == kind else s for s in item.sets]
    at = next((number for number, s in enumerate(sets) if s.kind == kind and s.ref is None and not s.rules), None)
    if at is None and first:
        sets.insert(0, NvSet(kind, first))
    elif at is not None:
        sets[at] = replace(sets[at], pairs=(*first, *sets[at].pairs))
    return replace(item, sets=tuple(sets))
