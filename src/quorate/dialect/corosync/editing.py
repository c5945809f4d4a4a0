"""Changes to a Configuration that leave everything else in its place. Pure."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import TypeVar

from quorate.dialect.corosync.model import Configuration, Key, Section

Holder = TypeVar("Holder", Configuration, Section)


def without(holder: Holder, names: Collection[str]) -> Holder:
    """Return it without the keys and sections of these names; what was remarked on them goes with them."""
    return replace(holder, items=tuple(item for item in holder.items if item.name not in names))


def with_value(holder: Holder, name: str, value: str) -> Holder:
    """Return it with a key set: where it stands, or behind the last key."""
    if holder.key(name) is not None:
        changed = [
            replace(item, value=value) if isinstance(item, Key) and item.name == name else item for item in holder.items
        ]
        return replace(holder, items=tuple(changed))
    return replace(holder, items=_behind_the_keys(holder.items, Key(name, value)))


def _behind_the_keys(items: tuple[Key | Section, ...], key: Key) -> tuple[Key | Section, ...]:
    last = max((at for at, item in enumerate(items) if isinstance(item, Key)), default=-1)
    return (*items[: last + 1], key, *items[last + 1 :])


def each(holder: Holder, name: str, change: Callable[[Section], Section | None]) -> Holder:
    """Return it with every section of a name changed; None takes the section out."""
    items: list[Key | Section] = []
    for item in holder.items:
        changed = change(item) if isinstance(item, Section) and item.name == name else item
        if changed is not None:
            items.append(changed)
    return replace(holder, items=tuple(items))


def first(configuration: Configuration, name: str, change: Callable[[Section], Section]) -> Configuration:
    """Return it with the first section of a name changed; one is made at the end if there is none."""
    at = next(
        (i for i, item in enumerate(configuration.items) if isinstance(item, Section) and item.name == name), None
    )
    if at is None:
        return replace(configuration, items=(*configuration.items, change(Section(name))))
    section = configuration.items[at]
    assert isinstance(section, Section)
    items = (*configuration.items[:at], change(section), *configuration.items[at + 1 :])
    return replace(configuration, items=items)


def added(section: Section, sections: Iterable[Section]) -> Section:
    """Return it with more sections at its end."""
    return replace(section, items=(*section.items, *sections))
